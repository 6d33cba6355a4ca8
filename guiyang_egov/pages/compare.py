"""What changed between two days, or between two annual reports, by stable id; the money adds up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import render

from budgets.models import STAGES
from budgets.table import past as money
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible
from governance.basics.roles import Permission, Scope
from governance.documents import differences, printing
from governance.kernel.access import Actor
from governance.web.entry import integer
from governance.web.entry import page as may_enter
from guiyang_egov.pages.as_of import ADDRESS, day_of
from projects.panels import past

SHOWN = 400  # rows of differences on a page; the rest is counted
HOW = {"added": "新增", "dropped": "不再有", "changed": "改变"}
TONES = {"added": "green", "dropped": "amber", "changed": "slate"}


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request):
    """`?from=…&to=…` two days, with `&code=P04` one project; `?kind=annual_progress&a=2006&b=2007` two annual reports."""
    return _reports(request) if request.GET.get("kind") else _days(request)


def _days(request):
    today = clock.today()
    first = day_of(request.GET.get("from", ""), "from", dt.date(today.year, 1, 1))
    last = day_of(request.GET.get("to", ""), "to", today)
    first, last = min(first, last), max(first, last)
    code = request.GET.get("code", "").strip()[:12]
    found = past.differences(*past.both(first, last))
    found = [d for d in found if not code or d.code == code]
    counted = Counter((d.kind, d.how) for d in found)
    context = {
        "first": first,
        "last": last,
        "today": today,
        "code": code,
        "count": len(found),
        "rows": [(d, HOW[d.how], TONES[d.how], _at(first, d), _at(last, d)) for d in found[:SHOWN]],
        "added": counted["project", "added"],
        "dropped": counted["project", "dropped"],
        "changed": len({d.code for d in found if d.kind == "project" and d.how == "changed"}),
        "tasks": sum(n for (kind, _), n in counted.items() if kind == "plan-task"),
    }
    if request.actor.scope(Permission.READ_BUDGET):
        context |= _moved(request.actor, first, last, code)
    return render(request, "pages/compare.html", _choices(request) | context)


def _at(day: dt.date, row: past.Difference) -> str:
    """Where the value of that day stands; "" where the row was not there."""
    if row.how == ("added" if day == row.how else ""):
        return ""
    where = {"code": row.code} if row.kind == "project" else {"part": "tasks"}
    return f"{ADDRESS}?{urlencode({'day': day.isoformat()} | where)}"


@dataclass(frozen=True)
class Sum:
    """A stage on both days, over everything that the actor sees; None is 未填."""

    stage: str
    label: str
    was_wan: Decimal | None
    now_wan: Decimal | None
    by_wan: Decimal


def _moved(actor: Actor, first: dt.date, last: dt.date, code: str) -> dict:
    """What was booked in between, and each stage's sum on both days: the rows' differences add up to the sums' own."""
    codes = [code] if code else None
    before, after = money.as_of(first, actor, codes=codes), money.as_of(last, actor, codes=codes)
    moved, keys = money.differences(before, after), {label: key for key, label in STAGES}
    sums = [
        Sum(stage, label, was, now, (now or Decimal(0)) - (was or Decimal(0)))
        for stage, label in STAGES
        for was, now in [(before.totals.get(stage), after.totals.get(stage))]
    ]
    return {
        "sees_money": True,
        "moved": [(keys[m.stage], m) for m in moved[:SHOWN]],
        "moved_count": len(moved),
        "sums": sums,
        "before": f"{ADDRESS}?{urlencode({'day': first.isoformat(), 'part': 'lines'})}#rows",
        "after": f"{ADDRESS}?{urlencode({'day': last.isoformat(), 'part': 'lines'})}#rows",
    }


def _choices(request) -> dict:
    asks = request.actor.scope(Permission.REQUEST_REPORT) is Scope.CITY
    years = settings.PLAN_YEARS
    this = min(max(clock.today().year, years[0] + 1), years[-1])
    return {"kinds": printing.kinds().items() if asks else (), "years": years, "a": this - 1, "b": this}


def _reports(request):
    """What two annual reports say differently; both are read afresh, each from one snapshot."""
    kind = request.GET.get("kind", "")
    if request.actor.scope(Permission.REQUEST_REPORT) is not Scope.CITY:
        raise NotVisible()
    years = settings.PLAN_YEARS
    a = integer(request.GET.get("a"), name="年度", low=years[0], high=years[-1], default=years[0])
    b = integer(request.GET.get("b"), name="年度", low=years[0], high=years[-1], default=clock.today().year)
    if kind not in printing.kinds():
        raise Invalid("没有这种报告。", fields={"kind": ["请从列出的报告中选择"]})
    before, after = printing.build(kind, a), printing.build(kind, b)
    found = differences.between(before, after)
    counted = Counter(d.how for d in found)
    context = {
        "kind": kind,
        "before": before,
        "after": after,
        "a": a,
        "b": b,
        "count": len(found),
        "rows": [(d, HOW[d.how], TONES[d.how]) for d in found[:SHOWN]],
        "counts": [(HOW[how], counted[how]) for how in HOW if counted[how]],
    }
    return render(request, "pages/compare_reports.html", _choices(request) | context)
