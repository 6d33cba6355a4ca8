"""年度预算报告: every figure adds up, growth is told year by year, the pictures hold what there is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.reports import annual_budget
from governance.documents import printing
from projects.models import Project


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
@pytest.mark.parametrize("year", range(2005, 2011))
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
        ("2008", "未编制", "未编制"),  # its annual plan is not adopted yet
    ]
    assert [r["need"] for r in rows] == [None, Decimal("120.00"), Decimal("180.00")]
    assert [c.text for c in section.charts[0][1].columns] == ["100", "150（+50.0%）", "160（+6.7%）"]


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
