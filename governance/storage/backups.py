"""One tar file with database and documents: made while the system runs, restored while it stands still.

The database is copied first (SQLite's own backup call, or pg_dump: both give one moment), the files after it: they are
written once and never changed, so whatever the copied rows name is there. `manifest.json`, the last member, holds
every member's sha256; nothing is restored before all of them hold. The secret key is left out: a backup travels
further than a key may, and without it only the sessions end. Path "-" is standard output and input.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, connections

from governance.basics import clock
from governance.kernel import anchors
from governance.models import Heartbeat, StoredFile
from governance.storage import files
from governance.storage.data_folder import is_served

FORMAT = 1
_FILE = re.compile(r"^files/[0-9a-f]{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# Backups of before held the secret key; it is passed over.
_KNOWN = {"database.sqlite3", "database.dump", "secret_key", "audit_key", "factor_keys", "manifest.json"}
CHUNK = 1024 * 1024
STREAM = Path("-")


class CannotBackUp(Exception):
    """Nothing was changed; `code` is the exit code (1 refused on its merits, 2 cannot be understood)."""

    def __init__(self, sentence: str, code: int = 1):
        super().__init__(sentence)
        self.code = code


@dataclass
class Found:
    """What went into or came out of a backup."""

    files: int = 0
    size: int = 0
    sha256: str = ""
    missing: list[str] = field(default_factory=list)


def write(path: Path) -> Found:
    """Write the backup under a temporary name, fsync, rename (or send it out: STREAM). Raises CannotBackUp."""
    if path == STREAM:
        with _passing_through() as kept:
            found = write(kept)
            with open(kept, "rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer, CHUNK)
            sys.stdout.buffer.flush()
            return found
    if path.is_dir():
        raise CannotBackUp(f"{path} 是文件夹，请写明备份文件的名字。", 2)
    if not path.parent.is_dir():
        raise CannotBackUp(f"没有文件夹 {path.parent}，请先建立它。", 2)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    found, hashes = Found(), {}
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=path.parent) as work:
            name, copied = _dump(Path(work))
            with _create(temporary) as out, tarfile.open(fileobj=out, mode="w") as tar:
                _add_file(tar, name, copied, hashes)
                if settings.AUDIT_KEY_IS_KEPT:  # without it nobody could verify the restored trail
                    _add_file(tar, "audit_key", settings.DATA_DIR / "audit_key", hashes)
                if settings.FACTOR_KEYS_FILE:  # without them nobody who enrolled a phone could log in
                    _add_file(tar, "factor_keys", settings.FACTOR_KEYS_FILE, hashes)
                for row in _stored(copied):
                    source = files.path_of(row)
                    try:
                        _add_file(tar, f"files/{source.parent.name}/{source.name}", source, hashes)
                        found.files += 1
                    except FileNotFoundError:
                        found.missing.append(str(row))
                manifest = {
                    "format": FORMAT,
                    "made_at": clock.now().isoformat(),
                    "vendor": connection.vendor,
                    "sha256": hashes,
                }
                _add_bytes(tar, "manifest.json", json.dumps(manifest, indent=1).encode(), {})
                tar.close()
                out.flush()
                os.fsync(out.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise CannotBackUp(f"写不了备份文件 {path}（{error.strerror}）。没有留下半份备份。") from None
    finally:
        temporary.unlink(missing_ok=True)
    found.size, found.sha256 = path.stat().st_size, _hash_of(path)
    return found


def read(path: Path, *, force: bool = False) -> Found:
    """Check a backup wholly, then restore it: files first, the database last. Raises CannotBackUp."""
    if path == STREAM:
        with _passing_through() as kept:
            with _create(kept) as file:
                shutil.copyfileobj(sys.stdin.buffer, file, CHUNK)
            return read(kept, force=force)
    if not path.is_file():
        raise CannotBackUp(f"没有备份文件 {path}。", 2)
    manifest = _checked(path)
    if manifest["vendor"] != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise CannotBackUp(
            f"这份备份来自 {names.get(manifest['vendor'], manifest['vendor'])}，现在的数据库是"
            f" {names.get(connection.vendor, connection.vendor)}；请用 DATABASE_URL 指向同类的数据库。",
            2,
        )
    _require_standstill()
    if not force and not _is_empty():
        raise CannotBackUp("数据库里已经有数据，没有恢复。确要覆盖，请先备份现在的数据，再加 --force。")
    found = Found()
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.DATA_DIR) as work, tarfile.open(path) as tar:
            for member in tar:
                if _FILE.match(member.name):
                    goal = Path(settings.MEDIA_ROOT) / member.name
                    _extract(tar, member, goal)
                    found.files += 1
                elif member.name.startswith("database."):
                    _extract(tar, member, Path(work) / member.name)
                elif member.name == "audit_key" and settings.AUDIT_KEY_IS_KEPT:
                    _extract(tar, member, settings.DATA_DIR / "audit_key")
                elif member.name == "factor_keys" and settings.FACTOR_KEYS_FILE:
                    _extract(tar, member, settings.FACTOR_KEYS_FILE)
            _load(Path(work))
    except OSError as error:
        raise CannotBackUp(f"恢复没有完成（{error.strerror}）；数据库没有改动。请处理后重做一次。") from None
    (settings.DATA_DIR / "prepared.json").unlink(missing_ok=True)
    anchors.set_aside()
    return found


def _require_standstill() -> None:
    """Refused, naming them, while processes work on the data: `./run` by its lock, the others by their heartbeats."""
    if is_served():
        raise CannotBackUp(f"数据文件夹 {settings.DATA_DIR} 正在使用，请先停止 ./run 再恢复。")
    if alive := running():
        raise CannotBackUp(
            f"还有进程在运行：{'、'.join(alive)}。请先停止全部网站、后台任务与定时任务进程"
            "（docker compose stop web worker beat），刚被强行终止的要等 20 秒，再恢复。"
        )


def running() -> list[str]:
    """The production processes that work on this database now, by their heartbeats."""
    return (
        [str(row) for row in Heartbeat.objects.alive().order_by("kind", "pk")] if _has("governance_heartbeat") else []
    )


@contextlib.contextmanager
def _passing_through() -> Iterator[Path]:
    """Where a backup stands for the moment that it comes by standard input or goes by standard output."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.DATA_DIR) as folder:
        yield Path(folder) / "backup.tar"


