"""The year's table reconciles to 6883; growth says 无法判定 without revenue; who pays quotes its clause; the report's
figures add up for every plan year."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from budgets import actions, payers
from budgets.growth import rule
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from budgets.panels import money
from budgets.reports import annual_budget
from budgets.table import budget_table
from governance.documents import printing
from projects.models import Project

YEARS = range(2005, 2011)
EVEN = {2005: "8.73", 2006: "691.27", 2007: "2180.00", 2008: "1995.00", 2009: "1051.50", 2010: "956.50"}


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_every_year_s_table_and_its_rest_are_the_plan_s_6883(cast, year):
    found = budget_table.year_table(year, cast.finance)
    assert found.planned_wan + found.rest_wan == found.check_wan == 6883
    assert len(found.rows) + len(found.rest) == 27


@pytest.mark.django_db
def test_programmes_have_the_plan_s_totals(plan):
    sums = {}
    for project in Project.objects.planned().select_related("programme"):
        name = project.programme.key if project.programme else ""
        sums[name] = sums.get(name, 0) + project.estimate_wan
    assert (sums["gis"], sums["unified-network"], sums["office-automation"], sums[""]) == (1765, 1050, 196, 3872)


@pytest.mark.django_db
def test_the_even_split_by_month_is_the_published_one_and_never_stored(plan):
    years = list(YEARS)
    sums = [sum(money.even_split(p, years)[i] for p in Project.objects.planned()) for i in range(6)]
    assert [f"{s:.2f}" for s in sums] == [EVEN[y] for y in years]
    assert not BudgetLine.objects.exists()


@pytest.mark.django_db
def test_growth_without_revenue_is_undecidable_never_passed(cast):
    p = Project.objects.get(code="P06")
    for year, typed in ((2006, "100"), (2007, "150")):
        actions.set_cell(by=cast.finance, at=LineKey(p, year, "city"), stage="approved", typed=typed)
    first, second = budget_table.year_growth(2007).tests
    assert (first.result, second.result) == ("passed", "unknown")
    assert "无法判定" in second.sentence
    actions.set_revenue(by=cast.finance, fiscal_year=2006, typed="100000", document="2006年决算")
    actions.set_revenue(by=cast.finance, fiscal_year=2007, typed="200000", document="2007年决算")
    assert [t.result for t in budget_table.year_growth(2007).tests] == ["passed", "failed"]


@pytest.mark.parametrize(("now", "result"), [("119.99", "failed"), ("120.00", "passed"), ("120.01", "passed")])
def test_the_floor_of_twenty_percent_is_exact(now, result):
    found = rule.growth_of(2007, {2006: Decimal(100), 2007: Decimal(now)}, {}, "a")
    assert found.tests[0].result == result


PERIOD = list(range(2006, 2011))


def test_the_plan_s_windows_cannot_grow_by_a_fifth_each_year_and_111_88_is_missing():
    rows = [(2007, 2008, Decimal(2602)), (2006, 2010, Decimal(3635)), (2006, 2007, Decimal(646))]
    found = rule.whole_period(rows, PERIOD)
    assert (found.feasible, found.gap_wan, found.need_wan) == (False, Decimal("111.88"), Decimal("3746.88"))
    assert (found.early, found.late) == ((2007, 2008), (2009, 2010))
    assert rule.highest_floor(rows, PERIOD) == Decimal("18.19")


@pytest.mark.parametrize(("wan", "feasible"), [("45.85", False), ("45.86", True)])
def test_the_smallest_project_that_repairs_it_by_running_on_has_45_86(wan, feasible):
    part = Decimal(wan)
    rows = [(2007, 2008, Decimal(2602) - part), (2006, 2010, Decimal(3635) + part), (2006, 2007, Decimal(646))]
    assert rule.whole_period(rows, PERIOD).feasible is feasible


def test_one_year_s_money_forces_the_next_by_a_fifth():
    found = rule.whole_period([(2006, 2006, Decimal(100)), (2007, 2007, Decimal("119.99"))], [2006, 2007])
    assert (found.feasible, found.need_wan, found.gap_wan) == (False, Decimal(120), Decimal("0.01"))
    assert rule.whole_period([(2006, 2006, Decimal(100)), (2007, 2007, Decimal(120))], [2006, 2007]).feasible


@pytest.mark.django_db
def test_the_report_finds_the_infeasibility_in_the_plan_s_own_rows(plan):
    report = annual_budget.build(2007)
    section = next(s for s in report.sections if s.id == "whole_period")
    values = {f.id: f.value for f in section.figures}
    assert (values["locked_wan"], values["room_wan"], values["gap_wan"]) == (2602, 3635, Decimal("111.88"))
    text = "".join(section.paragraphs)
    assert "52万元的“党政内部信息门户”延到2010年" in text
    assert "不高于18.19%" in text


@pytest.mark.django_db
@pytest.mark.parametrize("year", YEARS)
def test_every_figure_of_the_budget_report_adds_up(cast, year):
    p15, p17 = Project.objects.get(code="P15"), Project.objects.get(code="P17")
    for project, source, typed in ((p15, "city", "90"), (p15, "own", "30.05"), (p17, "city", "44.4")):
        actions.set_cell(by=cast.finance, at=LineKey(project, year, source), stage="approved", typed=typed)
    report = printing.build("annual_budget", year)
    tables = {t.id: t for s in report.sections for t in s.tables}
    for key in ("by_source", "by_programme", "by_project"):
        rows = [r for r in tables[key].rows if "_group" not in r]
        assert sum(r["approved"] or 0 for r in rows) == tables[key].totals["approved"] == Decimal("164.45"), key
    assert tables["by_lead"].totals["approved"] == Decimal("164.45")
    assert (
        sum(r["plan"] for r in tables["by_project"].rows if r.get("plan") and r["code"][0] == "P")
        == tables["by_project"].totals["plan"]
    )
    json = report.as_json()
    assert json["sections"][1]["figures"][4]["value"] == "164.45"


@pytest.mark.django_db
def test_unknown_amounts_are_null_never_zero(plan):
    body = printing.build("annual_budget", 2008).as_json()
    scope = next(s for s in body["sections"] if s["id"] == "scope")
    assert next(f for f in scope["figures"] if f["id"] == "approved_wan")["value"] is None


@pytest.mark.parametrize(
    ("question", "clause", "conflict"),
    [
        (payers.PayerQuestion(mandate="state"), "8.1(3)", "D12"),
        (payers.PayerQuestion(mandate="city"), "8.1(4)", "D12"),
        (payers.PayerQuestion(on_shared_list=True), "8.1(2)", ""),
        (payers.PayerQuestion(investment_type="government"), "8.2(1)", ""),
        (payers.PayerQuestion(is_district=True, mandate="state"), "8.1(3)", "D12"),
        (payers.PayerQuestion(is_district=True, mandate="city"), "8.1(4)", "D12"),
        (payers.PayerQuestion(mandate="city", investment_type="market"), "8.2(2)", "D11"),
        (payers.PayerQuestion(mandate="province"), "8.1(2)", "D13"),
        (payers.PayerQuestion(mandate="own", investment_type="market"), "8.2(2)", "D11"),
        (payers.PayerQuestion(mandate="own", investment_type="public_good"), "8.2(3)", "D11"),
        (payers.PayerQuestion(is_self_funded=True), "8.1(5)", ""),
        (payers.PayerQuestion(is_district=True), "", "D12"),
    ],
)
def test_who_pays_names_the_clause_and_flags_what_is_open(question, clause, conflict):
    answer = payers.who_pays(question)
    assert not clause or clause in answer.clauses
    assert (conflict in {code for code, _ in answer.conflicts}) if conflict else not answer.conflicts


def test_payers_quote_the_plan_word_for_word(settings):
    text = (settings.BASE_DIR / "fixtures" / "plan_2006.txt").read_text()
    every = itertools.product(
        ("", "state", "province", "city", "own"), ("", *payers.TYPES), (False, True), (False, True), (False, True)
    )
    said = {words for q in every for _, words in payers.who_pays(payers.PayerQuestion(*q)).quotes}
    assert len(said) == 10
    assert all(words in text for words in said | {payers.CHANNELS[1], payers.PRINCIPLES["8.1(1)"]})


@pytest.mark.parametrize(
    ("question", "mix"),
    [
        (payers.PayerQuestion(), [("city", "main")]),
        (payers.PayerQuestion(mandate="state"), [("state", "main"), ("city", "matching"), ("county", "matching")]),
        (payers.PayerQuestion(mandate="city"), [("city", "main"), ("county", "matching")]),
        (payers.PayerQuestion(investment_type="market"), [("city", "main"), ("own", "main"), ("enterprise", "main")]),
        (payers.PayerQuestion(investment_type="public_good"), [("city", "start"), ("own", "main")]),
        (payers.PayerQuestion(is_self_funded=True, investment_type="public_good"), [("own", "main")]),
        (payers.PayerQuestion(is_district=True), [("county", "main")]),
    ],
)
def test_the_mix_names_every_payer_once_with_what_it_is_for(question, mix):
    assert [(p.source, p.role) for p in payers.who_pays(question).mix] == mix


def test_matching_and_start_up_money_are_named_only_where_the_plan_names_them():
    state, public = (
        payers.who_pays(payers.PayerQuestion(mandate="state")),
        payers.who_pays(payers.PayerQuestion(investment_type="public_good")),
    )
    assert state.matching.startswith("国家要求建设的")
    assert not state.start_up
    assert "启动资金" in public.start_up
    assert not public.matching
    assert [code for code, _ in public.notes] == ["D10"]


@pytest.mark.django_db
def test_the_report_tests_growth_year_by_year_and_never_passes_without_revenue(cast):
    p = Project.objects.get(code="P06")
    for year, typed in ((2006, "100"), (2007, "150"), (2008, "160")):
        actions.set_cell(by=cast.finance, at=LineKey(p, year, "city"), stage="approved", typed=typed)
    section = next(s for s in annual_budget.build(2007).sections if s.id == "growth")
    rows = section.tables[0].rows
    assert [(r["year"], r["first"], r["second"]) for r in rows] == [
        ("2006", "无法判定", "无法判定"),
        ("2007", "通过", "无法判定"),
        ("2008", "未通过", "无法判定"),
    ]
    assert [r["need"] for r in rows] == [None, Decimal("120.00"), Decimal("180.00")]
    assert [c.text for c in section.charts[0][1].columns] == ["100", "150（+50.0%）", "160（+6.7%）"]


def test_who_pays_stands_beside_the_money_that_is_there():
    held = {"state": Decimal(30), "own": Decimal(5)}
    shown = money.paying(payers.PayerQuestion(mandate="state"), held, "申报")
    assert [(r["label"], r["role"], r["clause"], r["wan"]) for r in shown.rows] == [
        ("国家", "主要出资", "8.1(3)", 30),
        ("市财政", "配套", "8.1(3)", None),
        ("县（市、区）财政", "配套", "8.1(3)", None),
        ("建设单位自筹", "", "", 5),
    ]
    assert (shown.total, shown.type_open) == (35, True)
    governed = money.paying(payers.PayerQuestion(investment_type="government"), held, "申报")
    assert [(r["label"], r["role"], r["clause"]) for r in governed.rows[1:]] == [
        ("国家", "补充", "8.2(1)"),
        ("建设单位自筹", "补充", "8.2(1)"),
    ]


@pytest.mark.django_db
def test_a_project_says_who_pays_with_the_clause_the_conflict_and_what_is_approved(cast):
    project = Project.objects.get(code="P17")
    project.mandate, project.investment_type = "state", "market"
    project.save()
    line = actions.set_cell(by=cast.finance, at=LineKey(project, 2007, "city"), stage="approved", typed="12.5")
    for address in ("/projects/P17/", f"/budgets/lines/{line.pk}/"):
        page = cast.client("finance").get(address).content.decode()
        for words in (
            "国家资金，地方配套由市级与县（市、区）财政",
            "各出多少原文没有写",
            "12.50",
            'href="/governance/discrepancies/D12/"',
            "8.2(2)",
        ):
            assert words in page, (address, words)


@pytest.mark.django_db
def test_the_report_draws_year_by_source_the_growing_sums_and_every_project_that_holds_money(cast):
    def drawn() -> list[str]:
        return [caption for s in printing.build("annual_budget", 2007).sections for caption, _ in s.charts]

    assert not any("年度 × 来源" in c or "逐年累计" in c or "每个项目" in c for c in drawn())
    for code, source in (("P17", "city"), ("P06", "state")):
        actions.set_cell(
            by=cast.finance, at=LineKey(Project.objects.get(code=code), 2007, source), stage="approved", typed="10"
        )
    assert drawn()[-3:] == [
        "批复，年度 × 来源（万元）",
        "逐年累计的批复、下达、支出（万元）",
        "每个项目的概算、批复、下达、支出，各年之和（万元）",
    ]
    by_year = next(s for s in printing.build("annual_budget", 2007).sections if s.id == "by_year")
    assert [r.label[:3] for r in dict(by_year.charts)[drawn()[-1]].rows] == ["P06", "P17"]
