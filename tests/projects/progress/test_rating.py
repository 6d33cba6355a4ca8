"""The computed rating: two baselines, age, money; nothing goes unjustly green."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from projects.progress.rating import ATTENTION, LATE, NORMAL, NOT_DUE, Facts, Money, better_than, rate

DAY = dt.date(2007, 8, 20)


def facts(**changes) -> Facts:
    """A two-year project that reported at the middle of its time."""
    values = {
        "start": dt.date(2006, 1, 1),
        "end": dt.date(2007, 12, 31),
        "latest_end": dt.date(2007, 12, 31),
        "percent": 55,
        "percent_on": dt.date(2006, 12, 31),
        "first_due": dt.date(2006, 12, 31),
    }
    return Facts(**values | changes)


def test_a_project_that_keeps_pace_is_normal():
    assert rate(facts(), DAY).code == NORMAL


@pytest.mark.parametrize(
    ("percent", "code"), [(50, NORMAL), (41, NORMAL), (40, ATTENTION), (31, ATTENTION), (30, LATE), (0, LATE)]
)
def test_reported_against_elapsed_on_the_day_that_the_report_describes(percent, code):
    assert rate(facts(percent=percent), DAY).code == code


def test_a_project_re_baselined_twice_to_hide_a_fourfold_cost_is_red():
    """56 → 206 million, end of 2008 → mid 2010, judged green by its newest figures alone."""
    newest_alone = Facts(
        start=dt.date(2006, 1, 1),
        end=dt.date(2010, 6, 30),
        latest_end=dt.date(2010, 6, 30),
        percent=75,
        percent_on=dt.date(2009, 6, 30),
        money=Money(Decimal(206), Decimal(206)),
    )
    assert rate(newest_alone, dt.date(2009, 7, 1)).code == NORMAL
    dutch = Facts(
        start=dt.date(2006, 1, 1),
        end=dt.date(2008, 12, 31),
        latest_end=dt.date(2010, 6, 30),
        percent=75,
        percent_on=dt.date(2009, 6, 30),
        rebaselined=2,
        money=Money(Decimal(56), Decimal(206)),
    )
    found = rate(dutch, dt.date(2009, 7, 1))
    assert found.code == LATE
    assert {f.what for f in found.findings if f.level == LATE} >= {"schedule", "money"}
    assert any("改基线 2 次" in f.sentence for f in found.findings)


@pytest.mark.parametrize("hidden", ["money", "schedule"])
def test_either_drift_from_the_first_baseline_is_enough_for_red(hidden):
    end = dt.date(2008, 12, 31)
    found = rate(
        Facts(
            start=dt.date(2006, 1, 1),
            end=end,
            latest_end=dt.date(2010, 6, 30) if hidden == "schedule" else end,
            percent=60,
            percent_on=dt.date(2007, 6, 30),
            rebaselined=2,
            money=Money(Decimal(56), Decimal(206)) if hidden == "money" else None,
        ),
        DAY,
    )
    assert found.code == LATE


def test_a_new_baseline_never_makes_a_rating_better():
    before = rate(facts(percent=30), DAY)
    after = rate(facts(percent=30, latest_end=dt.date(2009, 12, 31), rebaselined=1), DAY)
    assert (before.code, after.code) == (LATE, LATE)


def test_data_older_than_a_cycle_counts_against_the_project_and_greys_out():
    old = rate(facts(percent=60), dt.date(2008, 1, 10))
    assert old.stale
    assert any(f.what == "age" for f in old.findings)
    assert old.code != NORMAL
    assert not rate(facts(), DAY).stale


def test_a_first_report_that_does_not_come_is_attention_then_late():
    silent = facts(percent=None, percent_on=None)
    assert rate(silent, dt.date(2006, 12, 31)).code == NOT_DUE
    assert rate(silent, dt.date(2007, 3, 1)).code == ATTENTION
    assert rate(silent, dt.date(2007, 12, 1)).code == LATE


def test_before_its_first_report_is_due_a_project_has_no_rating():
    coming = Facts(
        start=dt.date(2007, 1, 1), end=dt.date(2008, 12, 31), state="registered", first_due=dt.date(2007, 12, 31)
    )
    assert rate(coming, DAY).code == NOT_DUE
    assert rate(Facts(start=None, end=None), DAY).code == NOT_DUE


def test_a_year_that_was_only_stated_as_a_year_is_not_missed_before_it_ends():
    """D32: 2007 means until 2007-12-31."""
    waiting = Facts(start=dt.date(2007, 1, 1), end=dt.date(2008, 12, 31), state="registered")
    assert rate(waiting, dt.date(2007, 12, 31)).code == NOT_DUE
    assert rate(waiting, dt.date(2008, 1, 1)).code == ATTENTION
    assert rate(waiting, dt.date(2009, 1, 1)).code == LATE


def test_past_its_end_without_acceptance_is_never_normal():
    over = rate(facts(percent=100, percent_on=dt.date(2007, 12, 31)), dt.date(2008, 1, 5))
    assert over.code == ATTENTION
    assert rate(facts(percent=100, percent_on=dt.date(2007, 12, 31)), dt.date(2008, 6, 1)).code == LATE
    assert over.drift_latest_days == 5


def test_an_accepted_project_is_judged_by_its_end_and_no_longer_by_reports():
    done = facts(state="operating", finished_on=dt.date(2007, 12, 1), percent=90)
    assert rate(done, dt.date(2012, 1, 1)).code == NORMAL
    late = facts(state="operating", finished_on=dt.date(2008, 12, 1))
    assert rate(late, dt.date(2012, 1, 1)).code == LATE


@pytest.mark.parametrize(
    ("money", "code"),
    [
        (Money(), NORMAL),
        (Money(Decimal(100), Decimal(80)), NORMAL),
        (Money(Decimal(100), Decimal(112)), ATTENTION),
        (Money(Decimal(100), Decimal(160)), LATE),
        (Money(Decimal(100), None, Decimal(80)), ATTENTION),
        (Money(Decimal(780), Decimal(220), Decimal(107)), NORMAL),  # approved so far is a part of the whole
        (Money(Decimal(0), Decimal(5)), NORMAL),
    ],
)
def test_money_is_an_argument_and_unfilled_money_judges_nothing(money, code):
    assert rate(facts(money=money), DAY).code == code


def test_open_problems_and_a_standstill_ask_for_attention():
    assert rate(facts(open_problems=True), DAY).code == ATTENTION
    assert rate(facts(state="suspended"), DAY).code == ATTENTION
    assert rate(facts(state="terminated", percent=0), DAY).code == NORMAL


def test_every_rating_that_is_not_normal_says_why():
    for found in (rate(facts(percent=10), DAY), rate(facts(rebaselined=1), DAY), rate(facts(), dt.date(2009, 1, 1))):
        assert found.reason


def test_better_than_compares_severity():
    assert better_than(NORMAL, ATTENTION)
    assert not better_than(LATE, ATTENTION)
    assert not better_than(NORMAL, NOT_DUE)
