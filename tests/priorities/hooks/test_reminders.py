"""Reminders before and after a step is due, in working days, each once; the calendar shows only what one may see."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.kernel import working_days
from governance.models import Holiday, Notice
from priorities import actions
from priorities.hooks import reminders
from priorities.hooks.daily import daily
from tests.priorities.stories import unit

FRIDAY = dt.date(2007, 8, 24)


def told(day: dt.date, **where) -> list[str]:
    """What the day adds."""
    before = set(Notice.objects.values_list("pk", flat=True))
    daily(day)
    return list(
        Notice.objects.filter(topic="deadline", **where).exclude(pk__in=before).values_list("sentence", flat=True)
    )


def test_working_days_leave_out_weekends_holidays_and_count_the_extra_ones(db):
    Holiday.objects.create(day=dt.date(2007, 8, 27), is_off=True, label="放假")
    Holiday.objects.create(day=dt.date(2007, 8, 25), is_off=False, label="上班")
    calendar = working_days.WorkingDays()
    assert calendar.between(FRIDAY, dt.date(2007, 8, 28)) == 2  # the Saturday and the Tuesday
    assert calendar.between(dt.date(2007, 8, 28), FRIDAY) == -2
    assert calendar.add(FRIDAY, 2) == dt.date(2007, 8, 28)
    assert calendar.between(FRIDAY, FRIDAY) == 0


def test_the_office_is_reminded_before_an_acceptance_is_due_and_after_each_once(stories):
    stories.submitted()  # on Monday 2007-08-20: three working days
    assert told(dt.date(2007, 8, 20)) == []
    [soon] = told(dt.date(2007, 8, 21), role="reviewer")
    assert "受理2007-08-23 到期，还有 2 个工作日" in soon
    assert told(dt.date(2007, 8, 21)) == told(dt.date(2007, 8, 22)) == []
    [late] = told(FRIDAY, role="reviewer")
    assert "已过 1 个工作日" in late
    assert [len(told(FRIDAY + dt.timedelta(days=n))) for n in range(1, 15)].count(1) == 2  # every five working days


def test_a_returned_case_reminds_its_unit_and_nobody_else(stories, cast):
    stories.returned()
    found = told(dt.date(2007, 9, 3))  # ten working days after 2007-08-20
    [notice] = Notice.objects.filter(topic="deadline")
    assert (notice.organisation_id, notice.role) == (cast.health_cio.organisation_id, "department_cio")
    assert "补正" in found[0]


def test_a_silent_seat_is_reminded_and_one_that_has_signed_is_not(stories, cast):
    row = stories.joint_approval()
    actions.sign(by=cast.finance, submission=row, version=row.version)
    told(dt.date(2007, 9, 3))
    units = set(
        Notice.objects.filter(topic="deadline", key__startswith="seat:").values_list("organisation_id", flat=True)
    )
    assert cast.finance.organisation_id not in units
    assert cast.ndrc.organisation_id in units


def test_a_unit_with_a_draft_hears_of_the_window_twice_before_and_once_after_and_of_its_own_extension(stories, cast):
    stories.draft()
    days = [dt.date(2007, 8, 20) + dt.timedelta(days=n) for n in range(30)]
    said = [(day, text) for day in days for text in told(day)]
    assert [day.isoformat() for day, _ in said] == ["2007-08-24", "2007-08-30", "2007-09-01"]
    assert "没有在窗口内申报" in said[-1][1]
    actions.extend_window(
        by=cast.reviewer, plan_year=2008, until=dt.date(2007, 9, 28), reason="停电", organisation=unit("市卫生局")
    )
    assert "2007-09-28 截止" in told(dt.date(2007, 9, 27))[0]


def test_an_applicant_hears_before_the_re_review_what_is_still_lacking(stories):
    stories.concluded("deferred")
    assert told(dt.date(2008, 1, 2)) == []
    [text] = told(dt.date(2008, 2, 12))
    assert "2008-02-20 复审" in text
    assert "业务流程尚未确定" in text


@pytest.mark.parametrize(
    ("day", "left", "said"),
    [
        ("2007-08-21", 3, None),
        ("2007-08-22", 2, "还有 2 个"),
        ("2007-08-24", 0, "今天"),
        ("2007-08-25", 0, None),
        ("2007-08-27", -1, "已过 1 个"),
        ("2007-09-03", -6, "已过 6 个"),
    ],
)
def test_the_words_follow_the_days(day, left, said):
    found = reminders.words(dt.date.fromisoformat(day), FRIDAY, left)
    assert (found is None) if said is None else said in found[0]


def test_the_calendar_names_no_case_of_another_department(stories, cast):
    row = stories.joint_approval()
    seen = cast.client("reviewer").get("/calendar/").content.decode()
    assert row.title in seen
    for name in ("district", "expert"):
        assert row.title not in cast.client(name).get("/calendar/").content.decode()
