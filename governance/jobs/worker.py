"""Doing one job: claim it, hand it to a child process, listen, keep the lease, end it.

Works in a Celery worker of any pool and in plain manage.py: the child is a program of its own, not a fork, so neither
threads nor database connections are shared. One spare child is kept warm per process.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections

from governance.basics import clock
from governance.basics.refusal import WrongRole
from governance.jobs import child as inside
from governance.jobs import kinds
from governance.jobs import queue as rows
from governance.jobs.progress import Progress
from governance.kernel.access import Actor
from governance.models import Job, StoredFile
from governance.storage import files

logger = logging.getLogger("guiyang.jobs")

BEAT_S = 1.0
BROKEN = "办理进程意外中断。"


class Child:
    """A started child process; `order` gives it its one job, `messages` collects what it says."""

    def __init__(self) -> None:
        environment = os.environ | {"PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1"}
        environment.setdefault("DJANGO_SETTINGS_MODULE", settings.SETTINGS_MODULE)
        # Not -m: the package around the module wants a Django that is set up.
        program = "import django; django.setup(); from governance.jobs.child import main; main()"
        command = [sys.executable, "-P", "-c", program]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=settings.BASE_DIR,
            text=True,
            encoding="utf-8",
        )
        self.messages: queue.Queue = queue.Queue()

    def order(self, order: dict) -> None:
        with contextlib.suppress(BrokenPipeError):  # a dead child is noticed by its silence
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            with contextlib.suppress(ValueError):
                self.messages.put(json.loads(line))
        self.messages.put(None)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None


_spares: dict[int, Child] = {}
_lock = threading.Lock()


def _take_child(*, keeps_spare: bool) -> Child:
    """The spare child of this process, or a new one; the next spare warms up meanwhile."""
    with _lock:
        for pid in [p for p in _spares if p != os.getpid()]:
            _spares.pop(pid)  # a forked worker inherits the entry, not the right to it
        spare = _spares.pop(os.getpid(), None)
        taken = spare if spare is not None and spare.is_alive else Child()
        if keeps_spare:
            _spares[os.getpid()] = Child()
    return taken


def warm_up() -> None:
    """Start this process's spare child, so that the first job need not wait for one."""
    with _lock:
        if os.getpid() not in _spares:
            _spares[os.getpid()] = Child()


def let_spares_go() -> None:
    """End the spare child (tests; a worker's own ends with it)."""
    with _lock:
        for pid, spare in list(_spares.items()):
            if pid == os.getpid():
                spare.end()
            _spares.pop(pid)


def perform(job_id, *, keeps_spare: bool = False) -> str:
    """Do a waiting job to its end. Returns its state then, or "" where it was not ours to do."""
    if not connection.in_atomic_block:  # a worker thread lives longer than its connection may
        close_old_connections()
    job = rows.claim(job_id)
    if job is None:
        return ""
    try:
        kind = kinds.find(job.kind)
    except Exception:
        rows.fail(job, "这种任务已经取消，不能再生成。", is_final=True)
        return "failed"
    folder = files_folder()
    listener = _in_child if settings.JOBS_IN_CHILD else _in_this_process
    end, value = listener(job, kind, folder, keeps_spare)
    if end == "files":
        return _keep(job, value, folder)
    if end == "cancel":
        rows.give_up(job)
    elif end == "failed":
        sentence, final = value
        rows.fail(job, sentence, is_final=final)
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


def _in_child(job: Job, kind: kinds.JobKind, folder: Path, keeps_spare: bool) -> tuple[str, object]:
    """Run the job in a child; returns ("files", […]), ("failed", (sentence, final)), ("cancel", None) or ("lost", None)."""
    process = _take_child(keeps_spare=keeps_spare)
    try:
        process.order(
            {
                "kind": job.kind,
                "params": job.params,
                "today": clock.today().isoformat(),
                "folder": str(folder),
                "memory_mib": kind.memory_mib,
                "databases": {alias: str(connections[alias].settings_dict["NAME"]) for alias in connections},
            }
        )
        return _listen(job, kind, process)
    finally:
        process.end()


