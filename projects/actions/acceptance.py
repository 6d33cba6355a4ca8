"""Acceptance (9.2.7) and the yearly evaluation of use (9.2.8): conclusions, their second signature, results upwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role
from governance.jobs import queue
from governance.kernel import access, audit, working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Meeting, Organisation
from governance.notices import inbox
from governance.signing.paper import BY_HIMSELF, PaperSignature
from projects import steps
from projects.actions import signing
from projects.actions.checks import locked, past_day, words
from projects.benefits import ledger
from projects.lifecycle import gates, guards, life, proofs
from projects.models import Acceptance, AnnualTarget, Evaluation, Phase, Project

STEPS = {"first": "accept_first", "final": "accept_finally"}
BLOCKS = dict(Acceptance.BLOCKS)
RECORD_DAYS = gates.RECORD_DAYS


@dataclass(frozen=True)
class AcceptanceResult:
    """What an acceptance came to; `accepted_on` None is today, `opinions` are by block, 整改后通过 asks for
    corrections with their day."""

    conclusion: str
    text: str
    accepted_on: dt.date | None = None
    opinions: Mapping[str, str] = field(default_factory=dict)
    document_number: str = ""
    correction: str = ""
    correction_due: dt.date | None = None

    def checked(self, stage: str, since: dt.date | None) -> dict:
        """Its columns, for works that stand where they do `since` a day. Raises Invalid naming the field."""
        accepted_on = past_day(self.accepted_on, "accepted_on", "验收日期", not_before=since)
        if self.conclusion != "fail":
            _long_enough(stage, since, accepted_on)
        is_to_correct = self.conclusion == "pass_after_correction"
        needed = "整改后通过要写明整改要求。" if is_to_correct else ""
        correction = words(self.correction, "correction", "整改要求", needed=needed)
        if is_to_correct and (self.correction_due is None or self.correction_due < accepted_on):
            raise Invalid("整改后通过要写明整改期限，不早于验收日期。", fields={"correction_due": ["写明整改期限"]})
        return {
            "conclusion": self.conclusion,
            "accepted_on": accepted_on,
            "text": words(self.text, "text", "验收意见", needed="请写明验收意见。"),
            "opinions": {
                key: words(value, key, BLOCKS[key], limit=1000)
                for key, value in self.opinions.items()
                if key in BLOCKS and value
            },
            "document_number": words(self.document_number, "document_number", "验收文号", limit=80),
            "correction": correction,
            "correction_due": self.correction_due if correction else None,
            "record_due": working_days.add(accepted_on, RECORD_DAYS),
        }


@verb("projects.acceptance.conclude", signs=True)
def conclude_acceptance(
    *,
    by: Actor,
    project: Project,
    version: int,
    stage: str,
    result: AcceptanceResult,
    phase: Phase | None = None,
    independent: Organisation | None = None,
    paper: PaperSignature = BY_HIMSELF,
    is_demo: bool = False,
) -> Acceptance:
    """Conclude 初验 or 终验 of a project, or of one `phase`, with the material list as it stands;
    the accepting body signs with it (`paper`: what its head signed there).

    Where that body leads the project, `independent` signs as well before anything holds (D44).
    A passed acceptance leads on to its state. Refused with what is lacking; 不通过 needs no complete list.
    """
    access.require(by, Permission.ACCEPT_WORKS)
    if stage not in STEPS:
        raise Invalid("请选择初验或终验。", fields={"stage": ["请选择一项"]})
    if result.conclusion not in dict(Acceptance.CONCLUSIONS):
        raise Invalid("请选择结论。", fields={"conclusion": ["请选择一项"]})
    row = locked(project, version)
    held = Phase.objects.select_related("project").get(pk=phase.pk, project=row) if phase else row
    _may_conclude(row, held, stage, result)
    acceptance = Acceptance.objects.create(
        project=row,
        phase=phase,
        stage=stage,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
        materials=materials(row, STEPS[stage], phase),
        **result.checked(stage, held.state_day),
    )
    row.version += 1  # who has the project open sees that an acceptance has come
    row.save()
    word = acceptance.get_conclusion_display()
    audit.record(
        by=by,
        about=(acceptance, row),
        now=result.conclusion,
        sentence=f"{acceptance}结论：{word}（{acceptance.accepted_on}）",
    )
    signing.open_signing(by=by, row=acceptance, kind="acceptance", project=row, independent=independent, paper=paper)
    _lead_on(by, acceptance)
    return acceptance


def _may_conclude(row: Project, held: Project | Phase, stage: str, result: AcceptanceResult) -> None:
    """Refused where the gate lacks something (不通过 needs no complete list), or another is being signed."""
    phase = held if isinstance(held, Phase) else None
    transition = (life.PHASE_BY_VERB if phase else life.BY_VERB)[STEPS[stage]]
    lacking = guards.phase_blockers(phase, transition) if phase else guards.blockers(row, transition)
    if lacking and (result.conclusion != "fail" or held.state not in transition.sources):
        raise Refused(f"{_of(row, phase)}还不能{transition.label}：{lacking[0][0]}。", blockers=lacking)
    if Acceptance.objects.filter(project=row, stage=stage, phase=phase, state="signing").exists():
        raise Refused(f"{_of(row, phase)}的{dict(Acceptance.STAGES)[stage]}正在会签，请等独立签署。")


def _of(project: Project, phase: Phase | None) -> str:
    return f"{project.code} {phase.name}" if phase else f"{project.code} "


def _long_enough(stage: str, since: dt.date | None, accepted_on: dt.date) -> None:
    """A final acceptance on a day before the trial run was long enough does not pass."""
    ends = gates.trial_ends(since) if stage == "final" else None
    if ends and accepted_on < ends:
        sentence = f"试运行自 {since} 起，不少于 {gates.TRIAL_DAYS} 天，终验日期不早于 {ends}（系统默认）。"
        raise Invalid(sentence, fields={"accepted_on": [sentence]})


def materials(project: Project, gate: str, phase: Phase | None = None) -> list[dict]:
    """The material list of a gate as it stands: key, label, status, document."""
    items = {item.key: item for item in project.gate_items.filter(phase=phase, withdrawn="")}
    found = []
    for one in gates.standing(items, (), gate, proofs.of(project, gate, phase)):
        status = one.item.get_status_display() if one.item else "已具备" if one.record else "未提供"
        document = one.item.document if one.item else f"{one.record.text}（{one.record.day}）" if one.record else ""
        found.append(
            {"key": one.requirement.key, "label": one.requirement.label, "status": status, "document": document}
        )
    return found


def _lead_on(by: Actor, acceptance: Acceptance) -> None:
    """What a passed acceptance means for the project or its phase: the next state, on the day of the acceptance."""
    if not acceptance.passed:
        return
    project = steps.lock(acceptance.project)
    phase = Phase.objects.get(pk=acceptance.phase_id) if acceptance.phase_id else None
    held, target = phase or project, life.BY_VERB[STEPS[acceptance.stage]].target
    if held.state in life.ACCEPTED[acceptance.stage]:
        return
    if held.state not in life.BY_VERB[STEPS[acceptance.stage]].sources or (phase and project.state in life.ASIDE):
        stands = project if phase and project.state in life.ASIDE else held
        raise Refused(
            f"{acceptance}现在不能生效："
            f"{_of(project, None if stands is project else phase).strip()}{stands.get_state_display()}中。",
            blockers=[("先恢复建设，再签署验收", guards.OFFICE)],
        )
    if lacking := guards.obstacles(project, STEPS[acceptance.stage]):  # found between conclusion and last signature
        raise Refused(f"{acceptance}现在不能生效：{lacking[0][0]}。", blockers=list(lacking))
    word = acceptance.get_conclusion_display()
    values = {
        "by": by,
        "project": project,
        "now": target,
        "day": max(acceptance.accepted_on, held.state_day or acceptance.accepted_on),
        "reason": f"{acceptance.get_stage_display()}{word} {acceptance.document_number}".strip(),
    }
    if phase:
        steps.set_phase_state(**values, phase=phase)
    else:
        steps.set_state(**values, is_demo=acceptance.is_demo)


@verb("projects.acceptance.sign", signs=True)
def sign_acceptance(
    *,
    by: Actor,
    acceptance: Acceptance,
    kind: str,
    text: str = "",
    paper: PaperSignature = BY_HIMSELF,
    shown: str | None = None,
) -> str:
    """The independent signature (agree, conditional, refuse), one's own or entered from paper; with the last 同意 the
    acceptance holds."""
    access.require(by, signing.signing(by), acceptance)
    row = Acceptance.objects.select_for_update(of=("self",)).select_related("project", "phase").get(pk=acceptance.pk)
    state = signing.sign(by=by, row=row, kind=kind, text=text, paper=paper, shown=shown)
    if state == "refused" and signing.confirms(row):
        signing.reopen_correction(by=by, row=row)
    _lead_on(by, row)
    return row.state


@verb("projects.acceptance.correct")
def record_correction(
    *, by: Actor, acceptance: Acceptance, corrected_on: dt.date | None, corrected_text: str
) -> Acceptance:
    """The corrections that 整改后通过 asked for are done: now it has passed;
    where the accepting body leads the project, once the independent unit has confirmed them as well (D44)."""
    access.require(by, Permission.ACCEPT_WORKS)
    row = Acceptance.objects.select_for_update(of=("self",)).select_related("project", "phase").get(pk=acceptance.pk)
    if row.conclusion != "pass_after_correction" or row.corrected_on:
        raise Refused(f"{row}没有待整改的事项。")
    if row.state in Acceptance.DEAD:
        raise Refused(f"{row}{row.get_state_display()}，请重新组织验收。")
    row.corrected_text = words(corrected_text, "corrected_text", "整改情况", limit=300, needed="请写明怎样整改。")
    row.corrected_on = past_day(corrected_on, "corrected_on", "整改完成日期", not_before=row.accepted_on)
    row.save()
    audit.record(by=by, about=(row, row.project), now=row.corrected_on, sentence=f"{row}整改完成：{row.corrected_text}")
    if row.conflict and row.is_concluded:
        signing.open_confirmation(row=row)
    _lead_on(by, row)
    return row


# --- evaluation ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """What was measured of a year's use; None is not measured."""

    use_percent: int | None = None
    sharing_calls: int | None = None
    goals_set: int | None = None
    goals_met: int | None = None
    satisfaction_percent: int | None = None


