"""The portfolio, a project and its money as they stood on a day; what changed between two days or two annual reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from django.shortcuts import render

from budgets import past as money
from budgets.models import STAGES
from governance import clock, differences, documents
from governance.access import Actor
from governance.refusal import Invalid, NotVisible
from governance.roles import Permission, Scope
from governance.web import integer, one_of
from governance.web import page as may_enter
from projects import panels
from projects.labels import STATES

SHOWN = 400  # rows of differences on a page; the rest is counted


def _day(text: str, name: str, default: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip()) if text.strip() else default
    except ValueError:
        raise Invalid(f"“{text[:20]}”不是日期，请写作 2006-12-31。", fields={name: ["请写作 2006-12-31"]}) from None


def _money(actor: Actor, day: dt.date) -> money.Money | None:
    return money.as_of(day, actor) if actor.scope(Permission.READ_BUDGET) else None


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request):
    """`?day=2006-12-31`; `?state=building` those in a state that day; `?code=P01` one project with all its facts and lines."""
    day = _day(request.GET.get("day", ""), "day", clock.today())
    stood, held = panels.as_of(day), _money(request.actor, day)
    code = request.GET.get("code", "").strip()[:12]
    context = {"day": day, "stood": stood, "money": held, "stages": [label for _, label in STAGES], "code": code}
    if code:
        project = next((p for p in stood.projects if p.code == code), None)
        if project is None:
            raise NotVisible()
        lines = held.of(code) if held else []
        return render(
            request, "pages/as_of_project.html", context | {"p": project, "said": project.said(), "lines": lines}
        )
    shown = STAGES[1:]
    state, at = one_of(request.GET, "state", STATES), f"?day={day}"
    of_state = [p for p in stood.projects if state in ("", p.state)]
    rows = [(p, [(stage, label, held.projects.get(p.code, {}).get(stage)) for stage, label in shown] if held else []) for p in of_state]
    context |= {
        "rows": rows, "totals": [(stage, _sum(m[n][2] for _, m in rows)) for n, (stage, _) in enumerate(shown)] if held else [],
        "state": STATES.get(state, ""), "shown_wan": _sum(p.estimate_wan for p in of_state), "at": f"{at}#rows",
        "here": f"{at}&state={state}#rows" if state else f"{at}#rows",
        "states": [(label, n, wan, f"{at}&state={key}#rows") for key, label, n, wan in stood.states],
    }  # fmt: skip
    return render(request, "pages/as_of.html", context)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """None where nothing is filled in."""
    held = [a for a in amounts if a is not None]
    return sum(held, Decimal(0)) if held else None


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def compare(request):
    """`?from=…&to=…` two days; `?kind=annual_progress&a=2006&b=2007` two annual reports."""
    if request.GET.get("kind"):
        return _reports(request)
    today = clock.today()
    first = _day(request.GET.get("from", ""), "from", dt.date(today.year, 1, 1))
    last = _day(request.GET.get("to", ""), "to", today)
    if first > last:
        first, last = last, first
    found = panels.differences(panels.as_of(first), panels.as_of(last))
    before, after = _money(request.actor, first), _money(request.actor, last)
    moved = money.differences(before, after) if before and after else []
    context = {
        "first": first, "last": last, "rows": found[:SHOWN], "count": len(found), "moved": moved[:SHOWN],
        "moved_count": len(moved), "sees_money": before is not None,
        "projects": len({d.code for d in found if d.kind == "project"}),
    }  # fmt: skip
    return render(request, "pages/compare.html", context | _choices(request))


def _choices(request) -> dict:
    asks = request.actor.scope(Permission.REQUEST_REPORT) is Scope.CITY
    return {"kinds": documents.kinds().items() if asks else (), "years": settings.PLAN_YEARS}


def _reports(request):
    """What two annual reports say differently; both are read afresh, each from one snapshot."""
    kind = request.GET.get("kind", "")
    if request.actor.scope(Permission.REQUEST_REPORT) is not Scope.CITY:
        raise NotVisible()
    years = settings.PLAN_YEARS
    a = integer(request.GET.get("a"), name="年度", low=years[0], high=years[-1], default=years[0])
    b = integer(request.GET.get("b"), name="年度", low=years[0], high=years[-1], default=clock.today().year)
    if kind not in documents.kinds():
        raise Invalid("没有这种报告。", fields={"kind": ["请从列出的报告中选择"]})
    before, after = documents.build(kind, a), documents.build(kind, b)
    found = differences.between(before, after)
    context = {"kind": kind, "before": before, "after": after, "a": a, "b": b, "rows": [_shown(d) for d in found[:SHOWN]],
               "count": len(found)}  # fmt: skip
    return render(request, "pages/compare_reports.html", context | _choices(request))


def _shown(row: differences.Difference) -> differences.Difference:
    return replace(row, was="未填" if row.was is None else row.was, now="未填" if row.now is None else row.now)
