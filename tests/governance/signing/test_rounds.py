"""Rounds of answers: all required seats, one person one seat, conflicts need an independent one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.kernel.verbs import frame
from governance.models import Answer, Organisation, Round
from governance.signing import rounds
from governance.signing.rounds import AGREE, CLOSED, CONCLUDED, CONDITIONAL, OPEN, REFUSE, REFUSED, SeatSpec

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(cast) -> Round:
    seats = [SeatSpec(n, n, getattr(cast, n).organisation_id) for n in ("finance", "ndrc", "industry")]
    with frame():
        return rounds.open_round(
            kind="joint_approval", about="submission:1", about_version="v1", title="会签", address="/x/", seats=seats
        )


def answer(cast, round_, name, kind=AGREE, seat=None, **more):
    with frame():
        locked = rounds.lock(round_.pk)
        place = rounds.seat_for(locked, getattr(cast, name), seat)
        return rounds.answer(by=getattr(cast, name), round_=locked, seat=place, kind=kind, **more)


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
        rounds.answer(by=twin, round_=opened, seat=place, kind=AGREE)


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
