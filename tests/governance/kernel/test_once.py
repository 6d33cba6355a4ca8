"""The same request twice has the effect of one."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Refused
from governance.kernel import state
from governance.kernel.once import once
from governance.kernel.verbs import frame
from governance.models import OnceKey, Setting

pytestmark = pytest.mark.django_db


def written() -> int:
    """What the calls left; a verb without an audit row moves the word of the state beside it."""
    return Setting.objects.exclude(key=state.KEY).count()


def call(actor, key, address="/first/", verb="test.verb", refuses=False):
    with once(actor, verb, key) as found:
        if found.address is None:
            with frame():
                Setting.objects.create(key=f"{written()}", value="x")
                if refuses:
                    raise Refused("不行。")
            found.address = address
    return found


def test_a_replay_gets_the_first_ones_address_and_does_nothing(cast):
    before = written()
    assert call(cast.finance, "k").address == "/first/"
    again = call(cast.finance, "k", address="/second/")
    assert again.address == "/first/"
    assert written() == before + 1


def test_a_key_belongs_to_a_person_and_a_verb(cast):
    before = written()
    call(cast.finance, "k")
    call(cast.ndrc, "k")
    call(cast.finance, "k", verb="other.verb")
    assert written() == before + 3


def test_a_refused_call_leaves_its_key_free(cast):
    with pytest.raises(Refused):
        call(cast.finance, "k", refuses=True)
    assert OnceKey.objects.count() == 0
    assert call(cast.finance, "k").address == "/first/"


def test_without_a_key_every_call_counts(cast):
    before = written()
    call(cast.finance, None)
    call(cast.finance, "")
    assert written() == before + 2


def test_a_key_that_is_too_long_is_refused(cast):
    with pytest.raises(Refused, match="100"):
        call(cast.finance, "k" * 101)


def test_a_key_of_a_hundred_characters_is_taken_and_one_that_cannot_be_stored_is_refused(cast):
    assert call(cast.finance, "k" * 100).address == "/first/"
    with pytest.raises(Refused, match="不能保存") as caught:
        call(cast.finance, "k\x00")
    assert caught.value.status == 422


def test_a_call_that_names_no_address_is_replayed_to_the_front_page(cast):
    assert call(cast.finance, "k", address=None).address is None
    assert call(cast.finance, "k").address == "/"
