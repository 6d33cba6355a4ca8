"""The annual plan: compiled by the office, adopted by the leading group with its minutes; a mid-year adjustment is a
full new version with its differences (9.1.1: 审查和批准各部门电子政务建设任务和年度计划)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission, Role
from governance.basics.text import NotAnAmount, clean_text, parse_wan
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import Meeting, Organisation
from governance.notices import inbox
from priorities import proposal as proposals
from priorities.actions import changes, registering
from priorities.actions.decisions import issue_letter
from priorities.annual_plan import evidence, plan_document, plan_versions
from priorities.approval import contacts
from priorities.case import decision
from priorities.models import AnnualPlan, PlanEntry, Submission
from priorities.screening import conclusions, decided
from priorities.submissions import workflow
from projects.models import Project

LISTED = plan_versions.LISTED


@verb("priorities.plan.create")
def create_plan(*, by: Actor, plan_year: int, note: str = "", is_demo: bool = False) -> AnnualPlan:
    """Start a version of a year's plan with an entry for every candidate; with an adopted one there, a mid-year
    adjustment that begins as its copy."""
    access.require(by, Permission.COMPILE_PLAN)
    if plan_year not in proposals.YEARS:
        sentence = f"计划年度应在 {proposals.YEARS.start}—{proposals.YEARS.stop - 1} 之间。"
        raise Invalid(sentence, fields={"plan_year": ["年度不对"]})
    versions = list(AnnualPlan.objects.select_for_update().filter(plan_year=plan_year).order_by("number"))
    if any(v.is_draft for v in versions):
        raise Refused(f"{plan_year} 年度计划已有一份编制中的草案，请在那一份上修改。")
    adopted = next((v for v in versions if v.is_adopted), None)
    plan = AnnualPlan.objects.create(
        plan_year=plan_year,
        number=len(versions) + 1,
        note=clean_text(note, limit=1000, field="编制说明"),
        by_text=by.text,
        is_demo=is_demo,
    )
    kept = adopted.entries.filter(decision__in=LISTED).order_by("order", "pk") if adopted else ()
    order = copy_entries(by=by, plan=plan, entries=kept)
    for row in candidates(plan):
        order += 1
        _add(plan, row, order)
    sentence = f"开始编制 {plan}，{order} 项"
    audit.record(by=by, about=plan, sentence=sentence, address=_address(plan))
    return plan


@step
def copy_entries(*, by: Actor, plan: AnnualPlan, entries: Iterable[PlanEntry]) -> int:
    """What a version takes over from the one before, as listed and in that order; returns how many."""
    rows = []
    for order, old in enumerate(entries, 1):
        same = {"submission_id": old.submission_id, "amounts": old.amounts, "project_id": old.project_id}
        rows.append(PlanEntry(plan=plan, decision="listed", order=order, is_demo=plan.is_demo, **same))
    return len(PlanEntry.objects.bulk_create(rows))


@verb("priorities.plan.put_entry")
def put_entry(
    *,
    by: Actor,
    plan: AnnualPlan,
    version: int,
    submission: Submission,
    decision: str,
    amounts: list[dict] | None = None,
    reason: str = "",
) -> PlanEntry:
    """列入, 不列入, 调整金额 or 结转候选 of one candidate (or, in an adjustment, of an adopted case)."""
    access.require(by, Permission.COMPILE_PLAN)
    draft = _lock_draft(plan, version)
    row = workflow.lock(submission.pk)
    if decision not in dict(PlanEntry.DECISIONS):
        raise Invalid("请选择列入、不列入、调整金额或结转候选。", fields={"decision": ["请选择一项"]})
    reason = clean_text(reason, limit=300, field="理由")
    entry = draft.entries.filter(submission=row).first()
    before = plan_versions.adopted_entry(draft, row)
    if row.state != workflow.CANDIDATE and before is None:
        raise Refused(
            f"{row.reference} 不是候选（现在是“{workflow.STATES[row.state]}”），不能编入年度计划；"
            "只有联合会签通过的候选可以（8.1）。"
        )
    if row.state == workflow.CANDIDATE and row.plan_year > draft.plan_year:
        raise Refused(f"{row.reference} 是 {row.plan_year} 年度计划的候选，不能编入 {draft.plan_year} 年度。")
    if decision != "listed" and not reason:
        raise Invalid("不列入、调整金额和结转都要写明理由。", fields={"reason": ["请写明理由。"]})
    base = _base_amounts(row, before)
    settled = base if decision == "listed" else []
    if decision == "adjusted":
        settled = _adjusted(row, amounts or [])
    if entry is None:
        entry = PlanEntry(plan=draft, submission=row, order=draft.entries.count() + 1, is_demo=draft.is_demo)
    was = entry.decision
    entry.decision, entry.amounts, entry.reason = decision, settled, reason
    entry.project = row.project
    entry.save()
    _touch(draft)
    audit.record(
        by=by,
        about=(draft, row),
        was=was,
        now=settled,
        address=_address(draft),
        sentence=f"{draft}：{row.reference} {entry.get_decision_display()}{'，' + reason if reason else ''}",
    )
    return entry


@verb("priorities.plan.adopt", signs=True)
def adopt(
    *, by: Actor, plan: AnnualPlan, version: int, meeting_title: str, held_on: dt.date, minutes_number: str
) -> AnnualPlan:
    """审定: the leading group adopts the version with meeting, day and 纪要文号. In one transaction the listed cases
    become projects (or go from 待立项 to 立项) with their lines of approved money; the others are left over."""
    access.require(by, Permission.ADOPT_PLAN)
    draft = _lock_draft(plan, version)
    meeting = meeting_of(meeting_title, held_on, minutes_number, draft.is_demo)
    if found := plan_versions.adoption_blockers(draft, clock.today()):
        raise Refused("还不能审定：" + "；".join(text for text, _ in found) + "。", blockers=found)
    _not_his_own(by, draft)
    chosen_from = evidence.of(draft, clock.today())  # before the candidates become something else
    needs = evidence.needs_by_case(chosen_from)
    entries = list(draft.entries.order_by("submission_id"))
    rows = {
        r.pk: r
        for r in Submission.objects.select_for_update().filter(pk__in=[e.submission_id for e in entries]).order_by("pk")
    }
    money = []  # booked after all projects stand: locks go from projects down to budget lines
    for entry in entries:
        row = rows[entry.submission_id]
        if row.state == workflow.CANDIDATE and entry.decision in LISTED:
            money.append((adopt_entry(by, draft, entry, row, meeting), entry.amounts))
        elif row.state == workflow.CANDIDATE:
            leave_entry_over(by, draft, entry, row, meeting, needs.get(row.number, ""))
        elif row.project_id is not None:
            money.append((row.project, _adjust_case(by, draft, entry, row, meeting)))
    AnnualPlan.objects.filter(plan_year=draft.plan_year, state="adopted").update(state="superseded")
    draft.state, draft.meeting, draft.adopted_day, draft.version = "adopted", meeting, clock.today(), draft.version + 1
    draft.save()
    for project, amounts in sorted(money, key=lambda m: m[0].pk):
        registering.decide(by=by, project=project)
        registering.open_lines(
            by=by, project=project, amounts=amounts, document_number=meeting.minutes_number, is_demo=draft.is_demo
        )
    plan_document.freeze(draft, chosen_from)
    listed = sum(e.decision in LISTED for e in entries)
    audit.record(
        by=by,
        about=draft,
        was="draft",
        now="adopted",
        address=_address(draft),
        sentence=f"{meeting}审定 {draft}：列入 {listed} 项，其余 {len(entries) - listed} 项",
    )
    inbox.tell(
        key=f"plan-adopted:{draft.pk}",
        role=Role.FINANCE,
        address=_address(draft),
        is_demo=draft.is_demo,
        sentence=f"{draft}已审定（{minutes_number}），列入 {listed} 项，预算行已开立。",
    )
    return draft


def _not_his_own(by: Actor, draft: AnnualPlan) -> None:
    """Whose own unit leads a listed entry does not adopt it (D44)."""
    listed = list(draft.entries.filter(decision__in=LISTED).select_related("submission__organisation"))
    unit = Organisation.objects.get(pk=by.organisation_id).survivor_id
    units = plan_document.interested_units(listed)
    own = [e.submission for e in listed if unit in units[e.submission_id]]
    if own:
        names = "、".join(f"{row.reference}“{row.title}”" for row in own)
        raise Refused(
            f"{by.organisation_name}是 {names} 的牵头或联合牵头单位，请由领导小组其他成员审定（D44）。",
            blockers=[("换一位没有利害关系的领导小组成员审定", contacts.role(Role.LEADING_GROUP, clock.today()))],
        )


def candidates(plan: AnnualPlan):
    """Candidates of the plan's year, left-over ones included, that have no entry in it yet."""
    rows = Submission.objects.filter(state=workflow.CANDIDATE, plan_year__lte=plan.plan_year)
    return rows.exclude(pk__in=plan.entries.values("submission_id")).order_by("number")


