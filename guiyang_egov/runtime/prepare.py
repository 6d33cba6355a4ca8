"""A data folder made ready: tables migrated, the plan loaded, on a new embedded one the demonstration too.

What was prepared, by which code and for which database, is remembered in `prepared.json` in the data folder, so that
a start that finds nothing changed asks the database one question and goes on.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings

from governance.storage.data_folder import is_served
from guiyang_egov.runtime.supervise import say

COPIES_KEPT = 3

# Commands that look at code alone, or that make the database themselves.
LOOKS_AT_CODE = {"check", "collectstatic", "diffsettings", "findstatic", "help", "makemigrations", "shell"}
LOOKS_AT_CODE |= {"spectacular", "sqlmigrate", "squashmigrations", "startapp", "version", "--help", "-h", "--version"}
MAKES_ITS_DATABASE = {"migrate", "restore", "runserver", "serve", "test"}


class CannotPrepare(Exception):
    """The data folder or the database cannot be made ready; str(e) is shown as it stands."""


def before(argv: list[str]) -> None:
    """Make a data folder without a database ready for the command `argv`; one that has it is left as it is.

    Raises CannotPrepare when the database does not answer, or is older than the code beneath a running server.
    """
    name = argv[0]
    if name in LOOKS_AT_CODE | MAKES_ITS_DATABASE or "--help" in argv or "-h" in argv or _is_plain_screening(argv):
        return
    database(loads_plan=name != "load_plan")


def _is_plain_screening(argv: list[str]) -> bool:
    """`screen` under plan-2006, whose rules are code, needs no database."""
    if argv[0] != "screen":
        return False
    chosen = [b for a, b in zip(argv, [*argv[1:], ""], strict=True) if a == "--rule-set"]
    chosen += [arg.partition("=")[2] for arg in argv if arg.startswith("--rule-set=")]
    return all(rule_set == "plan-2006" for rule_set in chosen)


def database(*, serving: bool = False, loads_plan: bool = True) -> None:
    """Migrate and load the plan where that is still to be done; `serving` adds the demonstration to a new one.

    A database that has tables is copied before it is migrated. Whatever is said goes to standard error.
    """
    from django.db import Error

    with _one_at_a_time():
        try:
            _prepare(serving=serving, loads_plan=loads_plan)
        except (Error, sqlite3.Error) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CannotPrepare(
                f"数据库没有准备好（{reason}）。请检查 DATABASE_URL 所指的数据库是否在运行、数据文件夹"
                f" {settings.DATA_DIR} 是否可写且有空间，再运行一次。"
            ) from error


def _prepare(*, serving: bool, loads_plan: bool) -> None:
    from django.core.management import call_command

    demonstration = settings.DATA_DIR / "demo-pending"
    applied = _applied()
    now = {"code": _code(), "database": _database_id(), "migrations": len(applied)}
    owes_demonstration = serving and settings.EMBEDDED and demonstration.exists()
    if _remembered() == now and not owes_demonstration:
        return
    if not applied:
        if serving and settings.EMBEDDED:
            demonstration.touch(mode=0o600)  # outlives a start that is killed half-way
        say("正在建立数据库并装入规划……")
    elif not _pending(applied):
        if not serving:
            return
    elif not serving and is_served():
        raise CannotPrepare("数据库早于现在的程序，而旧程序还在运行。请先停止它，再用 ./run 启动一次，然后重试。")
    else:
        _require_standstill()
        say("正在升级数据库……")
        _copy_before_migrating()
    if not applied or _pending(applied):
        call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    if not loads_plan:
        return
    call_command("load_plan", stdout=sys.stderr)
    if serving and settings.EMBEDDED and demonstration.exists():
        say("正在装入演示数据……")
        call_command("load_demo", stdout=sys.stderr)
        demonstration.unlink()
    _remember(now | {"migrations": len(_applied())})


def _require_standstill() -> None:
    """Processes of the version before would work on tables that they do not know."""
    from governance.storage import backups

    if running := backups.running():
        raise CannotPrepare(
            f"数据库要升级，而旧的进程还在运行：{'、'.join(running)}。请先停止它们"
            "（docker compose stop web worker beat，或 systemctl stop 'guiyang-egov-*'），再启动一次。"
        )


def _applied() -> set[tuple[str, str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return set(MigrationRecorder(connection).applied_migrations())


def _pending(applied: set[tuple[str, str]]) -> bool:
    """Whether the code has migrations that the database has not; a database newer than the code is refused."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    known = set(loader.disk_migrations) | {old for new in loader.disk_migrations.values() for old in new.replaces}
    own = {config.label for config in apps.get_app_configs() if _is_own(config)}
    newer = sorted(f"{app}.{name}" for app, name in applied - known if app in own)
    if newer:
        raise CannotPrepare(
            f"数据库由更新的程序建立（{newer[0]}），现在的程序不能使用它。"
            "请换用较新的程序，或用 GUIYANG_DATA 另指一个数据文件夹。"
        )
    return any(key not in applied and not set(m.replaces) & applied for key, m in loader.disk_migrations.items())


