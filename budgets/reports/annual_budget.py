"""年度预算报告: the figures of a year's money, as figures and tables that governance.documents.printing prints.

Basis 口径 (D09): estimates are 概算（业内估算）, not appropriations; sums count a project once (按项目); by lead they
say 按第一牵头 or 按参与(重复计数) (D43). Nothing is split that the plan does not split (D08).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet, Sum

from budgets.growth import rule
from budgets.models import SOURCES, STAGES, BudgetLine
from budgets.panels.money import even_split
from budgets.reports import benefits
from budgets.table import budget_table, pictures
from governance import charts
from governance.basics.figures import Column, Figure, Part, Report, Section, Table
from projects.lifecycle.scopes import scope_of
from projects.models import Project
from projects.reports import frame

NOTED = ("D06", "D07", "D08", "D09", "D10", "D12", "D31", "D40", "D41", "D42", "D43")
BASIS = "金额按项目计，每个项目只计一次，不在牵头单位间拆分；概算为业内估算，非批复数"
MOST_BULLETS = 36  # what a page holds; the table of projects has all
MONEY = tuple(Column(key, label, "wan", 13) for key, label in STAGES)


@dataclass(frozen=True)
class BudgetYear:
    """The figures of one year; every amount in 万元, None is 未填."""

    year: int
    planned: int  # projects whose latest window touches the year
    planned_wan: Decimal  # their estimates over all years (10.4)
    total_wan: Decimal  # the plan's total, 6883
    estimate_wan: Decimal | None  # the year's 概算 as entered
    approved_wan: Decimal | None  # 批复: adopted by the leading group
    appropriated_wan: Decimal | None  # 下达
    spent_wan: Decimal | None  # 支出
    filled: int  # projects with an approved amount, of the plan and others
    planned_filled: int  # of them rows of 10.4
    rate_percent: Decimal | None  # spent / approved
    left_wan: Decimal | None  # approved − appropriated


def figures(found: budget_table.YearTable) -> BudgetYear:
    """From the year's table, the same that the page shows."""
    sums = {key: found.sum(key) for key, _ in STAGES}
    approved, appropriated, spent = sums["approved"], sums["appropriated"], sums["spent"]
    return BudgetYear(
        year=found.year,
        planned=sum(1 for r in found.rows if r.project.plan_item_id),
        planned_wan=found.planned_wan,
        total_wan=found.planned_wan + found.rest_wan,
        estimate_wan=sums["estimate"],
        approved_wan=approved,
        appropriated_wan=appropriated,
        spent_wan=spent,
        filled=found.filled("approved"),
        planned_filled=sum(bool(r.project.plan_item_id) and r.sum("approved") is not None for r in found.rows),
        rate_percent=rule.percent(spent, approved) if approved and spent is not None else None,
        left_wan=None if approved is None else approved - (appropriated or Decimal(0)),
    )


def build(year: int, key: str = "") -> Report:
    """The annual budget report of a year 2005–2010, of the whole city or of one lead's or programme's projects
    (projects.lifecycle.scopes; 9.6.1 asks about the whole city alone); called inside one snapshot."""
    scope = scope_of(key)
    found = budget_table.year_table(year).within(scope)
    f = figures(found)
    sections = (
        _basics(found, f, scope),
        _scope(f),
        _stages(found, f),
        _by_programme(found),
        _by_project(found),
        _by_lead(found),
        *((_growth(found), _whole_period()) if scope.is_whole else ()),
        _by_year(scope),
        benefits.section(year, frame.day_of(year), scope),
        _decisions(found, f),
    )
    return frame.report(
        "annual_budget",
        year,
        f"年度预算报告{scope.suffix}",
        BASIS,
        "",
        NOTED,
        sections,
        issuer=(f"{settings.CITY_NAME}财政局", frame.OFFICE),
        is_demo=BudgetLine.objects.filter(is_demo=True).exists(),
    )


def wan(amount: Decimal | None) -> str:
    return "未填" if amount is None else f"{amount:,.2f}万元"