def _add(plan: AnnualPlan, row: Submission, order: int) -> None:
    PlanEntry.objects.create(
        plan=plan,
        submission=row,
        decision="listed",
        amounts=_base_amounts(row, None),
        project=row.project,
        order=order,
        is_demo=plan.is_demo,
    )


def _base_amounts(row: Submission, before: PlanEntry | None) -> list[dict]:
    if before is not None:
        return before.amounts
    conclusion = conclusions.in_force(row)
    return conclusions.approved(conclusion) if conclusion else []


def _adjusted(row: Submission, amounts: list[dict]) -> list[dict]:
    """The entry's own amounts: a source or year may be left out or raised up to what was settled in all, the city's
    money up to what was settled for the city."""
    conclusion = conclusions.in_force(row)
    settled = decided.of_conclusion(row, conclusion) if conclusion else None
    sums: dict[tuple[int, str], Decimal] = {}
    errors: dict[str, list[str]] = {}
    for i, item in enumerate(amounts):
        source, year = item.get("source"), item.get("fiscal_year")
        try:
            amount = parse_wan(item.get("amount_wan"))
        except NotAnAmount as error:
            errors[f"amounts.{i}"] = [str(error)]
            continue
        if source not in proposals.SOURCE_LABELS or not isinstance(year, int) or year not in proposals.YEARS:
            errors[f"amounts.{i}"] = ["资金来源或年度不对。"]
        elif amount:
            sums[year, source] = sums.get((year, source), Decimal(0)) + amount
    total = sum(sums.values(), Decimal(0))
    if not errors and not sums:
        errors["amounts"] = ["调整金额至少要有一笔大于 0 的钱；不给钱请用“不列入”。"]
    if not errors and settled:
        city = sum((amount for (_, source), amount in sums.items() if source == "city"), Decimal(0))
        for label, asked, most in (("合计", total, settled.total), ("市财政", city, settled.city)):
            if asked > (most.decided_wan or 0):
                sentence = f"{label} {asked:.2f} 万元超过会签审定的 {most.decided_wan:.2f} 万元；超过的部分要重新会签。"
                errors.setdefault("amounts", []).append(sentence)
    if errors:
        raise Invalid(next(iter(errors.values()))[0], fields=errors)
    return proposals.as_amounts(sums)


