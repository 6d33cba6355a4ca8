"""The year's table reconciles to the plan's 6883 万元."""

from __future__ import annotations

import pytest

from budgets.table import budget_table
from projects.models import Project

YEARS = range(2005, 2011)


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