def _basics(found: budget_table.YearTable, f: BudgetYear, scope: Part) -> Section:
    before = "（规划期前）" if f.year < 2006 else ""
    whose = "规划" if scope.is_whole else f"{scope.name}，规划"
    text = (
        f"{whose}10.4列{f.planned + len(found.rest)}项，概算合计{f.total_wan:,.0f}万元"
        "（业内估算，规划和机构建设等方面的内容不包括在内）。"
        f"{f.year}年{before}在建设周期内的规划项目{f.planned}项，概算合计{f.planned_wan:,.0f}万元；"
        f"其余{len(found.rest)}项概算{found.rest_wan:,.0f}万元，"
        f"两者相加与10.4{'合计' if scope.is_whole else '所列'}一致。",
        f"{f.year}年已填批复的规划项目{f.planned_filled}项。"
        + (f"规划外项目已填批复的{others}项。" if (others := f.filled - f.planned_filled) else "")
        + f"{f.year}年各行合计批复{wan(f.approved_wan)}，下达{wan(f.appropriated_wan)}，支出{wan(f.spent_wan)}"
        + (f"，支出占批复{f.rate_percent}%。" if f.rate_percent is not None else "。"),
    )
    return Section("basics", "基本情况", text)


def _scope(f: BudgetYear) -> Section:
    rows = (
        Figure("planned", "周期含本年的规划项目", f.planned, "项", ("10.4",), rows="by_project"),
        Figure("planned_wan", "其概算合计（各年之和）", f.planned_wan, "万元", ("10.4",), rows="by_project"),
        Figure("total_wan", "规划各项概算合计", f.total_wan, "万元", ("10.4", "10.5")),
        Figure("estimate_wan", "本年概算", f.estimate_wan, "万元", rows="by_project"),
        Figure("approved_wan", "本年批复", f.approved_wan, "万元", ("8.1", "9.1.1"), rows="by_project"),
        Figure("appropriated_wan", "本年下达", f.appropriated_wan, "万元", ("9.2.2",), rows="by_project"),
        Figure("spent_wan", "本年支出", f.spent_wan, "万元", ("9.2.2",), rows="by_project"),
        Figure("left_wan", "批复未下达", f.left_wan, "万元", rows="by_project"),
        Figure("filled", "已填批复的项目（规划内外）", f.filled, "项", rows="by_project"),
    )
    return Section(
        "scope",
        "口径与四个阶段",
        (f"{BASIS}。概算、批复、下达、支出各为记账之和；空为未填，不是零（D08、D09）。",),
        rows,
        level=2,
    )


def _stages(found: budget_table.YearTable, f: BudgetYear) -> Section:
    columns = (Column("source", "来源", "text", 28), *MONEY, Column("rate", "支出/批复", "percent", 14))
    rows = []
    for key, label in SOURCES:
        amounts = {stage: found.amount(key, stage) for stage, _ in STAGES}
        if any(v is not None for v in amounts.values()):
            rows.append({"source": label, **amounts, "rate": _rate(amounts)})
    totals = {"source": "合计", **{s: found.sum(s) for s, _ in STAGES}}
    totals["rate"] = _rate(totals)
    text = () if rows else (f"{f.year}年还没有填报任何预算行。",)
    tables = (
        Table(
            "by_source",
            f"{f.year}年度资金，按来源",
            columns,
            tuple(rows),
            "万元",
            totals,
            "县级、国家、省、企业等来源没有金额的不列。",
        ),
    )
    return Section("by_source", "按来源", text, (), tables if rows else (), level=2)


def _rate(amounts: dict) -> Decimal | None:
    approved, spent = amounts.get("approved"), amounts.get("spent")
    return rule.percent(spent, approved) if approved and spent is not None else None


def _by_programme(found: budget_table.YearTable) -> Section:
    columns = (
        Column("programme", "工程", "text", 28),
        Column("count", "项", "int", 8),
        Column("plan", "总概算", "wan", 13),
        *(Column(c.id, c.label, "wan", 13) for c in MONEY),
    )
    rows = tuple(
        {"programme": g.name, "count": len(g.rows), "plan": g.estimate, **{s: g.sum(s) for s, _ in STAGES}}
        for g in found.groups
    )
    totals = {
        "programme": "合计",
        "count": len(found.rows),
        "plan": sum((g.estimate for g in found.groups), Decimal(0)),
        **{s: found.sum(s) for s, _ in STAGES},
    }
    bars = [
        charts.BarRow(
            g.name,
            float(g.sum("approved") or 0),
            "未填" if g.sum("approved") is None else f"{g.sum('approved'):,.2f}",
            str(len(g.rows)),
        )
        for g in found.groups
    ]
    drawn = (("按工程的批复（万元）", charts.bars(bars, title="批复按工程")),) if any(b.value for b in bars) else ()
    return Section(
        "by_programme",
        "按工程执行情况",
        (),
        (),
        (Table("by_programme", f"{found.year}年度资金，按工程", columns, rows, "万元", totals),),
        drawn,
    )