@verb("projects.evaluation.file", signs=True)
def file_evaluation(
    *,
    by: Actor,
    project: Project,
    year: int,
    findings: str,
    measured: Measured,
    evidence: str = "",
    independent: Organisation | None = None,
    paper: PaperSignature = BY_HIMSELF,
    is_demo: bool = False,
) -> Evaluation:
    """The yearly check of use of a finished project. Signed like an acceptance (D44)."""
    access.require(by, Permission.ACCEPT_WORKS)
    row = steps.lock(project)
    finished = row.state_changes.filter(now="final_acceptance").order_by("pk").first()
    if row.state not in life.FINISHED:
        raise Refused(f"{row.code} 现在是“{row.get_state_display()}”，建成（终验）以后才评估使用情况（9.2.8）。")
    today = clock.today().year
    first = finished.on.year if finished else 2005
    if not isinstance(year, int) or not first <= year <= today:
        raise Invalid(f"年度应是 {first}—{today}。", fields={"year": [f"请填 {first}—{today}"]})
    if Evaluation.objects.filter(project=row, year=year).exclude(state__in=Evaluation.DEAD).exists():
        raise Refused(f"{row.code} {year} 年已有使用评估。")
    _check_measures(vars(measured))
    evaluation = Evaluation.objects.create(
        project=row,
        year=year,
        by_text=by.text,
        is_demo=is_demo or row.is_demo,
        goals=[one.as_words() for one in ledger.due_lines(row, year)],
        **vars(measured),
        findings=words(findings, "findings", "检查评估意见", needed="请写明检查评估意见。"),
        evidence=words(evidence, "evidence", "依据", limit=300),
    )
    audit.record(by=by, about=(evaluation, row), now=year, sentence=f"{row.code} {year} 年使用评估")
    signing.open_signing(by=by, row=evaluation, kind="evaluation", project=row, independent=independent, paper=paper)
    return evaluation


