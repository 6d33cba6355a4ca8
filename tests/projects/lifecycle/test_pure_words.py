"""Windows, periods and the chain of states: pure."""

from __future__ import annotations

import datetime as dt

import pytest

from projects.lifecycle import life, period_text, periods


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("2007-03 至 2008-12", (2007, 3, 1), (2008, 12, 31), "month"),
        ("2006—2010", (2006, 1, 1), (2010, 12, 31), "year"),
        ("2006年 - 2010 年", (2006, 1, 1), (2010, 12, 31), "year"),
        ("２００７年２月１日至２００８年２月２９日", (2007, 2, 1), (2008, 2, 29), "day"),
        ("2005年12月—2006年10月", (2005, 12, 1), (2006, 10, 31), "month"),
        ("2007-01-05/2007-06-30", (2007, 1, 5), (2007, 6, 30), "day"),
    ],
)
def test_a_window_is_read_as_people_write_it(text, start, end, precision):
    assert period_text.parse(text) == (dt.date(*start), dt.date(*end), precision)


@pytest.mark.parametrize(
    "text", ["", "2008", "2008 至 2006", "2007-13 至 2008", "0 至 1", "1e4-2", "2007-02-30 至 2008", "3000—3001"]
)
def test_what_is_no_window_is_a_sentence(text):
    with pytest.raises(ValueError) as refused:
        period_text.parse(text)
    assert str(refused.value).endswith("。")


def test_a_year_is_never_shown_as_a_day():
    assert period_text.say(dt.date(2006, 1, 1), dt.date(2007, 12, 31), "year") == "2006—2007"
    assert period_text.say(dt.date(2005, 12, 1), dt.date(2006, 10, 31), "month") == "2005-12—2006-10"
    assert period_text.say(None, None) == "未定"


def test_a_report_may_come_in_the_last_month_of_its_period():
    assert not periods.can_be_filed("2007H1", dt.date(2007, 5, 30))
    assert periods.can_be_filed("2007H1", dt.date(2007, 5, 31))
    assert "2007" not in periods.open_on(dt.date(2007, 8, 20))
    assert "2006" in periods.open_on(dt.date(2007, 8, 20))


@pytest.mark.parametrize("period", ["", "07", "2007H3", "2007Q1", "２００７", "2007H1 "])
def test_what_is_no_period_is_a_sentence(period):
    with pytest.raises(ValueError, match="不是填报期"):
        periods.parse(period)


def test_the_chain_leads_from_registered_to_closed_one_step_at_a_time():
    state, seen = "registered", ["registered"]
    while (step := life.next_step(state)) is not None:
        state = step.target
        seen.append(state)
    assert tuple(seen) == life.CHAIN


def test_an_ended_project_goes_nowhere():
    assert [life.leading_from(state) for state in life.ENDED] == [(), ()]


def test_aside_verbs_need_a_reason_and_the_acceptances_another_right():
    assert {t.verb for t in life.TRANSITIONS if t.needs_reason} == {"suspend", "resume", "terminate"}
    assert {t.verb for t in life.TRANSITIONS if t.permission.value == "accept_works"} == set(life.ACCEPTANCES)
