"""A database of the release before becomes one of this release, with everything that stood in it.

tests/house/releases/ holds a dump of each release (SQLite, the plan and the demonstration): upgraded here in a process
of its own, whatever database the suite runs on.
"""

from __future__ import annotations

import json
import lzma
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql.xz"))
ASKED = {
    "each case": "SELECT number, state, title, total_wan, city_wan FROM priorities_submission",
    "each project": "SELECT code, name, state, estimate_wan, decided_wan FROM projects_project",
    "each amount that was booked": "SELECT id, stage, amount_wan, document_number, by_text FROM budgets_entry",
    "each line of the budget": "SELECT id, fiscal_year, source, approved_wan, spent_wan FROM budgets_budgetline",
    "who said what in a round": "SELECT id, kind, text, condition, by_text, signed_on FROM governance_answer",
    "who may do what": "SELECT id, user_id, role, organisation_id, from_day, to_day FROM governance_appointment",
    "the trail": "SELECT seq, event, sentence, previous, hash FROM governance_auditrow",
}
READ = """
import json
from django.test import Client
from governance.models import User
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.get(username="demo-reviewer"), backend="governance.people.backends.AppointedBackend")
asked = ["/", "/projects/", "/projects/P01/", "/projects/tasks/", "/priorities/desk/", "/priorities/criteria/",
         "/priorities/plan/", "/budgets/2007/", "/governance/bodies/", "/governance/training/"]
asked += ["/priorities/submissions/SB2007-001/", "/priorities/submissions/SB2007-001/decision/"]
print(json.dumps({address: client.get(address, follow=True).status_code for address in asked}))
"""


@pytest.fixture(scope="module", params=RELEASES, ids=lambda path: path.name.removesuffix(".sql.xz"))
def upgraded(request, tmp_path_factory) -> tuple[dict, Path]:
    """(what the database said before, the data folder after `migrate` and `load_plan`)."""
    folder = tmp_path_factory.mktemp("release")
    with sqlite3.connect(folder / "guiyang.sqlite3") as database:
        database.executescript(lzma.decompress(request.param.read_bytes()).decode())
    before = said(folder)
    for command in (["migrate", "-v", "0"], ["load_plan"]):
        done = manage(folder, *command)
        assert done.returncode == 0, done.stderr
    return before, folder


def manage(folder: Path, *args: str) -> subprocess.CompletedProcess:
    mine = {"GUIYANG_DATA": str(folder), "GUIYANG_MODE": "embedded", "PYTHONUTF8": "1"}
    keep = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "GUIYANG_TODAY")}
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=keep | mine, capture_output=True, text=True)


def said(folder: Path) -> dict[str, list]:
    with sqlite3.connect(folder / "guiyang.sqlite3") as database:
        return {what: sorted(database.execute(query).fetchall(), key=repr) for what, query in ASKED.items()}


def test_there_is_a_dump_to_upgrade():
    assert RELEASES


@pytest.mark.parametrize("what", ASKED)
def test_what_stood_in_the_database_of_the_release_before_stands_after_the_upgrade(upgraded, what):
    before, folder = upgraded
    after = said(folder)[what]
    assert len(before[what]) > 10
    assert [row for row in before[what] if row not in after] == []


def test_the_trail_of_before_is_continued_and_whole(upgraded):
    _, folder = upgraded
    done = manage(folder, "verify_audit")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ok"] is True


def test_its_pages_open(upgraded):
    _, folder = upgraded
    done = manage(folder, "shell", "-v", "0", "-c", READ)
    assert done.returncode == 0, done.stderr
    assert {a for a, status in json.loads(done.stdout.splitlines()[-1]).items() if status != 200} == set()
