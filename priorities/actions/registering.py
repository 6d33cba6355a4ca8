"""How a case of floor 4 becomes a project and lines of money: the one place that calls down for it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from budgets import steps as money_steps
from governance.basics import clock
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from priorities.models import Submission
from priorities.proposal import COMPONENT_KINDS, total_wan
from priorities.screening import decided
from priorities.submissions import workflow
from projects import steps as register_steps
from projects.models import Project


def register(*, by: Actor, submission: Submission, origin: str, state: str = "approved", reason: str = "") -> Project:
    """Register the project that a case proposes: leads are its applicant and co-applicants in order."""
    document = submission.versions.get(number=submission.current_version).proposal
    start, end = _first_day(document["start"]), _last_day(document["end"])
    name, content = document["title"], document["content"]
    if origin == "annual_plan":
        name, content = approved_content(submission, document)
    units = [submission.organisation, *(p.organisation for p in submission.participants.select_related("organisation"))]
    same = ("precision", "investment_type", "construction", "mandate")
    new = register_steps.NewProject(
        name=name,
        content=content,
        origin=origin,
        leads=units,
        year=submission.plan_year,
        start=start,
        end=end,
        protection_level=document["security"]["level"],
        estimate_wan=total_wan(document) or None,
        **{key: document[key] for key in same},
    )
    project = register_steps.register_project(by=by, new=new, state=state, reason=reason, is_demo=submission.is_demo)
    take_goals(by=by, project=project, submission=submission)
    return project


@step
def take_goals(*, by: Actor, project: Project, submission: Submission) -> None:
    """The measurable goals of a filing (8.1(6)) live on with its project, each due at its year's end."""
    document = submission.versions.get(number=submission.current_version).proposal
    paper = f"{submission.number} 第 {submission.current_version} 版"
    promises = [
        register_steps.Promise(
            indicator=goal["indicator"],
            baseline=goal["present"],
            target=goal["target"],
            paper=paper,
            due=dt.date(int(goal["year"]), 12, 31) if goal["year"] else project.latest_end,
        )
        for goal in document["goals"]
        if goal["indicator"] and goal["target"]
    ]
    register_steps.take_goals(by=by, project=project, promises=promises, is_demo=submission.is_demo)


def approved_content(submission: Submission, document: dict) -> tuple[str, str]:
    """Name and content as approved: what was cut is named as cut, in the name too where it says so."""
    money = decided.of(submission)
    if not money.cuts:
        return document["title"], document["content"]
    name, lines, left_out = document["title"], [], []
    kept_kinds = {c["kind"] for c in document["components"] if money.of_component(c["id"]).decided_wan}
    for part in document["components"]:
        its = money.of_component(part["id"])
        if not its.is_cut:
            lines.append(f"{part['name']} {its.decided_wan:,.2f} 万元")
            continue
        why = "、".join(dict.fromkeys(p.clause for p in money.cuts if p.component == part["id"]))
        if its.decided_wan:
            lines.append(f"{part['name']} {its.decided_wan:,.2f} 万元（核减 {its.cut_wan:,.2f}，{why}）")
            continue
        lines.append(f"{part['name']} 不列入（核减 {its.cut_wan:,.2f}，{why}）")
        words = [part["name"], *([COMPONENT_KINDS.get(part["kind"], "")] if part["kind"] not in kept_kinds else [])]
        left_out += [next((word for word in words if word and word in name), "")]
    if named := "、".join(dict.fromkeys(filter(None, left_out))):
        name = f"{name}（不含{named}）" if len(name) + len(named) + 4 <= register_steps.NAME else name
    return name, f"{document['content']}\n审定内容（联合会签）：{'；'.join(lines)}。"


@step
def decide(*, by: Actor, project: Project) -> None:
    """Tell the register what the project's cases asked for and what was decided on them; before money is booked."""
    cases = Submission.objects.filter(project=project, state__in=DECIDED).order_by("pk")
    sums: dict[str, list[Decimal | None]] = {}
    beside: dict[str, Decimal] = {}
    project = register_steps.lock(project)
    for money in decided.of_cases(cases).values():
        for source, amount in money.beside:
            beside[source] = beside.get(source, Decimal(0)) + amount
        for _, source, amounts in money.rows():
            filed, settled = sums.get(source, [Decimal(0), None])
            if amounts.decided_wan is not None:
                settled = (settled or Decimal(0)) + amounts.decided_wan
            sums[source] = [filed + amounts.filed_wan, settled]
    if not sums:
        return
    before = {} if project.decided else money_steps.approved(project)
    held = project.decided
    register_steps.set_decided(
        by=by,
        project=project,
        amounts={
            source: {
                "filed_wan": f"{filed:.2f}",
                "decided_wan": None if settled is None else f"{settled:.2f}",
                "before_wan": held[source]["before_wan"] if source in held else f"{before.get(source, Decimal(0)):.2f}",
            }
            | ({"beside_wan": f"{beside[source]:.2f}"} if beside.get(source) else {})
            for source, (filed, settled) in sorted(
                {**{s: [Decimal(0), None] for s in (*held, *before, *beside)}, **sums}.items()
            )
        },
    )


DECIDED = (workflow.ADOPTED, workflow.SELF_FUNDED, workflow.FILED)


def approve(*, by: Actor, submission: Submission, reason: str) -> None:
    """待立项 → 立项; a project that is already under way stays where it is. It learns who asked for it."""
    project, document = submission.project, submission.versions.get(number=submission.current_version).proposal
    register_steps.state_mandate(by=by, project=project, mandate=document.get("mandate", ""))
    if project.is_unapproved:
        register_steps.approve_project(by=by, project=project, reason=reason)


def open_lines(*, by: Actor, project: Project, amounts: list[dict], document_number: str, is_demo: bool) -> None:
    """Open or adjust approved money: [{"source", "fiscal_year", "amount_wan"}], signed differences in an adjustment."""
    money_steps.open_lines(by=by, project=project, amounts=amounts, document_number=document_number, is_demo=is_demo)


def _first_day(period: str) -> dt.date | None:
    if not period:
        return None
    year, _, month = period.partition("-")
    return dt.date(int(year), int(month or 1), 1)


def _last_day(period: str) -> dt.date | None:
    if not period:
        return None
    year, _, month = period.partition("-")
    return clock.last_of_month(int(year), int(month or 12))
