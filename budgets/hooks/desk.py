"""What waits for whom about outside money: awards to be booked, calls that close, answers that have not come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from budgets.models import FundingApplication, FundingCall
from governance.basics.roles import Permission, Scope
from governance.database.prepared import Prepared
from governance.kernel.access import Actor
from projects.hooks.desk import Task, few

SOON_DAYS = 14  # 系统默认


@dataclass(frozen=True)
class FundTask(Task):
    """One line of 待办 about a call or an application."""

    @property
    def label(self) -> str:
        return "专项"


def waiting(actor: Actor, day: dt.date) -> list[Task]:
    """Awards that wait for the finance bureau; drafts whose call closes soon, and the calls themselves, for the office
    and the units; at most two queries."""
    if actor.scope(Permission.EDIT_BUDGET):
        return few(_to_book(day), "专项资金获批，等待登记批复", "/budgets/funds/")
    manages = bool(actor.scope(Permission.MANAGE_PROJECT))
    if not manages and actor.scope(Permission.REPORT_PROGRESS) is not Scope.OWN:
        return []
    tasks = few(_drafts(actor, day, manages), "专项资金申请还没有报出", "/budgets/funds/")
    return tasks + (few(_closing(day), "专项资金申报就要截止", "/budgets/funds/") if manages else [])


def _to_book(day: dt.date) -> list[Task]:
    rows = _GRANTED()
    return [
        FundTask(
            f"{a.project.code} 专项资金获批 {a.granted_wan:,.2f} 万元，等待登记批复",
            f"{a.get_absolute_url()}book/",
            (day - a.outcome_on).days,
            kind="fund",
            note=f"{a.call} · {a.fiscal_year} 年",
        )
        for a in rows
    ]


def _drafts(actor: Actor, day: dt.date, manages: bool) -> list[Task]:
    soon = day + dt.timedelta(days=SOON_DAYS)
    every = manages or actor.scope(Permission.READ_BUDGET) is Scope.CITY
    rows = _DRAFTING(day, soon) if every else _OWN_DRAFTING(day, soon, (actor.role,), actor.organisation_id)
    return [
        FundTask(
            f"{a.project.code} 专项资金申请还没有报出",
            a.get_absolute_url(),
            (day - a.day).days,
            a.call.closes,
            kind="fund",
            note=str(a.call),
        )
        for a in rows
    ]


def _closing(day: dt.date) -> list[Task]:
    return [
        FundTask(f"{c}{c.closes} 截止，还没有申请", c.get_absolute_url(), 0, c.closes, kind="fund", note=c.subject[:60])
        for c in _CLOSING(day, day + dt.timedelta(days=SOON_DAYS))
    ]


def _drafting(day: dt.date, soon: dt.date):
    rows = FundingApplication.objects.filter(state="drafting", call__withdrawn="", call__closes__gte=day)
    return rows.filter(call__closes__lte=soon).select_related("call", "project").order_by("call__closes", "pk")


_DRAFTING = Prepared(_drafting)
_OWN_DRAFTING = Prepared(lambda day, soon, role, unit: _drafting(day, soon).visible_to(Actor(0, "", role[0], unit, "")))
_GRANTED = Prepared(
    lambda: (
        FundingApplication.objects.filter(state="granted", entry=None)
        .select_related("call", "project")
        .order_by("outcome_on", "pk")
    )
)
_CLOSING = Prepared(
    lambda day, soon: (
        FundingCall.objects.filter(withdrawn="", closes__gte=day, closes__lte=soon)
        .exclude(applications__state__in=("drafting", "sent", "granted", "refused"))
        .order_by("closes", "pk")
    )
)