def _is_own(config) -> bool:
    return Path(config.path).parent == settings.BASE_DIR


def _copy_before_migrating() -> None:
    """Copy the database: SQLite by its own backup call (a copy of the file alone loses what is in the journal),
    PostgreSQL by pg_dump. Without a copy nothing is migrated; `./run` on a PostgreSQL of a developer may."""
    from django.db import connection

    from governance.storage import backups

    folder = settings.DATA_DIR / "before-migration"
    folder.mkdir(mode=0o700, exist_ok=True)
    if shutil.disk_usage(folder).free < 2 * _size(connection):
        raise CannotPrepare(f"磁盘空间不足，无法在升级前备份数据库。请在 {folder} 所在磁盘清出空间后再运行。")
    copy = folder / f"{datetime.now():%Y%m%d-%H%M%S}.{'sqlite3' if connection.vendor == 'sqlite' else 'dump'}"
    try:
        _copy(connection, copy)
    except backups.CannotBackUp as reason:
        if not settings.EMBEDDED:
            raise CannotPrepare(f"升级前的备份没有做成，没有升级：{reason}") from None
        say(f"升级前没有备份：{reason}")
        return
    copy.chmod(0o600)
    say(f"升级前的数据库已备份到 {copy}。")
    for old_copy in sorted(folder.glob(f"*{copy.suffix}"))[:-COPIES_KEPT]:
        old_copy.unlink()


def _size(connection) -> int:
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def _copy(connection, goal: Path) -> None:
    from governance.storage import backups

    if connection.vendor != "sqlite":
        backups.dump(goal, "--no-owner", "--no-privileges")
        return
    source = connection.settings_dict["NAME"]
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(goal)) as new:
        old.backup(new)


def _code() -> str:
    """sha256 over the product's code, fixtures and locked versions: what migrations and plan are made from."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    folders = [Path(config.path) for config in apps.get_app_configs() if _is_own(config)]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    files += [file for file in (settings.BASE_DIR / "fixtures").rglob("*") if file.is_file()]
    for file in sorted(files):
        digest.update(f"{file.relative_to(settings.BASE_DIR)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _database_id() -> str:
    """Names the database without its password."""
    chosen = settings.DATABASES["default"]
    return ":".join(str(chosen.get(part, "")) for part in ("ENGINE", "HOST", "PORT", "NAME"))


def _remembered() -> dict:
    try:
        return json.loads((settings.DATA_DIR / "prepared.json").read_text())
    except (OSError, ValueError):
        return {}


def _remember(state: dict) -> None:
    path = settings.DATA_DIR / "prepared.json"
    path.with_suffix(".new").write_text(json.dumps(state))
    os.replace(path.with_suffix(".new"), path)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands on a new data folder must not both make its database."""
    with open(settings.DATA_DIR / "prepare.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
