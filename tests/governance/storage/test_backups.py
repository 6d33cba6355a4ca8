"""Backup and restore, with the commands of the contract, on data folders of their own."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from governance.storage import backups
from tests import needs

ROOT = Path(__file__).resolve().parents[3]
SEED = """
from governance.storage import files
from governance.models import User, Setting
from governance.kernel.verbs import frame
from governance.kernel import audit
User.objects.create_user("wang", full_name="王芳")
Setting.objects.create(key="queue_prefix", value="old")
with frame():
    files.store(content=b"%PDF-1", display_name="a.pdf", content_type="application/pdf", by=None)
    audit.record(by=None, event="t", sentence="一条留痕")
"""


def environment(folder: Path) -> dict:
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_SECRET_KEY")
    }
    return kept | {
        "GUIYANG_DATA": str(folder),
        "GUIYANG_MODE": "embedded",
        "PYTHONUTF8": "1",
        "GUIYANG_TODAY": "2007-08-20",
    }


def manage(folder: Path, *args: str, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        input=stdin,
    )


def manage_bytes(folder: Path, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, input=stdin)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A data folder with an account, a file and an audit row, and its backup beside it."""
    folder = tmp_path_factory.mktemp("source")
    assert manage(folder, "migrate", "-v", "0").returncode == 0
    seeded = manage(folder, "shell", "-v", "0", "-c", SEED)
    assert seeded.returncode == 0, seeded.stderr
    made = manage(folder, "backup", str(folder / "b.tar"))
    assert made.returncode == 0, made.stderr
    assert "文件 1 个" in made.stdout
    return folder


@pytest.fixture(scope="module")
def restored(source, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("goal") / "data"
    done = manage(folder, "restore", str(source / "b.tar"))
    assert done.returncode == 0, done.stderr
    return folder


def rows(folder: Path, query: str) -> list:
    with sqlite3.connect(folder / "guiyang.sqlite3") as database:
        return database.execute(query).fetchall()


def test_what_was_backed_up_is_there_after_the_restore(source, restored):
    assert rows(restored, "SELECT username FROM governance_user") == [("wang",)]
    tables = "governance_auditrow", "governance_storedfile", "django_migrations"
    for table in tables:
        assert rows(source, f"SELECT * FROM {table}") == rows(restored, f"SELECT * FROM {table}")
    held = [p.read_bytes() for p in (restored / "media" / "files").rglob("*") if p.is_file()]
    assert held == [b"%PDF-1"]
    for key in ("audit_key", "factor_keys"):
        assert (source / key).read_text() == (restored / key).read_text()
    assert json.loads(manage(restored, "verify_audit").stdout) == {"rows": 1, "ok": True, "first_bad": None}


def test_the_secret_key_does_not_travel_with_the_backup(source, restored):
    key = (source / "secret_key").read_bytes()
    assert key not in (source / "b.tar").read_bytes()
    assert (restored / "secret_key").read_bytes() != key


def test_a_backup_goes_out_and_comes_in_as_a_stream(source, tmp_path):
    made = manage_bytes(source, "backup", "-")
    assert made.returncode == 0, made.stderr
    done = manage_bytes(tmp_path / "data", "restore", "-", stdin=made.stdout)
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "data", "SELECT username FROM governance_user") == [("wang",)]
    assert not list((tmp_path / "data").glob("backup-*"))


def test_a_restore_waits_until_every_process_has_ended(source, tmp_path):
    folder = tmp_path / "data"
    assert manage(folder, "restore", str(source / "b.tar")).returncode == 0
    beats = "INSERT INTO governance_heartbeat (kind, host, pid, started_at, seen_at, worked_at)"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now', ?)"
    with sqlite3.connect(folder / "guiyang.sqlite3") as database:
        for host, ago in (("living", "0 seconds"), ("long-gone", "-60 seconds")):
            values = f"VALUES ('worker', ?, 7, {now}, {now}, {now})"
            database.execute(f"{beats} {values}", (host, ago, ago, ago))
    refused = manage(folder, "restore", str(source / "b.tar"), "--force")
    assert refused.returncode == 1
    assert "living" in refused.stderr
    assert "long-gone" not in refused.stderr
    with sqlite3.connect(folder / "guiyang.sqlite3") as database:
        database.execute("DELETE FROM governance_heartbeat WHERE host = 'living'")
    assert manage(folder, "restore", str(source / "b.tar"), "--force").returncode == 0


def test_a_copy_listens_to_a_queue_of_its_own(restored):
    assert rows(restored, "SELECT value FROM governance_setting WHERE key='queue_prefix'") == []


def test_a_backup_is_for_its_owner_alone(source):
    assert (source / "b.tar").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in source.iterdir() if p.name.endswith(".part") or p.name.startswith("backup-")] == []