# --- the database --------------------------------------------------------------------------------------------------


def _dump(work: Path) -> tuple[str, Path]:
    if connection.vendor == "sqlite":
        goal = work / "database.sqlite3"
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(goal)) as new:
            connection.connection.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        return goal.name, goal
    goal = work / "database.dump"
    options = ["--no-owner", "--no-privileges", "--exclude-table-data=governance_heartbeat"]
    dump(goal, *options)
    return goal.name, goal


def dump(goal: Path, *options: str) -> None:
    """PostgreSQL's own copy of the database, in its custom format. Raises CannotBackUp."""
    _run(["pg_dump", "--format=custom", *options, f"--file={goal}"], "pg_dump")


def _stored(copied: Path) -> list[uuid.UUID]:
    """The files that the copied database names (PostgreSQL: that it names now, which is all of them and newer ones)."""
    if copied.suffix == ".sqlite3":
        with contextlib.closing(sqlite3.connect(copied)) as database:
            return [uuid.UUID(key) for (key,) in database.execute("SELECT id FROM governance_storedfile ORDER BY id")]
    return list(StoredFile.objects.order_by("pk").values_list("pk", flat=True))


def _load(work: Path) -> None:
    """Put the copied database in the place of the present one; queues get a new prefix, so that a copy on the same
    broker leaves the original's work alone."""
    connections.close_all()
    forget = "DELETE FROM governance_setting WHERE key = 'queue_prefix'"
    if connection.vendor == "sqlite":
        source, goal = work / "database.sqlite3", Path(connection.settings_dict["NAME"])
        with contextlib.closing(sqlite3.connect(source)) as database, database:
            database.execute(forget)
        for tail in ("-wal", "-shm"):
            goal.with_name(goal.name + tail).unlink(missing_ok=True)
        with open(source, "rb") as file:
            os.fsync(file.fileno())
        os.chmod(source, 0o600)
        os.replace(source, goal)
        return
    dump = work / "database.dump"
    name = connection.settings_dict["NAME"]
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run(["pg_restore", *options, f"--dbname={name}", str(dump)], "pg_restore")
    with connection.cursor() as cursor:
        cursor.execute(forget)


