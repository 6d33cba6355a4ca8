"""Security of projects (9.3): grading by experts, synchronous building, assessments and the mending of what they
found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import User
from governance.signing.paper import BY_HIMSELF, PaperSignature
from projects import steps
from projects.actions import experts as experts_room
from projects.actions import signing
from projects.actions.checks import past_day, reporting, words
from projects.lifecycle import gates
from projects.models import Project, SecurityAssessment, SecurityFinding, SecurityGrading, SecuritySync
from projects.security import protection

SYNCS = dict(SecuritySync.ITEMS)


def address(project: Project) -> str:
    return f"/projects/{project.code}/security/"


@verb("projects.grading.propose")
def propose_grading(
    *,
    by: Actor,
    project: Project,
    level: int,
    system_name: str,
    grounds: str,
    experts: Iterable[User] = (),
    is_demo: bool = False,
) -> SecurityGrading:
    """Propose a protection level; experts decide (9.3.2: 组织有关专家). A department proposes without them: whoever may
    name experts does so then (actions.experts), or here with the proposal."""
    access.require(by, reporting(by), project)
    row = steps.lock(project)
    if isinstance(level, bool) or level not in protection.LEVELS:
        raise Invalid("安全保护等级是 1—5（9.3.2）。", fields={"level": ["请选择 1—5"]})
    if under_way := row.gradings.filter(state__in=("proposed", "signing")).first():
        waits = "正在由专家审定" if under_way.is_signing else "已经提出，待指派专家"
        raise Refused(f"{row.code} 的定级{waits}；要改请先撤回。")
    named = list(experts)
    if named and (why := experts_room.why_not_name(by, row)):
        raise Invalid(f"{why}。", fields={"experts": [why]})
    grading = SecurityGrading(
        project=row,
        level=level,
        state="proposed",
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
        system_name=words(system_name, "system_name", "信息系统名称", limit=200, needed="请写明信息系统名称。"),
        grounds=words(grounds, "grounds", "定级理由", needed="请写明定级理由。"),
    )
    seats = experts_room.seats(row, named) if named else []
    grading.save()
    whom = f"请专家 {len(seats)} 人审定" if seats else "待指派专家"
    audit.record(
        by=by,
        about=(grading, row),
        now=level,
        address=address(row),
        sentence=f"{row.code} 拟定安全保护等级 {level} 级，{whom}",
    )
    if seats:
        signing.open_grading(row=grading, seats=seats)
    else:
        experts_room.ask_for(row=grading)
    return grading


@verb("projects.grading.sign", signs=True)
def sign_grading(
    *,
    by: Actor,
    grading: SecurityGrading,
    kind: str,
    text: str = "",
    paper: PaperSignature = BY_HIMSELF,
    shown: str | None = None,
) -> str:
    """An expert's answer, his own or entered from paper; with the last 同意 the level holds for the project."""
    access.require(by, Permission.GIVE_OPINION, grading)
    row = SecurityGrading.objects.select_for_update().select_related("project").get(pk=grading.pk)
    state = signing.sign(by=by, row=row, kind=kind, text=text, paper=paper, shown=shown)
    if state == "concluded":
        project = steps.lock(row.project)
        was, project.protection_level = project.protection_level, row.level
        project.version += 1
        project.save()
        audit.record(
            by=by,
            event="projects.grading.hold",
            about=(row, project),
            was=was,
            now=row.level,
            address=address(project),
            sentence=f"{project.code} 安全保护等级定为 {row.level} 级",
        )
    return state


@verb("projects.grading.file")
def file_grading(
    *, by: Actor, grading: SecurityGrading, filing_number: str, filed_on: dt.date | None
) -> SecurityGrading:
    """The filing number that the public-security organ gave."""
    access.require(by, reporting(by), grading.project)
    row = SecurityGrading.objects.select_for_update(of=("self",)).select_related("project", "round").get(pk=grading.pk)
    if row.filing_number:
        raise Refused(f"{row}已登记备案 {row.filing_number}（{row.filed_on}）。")
    if not row.is_concluded:
        raise Refused(f"{row}还没有审定，不能登记备案。")
    row.filing_number = words(filing_number, "filing_number", "备案编号", limit=80, needed="请写明备案编号。")
    row.filed_on = past_day(filed_on, "filed_on", "备案日期", not_before=row.round.closed_day if row.round_id else None)
    row.save()
    audit.record(
        by=by,
        about=(row, row.project),
        now=row.filing_number,
        address=address(row.project),
        sentence=f"{row.project.code} 等级保护备案 {row.filing_number}",
    )
    return row


