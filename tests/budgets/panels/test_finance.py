"""The finance bureau's home shows the year's unfilled rows and what waits; nobody else's does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from budgets import actions
from budgets.panels.finance import finance_desk
from projects.models import Project
from tests.budgets.cells import fill

pytestmark = pytest.mark.django_db
DAY = dt.date(2007, 8, 20)


def test_unfilled_rows_and_what_waits_stand_on_the_home_of_finance(cast):
    before = finance_desk(cast.finance, DAY)
    assert len(before.unfilled) == Project.objects.in_year(2007).count() == 22
    assert (before.to_appropriate, before.revenue_missing, before.ceiling_missing) == ((0, 0), (2006, 2007), 2008)
    fill(cast, "P06", "approved", "100")
    fill(cast, "P06", "appropriated", "60")
    fill(cast, "P01", "approved", "30")
    for year in (2006, 2007):
        actions.set_revenue(by=cast.finance, fiscal_year=year, typed="100000", document=f"{year} 年决算")
    after = finance_desk(cast.finance, DAY)
    assert {p.code for p in before.unfilled} - {p.code for p in after.unfilled} == {"P01", "P06"}
    assert (after.to_appropriate, after.unspent) == ((2, Decimal(70)), (1, Decimal(60)))
    assert after.revenue_missing == ()
    html = cast.client("finance").get("/").content.decode()
    assert 'id="finance"' in html
    assert "批复未下达 2 行，70.00 万元" in html
    assert '/budgets/2007/#r-P05"' in html
    assert "2008 年市财政上限未登记" in html


@pytest.mark.parametrize("name", ["reviewer", "health_cio", "leader", "auditor"])
def test_nobody_else_is_asked_to_fill(cast, name):
    assert finance_desk(getattr(cast, name), DAY) is None
    assert 'id="finance"' not in cast.client(name).get("/").content.decode()
