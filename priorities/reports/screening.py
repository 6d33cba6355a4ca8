"""判定汇总报告: how section 8.3 read the proposals of a plan year, clause by clause, and where people departed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from budgets.reports.annual_budget import wan
from governance import charts
from governance.basics import clock
from governance.basics.figures import Column, Figure, Report, Section, Table, rows_of, table_columns
from priorities.labels import OUTCOMES, RESULTS, STATES
from priorities.models import Submission
from priorities.reports.cases import Case, add, asked_wan, cases
from priorities.rule_sets import repository
from projects.reports import frame

BASIS = "按计划年度统计已提交的申报，撤回的不计；判定取每件最新一次，金额为市财政数，一件成立几条即在几条中各计一次"
NOTED = ("D14", "D15", "D16", "D17", "D18", "D20", "D22", "D23", "D24")


@dataclass(frozen=True)
class ClauseLine:
    """A clause of 8.3 over the year's cases: how many it holds for, what they ask of the city, which they are."""

    clause: str
    text: str
    met: tuple[Case, ...]
    partly: tuple[Case, ...]
    undetermined: tuple[Case, ...]

    @property
    def met_wan(self) -> Decimal | None:
        """City money asked for by the cases for which it holds; a case stands in every clause that holds for it."""
        return asked_wan(self.met)


@dataclass(frozen=True)
class ScreeningYear:
    """Everything that the report of one plan year says."""

    year: int
    cases: tuple[Case, ...]
    secret: int  # cases without text
    clauses: tuple[ClauseLine, ...]
    precedence: str

    @property
    def screened(self) -> tuple[Case, ...]:
        """Cases that were screened at least once."""
        return tuple(c for c in self.cases if c.outcome)

    def came_out(self, outcome: str) -> tuple[Case, ...]:
        return tuple(c for c in self.cases if c.outcome == outcome)

    @property
    def departed(self) -> tuple[Case, ...]:
        """Cases in which people chose another outcome than the rules, with clause and reason."""
        return tuple(c for c in self.cases if c.override)

    @property
    def cut(self) -> tuple[Case, ...]:
        """Cases of which 8.3.3 takes out components, with the money certainly hit."""
        return tuple(c for c in self.cases if c.cut_wan)


def figures(year: int) -> ScreeningYear:
    """From the database, in a fixed number of queries."""
    found, secret = cases(year)
    lines = tuple(
        ClauseLine(
            c["clause"],
            c["text"],
            *(tuple(x for x in found if c["clause"] in x.holds(r)) for r in ("met", "partly", "undetermined")),
        )
        for c in repository.described(clock.today())
        if c["in_force"]
    )
    return ScreeningYear(year, tuple(found), secret, lines, repository.precedence_words(clock.today()))


def screening_summary(year: int) -> Report:
    """The report of a plan year; called inside one snapshot."""
    f, day = figures(year), clock.today()
    record = repository.record_on(day)
    sections = (_overview(f), _outcomes(f), _clauses(f), _cases(f), _people(f))
    return frame.report(
        "screening_summary",
        year,
        "年度申报判定汇总报告",
        BASIS,
        "8.3",
        NOTED,
        sections,
        day=day,
        rule_set=record.key if record else "",
        is_demo=Submission.objects.for_year(year).filter(is_demo=True).exists(),
    )


def _overview(f: ScreeningYear) -> Section:
    kinds = Counter(c.kind for c in f.cases)
    states = Counter(c.state for c in f.cases)
    text = [
        f"{f.year}计划年度已提交申报{len(f.cases)}件"
        + (f"（{_counted(kinds)}）" if kinds else "")
        + f"，申请市财政{wan(asked_wan(f.cases))}；已判定{len(f.screened)}件。"
    ]
    if states:
        text.append(f"目前状态：{_counted({STATES[s]: n for s, n in states.items()})}。")
    if f.secret:
        text.append(f"涉密{f.secret}件只登记纸质文号，不在本报告判定之列。")
    departs = "判定只作依据，人可以另作结论，须写明条款和理由"
    cuts = "命中组成部分的金额，不足一半时只减这些部分"
    rows = (
        Figure("filed", "已提交申报", len(f.cases), "件", ("8.3",), rows="cases"),
        Figure("filed_wan", "申请市财政", asked_wan(f.cases), "万元", ("8.1",), rows="cases"),
        Figure("screened", "已判定", len(f.screened), "件", ("8.3",), rows="cases"),
        Figure("confirmed", "审核人已确认判定", sum(c.confirmed for c in f.cases), "件", rows="cases"),
        Figure("departed", "另作结论", len(f.departed), "件", (), departs, rows="departed"),
        Figure("cut_wan", "按8.3.3核减", add(c.cut_wan for c in f.cut), "万元", ("8.3.3",), cuts, rows="cut"),
        Figure("approved_wan", "审定市财政", add(c.approved_wan for c in f.cases), "万元", ("9.1.1",), rows="cases"),
    )
    return Section("overview", "总体情况", tuple(text), rows)