def _listen(job: Job, kind: kinds.JobKind, process: Child) -> tuple[str, object]:
    percent, doing = 0, "准备"
    deadline, next_beat = time.monotonic() + kind.wall_s, time.monotonic() + BEAT_S
    lease_ends = time.monotonic() + rows.LEASE_S
    while True:
        try:
            message = process.messages.get(timeout=max(0.01, min(next_beat, deadline) - time.monotonic()))
            if message is None:
                code = process.process.wait()
                logger.error("child of job %s ended with %s", job.pk, code)
                return "failed", (BROKEN, False)
            if "files" in message:
                return "files", message["files"]
            if "failed" in message:
                return "failed", (message["failed"], message["final"])
            percent, doing = message["percent"], message["doing"]
        except queue.Empty:
            pass
        now = time.monotonic()
        if now >= deadline:
            return "failed", (f"超过 {kind.wall_s} 秒没有办完，已停止；请缩小范围，或改用 XLSX。", False)
        if now < next_beat:
            continue
        next_beat = now + BEAT_S
        try:
            answer = rows.beat(job, percent, doing)
        except DatabaseError:
            # The database is restarting: go on while the lease would hold, with a new connection.
            connections.close_all()
            if now > lease_ends:
                return "lost", None
            continue
        lease_ends = now + rows.LEASE_S
        if answer != "go":
            return answer, None


class _Stop(BaseException):
    """Ends a job that runs in this process (tests) where its lease was lost or it was cancelled."""


def _in_this_process(job: Job, kind: kinds.JobKind, folder: Path, keeps_spare: bool) -> tuple[str, object]:
    """The same without a child: where a test's transaction is what the job must see. No limits."""

    def report(percent: int, doing: str) -> None:
        answer = rows.beat(job, percent, doing)
        if answer != "go":
            raise _Stop(answer)

    try:
        made = kind.run(job.params, Progress(report))
        return "files", [inside.write(item, folder) for item in made]
    except _Stop as stop:
        return stop.args[0], None
    except Exception as error:
        answer = inside.explain(error)
        return "failed", (answer["failed"], answer["final"])


def _keep(job: Job, made: list[dict], folder: Path) -> str:
    """Rename the files into place and end the job; where it is no longer ours, take them away again."""
    produced, moves = [], []
    for facts in made:
        key = uuid.UUID(facts["key"])
        content_type = facts["content_type"] or kinds.CONTENT_TYPES.get(facts["format"], "application/octet-stream")
        item = kinds.Produced(
            facts["format"], b"", facts["name"], facts["snapshot"], facts["rule_set"], facts["engine"], facts["pages"]
        )
        file = StoredFile(
            id=key,
            display_name=facts["name"][:120],
            content_type=content_type,
            size=facts["size"],
            sha256=facts["sha256"],
            by_text=job.by_text,
        )
        produced.append((item, file))
        moves.append((folder / f"{key}.part", _place_of(key)))

    def put_in_place() -> None:
        for source, goal in moves:
            goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(source, goal)
            _sync(goal.parent)

    done = False
    try:
        done = rows.finish(job, produced, put_in_place)
    finally:
        if not done:
            for source, goal in moves:
                source.unlink(missing_ok=True)
                goal.unlink(missing_ok=True)
    return "done" if done else ""


def run_now(kind: str, params: dict, by: Actor | None = None, progress: Progress | None = None) -> list[kinds.Produced]:
    """Make the files at once, without row, broker or worker: what a page's job would give. For commands."""
    found = kinds.find(kind)
    params = found.clean(dict(params))
    if by is not None and not found.may_request(by, params):
        raise WrongRole(f"您的角色不能生成{found.title}。")
    return found.run(params, progress or Progress())


def files_folder() -> Path:
    """Where files are written before they are renamed: the same file system as their place."""
    folder = Path(settings.MEDIA_ROOT) / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _place_of(key: uuid.UUID) -> Path:
    return files.path_of(key)


def _sync(folder: Path) -> None:
    """The rename itself must survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
