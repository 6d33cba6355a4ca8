"""Pictures of money, for the table of all years and the annual report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet, Sum

from budgets.growth.rule import YearGrowth
from budgets.models import STAGES, BudgetLine
from budgets.table.budget_table import YearsTable
from governance import charts
from governance.kernel.access import Actor
from projects.models import Project

MOST_BULLETS = 40  # projects drawn; the table above holds all


Sums = dict[int, dict[str, Decimal]]  # by id or year, then stage; what is not filled is missing


def sums_of(lines: QuerySet[BudgetLine]) -> tuple[Sums, Sums]:
    """The stages of budget lines by project's id and by year; one query."""
    by_project: Sums = defaultdict(dict)
    by_year: Sums = defaultdict(dict)
    rows = lines.order_by().values_list("project_id", "fiscal_year")
    for project, year, *amounts in rows.annotate(*[Sum(f"{stage}_wan") for stage, _ in STAGES]):
        for held in (by_project[project], by_year[year]):
            for (stage, _), amount in zip(STAGES, amounts, strict=True):
                if amount is not None:
                    held[stage] = held.get(stage, Decimal(0)) + amount
    return by_project, by_year


def curves(years: Iterable[int], by_year: Sums) -> list[tuple[str, str, list[float | None]]]:
    """What was approved, appropriated and spent in each year, as charts.cumulative takes it."""
    return [
        (label, tone, [_number(by_year.get(y, {}).get(stage)) for y in years])
        for (stage, label), tone in zip(STAGES[1:], ("light", "mid", "done"), strict=True)
    ]


def bullet(project: Project, held: dict[str, Decimal], address: str = "") -> tuple[str, str, list[float | None]]:
    """A project's estimate and stages, as charts.stages takes it."""
    amounts = [project.estimate_wan, *(held.get(stage) for stage, _ in STAGES[1:])]
    return f"{project.code} {project.name}", address, [*map(_number, amounts)]


def growth_columns(series: Iterable[YearGrowth], *, title: str, uid: str):
    """市财政批复 year by year with its growth; None without a year."""
    columns = []
    for g in series:
        grown = "" if g.growth_percent is None else f"（{g.growth_percent:+}%）"
        label = "未填" if g.fund_wan is None else f"{g.fund_wan:,.0f}{grown}"
        columns.append(charts.YearValue(g.year, _number(g.fund_wan), label))
    return charts.years(columns, title=title, uid=uid) if columns else None


def of_years(found: YearsTable, stage_label: str, actor: Actor) -> dict:
    """`{"by_source", "by_project", "grown", "left_out"}` for the rows of a table of all years; {} where none is filled.

    by_source: the table's stage by year and source; by_project: the four stages of every project that holds money, the
    biggest first; grown: what was approved, appropriated and spent up to each year, against the estimates of the rows.
    """
    lines = BudgetLine.objects.filter(
        pk__in=BudgetLine.objects.visible_to(actor).values("pk"), project__in=[r.project.pk for r in found.rows]
    )
    by_project, by_year = sums_of(lines.filter(source=found.chosen.source) if found.chosen.source else lines)
    if not by_year:
        return {}
    held = [(r.project, by_project[r.project.pk]) for r in found.rows if r.project.pk in by_project]
    held.sort(key=lambda row: -row[1].get("approved", 0))
    bullets = [bullet(p, sums, p.get_absolute_url()) for p, sums in held[:MOST_BULLETS]]
    estimates = sum((r.project.estimate_wan or Decimal(0) for r in found.rows), Decimal(0))
    years = sorted({*found.years, *by_year})
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
            curves(years, by_year),
            title="逐年累计的批复、下达、支出（万元）",
            ceiling=float(estimates),
            width=560,
            ceiling_text=f"总概算 {estimates:,.0f}",
        ),
        "left_out": max(len(held) - MOST_BULLETS, 0),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