def _check_measures(values: dict) -> None:
    limits = {
        "use_percent": 100,
        "satisfaction_percent": 100,
        "sharing_calls": 2_000_000_000,
        "goals_set": 1000,
        "goals_met": 1000,
    }
    fields = {
        name: [f"请填 0—{limits[name]} 的整数，没有测得就不填"]
        for name, value in values.items()
        if value is not None
        and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= limits[name])
    }
    both = values["goals_set"], values["goals_met"]
    if not fields and (None in both) != (both == (None, None)):
        fields["goals_met"] = ["目标数和达成数要一起填"]
    if not fields and None not in both and both[1] > both[0]:
        fields["goals_met"] = [f"达成 {both[1]} 个多于目标 {both[0]} 个"]
    if fields:
        raise Invalid("评估数据没有保存：" + "；".join(s for ss in fields.values() for s in ss) + "。", fields=fields)


@verb("projects.evaluation.sign", signs=True)
def sign_evaluation(
    *,
    by: Actor,
    evaluation: Evaluation,
    kind: str,
    text: str = "",
    paper: PaperSignature = BY_HIMSELF,
    shown: str | None = None,
) -> str:
    """The independent signature of an evaluation, one's own or entered from paper."""
    access.require(by, signing.signing(by), evaluation)
    row = Evaluation.objects.select_for_update(of=("self",)).select_related("project").get(pk=evaluation.pk)
    return signing.sign(by=by, row=row, kind=kind, text=text, paper=paper, shown=shown)


