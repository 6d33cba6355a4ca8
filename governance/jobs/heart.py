"""The heartbeat of a production process: a row that it writes itself every few seconds and takes away when it ends.

`seen_at` says that the process lives (a restore waits until none does), `worked_at` that it does its work: the web
process and who has nothing better to say, with every beat; a worker, when its consumer's loop turns; the beat, when it
has handed a message to the broker.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
import socket
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.models.functions import Now

from governance.models import Heartbeat

EVERY_S = 5.0
FORGOTTEN_AFTER = dt.timedelta(hours=1)

_state: dict = {"worked": None}
_ended = threading.Event()


def start(kind: str, *, works_by_itself: bool = True) -> None:
    """Let this process write its row from now on, in a thread of its own. Production only: `./run` has a lock."""
    if settings.EMBEDDED or settings.TESTING:
        return
    _state["worked"] = None if works_by_itself else time.monotonic()
    thread = threading.Thread(target=_write_all, args=(kind,), name="heartbeat", daemon=True)
    thread.start()
    atexit.register(_end, kind, thread)


def turned(*args, **kwargs) -> None:
    """The process has just done its work (a signal's receiver: whatever it is told does not matter)."""
    _state["worked"] = time.monotonic()


def write(kind: str) -> None:
    """The row of this process, as of now by the database's clock."""
    worked = _state["worked"]
    ago = dt.timedelta(seconds=0 if worked is None else time.monotonic() - worked)
    Heartbeat.objects.update_or_create(**_own(kind), defaults={"seen_at": Now(), "worked_at": Now() - ago})


def _own(kind: str) -> dict:
    return {"kind": kind, "host": socket.gethostname()[:100], "pid": os.getpid()}


def _write_all(kind: str) -> None:
    forgets = True
    while True:
        try:
            if forgets:
                Heartbeat.objects.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
                forgets = False
            write(kind)
        except DatabaseError:  # it is restarting, or not migrated yet: the next beat asks again
            connections.close_all()
        if _ended.wait(EVERY_S):
            connection.close()
            return


def _end(kind: str, thread: threading.Thread) -> None:
    _ended.set()
    thread.join(2)
    try:
        Heartbeat.objects.filter(**_own(kind)).delete()
    except DatabaseError:
        return
    finally:
        connection.close()
