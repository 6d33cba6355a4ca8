"""The money of all years in three pictures, from two questions to the database."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import Sum

from budgets.models import STAGES, BudgetLine
from budgets.table.budget_table import YearsTable
from governance import charts
from governance.kernel.access import Actor

MOST_BULLETS = 40  # projects drawn; the table above holds all


def of_years(found: YearsTable, stage_label: str, actor: Actor) -> dict:
    """`{"by_source", "by_project", "grown", "left_out"}` for the rows of a table of all years; {} where none is filled.

    by_source: the table's stage by year and source; by_project: the four stages of every project that holds money, the
    biggest first; grown: what was approved, appropriated and spent up to each year, against the estimates of the rows.
    """
    keys = [stage for stage, _ in STAGES]
    lines = BudgetLine.objects.filter(
        pk__in=BudgetLine.objects.visible_to(actor).values("pk"), project__in=[r.project.pk for r in found.rows]
    )
    if found.chosen.source:
        lines = lines.filter(source=found.chosen.source)
    by_project: dict[int, list[Decimal | None]] = defaultdict(lambda: [None] * len(keys))
    by_year: dict[int, list[Decimal | None]] = defaultdict(lambda: [None] * len(keys))
    for project, year, *sums in (
        lines.order_by().values_list("project_id", "fiscal_year").annotate(*[Sum(f"{k}_wan") for k in keys])
    ):
        for held in (by_project[project], by_year[year]):
            for place, amount in enumerate(sums):
                if amount is not None:
                    held[place] = (held[place] or Decimal(0)) + amount
    if not by_year:
        return {}
    rows = sorted(
        (r for r in found.rows if r.project.pk in by_project), key=lambda r: -(by_project[r.project.pk][1] or 0)
    )
    bullets = [
        (
            f"{r.project.code} {r.project.name}",
            r.project.get_absolute_url(),
            [_number(r.project.estimate_wan), *map(_number, by_project[r.project.pk][1:])],
        )
        for r in rows[:MOST_BULLETS]
    ]
    estimates = sum((r.project.estimate_wan or Decimal(0) for r in found.rows), Decimal(0))
    years = sorted(set(found.years) | set(by_year))
    series = [
        (label, tone, [_number(by_year[y][keys.index(key)]) if y in by_year else None for y in years])
        for (key, label), tone in zip(STAGES[1:], ("light", "mid", "done"), strict=True)
    ]
    stacked = [(label, [_number(amounts.get(y)) for y in found.years]) for label, amounts in found.sources]
    return {
        "by_source": charts.year_stack(found.years, stacked, title=f"{stage_label}，年度 × 来源（万元）", width=560)
        if stacked
        else None,
        "by_project": charts.stages(
            bullets, title="每个项目的概算、批复、下达、支出（万元）", width=940, label_width=330
        ),
        "grown": charts.cumulative(
            years,
            series,
            title="逐年累计的批复、下达、支出（万元）",
            ceiling=float(estimates),
            width=560,
            ceiling_text=f"总概算 {estimates:,.0f}",
        ),
        "left_out": max(len(rows) - MOST_BULLETS, 0),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
