"""Ending an appointment lists the open work and hands it over in one act; the unit's own work stays with the unit."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions as people
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import Role
from governance.kernel import access
from governance.models import Appointment, Notice, Organisation, User
from governance.people import handover
from priorities import actions
from priorities.approval import opinions

TODAY = dt.date(2007, 8, 20)


def appoint(name: str, like: Appointment) -> User:
    user = User.objects.create(username=f"next-{User.objects.count()}", full_name=name)
    Appointment.objects.create(user=user, organisation=like.organisation, role=like.role, from_day=dt.date(2007, 1, 1))
    return user


def hat(cast, name: str) -> Appointment:
    return Appointment.objects.select_related("user", "organisation").get(user=cast.user(name))


def end(cast, appointment, **more):
    return people.end_appointment(by=cast.secadmin, appointment=appointment, last_day=TODAY, **more)


def test_a_reviewers_cases_are_named_and_go_to_the_next_one_in_one_act(stories, cast):
    one, two = stories.under_review(), stories.joint_approval()
    stories.concluded()  # settled: nobody's any more
    old = hat(cast, "reviewer")
    with clock.at(TODAY):
        named = [w.sentence for w in handover.open_work(old, TODAY) if w.personal]
    assert named == [f"{one.reference} 审核中，由他审核，已 0 天", f"{two.reference} 联合会签中，由他审核，已 0 天"]
    with pytest.raises(Refused, match="手上还有 2 件没办完") as caught:
        end(cast, old)
    assert [s for s, _ in caught.value.blockers] == named
    old.refresh_from_db()
    assert old.to_day is None
    successor = appoint("周继", old)
    moved = end(cast, old, successor=successor)
    assert len(moved) == 2
    for row in (one, two):
        row.refresh_from_db()
        assert row.assignee == successor
    assert Notice.objects.filter(user=successor, sentence__contains="移交给您").count() == 2
    assert access.actor_for(cast.user("reviewer"), day=TODAY + dt.timedelta(days=1)) is None


def test_work_goes_back_to_the_unit_where_nobody_follows(stories, cast):
    row = stories.under_review()
    end(cast, hat(cast, "reviewer"), to_unit=True)
    row.refresh_from_db()
    assert row.assignee is None


def test_only_somebody_of_the_same_role_and_unit_takes_over(stories, cast):
    stories.under_review()
    with pytest.raises(Refused, match="不能接手；请先登记他的任职"):
        end(cast, hat(cast, "reviewer"), successor=cast.user("finance"))


def test_a_drafts_author_is_followed_and_edits_go_on(stories, cast):
    row = stories.draft()
    successor = appoint("陈接", hat(cast, "health_cio"))
    end(cast, hat(cast, "health_cio"), successor=successor)
    row.refresh_from_db()
    assert row.author == successor
    assert actions.submit(by=access.actor_for(successor), submission=row, version=row.version).state == "submitted"


def test_an_experts_opinion_goes_to_a_free_expert_and_never_to_one_with_a_part(stories, cast):
    row = stories.judged()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert")
    old = hat(cast, "expert")
    free, bound = appoint("林一", old), appoint("孙二", old)
    Appointment.objects.create(
        user=bound, organisation=row.organisation, role=Role.DEPARTMENT_CIO, from_day=dt.date(2007, 1, 1)
    )
    with pytest.raises(Refused, match="所在单位牵头或联合申报本件，不能接手"):
        end(cast, old, successor=bound)
    assert end(cast, old, successor=free) == [f"{row.reference} 意见由吴思远改请林一出具"]
    actions.give_opinion(by=access.actor_for(free), submission=row, edition=1, kind="agree", text="可行")
    assert opinions.lacking(row, "expert", TODAY) == []


def test_an_opinion_that_nobody_follows_is_asked_for_anew(stories, cast):
    row = stories.judged()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert")
    other = appoint("林一", hat(cast, "expert"))
    end(cast, hat(cast, "expert"), to_unit=True)
    assert opinions.lacking(row, "expert", TODAY)[0][0].startswith("专家组意见还没有征求")
    row.refresh_from_db()
    row = actions.request_opinion(by=cast.reviewer, submission=row, version=row.version, what="expert", assigned=other)
    actions.give_opinion(by=access.actor_for(other), submission=row, edition=1, kind="agree")
    assert opinions.lacking(row, "expert", TODAY) == []


def test_a_units_seat_stays_with_the_unit(stories, cast):
    row = stories.joint_approval()
    work = handover.open_work(hat(cast, "finance"), TODAY)
    assert [(w.sentence, w.personal) for w in work] == [(f"{row.reference} 等本单位会签", False)]
    end(cast, hat(cast, "finance"))  # nothing personal: no successor is asked for
    successor = User.objects.create(username="f2", full_name="李接")
    Appointment.objects.create(
        user=successor, organisation=Organisation.objects.get(name="市财政局"), role=Role.FINANCE, from_day=TODAY
    )
    actions.sign(by=access.actor_for(successor), submission=row, version=row.version)


def test_the_page_lists_refuses_and_hands_over_without_showing_business(stories, cast):
    row = stories.under_review()
    old = hat(cast, "reviewer")
    successor = appoint("周继", old)
    client, at = cast.client("secadmin"), f"/governance/roles/{old.pk}/end/"
    page = client.get(at).content.decode()
    assert row.reference in page
    assert row.title not in page
    refused = client.post(at, {"last_day": "2007-08-20", "once": "e1"})
    assert (refused.status_code, "手上还有 1 件没办完" in refused.content.decode()) == (409, True)
    assert client.post(at, {"last_day": "八月"}).status_code == 422
    assert client.post(at, {"successor": "９９"}).status_code == 422
    assert client.post(at, {"last_day": "2007-08-20", "successor": successor.pk, "once": "e2"}).status_code == 302
    row.refresh_from_db()
    assert row.assignee == successor
    assert cast.client("sysadmin").get(at).status_code == 403
