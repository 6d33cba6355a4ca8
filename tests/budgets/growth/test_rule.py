"""The growth tests of 9.6.1 and what a block of years forces, exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import actions
from budgets.growth import planned, rule
from budgets.ledger.booking import LineKey
from budgets.table import budget_table
from projects.models import Project


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
def test_a_coming_year_without_an_annual_plan_is_not_tested(cast, monkeypatch):
    """What is approved of it is a part of projects that run on: 未编制, not 未通过; an adopted plan is tested."""
    project = Project.objects.get(code="P06")
    for year, typed in ((2007, "100"), (2008, "30")):
        actions.set_cell(by=cast.finance, at=LineKey(project, year, "city"), stage="approved", typed=typed)
    assert [t.word for t in budget_table.year_growth(2008).tests] == ["未编制", "未编制"]
    assert [t.result for g in budget_table.growth_series([2007, 2008]) for t in g.tests][2:] == ["unplanned"] * 2
    assert "未编制" in cast.client("finance").get("/budgets/2008/").content.decode()
    monkeypatch.setattr(planned, "_finders", [lambda: {2008}])
    assert budget_table.year_growth(2008).tests[0].word == "未通过"
    assert budget_table.year_growth(2007).tests[0].result == "unknown"  # a year that has begun is tested in any case