def _by_project(found: budget_table.YearTable) -> Section:
    columns = (
        Column("code", "编号", "text", 7),
        Column("name", "项目", "text", 26),
        Column("plan", "总概算", "wan", 11),
        Column("filed", "申报", "wan", 10),
        *(Column(c.id, c.label, "wan", 10) for c in MONEY),
        Column("rate", "执行率", "percent", 9),
    )
    rows: list[dict] = []
    for group in found.groups:
        rows.append({"_group": f"{group.name}　{len(group.rows)}项"})
        for row in group.rows:
            amounts = {s: row.sum(s) for s, _ in STAGES}
            rows.append(
                {
                    "code": row.project.code,
                    "name": row.project.name,
                    "plan": row.project.estimate_wan,
                    "filed": row.project.filed_wan,
                    **amounts,
                    "rate": _rate(amounts),
                }
            )
    totals = {"name": "合计", "plan": found.planned_wan, **{s: found.sum(s) for s, _ in STAGES}}
    totals["rate"] = _rate(totals)
    rest = "、".join(f"{r.project.code} {r.project.estimate_wan:,.0f}" for r in found.rest)
    note = f"周期不含本年的{len(found.rest)}项未列，概算{found.rest_wan:,.2f}万元：{rest}。" if found.rest else ""
    if cut := [r.project for r in found.rows if r.project.cut_wan]:
        said = "；".join(f"{p.code} 审定 {p.decided_wan:,.2f}，{p.cut_words}" for p in cut)
        note += f"经会签核减的{len(cut)}项：{said}。"
    return Section(
        "by_project",
        "按项目执行情况",
        (),
        (),
        (Table("by_project", f"{found.year}年度资金，按项目", columns, tuple(rows), "万元", totals, note),),
    )


def _by_lead(found: budget_table.YearTable) -> Section:
    columns = (
        Column("lead", "单位", "text", 34),
        Column("first_count", "第一牵头项", "int", 12),
        Column("first_plan", "概算", "wan", 13),
        Column("approved", "批复", "wan", 13),
        Column("spent", "支出", "wan", 12),
        Column("every_count", "参与项", "int", 8),
        Column("every_plan", "参与概算", "wan", 13),
    )
    first: dict[str, list[budget_table.Row]] = defaultdict(list)
    every: dict[str, list[budget_table.Row]] = defaultdict(list)
    for row in found.rows:
        names = []
        for lead in row.project.leads.all():
            unit = lead.organisation.canonical or lead.organisation
            if not lead.is_generic and unit.name not in names:
                names.append(unit.name)
                every[unit.name].append(row)
        if names:
            first[names[0]].append(row)
    order = sorted(every, key=lambda n: (-_plan(first[n]), -_plan(every[n]), n))
    rows = tuple(
        {
            "lead": n,
            "first_count": len(first[n]),
            "first_plan": _plan(first[n]) if first[n] else None,
            "approved": budget_table.add(r.sum("approved") for r in first[n]),
            "spent": budget_table.add(r.sum("spent") for r in first[n]),
            "every_count": len(every[n]),
            "every_plan": _plan(every[n]),
        }
        for n in order
    )
    totals = {
        "lead": "合计（按第一牵头）",
        "first_count": sum(len(v) for v in first.values()),
        "first_plan": _plan([r for v in first.values() for r in v]),
        "approved": found.sum("approved"),
        "spent": found.sum("spent"),
    }
    text = (
        "各项列名单位原文未分主次，首列为第一牵头（默认读法，D43）；概算不在牵头单位间拆分，“参与”两栏为重复计数，不求和。",
    )
    return Section(
        "by_lead",
        "按牵头单位执行情况",
        text,
        (),
        (Table("by_lead", f"{found.year}年度资金，按牵头单位", columns, rows, "万元", totals),),
    )


def _plan(rows) -> Decimal:
    return sum((r.project.estimate_wan or Decimal(0) for r in rows), Decimal(0))


def _growth(found: budget_table.YearTable) -> Section:
    g = found.growth
    rows = (
        Figure("fund_before", f"{g.year - 1}年市财政批复", g.before_wan, "万元", ("9.6.1",), rows="growth_years"),
        Figure("fund", f"{g.year}年市财政批复", g.fund_wan, "万元", ("9.6.1",), rows="growth_years"),
        Figure("growth_percent", "增长", None if g.growth_percent is None else f"{g.growth_percent}%", ""),
        Figure("revenue_before", f"{g.year - 1}年市本级财政收入", g.revenue_before_wan, "万元"),
        Figure("revenue", f"{g.year}年市本级财政收入", g.revenue_wan, "万元", rows="growth_years"),
        *(Figure(f"test_{i}", t.name, t.word, "", ("9.6.1",), t.sentence) for i, t in enumerate(g.tests, 1)),
    )
    text = (
        "规划9.6.1要求“保证逐年加大对电子政务投入在市本级财政收入的比例(增加比例不低于上年资金总额的20%)”。"
        "主句说比例，括号说资金，按默认读法分两项检验（D06）；缺市本级财政收入时只说无法判定。",
    )
    table_, drawn = _growth_years()
    return Section("growth", "增长检验", text, rows, table_, drawn)