@step
def adopt_entry(by: Actor, plan: AnnualPlan, entry: PlanEntry, row: Submission, meeting: Meeting) -> Project:
    """列入 inside an adoption: the case's project stands; its money is booked by the caller."""
    reason = f"{plan}列入（{meeting.minutes_number}）"
    if row.project_id is None:
        row.project = registering.register(by=by, submission=row, origin="annual_plan", reason=reason)
        row.save(update_fields=["project"])
    else:
        registering.approve(by=by, submission=row, reason=reason)
        registering.take_goals(by=by, project=row.project, submission=row)
        settled = sum((Decimal(a["amount_wan"]) for a in entry.amounts), Decimal(0))
        changes.carry_out(
            by=by, submission=row, settled_wan=settled, approver=f"联合会签，{meeting.minutes_number}（{plan}）"
        )
    entry.project = row.project
    entry.save(update_fields=["project"])
    workflow.advance(by=by, submission=row, verb="adopt", to=workflow.ADOPTED, reason=reason)
    _letter(by, plan, entry, row, "adopted", meeting)
    return row.project


@step
def leave_entry_over(
    by: Actor, plan: AnnualPlan, entry: PlanEntry, row: Submission, meeting: Meeting, need: str = ""
) -> None:
    """结转 inside an adoption: a candidate of the next year; `need`: what it would have needed to be listed."""
    row.plan_year = plan.plan_year + 1
    row.save(update_fields=["plan_year"])
    reason = f"{entry.get_decision_display()}，转为 {row.plan_year} 年度候选：{entry.reason}"
    workflow.advance(by=by, submission=row, verb="leave_over", to=workflow.CANDIDATE, reason=reason)
    _letter(by, plan, entry, row, "left_over", meeting, need)


