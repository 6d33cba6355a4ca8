"""Business days: whose day it is, working days, the demonstration's date."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from governance.basics import clock
from governance.kernel import demonstration, working_days
from governance.models import Holiday

pytestmark = pytest.mark.django_db


def test_the_day_is_the_one_that_was_set_and_at_plays_another(business_day):
    assert clock.today() == business_day
    with clock.at(dt.date(2006, 1, 2)):
        assert clock.today() == dt.date(2006, 1, 2)
        with clock.at(dt.date(2006, 1, 3)):
            assert clock.today() == dt.date(2006, 1, 3)
        assert clock.today() == dt.date(2006, 1, 2)
    assert clock.today() == business_day


def test_without_a_setting_it_is_the_citys_day_and_not_greenwichs(settings, monkeypatch):
    settings.GUIYANG_TODAY = ""
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 12, 31, 16, 30, tzinfo=dt.UTC))
    assert clock.today() == dt.date(2027, 1, 1)


def test_a_demonstrations_date_is_kept_with_its_data(settings):
    settings.GUIYANG_TODAY = ""
    demonstration.keep_day(dt.date(2007, 8, 20))
    assert clock.today() == dt.date(2007, 8, 20)
    assert clock.is_demonstration()
    settings.GUIYANG_TODAY = "2008-01-01"
    assert clock.today() == dt.date(2008, 1, 1)
    settings.GUIYANG_TODAY = ""
    demonstration.keep_day(None)
    assert not clock.is_demonstration()


def test_production_has_no_demonstration_date(settings):
    settings.GUIYANG_TODAY = ""
    demonstration.keep_day(dt.date(2007, 8, 20))
    settings.EMBEDDED = False
    assert clock.demonstration_day() is None


def test_a_bad_setting_says_how_to_write_it(settings):
    settings.GUIYANG_TODAY = "20.8.2007"
    with pytest.raises(ImproperlyConfigured, match="2007-08-20"):
        clock.today()


@pytest.mark.parametrize(("year", "month", "last"), [(2007, 2, 28), (2008, 2, 29), (2007, 12, 31), (2007, 4, 30)])
def test_the_last_day_of_a_month(year, month, last):
    assert clock.last_of_month(year, month) == dt.date(year, month, last)


def test_working_days_skip_weekends(db):
    friday = dt.date(2007, 8, 17)
    assert working_days.add(friday, 1) == dt.date(2007, 8, 20)
    assert working_days.add(friday, 5) == dt.date(2007, 8, 24)
    assert working_days.add(friday, 0) == friday


def test_published_holidays_and_swapped_weekends_count(db):
    Holiday.objects.create(day=dt.date(2007, 10, 1), label="国庆节")
    Holiday.objects.create(day=dt.date(2007, 9, 29), is_off=False, label="调休上班")  # a Saturday
    assert working_days.add(dt.date(2007, 9, 28), 1) == dt.date(2007, 9, 29)
    assert working_days.add(dt.date(2007, 9, 29), 1) == dt.date(2007, 10, 2)
