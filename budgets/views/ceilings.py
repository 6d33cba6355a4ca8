"""年度上限: one page, all years and sources; the finance bureau sets them with their paper."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Sum
from django.shortcuts import redirect, render
from django.urls import reverse

from budgets import actions
from budgets.models import SOURCES, BudgetLine, Ceiling
from budgets.table import budget_table
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import Permission
from governance.kernel.access import may
from governance.kernel.once import once
from governance.web import entry

READ, EDIT = Permission.READ_BUDGET, Permission.EDIT_BUDGET


@entry.page(READ)
def page(request):
    """GET: the ceilings beside what is approved. POST: set one."""
    if request.method != "POST":
        return render(request, "budgets/ceilings.html", _context(request))
    try:
        with once(request.actor, "budgets.ceiling", request.POST.get("once")) as call:
            if call.address is None:
                row = actions.set_ceiling(
                    by=request.actor,
                    source=entry.field(request, "source", limit=14),
                    typed=entry.field(request, "ceiling_wan", limit=60),
                    fiscal_year=entry.integer(
                        request.POST.get("fiscal_year"),
                        name="年度",
                        low=1990,
                        high=2100,
                        default=clock.today().year + 1,
                    ),
                    document=entry.field(request, "document", limit=200, label="依据文件"),
                    version=entry.integer(request.POST.get("version"), name="版本", low=0, high=10**8),
                )
                messages.success(request, f"{row}已定为 {row.ceiling_wan:,.2f} 万元。")
                call.address = reverse("budgets:ceilings")
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return render(
            request,
            "budgets/ceilings.html",
            _context(request, refusal=refusal, typed=request.POST),
            status=refusal.status,
        )
    return redirect(call.address)


def _context(request, **more) -> dict:
    rows = list(Ceiling.objects.all())
    sums = (
        BudgetLine.objects.filter(fiscal_year__in={r.fiscal_year for r in rows})
        .order_by()
        .values_list("fiscal_year", "source")
    )
    held = {(y, s): amount for y, s, amount in sums.annotate(Sum("approved_wan"))}
    return {
        "rows": [
            {
                "row": r,
                "approved": held.get((r.fiscal_year, r.source)),
                "left": r.ceiling_wan - (held.get((r.fiscal_year, r.source)) or 0),
            }
            for r in rows
        ],
        "sources": SOURCES,
        "may_edit": may(request.actor, EDIT),
        "next_year": clock.today().year + 1,
        "whole": budget_table.sees_whole(request.actor),
    } | more