def _outcomes(f: ScreeningYear) -> Section:
    columns = table_columns(
        "outcome 判定 text 30, count 件 int 12, city 申请市财政 wan 22, approved 审定市财政 wan 22, "
        "departed 另作结论 int 14"
    )

    def line(label: str, some: tuple[Case, ...]) -> dict:
        approved, departed = add(c.approved_wan for c in some), sum(bool(c.override) for c in some)
        money = {"city": asked_wan(some), "approved": approved, "departed": departed}
        return {"outcome": label, "count": len(some)} | money

    rows = [line(label, f.came_out(code)) for code, label in OUTCOMES.items()]
    if unread := tuple(c for c in f.cases if not c.outcome):
        rows.append(line("未判定", unread))
    totals = line("合计", f.cases)
    text = (
        f"几条同时成立时，效力次序为{f.precedence}（D16，系统默认，非规划规定）；各条成立与否全部列出，不因结论而省略。",
    )
    bars = [charts.BarRow(r["outcome"], float(r["count"]), f"{r['count']} 件", "") for r in rows if r["count"]]
    drawn = (("各判定的件数", charts.bars(bars, title="各判定的件数")),) if bars else ()
    return Section(
        "outcomes",
        "判定结果",
        text,
        (),
        (Table("outcomes", f"{f.year}计划年度判定", columns, tuple(rows), "万元", totals),),
        drawn,
    )


def _clauses(f: ScreeningYear) -> Section:
    columns = (
        Column("clause", "条款", "text", 11),
        Column("text", "规划原文", "text", 41),
        Column("met", RESULTS["met"], "int", 8),
        Column("met_wan", "申请市财政", "wan", 14),
        Column("partly", "部分", "int", 8),
        Column("undetermined", RESULTS["undetermined"], "int", 8),
        Column("count", "合计", "int", 8),
    )
    values = []
    for line in f.clauses:
        met, partly, open_ = len(line.met), len(line.partly), len(line.undetermined)
        values.append((line.clause, line.text, met, line.met_wan, partly, open_, met + partly + open_))
    named = table_columns("clause 条款 text 20, cases 申报编号 text 80")
    who = rows_of(named, ((line.clause, "、".join(c.number for c in line.met)) for line in f.clauses if line.met))
    tables = [
        Table(
            "clauses",
            "8.3各条成立的件数与金额",
            columns,
            rows_of(columns, values),
            "万元",
            note="一件申报成立几条，在几条中各计一次，金额不求和。规划8.3.1称“9类”而只列8条，照录8条（D14）。",
        )
    ]
    if who:
        tables.append(Table("clause_cases", "各条成立的申报", named, who))
    return Section("clauses", "逐条情况", (f"规则集在本报告之日有效的{len(f.clauses)}条。",), (), tuple(tables))


def _cases(f: ScreeningYear) -> Section:
    columns = table_columns(
        "number 编号 text 15, title 项目 text 27, unit 单位 text 15, outcome 判定 text 12, met 成立条款 text 17, "
        "city 申请 wan 11, approved 审定 wan 11"
    )
    rows = rows_of(
        columns,
        (
            (c.number, c.title, c.unit, c.outcome_label, "、".join(c.holds("met")) or "无", c.city_wan, c.approved_wan)
            for c in f.cases
        ),
    )
    totals = {"number": "合计", "city": asked_wan(f.cases), "approved": add(c.approved_wan for c in f.cases)}
    if not rows:
        return Section("cases", "各件判定", (f"{f.year}计划年度没有已提交的申报。",))
    return Section(
        "cases", "各件判定", (), (), (Table("cases", f"{f.year}计划年度申报", columns, rows, "万元", totals),)
    )


def _people(f: ScreeningYear) -> Section:
    columns = table_columns(
        "number 编号 text 15, rules 判定 text 14, people 结论 text 14, clause 条款 text 12, reason 理由 text 45"
    )
    values = []
    for c in f.departed:
        people, clause = OUTCOMES.get(c.override, c.override), c.override_clause or None
        values.append((c.number, c.outcome_label, people, clause, c.override_reason))
    departed = rows_of(columns, values)
    of_cut = table_columns("number 编号 text 20, title 项目 text 56, cut 核减 wan 24")
    cut = rows_of(of_cut, ((c.number, c.title, c.cut_wan) for c in f.cut))
    cut_wan = {"number": "合计", "cut": add(c.cut_wan for c in f.cut)}
    of_deferred = table_columns("number 编号 text 18, lacking 缺失条件 text 60, day 复审日期 text 22")
    put_off = [c for c in f.cases if c.state == "deferred"]
    days = [c.re_review_on.isoformat() if c.re_review_on else None for c in put_off]
    deferred = rows_of(of_deferred, ((c.number, c.lacking, day) for c, day in zip(put_off, days, strict=True)))
    tables = (
        Table("departed", "与判定不同的结论", columns, departed),
        Table("cut", "按8.3.3核减的组成部分", of_cut, cut, "万元", cut_wan),
        Table("deferred", "缓建的条件与复审日期", of_deferred, deferred),
    )
    tables = tuple(table for table in tables if table.rows)
    text = "8.3只作依据，由人决定；另作结论的须写明条款、理由和姓名。" + (
        "" if tables else f"{f.year}计划年度没有另作结论、核减或缓建的申报。"
    )
    return Section("people", "另作结论、核减与缓建", (text,), (), tables)


def _counted(numbers: dict) -> str:
    return "，".join(f"{word}{n}件" for word, n in numbers.items())
