"""The message to the workers that a job waits (Celery). Never waited for, never relied on.

A daemon thread per process sends after commit; a broker that refuses or hangs costs the request nothing, and after a
failure the bell rests for 30 s. Whatever it does not ring for, `reconcile` rings for.
"""

from __future__ import annotations

import logging
import os
import queue
import secrets
import threading
import time

from celery import current_app
from django.db import connection, transaction

from governance.models import Setting

logger = logging.getLogger("guiyang.jobs")

REST_S = 30.0  # after a failure nothing is sent for so long
WAITING_MOST = 500  # more than this many unsent bells say nothing new

_lock = threading.Lock()
_state: dict = {"pid": 0, "queue": None, "resting_until": 0.0}
_prefixes: dict[str, str] = {}


def queue_name() -> str:
    """`<prefix>.jobs`: made once per database, so that two copies on one broker leave each other's work alone."""
    key = str(connection.settings_dict.get("NAME"))
    if key not in _prefixes:
        made = secrets.token_hex(6)
        _prefixes[key] = Setting.objects.get_or_create(key="queue_prefix", defaults={"value": made})[0].value
    return f"{_prefixes[key]}.jobs"


def ring(job_id) -> None:
    """Ring for a job once the transaction under way has committed (at once, where there is none)."""
    name = queue_name()
    transaction.on_commit(
        lambda: _waiting().put_nowait((name, str(job_id))) if _waiting().qsize() < WAITING_MOST else None
    )


def is_resting() -> bool:
    """Whether the broker failed a moment ago (pages say 排队中，稍候自动开始)."""
    return _state["pid"] == os.getpid() and time.monotonic() < _state["resting_until"]


def _waiting() -> queue.Queue:
    """This process's queue; a forked web worker starts a thread of its own."""
    with _lock:
        if _state["pid"] != os.getpid():
            waiting: queue.Queue = queue.Queue()
            threading.Thread(target=_send_all, args=(waiting,), name="doorbell", daemon=True).start()
            _state.update({"pid": os.getpid(), "queue": waiting, "resting_until": 0.0})
        return _state["queue"]


def _send_all(waiting: queue.Queue) -> None:
    while True:
        name, job_id = waiting.get()
        if time.monotonic() < _state["resting_until"]:
            continue
        try:
            _send(name, job_id)
        except Exception as error:  # a broker fails in many ways, and none of them is this process's trouble
            _state["resting_until"] = time.monotonic() + REST_S
            logger.warning("doorbell rests for %d s: %s: %s", REST_S, type(error).__name__, error)


def _send(name: str, job_id: str) -> None:
    # By its name: the tasks stand above the jobs.
    current_app.send_task("governance.tasks.run", args=[job_id], queue=name, retry=False, ignore_result=True)