def test_a_database_with_data_is_left_alone_without_force(source, restored):
    refused = manage(restored, "restore", str(source / "b.tar"))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert manage(restored, "restore", str(source / "b.tar"), "--force").returncode == 0


def tampered(source: Path, goal: Path, change) -> Path:
    with tarfile.open(source / "b.tar") as old, tarfile.open(goal, "w") as new:
        for member in old:
            content = old.extractfile(member).read()
            name, content = change(member.name, content)
            if name:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return goal


@pytest.mark.parametrize(
    "change",
    [
        lambda n, c: (n, c + b"x" if n.startswith("files/") else c),
        lambda n, c: (None if n.startswith("files/") else n, c),
        lambda n, c: (n.replace("files/", "files/../../"), c),
        lambda n, c: ("/etc/evil" if n == "database.sqlite3" else n, c),
        lambda n, c: (None if n == "manifest.json" else n, c),
        lambda n, c: (n, b"{}" if n == "manifest.json" else c),
    ],
    ids=["changed", "missing", "climbing", "absolute", "no-manifest", "empty-manifest"],
)
def test_a_damaged_backup_is_not_a_backup(source, tmp_path, change):
    with pytest.raises(backups.CannotBackUp, match="没有恢复") as refused:
        backups._checked(tampered(source, tmp_path / "bad.tar", change))
    assert refused.value.code == 2


@pytest.mark.parametrize("content", [b"", b"not a tar", b"PK\x03\x04", b"x" * 2000])
def test_another_file_is_not_a_backup(tmp_path, content):
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(backups.CannotBackUp, match="没有恢复"):
        backups._checked(tmp_path / "x.tar")


def test_what_is_no_backup_is_exit_two_and_makes_no_database(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"not a tar")
    for name in ("x.tar", "missing.tar"):
        assert manage(tmp_path / "data", "restore", str(tmp_path / name)).returncode == 2
    assert not (tmp_path / "data" / "guiyang.sqlite3").exists()


def test_a_backup_into_nowhere_is_refused(source, tmp_path):
    assert manage(source, "backup", str(tmp_path / "no" / "b.tar")).returncode == 2
    assert manage(source, "backup", str(tmp_path)).returncode == 2


def test_a_row_without_its_bytes_is_named_and_the_rest_is_kept(source, restored, tmp_path):
    for path in (restored / "media" / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    done = manage(restored, "backup", str(tmp_path / "c.tar"))
    assert done.returncode == 1
    assert "没有内容" in done.stderr
    assert (tmp_path / "c.tar").exists()


def test_a_token_is_printed_once_and_an_unknown_account_gets_none(source):
    token = manage(source, "api_token", "wang")
    assert token.returncode == 0
    assert len(token.stdout.strip()) == 43
    assert token.stdout.strip() not in str(rows(source, "SELECT digest FROM governance_apitoken"))
    unknown = manage(source, "api_token", "nobody")
    assert (unknown.returncode, unknown.stdout) == (2, "")


def test_a_broken_chain_is_exit_one(source, tmp_path):
    folder = tmp_path / "data"
    assert manage(folder, "restore", str(source / "b.tar")).returncode == 0
    with sqlite3.connect(folder / "guiyang.sqlite3") as database:
        database.execute("DROP TRIGGER governance_auditrow_no_update")
        database.execute("UPDATE governance_auditrow SET sentence = 'x'")
    done = manage(folder, "verify_audit")
    assert done.returncode == 1
    assert json.loads(done.stdout)["first_bad"] == 1


@pytest.mark.drill
@needs.postgresql
def test_a_postgresql_backup_restored_elsewhere_gives_the_same_report_and_workbook(tmp_path, empty_databases):
    needs.program("pg_dump", "pg_dump")

    def run(folder: str, database: str, *command: str) -> str:
        environment = os.environ | {
            "GUIYANG_DATA": str(tmp_path / folder),
            "GUIYANG_MODE": "embedded",
            "DATABASE_URL": database,
        }
        environment.pop("GUIYANG_TODAY", None)
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    source, target = empty_databases(), empty_databases()
    for command in (["migrate", "-v", "0"], ["load_plan"], ["load_demo"], ["backup", str(tmp_path / "one.tar")]):
        run("a", source, *command)
    run("b", target, "restore", str(tmp_path / "one.tar"))
    assert json.loads(run("b", target, "verify_audit"))["ok"]
    made = []
    for folder, database in (("a", source), ("b", target)):
        book, report = tmp_path / f"{folder}.xlsx", tmp_path / f"{folder}.pdf"
        run(folder, database, "export_budget", "2007", str(book))
        run(folder, database, "issue_report", "annual_progress", "2007", "--format", "pdf", "--output", str(report))
        made.append((book.read_bytes(), report.read_bytes()))
    assert made[0] == made[1]
