"""What becomes due by itself: the revenue figure of last year."""

from __future__ import annotations

import pytest

from budgets import actions
from budgets.hooks import daily
from governance.models import Notice
from tests.budgets.cells import fill

pytestmark = pytest.mark.django_db


def test_the_finance_bureau_is_told_once_that_revenue_is_missing(cast, business_day):
    fill(cast, "P06", "approved", "10", year=2006)
    assert [daily.daily(business_day) for _ in range(2)] == [1, 1]
    assert Notice.objects.filter(key="revenue-missing:2006").count() == 1
    actions.set_revenue(by=cast.finance, fiscal_year=2006, typed="520000", document="2006年决算")
    assert daily.daily(business_day) == 0
