"""市本级财政收入: the inputs of 9.6.1's second test, each with its paper; the finance bureau adds and corrects them."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import render

from budgets import actions
from budgets.growth import rule
from budgets.models import FISCAL_YEARS, CityRevenue
from budgets.table import budget_table
from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel.access import may
from governance.storage import files
from governance.web import entry

READ, EDIT = Permission.READ_BUDGET, Permission.EDIT_BUDGET


@entry.page(READ)
def page(request):
    """GET: every year's figure, `?year=` puts one into the form. POST: add a figure or correct one."""
    year = entry.integer(request.GET.get("year"), name="年度", low=FISCAL_YEARS[0], high=FISCAL_YEARS[1])

    def show(status: int = 200, **more):
        return render(request, "budgets/revenue.html", _context(request, year, **more), status=status)

    def enter() -> str:
        nonlocal year
        low, high = FISCAL_YEARS
        last = clock.today().year - 1
        year = entry.integer(request.POST.get("fiscal_year"), name="年度", low=low, high=high, default=last)
        row = actions.set_revenue(
            by=request.actor,
            fiscal_year=year,
            typed=entry.field(request, "revenue_wan", limit=60, label="市本级财政收入"),
            document=entry.field(request, "document", limit=200, label="依据文件"),
            paper=actions.Paper(
                entry.field(request, "document_number", limit=60, label="文号"),
                entry.field(request, "reason", limit=300, label="更正说明"),
                **entry.uploaded(request.FILES.get("file")),
            ),
            version=entry.integer(request.POST.get("version"), name="版本", low=0, high=10**8),
        )
        messages.success(request, f"{row.fiscal_year} 年市本级财政收入记为 {row.revenue_wan:,.2f} 万元。")
        return row.get_absolute_url()

    return show() if request.method != "POST" else entry.posted(request, "budgets.revenue", enter, show)


@entry.page(READ, methods=("GET", "HEAD"))
def file(request, pk: int):
    """The document that a figure stands on."""
    return files.serve(entry.found(CityRevenue.objects.exclude(file=None).select_related("file"), pk=pk).file)


def _context(request, year: int | None, **more) -> dict:
    """The years that hold a figure, or money without one; what each figure was before."""
    every = list(CityRevenue.objects.select_related("file").order_by("fiscal_year", "-version"))
    held = {r.fiscal_year: r for r in every if not r.superseded}
    whole = budget_table.sees_whole(request.actor)
    tests = {}
    if whole:
        approved = budget_table.approved_money()
        years = sorted(set(held) | set(budget_table.city_funds(approved)))
        tests = {g.year: g for g in budget_table.growth_series(years, approved)}
    rows = [
        {
            "year": y,
            "row": held.get(y),
            "grown": _grown(held, y),
            "test": tests.get(y),
            "before": [r for r in every if r.fiscal_year == y and r.superseded],
        }
        for y in sorted(set(held) | set(tests))
    ]
    lacking = [r["year"] for r in rows if r["row"] is None]
    asked = year or (lacking[0] if lacking else clock.today().year - 1)
    return {
        "rows": rows,
        "asked": asked,
        "now": held.get(asked),
        "lacking": lacking,
        "whole": whole,
        "may_edit": may(request.actor, EDIT),
        "papers": ",".join(f".{kind}" for kind in actions.KINDS),
    } | more


def _grown(held: dict[int, CityRevenue], year: int):
    now, before = held.get(year), held.get(year - 1)
    return rule.percent(now.revenue_wan - before.revenue_wan, before.revenue_wan) if now and before else None