@verb("projects.security.sync")
def record_sync(
    *, by: Actor, project: Project, item: str, done_on: dt.date | None, evidence: str, is_demo: bool = False
) -> SecuritySync:
    """One of 同步规划、同时设计、同时施工、同时投入使用, with its paper (9.3.8)."""
    access.require(by, reporting(by), project)
    row = steps.lock(project)
    if item not in SYNCS:
        raise Invalid("请选择四项之一。", fields={"item": ["请选择一项"]})
    if row.security_syncs.filter(item=item, withdrawn="").exists():
        raise Refused(f"{row.code} 的{SYNCS[item]}已经登记；有误请先撤回。")
    done_on = past_day(done_on, "done_on", "日期")
    _in_order(row, item, done_on)
    sync = SecuritySync.objects.create(
        project=row,
        item=item,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
        done_on=done_on,
        evidence=words(evidence, "evidence", "凭据", limit=300, needed="请写明凭据（文件、方案章节、验收单）。"),
    )
    audit.record(
        by=by,
        about=row,
        now=item,
        address=address(row),
        sentence=f"{row.code} 安全{SYNCS[item]}，凭据：{sync.evidence}",
    )
    return sync


def _in_order(project: Project, item: str, done_on: dt.date) -> None:
    """Planned before designed, designed before built, built before used: by their days, and for works that 9.3.8 binds
    none is recorded before the one that comes first."""
    at = protection.SYNCS.index(item)
    standing = list(project.security_syncs.filter(withdrawn=""))
    earlier = [SYNCS[i] for i in protection.SYNCS[:at] if i not in {other.item for other in standing}]
    if earlier and gates.security_binds(project.construction):
        sentence = f"请先登记{'、'.join(earlier)}，再登记{SYNCS[item]}（9.3.8：先规划、再设计、施工、投入使用）。"
        raise Invalid(sentence, fields={"item": [sentence]})
    for other in standing:
        there = protection.SYNCS.index(other.item)
        if (there < at and other.done_on > done_on) or (there > at and other.done_on < done_on):
            sentence = (
                f"{SYNCS[item]} {done_on} 与{SYNCS[other.item]} {other.done_on} 次序不对："
                "先规划、再设计、施工、投入使用。"
            )
            raise Invalid(sentence, fields={"done_on": [sentence]})


def _take_back(row: SecuritySync | SecurityAssessment, reason: str, already: str) -> None:
    """Mark a locked row as taken back; refused with the sentence `already` where it was."""
    if row.withdrawn:
        raise Refused(already)
    row.withdrawn = words(reason, "reason", "理由", limit=300, needed="撤回要写明理由。")
    row.save()


