"""`python -m tests.governance.drill.kills [--jobs N] [--kills N] [--seed N]`: two racing workers,
killed again and again.

Runs on a database of its own (GUIYANG_DATA or DATABASE_URL; without them in a new folder).
The workers are forks of this process, so that a life costs milliseconds; each is killed with SIGKILL after 20 to 140
ms, in the middle of whatever it does: claiming, writing, renaming, committing. No bell rings:
the rows alone must be enough. Prints one JSON line, exit 1 where anything was lost, doubled or broken.
The limit of three attempts is lifted, since here every death is somebody else's doing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.governance.drill.settings")
os.environ.setdefault("GUIYANG_MODE", "embedded")
os.environ.setdefault("GUIYANG_DATA", tempfile.mkdtemp(prefix="kills-"))  # never the data that somebody works with

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from governance import jobs  # noqa: E402
from governance.jobs import queue, sweeper  # noqa: E402
from governance.kernel import audit  # noqa: E402
from governance.models import Document, Job, Notice  # noqa: E402
from governance.storage import files  # noqa: E402
from tests.governance.drill import play  # noqa: E402
from tests.governance.drill.kinds import content_of  # noqa: E402

WORKERS = 2
SHORTEST_S, LONGEST_S = 0.020, 0.140


def live() -> None:
    """A worker's life: take back, take, do, until killed or nothing is left."""
    while True:
        jobs.reconcile()
        waiting = list(Job.objects.filter(state="queued").values_list("pk", flat=True)[:3])
        if not waiting and not Job.objects.filter(state="running").exists():
            return
        for pk in waiting:
            jobs.perform(pk)
        if not waiting:
            time.sleep(0.02)


def born() -> int:
    """A forked worker's process id. The parent holds no connection that the child could break."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        live()
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def drill(count: int, kills: int, seed: int) -> dict:
    """Play it; returns counts of what was and what is."""
    chance = random.Random(seed)
    play.make("quick", str(count))
    made, done_kills, failed_lives, began = count, 0, 0, time.monotonic()
    crew = [born() for _ in range(WORKERS)]
    while done_kills < kills:
        time.sleep(chance.uniform(SHORTEST_S, LONGEST_S))
        victim = chance.randrange(WORKERS)
        os.kill(crew[victim], signal.SIGKILL)
        _, status = os.waitpid(crew[victim], 0)
        if os.WIFSIGNALED(status):
            done_kills += 1
        else:  # it had come to its end by itself: nothing was left to do
            failed_lives += os.WEXITSTATUS(status) != 0
            play.make("quick", "50")
            made += 50
        crew[victim] = born()
    for pid in crew:
        failed_lives += os.waitpid(pid, 0)[1] != 0
    return {
        "jobs": made,
        "kills": done_kills,
        "failed_lives": failed_lives,
        "seconds": round(time.monotonic() - began, 1),
    } | count_up()


def count_up() -> dict:
    """What is there: lost, doubled and broken must be 0, and after the sweep no file is nobody's."""
    rows = list(Job.objects.filter(kind="quick"))
    documents = {}
    for document in Document.objects.filter(kind="quick").select_related("file"):
        documents.setdefault(document.job_id, []).append(document)
    broken = 0
    for row in rows:
        for document in documents.get(row.pk, []):
            path = files.path_of(document.file_id)
            broken += not path.is_file() or path.read_bytes() != content_of(row.params["n"])
    notices = Notice.objects.filter(key__startswith="job:").count()
    folder = Path(settings.MEDIA_ROOT) / "files"
    before = sum(p.is_file() for p in folder.rglob("*"))
    sweeper.sweep(older_than_s=0)
    after = sum(p.is_file() for p in folder.rglob("*"))
    return {
        "done": sum(r.state == "done" for r in rows),
        "lost": sum(r.state != "done" or r.pk not in documents for r in rows),
        "doubled": sum(len(d) - 1 for d in documents.values()) + max(0, notices - len(rows)),
        "notices": notices,
        "broken": broken,
        "most_attempts": max(r.attempts for r in rows),
        "swept": before - after,
        "orphans": after - len(documents),
        "audit": audit.verify()["ok"],
    }


def is_good(found: dict) -> bool:
    """Every job done once, told once, whole, and nothing left over."""
    right = found["done"] == found["jobs"] == found["notices"] and found["audit"]
    return right and not any(found[k] for k in ("lost", "doubled", "broken", "orphans", "failed_lives"))


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--jobs", type=int, default=1000)
    words.add_argument("--kills", type=int, default=1000)
    words.add_argument("--seed", type=int, default=2006)
    asked = words.parse_args()
    call_command("migrate", verbosity=0)
    settings.JOBS_IN_CHILD = False
    queue.LEASE_S, queue.MAX_ATTEMPTS, queue.bell.ring = 1, 10**6, lambda job_id: None
    result = drill(asked.jobs, asked.kills, asked.seed)
    print(json.dumps(result))
    sys.exit(not is_good(result))
