"""列入 and 结转 of one case by the leading group, for the API: a version of the plan that differs from the one in
force by this case alone. The draft that the office compiles meanwhile stays open and takes its place behind it."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.notices import inbox
from priorities.actions import plans, registering
from priorities.annual_plan import plan_document
from priorities.case import guards
from priorities.models import AnnualPlan, PlanEntry, Submission
from priorities.screening import conclusions


@verb("priorities.submission.adopt", signs=True)
def adopt_case(
    *,
    by: Actor,
    submission: Submission,
    version: int | None = None,
    meeting_title: str,
    held_on: dt.date | None,
    minutes_number: str,
) -> Submission:
    """列入: adopts a version of the case's year with its settled amounts; registers the project and opens its lines."""
    access.require(by, Permission.ADOPT_PLAN)
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    _lock_year(submission)
    row = guards.enter(by=by, submission=submission, verb="adopt", version=version)
    meeting = plans.meeting_of(meeting_title, held_on, minutes_number, row.is_demo)
    plan = _next_version(by=by, row=row, note=f"列入 {row.reference}", meeting=meeting)
    amounts = conclusions.approved(conclusions.in_force(row))
    entry = _add(by=by, plan=plan, row=row, decision="listed", amounts=amounts)
    project = plans.adopt_entry(by, plan, entry, row, meeting)
    registering.decide(by=by, project=project)
    registering.open_lines(
        by=by, project=project, amounts=amounts, document_number=meeting.minutes_number, is_demo=row.is_demo
    )
    PlanEntry.objects.filter(plan__state="draft", submission=row).update(
        decision="listed", amounts=amounts, project=project, reason=""
    )
    plan_document.freeze(plan)
    _tell(by, plan, meeting, f"列入 {row.reference}“{row.title}”")
    return row


@verb("priorities.submission.leave_over", signs=True)
def leave_over(
    *,
    by: Actor,
    submission: Submission,
    version: int | None = None,
    reason: str,
    meeting_title: str,
    held_on: dt.date | None,
    minutes_number: str,
) -> Submission:
    """结转候选: the case stays a candidate, of the next year, with the leading group's reason."""
    access.require(by, Permission.ADOPT_PLAN)
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    _lock_year(submission)
    row = guards.enter(by=by, submission=submission, verb="leave_over", version=version)
    reason = clean_text(reason, limit=300, field="理由")
    if not reason:
        raise Invalid("结转要写明理由。", fields={"reason": ["请写明理由。"]})
    meeting = plans.meeting_of(meeting_title, held_on, minutes_number, row.is_demo)
    plan = _next_version(by=by, row=row, note=f"结转 {row.reference}", meeting=meeting)
    entry = _add(by=by, plan=plan, row=row, decision="left_over", reason=reason)
    plans.leave_entry_over(by, plan, entry, row, meeting)
    PlanEntry.objects.filter(plan__state="draft", plan__plan_year=plan.plan_year, submission=row).delete()
    plan_document.freeze(plan)
    _tell(by, plan, meeting, f"结转 {row.reference}“{row.title}”")
    return row


@step
def _add(*, by: Actor, plan: AnnualPlan, row: Submission, **decided) -> PlanEntry:
    """The case as the last entry of the version."""
    decided |= {"project": row.project, "order": plan.entries.count() + 1, "is_demo": row.is_demo}
    return PlanEntry.objects.create(plan=plan, submission=row, **decided)


def _lock_year(submission: Submission) -> None:
    """Locks go from plan versions down to the submission."""
    list(AnnualPlan.objects.select_for_update().filter(plan_year=submission.plan_year).order_by("pk"))


@step
def _next_version(*, by: Actor, row: Submission, note: str, meeting) -> AnnualPlan:
    """An adopted version that begins as a copy of the one in force; an open draft moves one number up."""
    versions = list(AnnualPlan.objects.filter(plan_year=row.plan_year).order_by("number"))
    draft = next((v for v in versions if v.is_draft), None)
    number = len(versions) + 1
    if draft is not None:
        number = draft.number
        draft.number += 1
        draft.version += 1
        draft.save(update_fields=["number", "version"])
    before = next((v for v in versions if v.is_adopted), None)
    if before is not None:
        AnnualPlan.objects.filter(pk=before.pk).update(state="superseded")
    try:
        with transaction.atomic():
            plan = AnnualPlan.objects.create(
                plan_year=row.plan_year,
                number=number,
                state="adopted",
                note=note,
                meeting=meeting,
                adopted_day=meeting.day,
                by_text=by.text,
                is_demo=row.is_demo,
            )
    except IntegrityError:  # the year's first version was made in the same moment: there was no row to lock
        raise Refused(f"{row.plan_year} 年度计划刚刚有了新的版次，请重试。") from None
    kept = before.entries.filter(decision__in=plans.LISTED).order_by("order", "pk") if before else ()
    plans.copy_entries(by=by, plan=plan, entries=kept)
    return plan


def _tell(by: Actor, plan: AnnualPlan, meeting, what: str) -> None:
    audit.record(
        by=by, event="priorities.plan.adopt", about=plan, now="adopted", sentence=f"{meeting}审定 {plan}：{what}"
    )
    inbox.tell(
        key=f"plan-adopted:{plan.pk}",
        role=Role.FINANCE,
        address=plan.get_absolute_url(),
        is_demo=plan.is_demo,
        sentence=f"{plan}已审定（{meeting.minutes_number}）：{what}。",
    )
