"""Changes of a running project: at once within the approved total, by joint approval and the annual plan above it."""

from __future__ import annotations

from decimal import Decimal

from budgets.models import BudgetLine
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from priorities.actions.drafts import create_draft
from priorities.approval import contacts
from priorities.models import ProposedChange, Submission
from projects import steps
from projects.actions.checks import locked
from projects.models import Change, Project

CHANGES = dict(Change.FIELDS)


@verb("priorities.submission.propose_change")
def propose_change(
    *,
    by: Actor,
    project_code: str,
    version: int,
    field: str,
    now: str,
    reason: str,
    total_wan: Decimal | None = None,
    is_demo: bool = False,
) -> Submission | None:
    """A change of content, time, budget, lead or name of a running project, by a unit that leads it.

    What stays within the approved total is applied at once (result None); a total above it makes a draft of kind
    变更 that goes to joint approval; its money is what is asked for in addition, and the change holds once the leading
    group adopts it. `version` is the project's.
    """
    access.require(by, Permission.SUBMIT)
    project = Project.objects.filter(code=project_code).first()
    if project is None or by.organisation_id not in project.belongs_to():
        raise Refused(f"{project_code} 不由贵单位牵头，不能为它提出变更。", status=403)
    row = locked(project, version)
    reason = clean_text(reason, limit=1000, field="变更理由")
    now = clean_text(now, limit=2000, field="变更后")
    if missing := {
        name: [say]
        for name, value, say in (("now", now, "请写明变更后的内容。"), ("reason", reason, "请写明理由。"))
        if not value
    }:
        raise Invalid("变更要写明变更后的内容和理由。", fields=missing)
    if field not in CHANGES:
        raise Invalid("变更只有内容、工期、预算、牵头单位和名称。", fields={"field": ["请选择变更什么"]})
    if field == "budget" and total_wan is None:
        raise Invalid("预算变更要写明变更后的总额。", fields={"total_wan": ["请填总额（万元）。"]})
    steps.readable_change(field=field, now=now)
    approved = approved_total(row)
    if total_wan is not None and total_wan > approved:
        return _to_joint_approval(by, row, field, now, reason, approved, total_wan, is_demo)
    more = {} if total_wan is None else {"effect": f"变更后总额 {total_wan:.2f} 万元，批复总额 {approved:.2f} 万元"}
    if field == "budget":
        more["was"], now = f"批复总额 {approved:.2f} 万元", f"{now}（总额 {total_wan:.2f} 万元）"
    steps.apply_change(
        by=by,
        project=row,
        field=field,
        now=now,
        reason=reason,
        **more,
        approver=f"{by.organisation_name}（批复总额 {approved:.2f} 万元以内）",
    )
    return None


def _to_joint_approval(
    by: Actor, project: Project, field: str, now: str, reason: str, approved: Decimal, total: Decimal, is_demo: bool
):
    """The 变更 case, with what it asks beside it; one at a time, so that no two are judged against the same total."""
    if open_one := ProposedChange.objects.pending(project).first():
        case = open_one.submission
        raise Refused(
            f"{project.code} 已有在办的变更申报 {case.reference}"
            f"（{open_one.get_field_display()}，{case.organisation}），请在那一份上修改，或先撤回它。",
            blockers=[("在办的变更办结或撤回", contacts.unit(case.organisation, clock.today()))],
        )
    asked = f"{project.content}\n变更（{CHANGES[field]}）：{now}\n变更理由：{reason}"
    row = create_draft(by=by, kind="change", project_code=project.code, proposal={"content": asked}, is_demo=is_demo)
    ProposedChange.objects.create(
        submission=row, field=field, now=now, reason=reason, approved_wan=approved, total_wan=total, is_demo=is_demo
    )
    return row


@step
def carry_out(*, by: Actor, submission: Submission, settled_wan: Decimal, approver: str) -> None:
    """The change of an adopted 变更 case holds: what it asked for, and the new total where it asked for something else.

    Inside the adoption's verb, before its money is booked; `settled_wan` is what was settled in addition. The baseline
    of the plan stays.
    """
    if submission.kind != "change" or submission.project_id is None:
        return
    asked = ProposedChange.objects.filter(submission=submission, applied_on=None).first()
    before = approved_total(submission.project)
    total = {"was": f"批复总额 {before:.2f} 万元", "now": f"批复总额 {before + settled_wan:.2f} 万元"}
    reason = f"{submission.reference} 变更申报" + (f"：{asked.reason}" if asked else "")
    effect = f"增加批复 {settled_wan:.2f} 万元"
    if asked and asked.total_wan != before + settled_wan:
        effect += f"，申请的总额为 {asked.total_wan:.2f} 万元"
    if asked and asked.field != "budget":
        steps.apply_change(
            by=by,
            project=submission.project,
            field=asked.field,
            now=asked.now,
            reason=reason,
            approver=approver,
            effect=effect,
        )
    elif asked:
        total["now"] += f"：{asked.now}"
    steps.apply_change(
        by=by, project=submission.project, field="budget", reason=reason, approver=approver, effect=effect, **total
    )
    if asked:
        asked.applied_on = clock.today()
        asked.save(update_fields=["applied_on"])


def approved_total(project: Project) -> Decimal:
    """The sum of the project's approved entries."""
    rows = BudgetLine.objects.filter(project=project).exclude(approved_wan=None)
    return sum(rows.values_list("approved_wan", flat=True), Decimal(0))
