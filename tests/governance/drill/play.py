"""`python -m tests.governance.drill.play VERB …`: one process of a drill; prints one JSON line."""

from __future__ import annotations

import json
import sys
import time

import django

django.setup()

from governance import jobs  # noqa: E402
from governance.jobs import queue  # noqa: E402
from governance.jobs.worker import let_spares_go  # noqa: E402
from governance.kernel.verbs import frame  # noqa: E402
from governance.models import Document, Job, Notice, User  # noqa: E402


def make(kind: str, count: str = "1", params: str = "{}") -> list[str]:
    """Queue jobs of a kind for one person; returns their ids."""
    user = User.objects.filter(username="drill").first() or User.objects.create_user("drill", full_name="演练")
    with frame():  # all at once: no worker sees a job before it has its requester
        made = [queue.enqueue(by=None, kind=kind, params=json.loads(params) | {"n": n}).pk for n in range(int(count))]
        Job.objects.filter(requested_by=None).update(requested_by=user)
    return [str(pk) for pk in made]


def perform(*ids: str) -> list[str]:
    """Do the jobs one after the other; returns their states."""
    states = [jobs.perform(pk, keeps_spare=True) for pk in ids]
    let_spares_go()
    return states


def race(start: str, *ids: str) -> int:
    """From a common moment on claim every job; returns how many were won."""
    while time.time() < float(start):
        time.sleep(0.0005)
    return sum(queue.claim(pk) is not None for pk in ids)


def work(seconds: str, seed: str = "0") -> int:
    """A worker: take back and do what waits, until nothing is left or the time is over."""
    queue.LEASE_S = 2
    end, done = time.monotonic() + float(seconds), 0
    while time.monotonic() < end:
        jobs.reconcile()
        waiting = list(Job.objects.filter(state="queued").values_list("pk", flat=True)[:5])
        if not waiting:
            if not Job.objects.filter(state="running").exists():
                break
            time.sleep(0.1)
        for pk in waiting:
            done += jobs.perform(pk, keeps_spare=True) == "done"
    let_spares_go()
    return done


def look() -> dict:
    """What there is: jobs with state, error, attempts, doing; documents and notices counted; files on disk."""
    rows = [
        {"state": j.state, "error": j.error, "attempts": j.attempts, "percent": j.percent, "doing": j.doing}
        for j in Job.objects.order_by("recorded_at")
    ]
    from pathlib import Path

    from django.conf import settings

    files = [p.name for p in (Path(settings.MEDIA_ROOT) / "files").rglob("*") if p.is_file()]
    return {"jobs": rows, "documents": Document.objects.count(), "notices": Notice.objects.count(), "files": files}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:]), ensure_ascii=False))