@verb("projects.evaluation.report")
def report_evaluations(
    *, by: Actor, year: int, title: str, held_on: dt.date | None, minutes_number: str, is_demo: bool = False
) -> int:
    """Report the year's signed evaluations to the leading group (9.2.8), with the meeting's minutes; returns how many.
    Its members hear of it, and the year's report is made for them to open."""
    access.require(by, Permission.ACCEPT_WORKS)
    held_on = past_day(held_on, "held_on", "会议日期")
    rows = list(
        Evaluation.objects.select_for_update().filter(year=year, state="concluded", reported_on=None).order_by("pk")
    )
    if not rows:
        raise Refused(f"{year} 年没有已签署、还未汇报的使用评估。")
    if early := [r for r in rows if r.round_id and r.round.closed_day and r.round.closed_day > held_on]:
        raise Invalid("会议早于评估签署。", fields={"held_on": [f"{early[0]}签署于 {early[0].round.closed_day}"]})
    meeting = Meeting.objects.create(
        title=words(title, "title", "会议名称", limit=120, needed="请写明会议名称。"),
        held_on=held_on,
        is_demo=is_demo,
        minutes_number=words(minutes_number, "minutes_number", "纪要文号", limit=60, needed="请写明纪要文号。"),
    )
    for row in rows:
        row.reported_at, row.reported_on = meeting, held_on
        row.save(update_fields=["reported_at", "reported_on"])
    address = f"/projects/evaluations/?year={year}"
    inbox.tell(
        key=f"evaluations-reported:{meeting.pk}",
        role=Role.LEADING_GROUP,
        address=address,
        is_demo=is_demo,
        sentence=f"{year} 年使用评估 {len(rows)} 项向领导小组汇报（{meeting}），报告在“文档与报表”。",
    )
    if by.scope(Permission.REQUEST_REPORT):
        queue.enqueue(by=by, kind="evaluation", params={"year": year, "formats": ["pdf"]})
    audit.record(
        by=by,
        about=tuple(rows),
        now=minutes_number,
        address=address,
        sentence=f"{year} 年使用评估 {len(rows)} 项向市信息化领导小组汇报（{meeting}）",
    )
    return len(rows)


@verb("projects.target.set")
def set_target(
    *,
    by: Actor,
    organisation: Organisation,
    year: int,
    score: int,
    text: str,
    document: str = "",
    is_demo: bool = False,
) -> AnnualTarget:
    """A department's yearly target: the score that the use of its projects has to reach. A later one supersedes."""
    access.require(by, Permission.MANAGE_PROJECT)
    if organisation is None or organisation.is_generic:
        raise Invalid("请选择单位；泛指不是单位（D42）。", fields={"organisation": ["请选择单位"]})
    if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= 100:
        raise Invalid("得分应是 0—100 的整数。", fields={"score": ["请填 0—100"]})
    if not isinstance(year, int) or not 2005 <= year <= 2100:
        raise Invalid("年度不对。", fields={"year": ["请填年度"]})
    unit = Organisation.objects.select_for_update().get(
        pk=organisation.survivor_id
    )  # two at once do not both make the first
    text = words(text, "text", "目标", limit=300, needed="请写明目标。")
    document = words(document, "document", "文号", limit=100)
    AnnualTarget.objects.filter(organisation=unit, year=year, superseded=False).update(superseded=True)
    row = AnnualTarget.objects.create(
        organisation=unit, year=year, score=score, by_text=by.text, is_demo=is_demo, text=text, document=document
    )
    audit.record(
        by=by,
        about=unit,
        now=score,
        address=f"/projects/evaluations/?year={year}",
        sentence=f"{unit.name} {year} 年度目标：所牵头项目使用评估得分不低于 {score}",
    )
    return row
