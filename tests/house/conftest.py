"""The demonstration's story, told once a module; each test works inside a savepoint of its own."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import transaction

from governance.basics import clock
from governance.kernel import state
from governance.models import User
from guiyang_egov.demo import loading
from guiyang_egov.demo import story as the_story
from tests.conftest import Cast
from tests.copies import Copy, number_on

told_verbs: list[tuple[str, bool]] = []  # each verb of the story, and whether it moved the word of the state


def _tell() -> None:
    number_on()  # PostgreSQL rolls no sequence back: a draft's reference (draft-3) would hang on the tests before it
    call_command("load_plan", stdout=io.StringIO())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(the_story, "_verb", _watched(the_story._verb))
        loading.load()


def _watched(found: Callable) -> Callable:
    """Verbs that note whether they moved `governance.kernel.state` (tests/house/test_fresh.py)."""

    def find(name: str) -> Callable:
        verb = found(name)

        @functools.wraps(verb)  # the story reads its parameters
        def run(**arguments):
            before = state.now()
            result = verb(**arguments)
            told_verbs.append((name, state.now() != before))
            return result

        return run

    return find


_story = Copy(_tell)


@pytest.fixture
def story(db, settings):
    """The plan and the story in the test's own transaction, on the day that the story keeps."""
    settings.GUIYANG_TODAY = ""
    _story.put()
    clock.forget_demonstration_day()


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """The plan and the story in the database, for the module that asks; rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        _story.put()
        clock.forget_demonstration_day()
        yield
        transaction.set_rollback(True)
        clock.forget_demonstration_day()


@pytest.fixture
def offices(told, db) -> Cast:
    """The demonstration's people as they stand at 2007-08-20, in the middle of their work."""
    return Cast({user.username: user for user in User.objects.filter(is_demo=True, is_active=True)})
