"""领导一页: what the leading group must know of a year before it opens the reports. One page, every figure of it taken
from the figures of the longer reports."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from budgets.reports.annual_budget import BudgetYear
from budgets.reports.annual_budget import figures as budget_figures
from budgets.table import budget_table
from governance.basics import clock
from governance.basics.figures import Figure, Report, Section, Table, table_columns
from governance.models import Round
from governance.signing import rounds
from priorities.labels import OUTCOMES
from priorities.models import Submission
from priorities.reports.cases import ZERO, Case, add, asked_wan, cases
from priorities.rule_sets import repository
from projects.progress import rating
from projects.reports import frame
from projects.reports.figures import ProgressYear, progress_year

BASIS = "各数取自同日的年度进度、年度预算和申报判定汇总报告"
MOST = 5  # lines of a table on the one page; the rest is counted


@dataclass(frozen=True)
class Brief:
    """The year's figures of three floors."""

    year: int
    plan_year: int  # the plan that is filed for during the year
    progress: ProgressYear
    money: BudgetYear
    growth: tuple[tuple[str, str], ...]  # (test, verdict) of 9.6.1
    cases: tuple[Case, ...]
    signing: int  # cases in joint approval
    silent: tuple[
        tuple[str, str, str, int], ...
    ]  # the oldest: (number, title, seats waited for, days since it was opened)

    @property
    def slow(self):
        """Projects of the year that are late or need attention, the worst first."""
        some = [p for p in self.progress.in_year if p.computed.code in (rating.LATE, rating.ATTENTION)]
        return sorted(some, key=lambda p: (p.computed.code != rating.LATE, -(p.estimate_wan or ZERO)))

    @property
    def candidates(self) -> tuple[Case, ...]:
        """Cases that wait for the leading group's adoption."""
        return tuple(c for c in self.cases if c.state == "candidate")


def brief_of(year: int) -> Brief:
    """From the figures of the longer reports, in one snapshot."""
    found = budget_table.year_table(year)
    told, _ = cases(year + 1)
    day = clock.today()
    open_ones = {
        s.audit_key: s for s in Submission.objects.for_year(year + 1).filter(state="joint_approval", is_secret=False)
    }
    return Brief(
        year,
        year + 1,
        progress_year(year),
        budget_figures(found),
        tuple((t.name, t.word) for t in found.growth.tests),
        tuple(told),
        len(open_ones),
        tuple(_silent(open_ones, day)),
    )


def _silent(rows: dict[str, Submission], day: dt.date):
    """The joint approvals that wait longest, with whom they wait for."""
    for round_ in Round.objects.filter(kind="joint_approval", about__in=rows, state="open").order_by("day", "pk")[
        :MOST
    ]:
        row = rows[round_.about]
        yield row.number, row.title, "、".join(seat.label for seat in rounds.silent(round_)), (day - round_.day).days


def leaders_brief(year: int) -> Report:
    """The page of a year; called inside one snapshot."""
    b, day = brief_of(year), clock.today()
    record = repository.record_on(day)
    sections = (_money(b), _projects(b), _filings(b), _decide(b))
    return frame.report(
        "leaders_brief",
        year,
        "年情况一页",
        BASIS,
        "",
        (),
        sections,
        day=day,
        rule_set=record.key if record else "",
        is_demo=b.progress.is_demo,
        is_brief=True,
    )


def _money(b: Brief) -> Section:
    m = b.money
    rows = (
        Figure("approved_wan", "批复", m.approved_wan, "万元"),
        Figure("appropriated_wan", "下达", m.appropriated_wan, "万元"),
        Figure("spent_wan", "支出", m.spent_wan, "万元"),
        Figure("rate_percent", "支出占批复", None if m.rate_percent is None else f"{m.rate_percent}%"),
    )
    verdicts = "；".join(f"{name}：{word}" for name, word in b.growth)
    return Section(
        "money",
        "资金",
        (
            f"规划 {b.progress.planned.total} 项概算合计 {m.total_wan:,.0f} 万元。9.6.1 {verdicts}。"
            if verdicts
            else "",
        ),
        rows,
    )


def _projects(b: Brief) -> Section:
    p = b.progress
    rated = Counter(x.computed.code for x in p.in_year)
    rows = (
        Figure("in_year", "周期含本年", len(p.in_year), "项"),
        Figure("planned_under_way", "规划项目在建", p.planned.under_way, "项"),
        Figure("others_under_way", "规划外在建", p.others.under_way, "项"),
        Figure("late", "测算滞后", rated[rating.LATE], "项"),
        Figure("attention", "测算关注", rated[rating.ATTENTION], "项"),
    )
    columns = table_columns("code 编号 text 9, name 项目 text 41, rating 测算 text 10, reason 依据 text 40")
    slow = b.slow
    lines = tuple(
        {"code": x.code, "name": x.name, "rating": x.computed.label, "reason": x.computed.reason} for x in slow[:MOST]
    )
    note = f"另有 {len(slow) - MOST} 项，见年度进度报告。" if len(slow) > MOST else ""
    return Section(
        "projects", "项目", (), rows, (Table("slow", "滞后与关注的项目", columns, lines, note=note),) if lines else ()
    )


def _filings(b: Brief) -> Section:
    outcomes = Counter(c.outcome for c in b.cases if c.outcome)
    rows = (
        Figure("filed", f"{b.plan_year} 计划年度申报", len(b.cases), "件"),
        Figure("asked_wan", "申请市财政", asked_wan(b.cases), "万元"),
        Figure("signing", "会签中", b.signing, "件"),
        Figure("candidates", "待审定候选", len(b.candidates), "件"),
    )
    text = "，".join(f"{OUTCOMES[o]} {n} 件" for o, n in outcomes.items())
    columns = table_columns("number 编号 text 17, title 项目 text 37, waits 等待 text 34, days 天 int 12")
    lines = tuple({"number": n, "title": t, "waits": w, "days": d} for n, t, w, d in b.silent)
    note = f"另有 {b.signing - MOST} 件。" if b.signing > MOST else ""
    tables = (Table("silent", "等待会签最久的", columns, lines, note=note),) if lines else ()
    return Section("filings", "申报", (f"判定：{text}。" if text else "",), rows, tables)


def _decide(b: Brief) -> Section:
    lines = []
    if b.candidates:
        approved = _wan(add(c.approved_wan for c in b.candidates))
        lines.append(f"审定 {b.plan_year} 年度计划：候选 {len(b.candidates)} 件，审定市财政 {approved}。")
    departed = [c.number for c in b.cases if c.override]
    if departed:
        named = "、".join(departed[:MOST]) + ("等" if len(departed) > MOST else "")
        lines.append(f"与 8.3 判定不同的结论 {len(departed)} 件：{named}。")
    if any("无法判定" in word for _, word in b.growth):
        lines.append("市本级财政收入未录入，9.6.1 第二项检验无法判定，请市财政局录入。")
    unfilled = [p.code for p in b.progress.in_year if p.percent is None]
    if unfilled:
        lines.append(f"周期含本年而没有进度填报的项目 {len(unfilled)} 项，请牵头单位填报。")
    return Section("decide", "需要过问的", tuple(f"（{i}）{t}" for i, t in enumerate(lines, 1)) or ("没有。",))


def _wan(amount: Decimal | None) -> str:
    return "未填" if amount is None else f"{amount:,.2f} 万元"
