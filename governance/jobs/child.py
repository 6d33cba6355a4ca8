"""The process in which one job runs: a program of its own (governance.jobs.worker.Child), started warm, used once.

Django is set up and the typesetter loaded before it is asked, so that a job starts at once; then it reads one order
from standard input, lowers its own limits, runs the kind and answers with lines of JSON. Files go to the folder of the
order, fsynced; renaming them into place is the parent's matter. Standard input that ends means that the parent is gone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import resource
import threading
import uuid
from pathlib import Path

MEMORY = "内存超过了这类任务的上限，没有生成；请缩小范围，或改用 XLSX。"
DISK = "磁盘空间不足，没有生成；请系统管理员清出空间后重试。"
UNKNOWN = "生成时出错，原因已记入日志；请联系信息办。"


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what libraries print must not look like an answer
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    devnull = os.open(os.devnull, os.O_RDONLY)
    os.dup2(devnull, 0)
    warm()
    line = orders.readline()
    if not line:
        return
    threading.Thread(target=_end_with_parent, args=(orders,), daemon=True).start()
    order = json.loads(line)
    limit(order["memory_mib"])

    def say(**message) -> None:
        answers.write(json.dumps(message, ensure_ascii=False) + "\n")

    try:
        use_databases(order["databases"])
        say(files=_run(order, lambda percent, doing: say(percent=percent, doing=doing)))
    except BaseException as error:
        say(**explain(error))
    answers.close()
    os._exit(0)  # no at-exit work: the files are there and nobody waits for threads


def warm() -> None:
    """Load what takes long (jobs.load_before)."""
    from governance.basics.refusal import Refused
    from governance.jobs import kinds

    for load in kinds.loaded_before:
        with contextlib.suppress(Refused):  # without Pango a PDF job says so itself
            load()


def limit(memory_mib: int) -> None:
    """Lower this process's limits: address space, size of a file, no core dump."""
    most = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def use_databases(names: dict[str, str]) -> None:
    """Read the parent's databases, whatever the environment says (a test's own)."""
    from django.db import connections

    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _run(order: dict, report) -> list[dict]:
    import datetime as dt

    from governance.basics import clock
    from governance.jobs import kinds
    from governance.jobs.progress import Progress

    with clock.at(dt.date.fromisoformat(order["today"])):
        made = kinds.find(order["kind"]).run(order["params"], Progress(report))
    report(97, "保存文件")
    return [write(item, Path(order["folder"])) for item in made]


def write(item, folder: Path) -> dict:
    """Bytes into a temporary file of the folder, fsynced; returns what the parent needs for the row."""
    import hashlib

    key = uuid.uuid4()
    path = folder / f"{key}.part"
    try:
        with open(path, "xb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(item.content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    facts = {
        name: getattr(item, name)
        for name in ("format", "name", "snapshot", "rule_set", "engine", "pages", "content_type")
    }
    return facts | {"key": str(key), "size": len(item.content), "sha256": hashlib.sha256(item.content).hexdigest()}


def explain(error: BaseException) -> dict:
    """The answer for what went wrong: a sentence for people, the trace for the log; `final` = asking again is no use."""
    from governance.basics.refusal import Refused

    if isinstance(error, Refused):
        return {"failed": error.sentence, "final": True}
    logging.getLogger("guiyang.jobs").error("job failed", exc_info=error)
    if isinstance(error, MemoryError):
        return {"failed": MEMORY, "final": True}
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return {"failed": DISK, "final": False}
    return {"failed": UNKNOWN, "final": False}


def _end_with_parent(orders) -> None:
    while orders.read(1):
        pass
    os._exit(3)