def _run(command: list[str], name: str) -> None:
    chosen = connection.settings_dict
    environment = os.environ | {
        "PGHOST": str(chosen["HOST"] or ""),
        "PGPORT": str(chosen["PORT"] or ""),
        "PGUSER": str(chosen["USER"] or ""),
        "PGPASSWORD": str(chosen["PASSWORD"] or ""),
        "PGDATABASE": str(chosen["NAME"]),
    }
    environment = {key: value for key, value in environment.items() if value or not key.startswith("PG")}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise CannotBackUp(
            f"本机没有 {name}，请先安装 PostgreSQL 客户端：sudo apt-get install -y postgresql-client"
        ) from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["原因不明"]
        raise CannotBackUp(f"{name} 没有成功：{lines[0][:200]}")


def _is_empty() -> bool:
    """Whether the database has no table of ours."""
    return not _has("governance_user")


def _has(table: str) -> bool:
    """Whether the table is there. A SQLite file that is not there yet is not made by asking."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    try:
        return table in connection.introspection.table_names()
    except DatabaseError as error:
        raise CannotBackUp(f"数据库没有应答（{type(error).__name__}），请检查 DATABASE_URL。") from None


# --- the tar -------------------------------------------------------------------------------------------------------


def _create(path: Path):
    return open(path, "xb", opener=lambda p, flags: os.open(p, flags, 0o600))


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(dt.datetime.now(dt.UTC).timestamp())
    return info


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes, hashes: dict) -> None:
    tar.addfile(_member(name, len(content)), io.BytesIO(content))
    hashes[name] = hashlib.sha256(content).hexdigest()


def _add_file(tar: tarfile.TarFile, name: str, path: Path, hashes: dict) -> None:
    with open(path, "rb") as file:
        tar.addfile(_member(name, os.fstat(file.fileno()).st_size), file)
    hashes[name] = _hash_of(path)


def _hash_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path) -> dict:
    """The manifest, after every member was found to be known, regular, whole and there once."""
    bad = f"{path} 不是完好的备份，没有恢复："
    hashes: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                if (
                    not member.isreg()
                    or not (member.name in _KNOWN or _FILE.match(member.name))
                    or member.name in hashes
                ):
                    raise CannotBackUp(f"{bad}里面有不该有的“{member.name[:80]}”。", 2)
                digest = hashlib.sha256()
                content = tar.extractfile(member)
                whole = b""
                while block := content.read(CHUNK):
                    digest.update(block)
                    if member.name == "manifest.json":
                        whole += block
                hashes[member.name] = digest.hexdigest()
                if member.name == "manifest.json":
                    manifest = json.loads(whole)
    except (tarfile.TarError, OSError, ValueError, EOFError):
        raise CannotBackUp(f"{bad}文件残缺或不是备份。", 2) from None
    hashes.pop("manifest.json", None)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or manifest.get("sha256") != hashes:
        raise CannotBackUp(f"{bad}内容与清单不符，或由更新的程序写成。", 2)
    return manifest


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, goal: Path) -> None:
    goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = goal.with_name(f".{goal.name}.part")
    temporary.unlink(missing_ok=True)
    try:
        with _create(temporary) as out:
            shutil.copyfileobj(tar.extractfile(member), out, CHUNK)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, goal)
    finally:
        temporary.unlink(missing_ok=True)
