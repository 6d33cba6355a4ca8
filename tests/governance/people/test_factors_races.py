"""Two browsers type the same code at once, on PostgreSQL, with the control: one of them is let in."""

from __future__ import annotations

import time

import pytest

from governance import actions
from governance.basics import clock, codes
from governance.models import SecondFactor
from governance.people import factors
from tests import needs
from tests.priorities.approval.test_races import Crew

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), needs.postgresql]


@pytest.fixture
def crew():
    crew = Crew(2)
    yield crew
    crew.dismiss()


def let_in(cast, crew, times: int = 10) -> list[list[object]]:
    user, secret = cast.user("finance"), codes.new_secret()
    row = SecondFactor.objects.create(user=user, secret=factors.closed(secret), confirmed_at=clock.now())
    made = actions.renew_recovery_codes(by=cast.finance)
    found = []
    for text in made[:times]:
        SecondFactor.objects.filter(pk=row.pk).update(last_step=0)
        code = codes.code_at(secret, codes.step_of(time.time()))
        for given in (code, text):
            found.append(sorted(crew.at_once(*[lambda given=given: factors.spend(user, given)] * 2)))
    return found


def test_a_code_and_a_recovery_code_let_one_in(cast, crew):
    assert let_in(cast, crew) == [["", "code"], ["", "recovery"]] * 10


def test_without_the_lock_both_are_let_in(cast, crew, monkeypatch):
    unlocked = SecondFactor.objects.get_queryset().__class__
    monkeypatch.setattr(unlocked, "select_for_update", lambda self, **how: self)
    assert ["code", "code"] in let_in(cast, crew)
