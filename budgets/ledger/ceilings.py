"""年度上限 of a year and source, held by every verb that approves money.

The check runs at the very end of the outermost verb, on the locked ceiling: two approvals in different lines, which
wait for each other nowhere else, pass one after the other, and the second counts what the first has stored.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum

from budgets.models import SOURCES, BudgetLine, Ceiling
from governance.basics.refusal import Refused
from governance.kernel.verbs import at_close


def hold(fiscal_year: int, source: str) -> None:
    """Let the verb under way end within the ceiling of the year and source, where there is one."""
    at_close(("ceiling", fiscal_year, source), functools.partial(_check, fiscal_year, source))


def lock(fiscal_year: int, source: str) -> Ceiling | None:
    """The ceiling, locked until the verb ends."""
    return Ceiling.objects.select_for_update().filter(fiscal_year=fiscal_year, source=source).first()


def approved(fiscal_year: int, source: str) -> Decimal:
    """What is approved in the year from the source, all projects."""
    lines = BudgetLine.objects.filter(fiscal_year=fiscal_year, source=source)
    return lines.aggregate(sum=Sum("approved_wan"))["sum"] or Decimal(0)


def ceilings(years: Iterable[int]) -> dict[tuple[int, str], Ceiling]:
    """The ceilings of some years by (year, source)."""
    return {(row.fiscal_year, row.source): row for row in Ceiling.objects.filter(fiscal_year__in=list(years))}


def _check(fiscal_year: int, source: str) -> None:
    row = lock(fiscal_year, source)
    if row is None:
        return
    total = approved(fiscal_year, source)
    if total > row.ceiling_wan:
        over = total - row.ceiling_wan
        raise Refused(
            f"没有保存：{fiscal_year} 年{dict(SOURCES)[source]}批复合计会到 {total:,.2f} 万元，"
            f"超过上限 {row.ceiling_wan:,.2f}（{row.document}），多 {over:,.2f} 万元。",
            blockers=[(f"压减或改列 {over:,.2f} 万元，或提高 {fiscal_year} 年上限", "市财政局")],
            current={"ceiling_wan": f"{row.ceiling_wan:.2f}"},
        )
