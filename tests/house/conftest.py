"""The demonstration's story, told once a module; each test works inside a savepoint of its own."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import transaction

from governance.basics import clock
from governance.models import User
from guiyang_egov.demo import loading
from tests.conftest import Cast
from tests.copies import Copy, number_on


def _tell() -> None:
    number_on()  # PostgreSQL rolls no sequence back: a draft's reference (draft-3) would hang on the tests before it
    call_command("load_plan", stdout=io.StringIO())
    loading.load()


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
