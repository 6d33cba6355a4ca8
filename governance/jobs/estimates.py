"""How long a job will still take: from how long its like took before, or from the share that it has done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

from governance.models import Job

REMEMBERED = 200  # finished jobs looked back upon
SAYS_SOMETHING_FROM = 10  # percent: before, the share done tells too little


def _like(kind: str, params: dict) -> tuple[str, tuple[str, ...]]:
    """What two jobs must share to take about as long: the kind and the formats."""
    return kind, tuple(params.get("formats") or ())


def usual_seconds(jobs: Iterable[Job]) -> dict[tuple, float]:
    """The median seconds of the latest finished jobs like these, by likeness; one query, or none without jobs."""
    kinds = {job.kind for job in jobs}
    took: dict[tuple, list[float]] = defaultdict(list)
    if kinds:
        rows = Job.objects.filter(kind__in=kinds, state="done", started_at__isnull=False, finished_at__isnull=False)
        for kind, params, started, finished in rows.order_by("-finished_at").values_list(
            "kind", "params", "started_at", "finished_at"
        )[:REMEMBERED]:
            took[_like(kind, params)].append((finished - started).total_seconds())
    return {like: median(seconds) for like, seconds in took.items()}


def remaining_seconds(job: Job, usual: dict[tuple, float], now: dt.datetime) -> float | None:
    """Seconds until a running job ends; None where nothing can be said. Never less than what is plainly left."""
    if job.started_at is None:
        return None
    gone = max((now - job.started_at).total_seconds(), 0)
    before = usual.get(_like(job.kind, job.params))
    if before is not None and before > gone:
        return before - gone
    if job.percent >= SAYS_SOMETHING_FROM:
        return gone * (100 - job.percent) / job.percent
    return None


def waiting_seconds(job: Job, usual: dict[tuple, float]) -> float | None:
    """Seconds that a waiting job will take once it begins; None where no like was made yet."""
    return usual.get(_like(job.kind, job.params))


def words(seconds: float) -> str:
    """“约还需 12 秒”, “约还需 3 分钟”: rounded up, since waiting is what people count."""
    whole = max(1, int(-(-seconds // 1)))
    return f"约还需 {whole} 秒" if whole < 90 else f"约还需 {-(-whole // 60)} 分钟"