@verb("projects.security.withdraw_sync")
def withdraw_sync(*, by: Actor, sync: SecuritySync, reason: str) -> SecuritySync:
    """Take a wrong entry back; its row stays."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = SecuritySync.objects.select_for_update(of=("self",)).select_related("project").get(pk=sync.pk)
    _take_back(row, reason, "这条登记已经撤回。")
    audit.record(
        by=by,
        about=row.project,
        was=row.item,
        address=address(row.project),
        sentence=f"{row.project.code} 撤回{row.get_item_display()}的登记：{row.withdrawn}",
    )
    return row


@verb("projects.security.assess")
def record_assessment(
    *,
    by: Actor,
    project: Project,
    kind: str,
    assessed_on: dt.date | None,
    assessor: str,
    result: str,
    document: str,
    next_due: dt.date | None = None,
    findings: Iterable[dict] = (),
    is_demo: bool = False,
) -> SecurityAssessment:
    """An assessment with its findings (`text`, `weight`, `due`, `measure`); the next is due by level where no day is
    given."""
    access.require(by, reporting(by), project)
    row = steps.lock(project)
    if kind not in dict(SecurityAssessment.KINDS) or result not in dict(SecurityAssessment.RESULTS):
        raise Invalid("请选择种类和结论。", fields={"kind": ["请选择"], "result": ["请选择"]})
    assessed_on = past_day(assessed_on, "assessed_on", "日期")
    if next_due and not assessed_on < next_due <= assessed_on.replace(
        year=assessed_on.year + 10, day=min(assessed_on.day, 28)
    ):
        raise Invalid("下次到期要在本次之后、十年以内。", fields={"next_due": ["要晚于本次日期，在十年以内"]})
    findings = list(findings)
    if result != "pass" and not findings:
        raise Invalid("结论不是“符合”，要写明隐患和整改期限（9.3.2）。", fields={"finding_1": ["写明隐患"]})
    assessment = SecurityAssessment.objects.create(
        project=row,
        kind=kind,
        assessed_on=assessed_on,
        result=result,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
        assessor=words(assessor, "assessor", "测评机构或专家", limit=200, needed="请写明谁测评。"),
        document=words(document, "document", "报告名称及文号", limit=200, needed="请写明报告名称及文号。"),
        next_due=next_due or protection.next_due(assessed_on, row.protection_level),
    )
    for number, finding in enumerate(findings, 1):
        _finding(assessment, number, **finding)
    audit.record(
        by=by,
        about=row,
        now=result,
        address=address(row),
        sentence=f"{row.code} {assessment.get_kind_display()}（{assessed_on}）{assessment.get_result_display()}，"
        f"隐患 {len(findings)} 项",
    )
    return assessment


@verb("projects.security.withdraw_assessment")
def withdraw_assessment(*, by: Actor, assessment: SecurityAssessment, reason: str) -> SecurityAssessment:
    """Take a wrongly recorded assessment back with its findings; the rows stay."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = SecurityAssessment.objects.select_for_update(of=("self",)).select_related("project").get(pk=assessment.pk)
    _take_back(row, reason, "这次测评已经撤回。")
    audit.record(
        by=by,
        about=row.project,
        was=row.result,
        address=address(row.project),
        sentence=f"{row} 的登记撤回：{row.withdrawn}",
    )
    return row


def _finding(
    assessment: SecurityAssessment,
    number: int,
    *,
    text: str,
    weight: str = "middle",
    due: dt.date | None = None,
    measure: str = "",
) -> None:
    if weight not in dict(SecurityFinding.WEIGHTS):
        raise Invalid("请选择风险高、中、低。", fields={f"weight_{number}": ["请选择"]})
    if due is None or due < assessment.assessed_on:
        raise Invalid(
            f"第 {number} 项隐患要写明整改期限，不早于测评日期。",
            fields={f"due_{number}": ["写明整改期限，不早于测评日期"]},
        )
    SecurityFinding.objects.create(
        assessment=assessment,
        weight=weight,
        due=due,
        is_demo=assessment.is_demo,
        text=words(text, f"finding_{number}", "隐患", limit=300, needed="请写明隐患。"),
        measure=words(measure, f"measure_{number}", "整改措施", limit=300),
    )


@verb("projects.security.fix")
def fix_finding(*, by: Actor, finding: SecurityFinding, fixed_on: dt.date | None, fixed_text: str) -> SecurityFinding:
    """A weakness is mended."""
    access.require(by, reporting(by), finding.assessment.project)
    row = (
        SecurityFinding.objects.select_for_update(of=("self",)).select_related("assessment__project").get(pk=finding.pk)
    )
    project = row.assessment.project
    if row.assessment.withdrawn:
        raise Refused(f"{row.assessment}的登记已经撤回，不需要整改。")
    if row.fixed_on:
        raise Refused(f"这项隐患已于 {row.fixed_on} 整改完成。")
    row.fixed_text = words(fixed_text, "fixed_text", "整改情况", limit=300, needed="请写明怎样整改。")
    row.fixed_on = past_day(fixed_on, "fixed_on", "完成日期", not_before=row.assessment.assessed_on)
    row.save()
    audit.record(
        by=by,
        about=project,
        now=row.fixed_on,
        address=address(project),
        sentence=f"{project.code} 隐患“{row.text}”整改完成：{row.fixed_text}"[:500],
    )
    return row
