"""Rounds of answers: all required seats, one person one seat, conflicts need an independent one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.basics.roles import Role
from governance.kernel.verbs import frame
from governance.models import Answer, Organisation, Round
from governance.signing import rounds, signers
from governance.signing.paper import BY_HIMSELF, PaperSignature
from governance.signing.rounds import (
    ABSTAIN,
    AGREE,
    CLOSED,
    CONCLUDED,
    CONDITIONAL,
    OPEN,
    REFUSE,
    REFUSED,
    Reply,
    SeatSpec,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(cast) -> Round:
    seats = [SeatSpec(n, n, getattr(cast, n).organisation_id) for n in ("finance", "ndrc", "industry")]
    with frame():
        return rounds.open_round(
            kind="joint_approval", about="submission:1", about_version="v1", title="会签", address="/x/", seats=seats
        )


def answer(cast, round_, name, kind=AGREE, seat=None, paper=BY_HIMSELF, hears_all=False, **more):
    with frame():
        locked = rounds.lock(round_.pk)
        by = getattr(cast, name)
        place, reply = rounds.seat_for(locked, by, seat), Reply(kind, **more)
        return rounds.answer(by=by, round_=locked, seat=place, reply=reply, paper=paper, hears_all=hears_all)


def test_the_last_agreement_concludes_and_not_an_earlier_one(cast, opened):
    assert [answer(cast, opened, n) for n in ("finance", "industry", "ndrc")] == [OPEN, OPEN, CONCLUDED]
    with pytest.raises(Refused, match="不能再签"):
        answer(cast, opened, "finance")


def test_one_refusal_ends_the_round(cast, opened):
    answer(cast, opened, "finance")
    assert answer(cast, opened, "ndrc", REFUSE, text="概算偏高", clause="8.1(2)") == REFUSED
    with pytest.raises(Refused):
        answer(cast, opened, "industry")


@pytest.mark.parametrize(("kind", "word"), [(REFUSE, "理由"), (CONDITIONAL, "条件"), ("perhaps", "请选择")])
def test_a_refusal_needs_a_reason_and_a_condition_its_text(cast, opened, kind, word):
    with pytest.raises(Invalid, match=word):
        answer(cast, opened, "finance", kind)
    assert Answer.objects.count() == 0


def test_a_conditional_agreement_counts(cast, opened):
    answer(cast, opened, "finance", CONDITIONAL, condition="先补概算审核意见")
    answer(cast, opened, "ndrc")
    assert answer(cast, opened, "industry") == CONCLUDED


def test_who_has_no_seat_sees_none(cast, opened):
    with pytest.raises(NotVisible):
        answer(cast, opened, "network")
    with pytest.raises(NotVisible):
        answer(cast, opened, "finance", seat="ndrc")


def test_a_seat_is_answered_once_and_may_be_withdrawn_while_the_round_is_open(cast, opened):
    answer(cast, opened, "finance")
    with pytest.raises(Refused, match="已于 2007-08-20 签过"):
        answer(cast, opened, "finance")
    with frame():
        locked = rounds.lock(opened.pk)
        rounds.withdraw_answer(
            by=cast.finance, round_=locked, seat=rounds.seat_for(locked, cast.finance), text="改金额"
        )
    assert [s.key for s in rounds.silent(opened)] == ["finance", "ndrc", "industry"]
    assert Answer.objects.count() == 2, "both rows stay"
    answer(cast, opened, "finance", REFUSE, text="不行")
    assert Answer.objects.count() == 3


def test_what_was_not_signed_cannot_be_withdrawn(cast, opened):
    with pytest.raises(Refused, match="没有可撤回"), frame():
        rounds.withdraw_answer(by=cast.finance, round_=rounds.lock(opened.pk), seat=opened.seats.first())


def test_one_person_fills_one_seat_whatever_hats_he_has(cast, opened):
    answer(cast, opened, "finance")
    twin = replace(cast.ndrc, user_id=cast.finance.user_id)
    place = rounds.seat_for(opened, twin)
    with frame(), pytest.raises(Refused, match="一个席位"):
        rounds.answer(by=twin, round_=opened, seat=place, reply=Reply(AGREE))


def test_a_merged_units_seat_is_its_survivors(cast, opened):
    old = Organisation.objects.get(pk=cast.ndrc.organisation_id)
    old.canonical_id = cast.network.organisation_id
    old.save()
    moved = replace(cast.ndrc, organisation_id=cast.network.organisation_id)
    with frame():
        assert rounds.seat_for(rounds.lock(opened.pk), moved).key == "ndrc"
    assert list(rounds.waiting_on(moved)) == [opened]
    assert list(rounds.waiting_on(cast.network)) == [], "an opinion is no signature"


def test_one_record_has_one_open_round_of_a_kind(cast, opened):
    with pytest.raises(IntegrityError), transaction.atomic(), frame():
        rounds.open_round(
            kind="joint_approval", about="submission:1", about_version="v2", title="二", address="/", seats=[]
        )
    with frame():
        rounds.close(round_=rounds.lock(opened.pk))
        second = rounds.open_round(
            kind="joint_approval", about="submission:1", about_version="v2", title="二", address="/", seats=[]
        )
    assert (second.number, Round.objects.get(pk=opened.pk).state) == (2, CLOSED)


def test_who_is_waited_for_is_told_and_who_answered_is_not(cast, opened):
    assert list(rounds.waiting_on(cast.finance)) == [opened]
    answer(cast, opened, "finance")
    assert list(rounds.waiting_on(cast.finance)) == []
    assert list(rounds.waiting_on(cast.ndrc)) == [opened]


def test_another_role_of_a_units_own_seat_is_told_whose_it_is(cast, opened):
    stranger = replace(cast.finance, role=Role.REVIEWER)
    with pytest.raises(WrongRole, match="签署（.+），您的角色是“信息办审核人”。"):
        rounds.seat_for(opened, stranger)
    found = signers.may_sign(opened, stranger)
    assert (found.seat.key, found.is_his, found.ok, [s.key for s in found.ask]) == (
        "finance",
        False,
        False,
        ["finance"],
    )


def test_a_seat_is_reminded_once_a_day(cast, opened):
    seat = opened.seats.get(key="finance")
    with frame():
        rounds.remind(seat=seat)
    seat.refresh_from_db()
    assert seat.reminded_on == clock.today()
    with pytest.raises(Refused, match="今天已经催过finance"), frame():
        rounds.remind(seat=seat)
    with clock.at(clock.today() + dt.timedelta(days=1)), frame():
        rounds.remind(seat=seat)


def test_an_ended_round_takes_no_seat_no_answer_and_gives_none_back(cast, opened):
    answer(cast, opened, "finance")
    with frame():
        rounds.close(round_=rounds.lock(opened.pk))
    ended = Round.objects.get(pk=opened.pk)
    assert (ended.state, ended.closed_day) == (CLOSED, clock.today())
    seat = ended.seats.get(key="finance")
    with pytest.raises(Refused, match="签署不能撤回"), frame():
        rounds.withdraw_answer(by=cast.finance, round_=ended, seat=seat)
    with pytest.raises(Refused, match="不能再加席位"), frame():
        rounds.add_seats(round_=ended, seats=[])
    with clock.at(clock.today() + dt.timedelta(days=1)), frame():
        rounds.close(round_=ended)
    assert Round.objects.get(pk=opened.pk).closed_day == clock.today(), "closed once"


def test_a_round_is_due_when_its_last_seat_is(cast, opened):
    first, second, third = (dt.date(2007, 9, day) for day in (10, 5, 20))
    for due, expected in ((None, None), (first, first), (second, first), (third, third)):
        with frame():
            rounds.add_seats(
                round_=rounds.lock(opened.pk),
                seats=[SeatSpec(str(due), "席", cast.network.organisation_id, due_day=due)],
            )
        assert Round.objects.get(pk=opened.pk).due_day == expected


def opinions(cast) -> Round:
    seats = [
        SeatSpec("network", "网络中心", cast.network.organisation_id),
        SeatSpec("expert", "专家", cast.expert.organisation_id, assigned_id=cast.expert.user_id),
    ]
    with frame():
        return rounds.open_round(
            kind="opinion_expert", about="submission:1", about_version="v1", title="意见", address="/x/", seats=seats
        )


def test_in_a_round_of_opinions_one_that_is_against_ends_nothing_and_abstaining_is_an_answer(cast):
    asked = opinions(cast)
    for kind, word in ((REFUSE, "不同意"), (ABSTAIN, "回避")):
        with pytest.raises(Invalid, match=f"{word}必须写明理由"):
            answer(cast, asked, "network", kind, hears_all=True)
    assert answer(cast, asked, "network", REFUSE, reason="接入不了", hears_all=True) == OPEN
    assert answer(cast, asked, "expert", ABSTAIN, text="本人参与编制", hears_all=True) == CONCLUDED
    with pytest.raises(Refused, match="不能再签"):
        answer(cast, asked, "expert", hears_all=True)


def test_nobody_abstains_from_a_joint_approval(cast, opened):
    with pytest.raises(Invalid, match="请选择"):
        answer(cast, opened, "finance", ABSTAIN, text="回避")


def test_a_seat_that_is_released_is_waited_for_no_longer_and_may_be_the_last(cast):
    asked = opinions(cast)
    network, expert = asked.seats.order_by("pk")
    with frame():
        rounds.release(round_=rounds.lock(asked.pk), seat=expert)
    assert rounds.silent(asked) == [network]
    assert Round.objects.get(pk=asked.pk).state == OPEN
    answer(cast, asked, "network", hears_all=True)
    assert Round.objects.get(pk=asked.pk).state == CONCLUDED

    other = opinions(cast)
    answer(cast, other, "network", hears_all=True)
    with frame():
        rounds.release(round_=rounds.lock(other.pk), seat=other.seats.get(key="expert"))
    assert Round.objects.get(pk=other.pk).state == CONCLUDED


def test_a_round_whose_every_seat_is_released_has_no_result(cast):
    asked = opinions(cast)
    for seat in asked.seats.all():
        with frame():
            rounds.release(round_=rounds.lock(asked.pk), seat=seat)
    assert Round.objects.get(pk=asked.pk).state == OPEN


def test_an_answer_keeps_everything_that_was_said(cast, opened):
    answer(
        cast,
        opened,
        "finance",
        CONDITIONAL,
        text="同意",
        reason="因",
        clause="8.1(2)",
        condition="先补",
        condition_due=dt.date(2007, 12, 31),
        paper=PaperSignature("李局长", dt.date(2007, 8, 19)),
    )
    kept = Answer.objects.get()
    assert (kept.seat.key, kept.kind, kept.text, kept.reason, kept.clause) == (
        "finance",
        CONDITIONAL,
        "同意",
        "因",
        "8.1(2)",
    )
    assert (kept.condition, kept.condition_due) == ("先补", dt.date(2007, 12, 31))
    assert (kept.by_text, kept.user_id) == (cast.finance.text, cast.finance.user_id)
    assert (kept.signer, kept.signed_on, kept.scan, kept.in_force) == ("李局长", dt.date(2007, 8, 19), None, True)


def test_rounds_that_wait_come_oldest_first(cast, opened):
    more = []
    for number, day in ((2, dt.date(2007, 8, 1)), (3, opened.day)):
        with frame():
            seats = [SeatSpec("finance", "x", cast.finance.organisation_id)]
            made = rounds.open_round(
                kind="joint_approval",
                about=f"submission:{number}",
                about_version="v1",
                title="x",
                address="/",
                seats=seats,
            )
        Round.objects.filter(pk=made.pk).update(day=day)
        more.append(made)
    assert list(rounds.waiting_on(cast.finance)) == [more[0], opened, more[1]]


def test_without_a_plan_the_careful_reading_of_conflicts_holds(db):
    assert signers.independent_required(clock.today())


def test_a_seat_released_after_the_end_changes_nothing(cast):
    asked = opinions(cast)
    answer(cast, asked, "network", hears_all=True)
    with frame():
        locked = rounds.lock(asked.pk)
        rounds.close(round_=locked)
        rounds.release(round_=locked, seat=locked.seats.get(key="expert"))
    assert Round.objects.get(pk=asked.pk).state == CLOSED


def test_who_may_not_sign_is_told_which_seats_are_waited_for(cast, opened):
    answer(cast, opened, "ndrc")
    silent = ("finance", "industry")
    for actor in (cast.network, cast.ndrc):
        found = signers.may_sign(opened, actor)
        assert (found.ok, tuple(s.key for s in found.ask)) == (False, silent)
    screened = signers.may_sign(opened, cast.finance, screened={cast.finance.user_id})
    assert (screened.ok, screened.is_his, [s.key for s in screened.ask]) == (False, True, ["finance"])
    assert "审、签分离" in screened.why


def test_of_two_seats_of_a_unit_the_silent_one_comes_first_and_one_that_is_named_is_that_one(cast, opened):
    with frame():
        second = SeatSpec("second", "第二席", cast.finance.organisation_id)
        rounds.add_seats(round_=rounds.lock(opened.pk), seats=[second])
    answer(cast, opened, "finance")
    colleague = replace(cast.finance, user_id=cast.ndrc.user_id)
    assert rounds.seat_for(opened, colleague).key == "second"
    assert rounds.seat_for(opened, colleague, "finance").key == "finance"
