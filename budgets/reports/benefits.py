"""资金与成效 in the annual budget report: money spent for each achieved point of what projects promised (9.2.8)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Sum

from budgets.models import ProjectYear
from governance.basics.figures import Part, Section, Table, rows_of, table_columns
from projects.benefits import ledger

TITLE = "资金与成效"
COLUMNS = table_columns(
    "code 编号 text 8, name 项目 text 34, goals 目标 int 8, reached 达成 int 8, points 达成度 text 10, "
    "spent 累计支出 wan 16, each 每达成1点支出 wan 16"
)


def section(year: int, day: dt.date, scope: Part) -> Section:
    """Projects with a promise, as they stood on the day, with what was spent on them by the year's end."""
    lines = [one for one in ledger.lines(day) if one.benefit.project.code in scope]
    if not lines:
        return Section("benefits", TITLE, ("本报告范围内的项目没有承诺过可以度量的目标。",))
    rows = ProjectYear.objects.filter(fiscal_year__lte=year, project__in={one.benefit.project_id for one in lines})
    spent: dict[int, Decimal | None] = dict(rows.order_by().values_list("project_id").annotate(Sum("spent_wan")))
    found = ledger.accounts(lines, spent)
    said = (
        "每达成1点支出＝累计支出÷达成度；没有支出数或没有测得达成度的算不出，不当作0（9.2.8）。",
        f"{ledger.HOW}（系统默认，非规划规定）。",
    )
    values = (
        (
            a.project.code,
            a.project.name,
            len(a.lines),
            a.reached,
            None if a.points is None else f"{a.points:.1f}",
            a.spent_wan,
            a.per_point_wan,
        )
        for a in found
    )
    totals = {"code": "合计", "goals": len(lines), "reached": sum(a.reached for a in found)}
    table = Table("benefits", "承诺的目标与支出", COLUMNS, rows_of(COLUMNS, values), "万元", totals=totals)
    return Section("benefits", TITLE, said, (), (table,))