def _growth_years() -> tuple[tuple[Table, ...], tuple]:
    """Both tests year by year, where there is any input, and the fund as columns."""
    series = [
        g
        for g in budget_table.growth_series(settings.PLAN_YEARS)
        if g.fund_wan is not None or g.revenue_wan is not None
    ]
    if not series:
        return (), ()
    columns = (
        Column("year", "年度", "text", 9),
        Column("fund", "市财政批复", "wan", 15),
        Column("need", "下限（上年×1.2）", "wan", 17),
        Column("growth", "增长", "percent", 11),
        Column("revenue", "市本级财政收入", "wan", 18),
        Column("first", "检验一", "text", 15),
        Column("second", "检验二", "text", 15),
    )
    rows = []
    for g in series:
        words = [t.word for t in g.tests]
        # Under reading a or b of D06 there is one test; it stands in its own column.
        first = words[0] if any(t.name.startswith("检验一") for t in g.tests) else "不适用"
        second = words[-1] if any(t.name.startswith("检验二") for t in g.tests) else "不适用"
        rows.append(
            {
                "year": str(g.year),
                "fund": g.fund_wan,
                "need": g.need_wan,
                "growth": g.growth_percent,
                "revenue": g.revenue_wan,
                "first": first,
                "second": second,
            }
        )
    note = "资金为市财政批复数，规划内外合计；没有市财政批复也没有收入数的年度不列。"
    drawn = pictures.growth_columns(series, title="市财政批复与增长", uid="report-growth")
    table = Table("growth_years", "各年增长检验", columns, tuple(rows), "万元", None, note)
    return (table,), (("市财政批复与增长（万元）", drawn),)


def _whole_period() -> Section:
    years = list(settings.PLAN_YEARS)[1:]  # what starts before the period counts in its first year (D31)
    projects = [p for p in Project.objects.planned() if p.start and p.end and p.estimate_wan]
    windows = [(max(p.start.year, years[0]), p.end.year, p.estimate_wan) for p in projects]
    f = rule.whole_period(windows, years)
    if f is None:
        return Section("whole_period", "全期能否做到", ("规划没有可以核算的项目周期。",), level=2)
    early, late = (f"{a}—{b}" if a != b else f"{a}" for a, b in (f.early, f.late))
    growing = f"若把9.6.1读作“每年不少于上年的1.2倍”，{len(projects)}项概算在各自周期内"
    if f.feasible:
        text = (f"{growing}按区间核算没有发现做不到之处；具体分年由年度计划排定。",)
    else:
        text = [
            f"{growing}怎样分配都做不到：锁定在{early}年的概算为{f.locked_wan:,.2f}万元，则{late}年合计至少要{f.need_wan:,.2f}万元，"
            f"而周期允许放到这几年的最多只有{f.room_wan:,.2f}万元，差{f.gap_wan:,.2f}万元。",
            f"补救有三种，都须领导小组议定：{late}年增加{f.gap_wan:,.2f}万元的项目；",
            "本表所列项目不足以说明9.6.1，不虚列填补（D07）。",
        ]
        names = [(*w, p.name) for w, p in zip(windows, projects, strict=True)]
        if found := rule.smallest_extension(names, years):
            text[1] += f"或把{found[1]:,.0f}万元的“{found[0]}”延到{years[-1]}年（可行的最小一项）；"
        text[1] += f"或把下限降到不高于{rule.highest_floor(windows, years)}%。"
        text = tuple(text)
    rows = (
        Figure("locked_wan", f"锁定在{early}年", f.locked_wan, "万元"),
        Figure("need_wan", f"{late}年合计至少需要", f.need_wan, "万元"),
        Figure("room_wan", f"{late}年最多可放", f.room_wan, "万元"),
        Figure("gap_wan", "差额", f.gap_wan, "万元"),
    )
    return Section("whole_period", "全期能否做到", text, rows, level=2)


