"""区县备案报告: what the districts filed for the record (9.2.7), what was acknowledged, what is overdue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics import clock
from governance.basics.figures import Figure, Report, Section, Table, rows_of, table_columns
from priorities.models import Submission
from priorities.reports.cases import ZERO, add
from priorities.screening import work_list
from projects.reports import frame

BASIS = "按计划年度统计区县备案；要求市财政资金的，除备案外另按8.1审核（D50）"
NOTED = ("D48", "D50")


@dataclass(frozen=True)
class Filing:
    """One district filing: acknowledged with a receipt, or waiting since, and then perhaps overdue."""

    number: str
    title: str
    unit: str
    state: str
    submitted_day: dt.date | None
    receipt: str
    days: int | None  # from filing to acknowledgement, or to today
    total_wan: Decimal | None
    city_wan: Decimal | None
    overdue: bool

    @property
    def acknowledged(self) -> bool:
        return self.state == "filed"


def filings(year: int, day: dt.date) -> tuple[Filing, ...]:
    """The year's filings by unit and number; a draft or a withdrawn one is none."""
    rows = (
        Submission.objects.for_year(year)
        .filter(kind="district", is_secret=False)
        .exclude(state__in=["draft", "withdrawn"])
    )
    rows = list(rows.select_related("organisation__canonical").order_by("organisation__name", "number"))
    ends = work_list.step_ends({(r.state, r.state_day) for r in rows if r.state in work_list.STEP_DAYS})
    found = []
    for row in rows:
        until = row.state_day if row.state == "filed" else day
        due = ends.get((row.state, row.state_day))
        unit, receipt = (row.organisation.canonical or row.organisation).name, row.receipt_number or ""
        days = (until - row.submitted_day).days if row.submitted_day else None
        overdue, money = bool(row.state != "filed" and due and due < day), (row.total_wan, row.city_wan)
        filed = (row.number, row.title, unit, row.state, row.submitted_day, receipt)
        found.append(Filing(*filed, days, *money, overdue))
    return tuple(found)


def district_filings(year: int) -> Report:
    """The report of a plan year; called inside one snapshot."""
    day = clock.today()
    found = filings(year, day)
    is_demo = Submission.objects.for_year(year).filter(kind="district", is_demo=True).exists()
    sections = (_overview(year, found), _all(year, found), _open(found))
    return frame.report(
        "district_filings", year, "年度区县备案报告", BASIS, "9.2.7", NOTED, sections, day=day, is_demo=is_demo
    )


def _overview(year: int, found: tuple[Filing, ...]) -> Section:
    done = [f for f in found if f.acknowledged]
    asks = [f for f in found if f.city_wan]
    asks_wan, default = add(f.city_wan for f in asks) if asks else ZERO, "受理期限为系统默认，非规划规定"
    rows = (
        Figure("filed", "备案", len(found), "件", ("9.2.7",), rows="filings"),
        Figure("units", "备案的区县", len({f.unit for f in found}), "个", rows="filings"),
        Figure("acknowledged", "已出回执", len(done), "件", rows="filings"),
        Figure("waiting", "待受理", len(found) - len(done), "件", rows="filings"),
        Figure("overdue", "逾期未受理", sum(f.overdue for f in found), "件", (), default, rows="overdue"),
        Figure("total_wan", "总投资", add(f.total_wan for f in found), "万元", rows="filings"),
        Figure("asks", "要求市财政资金", len(asks), "件", ("8.1",), "除备案外另按8.1审核（D50）", rows="filings"),
        Figure("asks_wan", "要求市财政资金数", asks_wan, "万元", ("8.1",), rows="filings"),
    )
    text = f"{year}计划年度区县备案{len(found)}件，已出回执{len(done)}件，要求市财政资金{len(asks)}件。"
    return Section("overview", "总体情况", (text,), rows)


def _all(year: int, found: tuple[Filing, ...]) -> Section:
    columns = table_columns(
        "number 编号 text 15, title 项目 text 30, day 备案日期 text 13, receipt 回执号 text 15, days 天 int 7, "
        "total 总投资 wan 11, city 市财政 wan 11"
    )
    rows: list[dict] = []
    for unit in dict.fromkeys(f.unit for f in found):
        some = [f for f in found if f.unit == unit]
        rows.append({"_group": f"{unit} {len(some)} 件"})
        for f in some:
            day = f.submitted_day.isoformat() if f.submitted_day else None
            values = (f.number, f.title, day, f.receipt or "待受理", f.days, f.total_wan, f.city_wan)
            rows += rows_of(columns, [values])
    if not rows:
        return Section("filings", "各区县备案", (f"{year}计划年度没有区县备案。",))
    totals = {"number": "合计", "total": add(f.total_wan for f in found), "city": add(f.city_wan for f in found)}
    note = "“天”为备案到出回执的天数，尚未受理的算到本报告之日。"
    return Section(
        "filings",
        "各区县备案",
        (),
        (),
        (Table("filings", f"{year}计划年度区县备案", columns, tuple(rows), "万元", totals, note),),
    )


def _open(found: tuple[Filing, ...]) -> Section:
    columns = table_columns("number 编号 text 20, unit 区县 text 30, title 项目 text 38, days 已等天数 int 12")
    rows = rows_of(columns, ((f.number, f.unit, f.title, f.days) for f in found if f.overdue))
    if not rows:
        return Section("overdue", "逾期未受理", ("没有。",))
    return Section(
        "overdue",
        "逾期未受理",
        ("由市信息办受理并出回执。",),
        (),
        (Table("overdue", "逾期未受理的备案", columns, rows),),
    )
