"""On PostgreSQL words of three characters are found by an index; the migration asks no more of a server than it has."""

from __future__ import annotations

import pytest
from django.db import connection

from governance.database import trigram
from priorities.models import Submission
from projects.models import Project

pytestmark = pytest.mark.django_db
postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")


@postgres
@pytest.mark.parametrize("model", [Project, Submission])
def test_a_word_of_three_characters_is_found_by_the_index(model):
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):  # on a few rows any of them would do
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = model.objects.matching("地理信息").explain()
    assert f"{model._meta.db_table}_search_text_trgm" in plan


@postgres
def test_a_server_without_it_is_migrated_all_the_same(monkeypatch):
    monkeypatch.setattr(trigram, "_available", lambda connection: False)
    said = []
    with connection.schema_editor(collect_sql=True) as editor:
        trigram._make(None, editor, table="projects_project", column="search_text")
        said += editor.collected_sql
    assert said == []


def test_on_sqlite_it_does_nothing():
    class Editor:
        class connection:
            vendor = "sqlite"

        def execute(self, sql):
            raise AssertionError(sql)

    trigram._make(None, Editor(), table="x", column="y")
    trigram._drop(None, Editor(), table="x", column="y")