def _by_year(scope: Part) -> Section:
    columns = (
        Column("year", "年度", "text", 22),
        *(Column(c.id, c.label, "wan", 16) for c in MONEY),
        Column("even", "示意", "wan", 20),
    )
    years = list(settings.PLAN_YEARS)
    lines = BudgetLine.objects.filter(fiscal_year__in=years)
    lines = lines if scope.is_whole else lines.filter(project__code__in=scope.codes)
    by_project, by_year = pictures.sums_of(lines)
    sums = {y: {stage: by_year.get(y, {}).get(stage) for stage, _ in STAGES} for y in years}
    even = dict.fromkeys(years, Decimal(0))
    for project in (p for p in Project.objects.planned() if p.code in scope):
        for year, amount in zip(years, even_split(project, years), strict=True):
            even[year] += amount
    shown = {y: even[y].quantize(Decimal("0.01")) for y in years}
    rows = tuple({"year": f"{y}{'（规划期前）' if y < 2006 else ''}", **sums[y], "even": shown[y]} for y in years)
    totals = {
        "year": "合计",
        **{s: budget_table.add(sums[y][s] for y in years) for s, _ in STAGES},
        "even": sum(shown.values(), Decimal(0)),
    }
    approved = {y: sums[y]["approved"] for y in years}
    drawn = {y: shown[y] if wan is None else wan for y, wan in approved.items()}
    values = [charts.YearValue(y, float(wan), f"{wan:,.0f}", approved[y] is None) for y, wan in drawn.items()]
    note = "“示意”为概算按月均摊，未获批复，不入账（D08）。"
    return Section(
        "by_year",
        "分年情况",
        (),
        (),
        (Table("by_year", "各年资金", columns, rows, "万元", totals, note),),
        (
            ("各年批复；斜纹为示意，按月均摊（万元）", charts.years(values, title="各年资金", uid="report-years")),
            *_pictures(years, lines, by_project, by_year),
        ),
    )


def _pictures(years: list[int], lines: QuerySet, by_project: pictures.Sums, by_year: pictures.Sums) -> tuple:
    """Money by year and source, its growth, how far each project's has come; () where nothing is filled."""
    held = {pk: sums for pk, sums in by_project.items() if sums}
    if not held:
        return ()
    by_source: dict[str, dict[int, Decimal]] = defaultdict(dict)
    found = lines.exclude(approved_wan=None).order_by().values_list("source", "fiscal_year")
    for source, year, amount in found.annotate(Sum("approved_wan")):
        by_source[source][year] = amount
    stacked = [(label, [float(by_source[s].get(y, 0)) for y in years]) for s, label in SOURCES if s in by_source]
    projects = sorted(Project.objects.filter(pk__in=held), key=lambda p: (-held[p.pk].get("approved", 0), p.code))
    bullets = [pictures.bullet(p, held[p.pk]) for p in projects[:MOST_BULLETS]]
    come = charts.stages(bullets, title="每个项目走到哪一步", row_height=22, label_width=240)
    grown = charts.cumulative(years, pictures.curves(years, by_year), title="逐年累计")
    drawn = [
        ("逐年累计的批复、下达、支出（万元）", grown),
        ("每个项目的概算、批复、下达、支出，各年之和（万元）", come),
    ]
    if stacked:
        drawn.insert(0, ("批复，年度 × 来源（万元）", charts.year_stack(years, stacked, title="年度 × 来源")))
    return tuple(drawn)


def _decisions(found: budget_table.YearTable, f: BudgetYear) -> Section:
    lines = []
    empty = [r.project.code for r in found.rows if r.sum("approved") is None]
    if empty:
        lines.append(
            f"{found.year}年度周期内尚无批复的项目{len(empty)}项：{'、'.join(empty)}；由市财政局填报，或由年度计划列入。"
        )
    if f.left_wan:
        lines.append(f"批复未下达{f.left_wan:,.2f}万元，由市财政局按进度下达（9.2.2）。")
    is_planned = all(t.result != rule.UNPLANNED for t in found.growth.tests)
    if found.whole and is_planned and found.growth.revenue_wan is None:
        lines.append("市本级财政收入未录入，9.6.1的第二项检验无法判定；由市财政局录入并附依据。")
    flagged = sorted({f"{r.lead}（{'、'.join(r.lead_flags)}）" for r in found.rows if r.lead_flags})
    if flagged:
        lines.append(
            f"第一牵头为临时或内设机构的，预算单位须由市信息办会同市财政局指定：{'、'.join(flagged)}（D41、D42）。"
        )
    return Section("decisions", "需要决定的事项", tuple(f"（{i}）{t}" for i, t in enumerate(lines, 1)) or ("无。",))
