"""The demonstration's story, told once a module; each test works inside a savepoint of its own."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from governance.basics import clock
from governance.models import User
from guiyang_egov.demo import loading
from tests.conftest import Cast


def _number_from_one() -> None:
    """PostgreSQL rolls no sequence back: without this a draft's reference (draft-3) hangs on the tests before it."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(sql)


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """The plan and the story in the database, for the module that asks; rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        _number_from_one()
        call_command("load_plan", stdout=io.StringIO())
        loading.load()
        clock.forget_demonstration_day()
        yield
        transaction.set_rollback(True)
        clock.forget_demonstration_day()


@pytest.fixture
def offices(told, db) -> Cast:
    """The demonstration's people as they stand at 2007-08-20, in the middle of their work."""
    return Cast({user.username: user for user in User.objects.filter(is_demo=True, is_active=True)})
