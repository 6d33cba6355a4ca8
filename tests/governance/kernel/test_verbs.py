"""Verbs: what runs at their close, what a refusal says of itself, what the trail keeps and gives back."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics.refusal import Invalid, Refused
from governance.basics.text import BadText
from governance.kernel import audit, numbering, readings, verbs, working_days
from governance.models import AuditRow, Discrepancy, Holiday, ReadingDecision, Setting

pytestmark = pytest.mark.django_db


def last() -> AuditRow:
    return AuditRow.objects.latest("seq")


def test_what_has_to_hold_at_the_end_is_asked_once_a_key_in_order_after_everything_is_written(cast):
    asked = []

    @verbs.verb("test.inner")
    def inner(*, by):
        verbs.at_close(("b",), lambda: asked.append("b, replaced"))
        verbs.at_close(("a",), lambda: asked.append("a"))

    @verbs.verb("test.outer")
    def outer(*, by):
        inner(by=by)
        assert asked == []
        verbs.at_close(("b",), lambda: asked.append(f"b, written: {Setting.objects.filter(key='late').exists()}"))
        Setting.objects.create(key="late", value="x")

    outer(by=cast.finance)
    assert asked == ["a", "b, written: True"]


def test_what_does_not_hold_at_the_end_takes_everything_back_and_is_the_verbs_refusal(cast):
    def no():
        raise Refused("不行。")

    @verbs.verb("test.closing")
    def closing(*, by):
        Setting.objects.create(key="late", value="x")
        verbs.at_close(("a",), no)

    with pytest.raises(Refused):
        closing(by=cast.finance)
    assert not Setting.objects.filter(key="late").exists()
    assert (last().event, last().ok) == ("test.closing", False)
    with pytest.raises(RuntimeError, match="only inside a verb"):
        verbs.at_close(("a",), no)


def test_a_frame_without_a_verb_asks_at_its_end_too():
    asked = []
    with verbs.frame():
        verbs.at_close(("a",), lambda: asked.append("a"))
        assert asked == []
    assert asked == ["a"]


def test_a_refusal_names_the_innermost_verb_who_asked_and_the_records(cast):
    user = cast.user("ndrc")

    @verbs.verb("test.inner")
    def inner(*, by, person):
        raise Refused("不" * 1200)

    @verbs.verb("test.outer")
    def outer(*, by):
        inner(by=by, person=user)

    with pytest.raises(Refused) as caught:
        outer(by=cast.finance)
    assert (caught.value.event, caught.value.by, caught.value.about) == ("test.inner", cast.finance, (user,))
    row = last()
    assert (row.event, row.ok, row.user_id, row.role) == ("test.inner", False, cast.finance.user_id, "finance")
    assert (row.concerns, row.sentence) == (user.audit_key, "不" * 1000)
    assert audit.history(user) == [], "a refusal is no history"
    assert list(audit.naming(user)) == [{"seq": row.seq}]
    assert not audit.done_about(user).exists()


def test_a_refusal_before_anybody_is_known_is_recorded_as_nobodys():
    @verbs.verb("test.login")
    def login(*, by):
        raise Refused("请先登录。")

    with pytest.raises(Refused):
        login(by=None)
    assert (last().by_text, last().user_id, last().role) == ("未登录", None, "")


def test_text_that_cannot_be_stored_is_a_form_error_of_the_verb(cast):
    @verbs.verb("test.text")
    def text(*, by):
        raise BadText("含有不能保存的字符。")

    with pytest.raises(Invalid, match="不能保存") as caught:
        text(by=cast.finance)
    assert (caught.value.status, last().event) == (422, "test.text")


def test_a_row_says_what_was_and_is_and_links_to_the_first_record_that_has_a_page(cast):
    class Paged:
        audit_key = "project:P06"

        def get_absolute_url(self):
            return "/projects/P06/"

    with verbs.frame():
        audit.record(by=None, event="test.row", about=["submission:1", Paged()], was={"b": 1, "a": "旧"}, now="新")
        audit.record(by=None, event="test.row", about=Paged(), address="/elsewhere/")
        audit.record(by=None, event="test.row", about="submission:1")
    third, second, first = audit.trail()[:3]
    assert (first.was, first.now, first.address) == ('{"a": "旧", "b": 1}', "新", "/projects/P06/")
    assert (first.by_text, first.role, first.user_id) == ("系统", "system", None)
    assert (second.address, third.address) == ("/elsewhere/", "")
    assert [r.seq for r in audit.history("submission:1", "project:P06", limit=2)] == [third.seq, second.seq]
    assert [r.seq for r in audit.done_about("submission:1")] == [third.seq, first.seq]
    assert audit.named_between(first.seq, second.seq) == {"project:P06"}
    assert audit.named_between(first.seq - 1, third.seq) == {"project:P06", "submission:1"}


def test_numbers_have_no_gap_and_a_refused_verb_gives_its_own_back():
    with verbs.frame():
        assert [numbering.take(name="SB2008"), numbering.take(name="SB2008"), numbering.take(name="x")] == [1, 2, 1]

    @verbs.verb("test.number")
    def take(*, by):
        raise Refused(f"{numbering.take(name='SB2008')}")

    with pytest.raises(Refused, match="3"):
        take(by=None)
    with verbs.frame():
        assert numbering.take(name="SB2008") == 3


def test_the_reading_of_a_day_is_the_latest_decision_in_force_else_the_plans(plan):
    entry = Discrepancy.objects.get(code="D44")
    made = {"discrepancy": entry, "reason": "x", "by_text": "x"}
    day = dt.date(2007, 5, 1)
    assert readings.current("D44", day) == entry.default
    ReadingDecision.objects.create(reading="b", from_day=day, **made)
    ReadingDecision.objects.create(reading="z", from_day=dt.date(2007, 6, 1), **made)
    ReadingDecision.objects.create(reading="y", from_day=dt.date(2007, 6, 1), **made)
    days = (dt.date(2007, 4, 30), day, dt.date(2007, 5, 31), dt.date(2007, 6, 1))
    assert [readings.current("D44", d) for d in days] == [entry.default, "b", "b", "y"]
    with pytest.raises(Discrepancy.DoesNotExist):
        readings.current("D999", day)


def test_working_days_between_two_days_leave_out_the_first_and_are_negative_when_they_have_passed():
    friday, monday = dt.date(2007, 8, 17), dt.date(2007, 8, 20)
    Holiday.objects.create(day=dt.date(2007, 8, 21), label="停电")
    calendar = working_days.WorkingDays()
    assert [calendar.between(friday, friday + dt.timedelta(days=n)) for n in range(6)] == [0, 0, 0, 1, 1, 2]
    assert (calendar.between(monday, friday), calendar.between(friday, monday)) == (-1, 1)
    assert calendar.between(friday, friday + dt.timedelta(days=5000)) == calendar.between(
        friday, friday + dt.timedelta(days=400)
    )


def test_a_verb_returns_what_its_function_returns_and_a_refusal_outside_a_verb_is_nobodys_row(cast):
    @verbs.verb("test.answer")
    def ask(*, by):
        return 42

    assert ask(by=cast.finance) == 42
    before = AuditRow.objects.count()
    with pytest.raises(Refused), verbs.frame():
        raise Refused("不行。")
    assert AuditRow.objects.count() == before
