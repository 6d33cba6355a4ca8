"""How a case of floor 4 becomes a project and lines of money: the one place that calls down for it."""

from __future__ import annotations

import datetime as dt

from budgets import steps as money
from governance.basics import clock
from governance.kernel.access import Actor
from priorities.models import Submission
from priorities.proposal import total_wan
from projects import steps as register_steps
from projects.models import Project


def register(*, by: Actor, submission: Submission, origin: str, state: str = "approved", reason: str = "") -> Project:
    """Register the project that a case proposes: leads are its applicant and co-applicants in order."""
    document = submission.versions.get(number=submission.current_version).proposal
    start, end = _first_day(document["start"]), _last_day(document["end"])
    units = [submission.organisation, *(p.organisation for p in submission.participants.select_related("organisation"))]
    same = ("content", "precision", "investment_type", "construction")
    new = register_steps.NewProject(
        name=document["title"],
        origin=origin,
        leads=units,
        year=submission.plan_year,
        start=start,
        end=end,
        protection_level=document["security"]["level"],
        estimate_wan=total_wan(document) or None,
        **{name: document[name] for name in same},
    )
    return register_steps.register_project(by=by, new=new, state=state, reason=reason, is_demo=submission.is_demo)


def approve(*, by: Actor, project: Project, reason: str) -> None:
    """待立项 → 立项; a project that is already under way stays where it is."""
    if project.is_unapproved:
        register_steps.approve_project(by=by, project=project, reason=reason)


def open_lines(*, by: Actor, project: Project, amounts: list[dict], document_number: str, is_demo: bool) -> None:
    """Open or adjust approved money: [{"source", "fiscal_year", "amount_wan"}], signed differences in an adjustment."""
    money.open_lines(by=by, project=project, amounts=amounts, document_number=document_number, is_demo=is_demo)


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