def _letter(
    by: Actor,
    plan: AnnualPlan,
    entry: PlanEntry,
    row: Submission,
    occasion: str,
    meeting: Meeting,
    need: str = "",
) -> None:
    """The applicant's letter of what the plan decided. The plan gets its meeting only when all its entries stand."""
    content = decision.of_plan(row, plan, entry, occasion, meeting, clock.today(), need)
    issue_letter(by=by, row=row, key=f"plan:{plan.pk}", content=content)


def _adjust_case(by: Actor, plan: AnnualPlan, entry: PlanEntry, row: Submission, meeting: Meeting) -> list[dict]:
    """A mid-year adjustment of a case adopted before: the signed differences, which alone are booked."""
    before = plan_versions.adopted_entry(plan, row)
    now = entry.amounts if entry.decision in LISTED else []
    changes = plan_versions.signed_differences(before.amounts if before else [], now)
    if changes:
        _letter(by, plan, entry, row, "adjusted", meeting)
    return changes


@step
def meeting_of(title: str, held_on: dt.date | None, minutes_number: str, is_demo: bool) -> Meeting:
    """The sitting that an adoption cites; Invalid without title, day or 纪要文号."""
    title = clean_text(title, limit=120, field="会议名称")
    minutes_number = clean_text(minutes_number, limit=60, field="纪要文号")
    fields = {}
    if not title:
        fields["meeting_title"] = ["请填会议名称。"]
    if not minutes_number:
        fields["minutes_number"] = ["请填纪要文号；文号不由系统编造。"]
    if held_on is None or held_on > clock.today():
        fields["held_on"] = ["请填会议日期，不晚于今天。"]
    if fields:
        raise Invalid("审定要写明会议、日期和纪要文号（9.1.1）。", fields=fields)
    return Meeting.objects.create(title=title, held_on=held_on, minutes_number=minutes_number, is_demo=is_demo)


def _lock_draft(plan: AnnualPlan, version: int) -> AnnualPlan:
    draft = AnnualPlan.objects.select_for_update().get(pk=plan.pk)
    if not draft.is_draft:
        sentence = f"{draft}是“{draft.get_state_display()}”，不能再改；年中调整请编制新版。"
        raise Refused(sentence, blockers=[("已审定的版次不能改", contacts.role(Role.REVIEWER, clock.today()))])
    if draft.version != version:
        raise Stale(f"{draft}已被别人改过，您的改动没有保存；请对照现有内容再交。", current={"version": draft.version})
    return draft


def _touch(plan: AnnualPlan) -> None:
    plan.version += 1
    plan.save(update_fields=["version"])


def _address(plan: AnnualPlan) -> str:
    return f"/priorities/plan/{plan.plan_year}/"
