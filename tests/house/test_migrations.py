"""An empty database gets its tables at once, one that has some goes step by step: both come to the same."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, nullcontext

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests import databases
from tests.conftest import OUR_APPS
from tests.house.tables import KINDS, read

# An installation of a version before the tables were made at once, in the middle of what there is to do.
MIDDLE = [
    ("governance", "0006_answer_document"),
    ("projects", "0009_works"),
    ("budgets", "0003_export_pieces"),
    ("priorities", "0005_plan_document"),
]
AS_BEFORE = f"""
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
load = MigrationLoader.load_disk
def load_single_ones(loader):
    load(loader)
    for key in [key for key, one in loader.disk_migrations.items() if one.replaces]:
        del loader.disk_migrations[key]
MigrationLoader.load_disk = load_single_ones
MigrationExecutor(connection).migrate({MIDDLE})
"""
MIGRATE = ["manage.py", "migrate", "-v", "0"]


def _begin(command: list[str], environment: dict[str, str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stderr=subprocess.PIPE, text=True
    )


def _end(process: subprocess.Popen) -> None:
    said = process.communicate()[1]
    assert process.returncode == 0, said[-3000:]


def _open(environment: dict[str, str]):
    if settings.ON_POSTGRESQL:
        import psycopg2

        return psycopg2.connect(environment["DATABASE_URL"])
    return sqlite3.connect(f"{environment['GUIYANG_DATA']}/guiyang.sqlite3", isolation_level=None)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Connections to two databases, (at once, step by step). The second takes 15 seconds of a processor: for each of
    some two hundred operations Django draws all models anew, which is what the first is spared."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "GUIYANG_TODAY")}
    kept |= {"GUIYANG_MODE": "embedded", "PYTHONUTF8": "1", "DJANGO_SETTINGS_MODULE": "guiyang_egov.settings"}
    with databases.empty_ones() if settings.ON_POSTGRESQL else nullcontext() as make:
        places = []
        for name in ("at-once", "step-by-step"):
            own = {"GUIYANG_DATA": str(tmp_path_factory.mktemp(name))}
            places.append(kept | own | ({"DATABASE_URL": make()} if make else {}))
        at_once, step_by_step = _begin(MIGRATE, places[0]), _begin(["-c", AS_BEFORE], places[1])
        _end(at_once)
        _end(step_by_step)
        _end(_begin(MIGRATE, places[1]))
        with closing(_open(places[0])) as first, closing(_open(places[1])) as second:
            yield first, second


@pytest.mark.parametrize("kind", KINDS)
def test_tables_made_at_once_are_those_that_single_steps_leave(both, kind):
    at_once, step_by_step = (read(one)[kind] for one in both)
    assert at_once ^ step_by_step == set()
    assert at_once


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("columns", "ALTER TABLE budgets_entry ADD COLUMN more integer NULL"),
        ("columns", "ALTER TABLE budgets_entry RENAME COLUMN reason TO why"),
        ("constraints", "CREATE TABLE more (a integer, CONSTRAINT few CHECK (a < 3))"),
        ("indexes", "CREATE INDEX more ON budgets_entry (reason)"),
        ("rows", "INSERT INTO governance_setting (key, value) VALUES ('more', '')"),
        ("rows", "DELETE FROM django_migrations WHERE app = 'budgets' AND name = '0001_first'"),
        ("triggers", "DROP TRIGGER governance_auditrow_no_update {on}"),
    ],
)
def test_a_difference_would_be_seen(both, kind, change):
    first, _ = both
    before, cursor = read(first)[kind], first.cursor()
    if not settings.ON_POSTGRESQL:
        cursor.execute("BEGIN")
    cursor.execute(change.format(on="ON governance_auditrow" if settings.ON_POSTGRESQL else ""))
    after = read(first)[kind]
    first.rollback()
    assert after != before
    assert read(first)[kind] == before


def _single_steps() -> list[tuple[str, str]]:
    """Our migrations in the order in which a database of a version before went through them."""
    loader = MigrationLoader(None, replace_migrations=False)
    graph, plan = loader.graph, []
    for leaf in sorted(key for key in graph.leaf_nodes() if key[0] in OUR_APPS):
        if not loader.disk_migrations[leaf].replaces:
            plan += [key for key in graph.forwards_plan(leaf) if key not in plan]
    return [key for key in plan if key[0] in OUR_APPS]


@pytest.mark.parametrize("noted", [False, True], ids=["not noted", "noted"])
def test_wherever_a_database_stands_each_step_that_it_lacks_comes_once(monkeypatch, noted):
    """`noted`: Django has written down that all steps of an app together are the one that replaces them."""
    monkeypatch.setattr(settings, "MIGRATION_MODULES", {})  # pytest --no-migrations takes them away
    steps, replacing = _single_steps(), MigrationLoader(None).replacements
    assert {app for app, _ in replacing} >= set(OUR_APPS)
    for done in range(len(steps) + 1):
        applied = set(steps[:done])
        if noted:
            applied |= {key for key, one in replacing.items() if applied.issuperset(one.replaces)}
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _, a=applied: dict.fromkeys(a))
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
        leaves = [key for key in executor.loader.graph.leaf_nodes() if key[0] in OUR_APPS]
        comes: list[tuple[str, str]] = []
        for step, _ in executor.migration_plan(leaves):
            if step.app_label in OUR_APPS:
                comes += step.replaces or [(step.app_label, step.name)]
        assert sorted(comes) == sorted(steps[done:]), steps[:done][-1:]
