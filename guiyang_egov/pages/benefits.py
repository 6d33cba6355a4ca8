"""绩效台账: what every project promised against what is delivered (9.2.8), and the money spent for each point of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.paginator import Paginator
from django.shortcuts import render

from budgets.models import ProjectYear
from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel.access import Actor, may
from governance.web.entry import integer
from governance.web.entry import page as may_enter
from guiyang_egov.pages.sums import rated
from projects.actions import benefits as acting
from projects.benefits import ledger
from projects.models import Project

PAGE = 100  # projects a page, and as many bars


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request):
    """The portfolio as it stands today, or stood at a year's end: picture and table of the same numbers, what waits to
    be confirmed, and which projects promise nothing that can be measured."""
    actor, today = request.actor, clock.today()
    year = integer(request.GET.get("year"), name="年度", low=2005, high=today.year, default=today.year)
    day = min(today, dt.date(year, 12, 31))
    lines = ledger.lines(day)
    spent = _spent(actor, [one.benefit.project for one in lines], year)
    accounts = ledger.accounts(lines, spent)
    promising = {a.project.pk for a in accounts}
    shown = Paginator(accounts, PAGE).get_page(request.GET.get("page"))
    silent = Project.objects.exclude(pk__in=promising).order_by("order")
    context = {
        "year": year,
        "years": range(today.year, 2004, -1),
        "day": day,
        "page": shown,
        "picture": ledger.picture(list(shown)),
        "narrow": ledger.picture(list(shown), width=366),
        "totals": [(state, word, sum(a.count(state) for a in accounts)) for state, word in ledger.STATES.items()],
        "promised": len(lines),
        "waiting": [v for one in lines for v in one.waiting] if may(actor, acting.confirming(actor)) else [],
        "silent": Paginator(silent, PAGE).get_page(request.GET.get("silent")),
        "sees_money": spent is not None,
        "how": ledger.HOW,
    }
    return render(request, "pages/benefits.html", context)


def _spent(actor: Actor, projects: list[Project], year: int) -> dict[int, Decimal | None] | None:
    """Money spent until the year's end, of the projects whose money the actor may see; None where he sees none."""
    if not may(actor, Permission.READ_BUDGET):
        return None
    seen = [p for p in {p.pk: p for p in projects}.values() if may(actor, Permission.READ_BUDGET, p)]
    rows = list(ProjectYear.objects.filter(project_id__in=[p.pk for p in seen], fiscal_year__lte=year))
    return {pk: money.spent_wan for pk, money in rated(seen, rows).items()}
