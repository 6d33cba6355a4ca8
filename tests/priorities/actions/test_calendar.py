"""The filing window: extended for all or one unit, leave for what cannot wait."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, WrongRole
from priorities import actions
from tests.priorities.stories import unit

LATE = dt.date(2007, 9, 3)


def test_after_the_window_only_an_extension_lets_a_unit_file(stories, cast):
    row, other = stories.draft(), stories.draft(by=cast.industry)
    with clock.at(LATE):
        with pytest.raises(Refused, match="已于 2007-08-31 截止") as caught:
            actions.submit(by=cast.health_cio, submission=row, version=row.version)
        assert caught.value.blockers[0][1] == "信息办审核人（周敏 0851-5820201）"
        actions.extend_window(
            by=cast.reviewer, plan_year=2008, until=dt.date(2007, 9, 10), reason="停电", organisation=unit("市卫生局")
        )
        assert actions.submit(by=cast.health_cio, submission=row, version=row.version).state == "submitted"
        with pytest.raises(Refused, match="截止"):
            actions.submit(by=cast.industry, submission=other, version=other.version)
        actions.extend_window(by=cast.office_head, plan_year=2008, until=dt.date(2007, 9, 5), reason="全市停电")
        assert actions.submit(by=cast.industry, submission=other, version=other.version).state == "submitted"


def test_before_the_window_nothing_is_filed(stories, cast):
    row = stories.draft()
    with clock.at(dt.date(2007, 6, 30)), pytest.raises(Refused, match="2007-07-01 开始"):
        actions.submit(by=cast.health_cio, submission=row, version=row.version)


def test_leave_lets_in_a_supplementary_proposal_and_no_new_one(stories, cast):
    new, more = stories.draft(), stories.draft(kind="supplementary")
    with clock.at(LATE):
        with pytest.raises(Refused, match="追加许可"):
            actions.submit(by=cast.health_cio, submission=more, version=more.version)
        actions.grant_leave(
            by=cast.reviewer,
            plan_year=2008,
            organisation=unit("市卫生局"),
            until=dt.date(2007, 9, 30),
            reason="非典防控急需",
        )
        assert actions.submit(by=cast.health_cio, submission=more, version=more.version).state == "submitted"
        with pytest.raises(Refused, match="截止"):
            actions.submit(by=cast.health_cio, submission=new, version=new.version)
    later = stories.draft(kind="supplementary")
    with clock.at(dt.date(2007, 10, 8)), pytest.raises(Refused, match="截止"):
        actions.submit(by=cast.health_cio, submission=later, version=later.version)


@pytest.mark.parametrize("role", ["health_cio", "finance", "leader", "auditor"])
def test_only_the_office_moves_the_window(cast, role):
    with pytest.raises(WrongRole):
        actions.extend_window(by=getattr(cast, role), plan_year=2008, until=dt.date(2007, 9, 10), reason="x")


def test_an_extension_needs_a_reason_and_a_later_day(cast):
    with pytest.raises(Invalid, match="写明理由"):
        actions.extend_window(by=cast.reviewer, plan_year=2008, until=dt.date(2007, 9, 10), reason=" ")
    with pytest.raises(Invalid, match="2007-08-31 之后"):
        actions.extend_window(by=cast.reviewer, plan_year=2008, until=dt.date(2007, 8, 31), reason="x")
    with pytest.raises(Invalid, match="早于开始日期"):
        actions.open_window(by=cast.reviewer, plan_year=2009, opens=dt.date(2008, 8, 1), closes=dt.date(2008, 7, 1))
