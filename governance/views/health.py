"""What machines ask: is the process up (healthz), may it take requests and is the whole at work (readyz), figures
(metrics). Nothing of the business and no name is told; `metrics` needs the operator's token."""

from __future__ import annotations

import hmac
import shutil

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import Http404, HttpResponse, JsonResponse

from governance.basics import clock
from governance.kernel import audit
from governance.models import Heartbeat, Job, Letter
from governance.web.entry import public

WITHIN_A_SECOND = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": None}
LEAST_FREE_MIB = 500
LONGEST_WAIT_S = 900


@public
def healthz(request):
    """`{"database", "broker"}`; 503 without the database. Never waits longer than a second for Redis."""
    body = {"database": "ok", "broker": _broker()}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        body["database"] = "down"
    return JsonResponse(body, status=200 if body["database"] == "ok" else 503)


def _broker() -> str:
    if not settings.REDIS_URL:
        return "none"
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **WITHIN_A_SECOND) as peer:
            return "ok" if peer.ping() else "down"
    except (redis.RedisError, ValueError):
        return "down"


@public
def readyz(request):
    """Each part as "ok" or one English word or more of what is wrong; 503 where one is not ok."""
    try:
        body = _parts()
    except DatabaseError:
        body = {"database": "down"}
    return JsonResponse(body, status=200 if set(body.values()) <= {"ok", "none"} else 503)


def _parts() -> dict[str, str]:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    works = {kind for kind, ago in _heartbeats().items() if ago <= 60}
    parts = {
        "database": "ok",
        "broker": _broker(),
        "migrations": "pending" if pending else "ok",
        "queue": "late" if _oldest_wait_s() > LONGEST_WAIT_S else "ok",
        "disk": "full" if _free_mib() < LEAST_FREE_MIB else "ok",
    }
    if not settings.EMBEDDED:  # `./run` looks after its own
        parts |= {kind: "ok" if kind in works else "silent" for kind in ("worker", "beat")}
    return parts


def _heartbeats() -> dict[str, float]:
    """By kind of process that lives: seconds since one of it did its work."""
    found: dict[str, float] = {}
    for row in Heartbeat.objects.alive():
        ago = (row.seen_at - row.worked_at).total_seconds()
        found[row.kind] = min(ago, found.get(row.kind, ago))
    return found


def _oldest_wait_s() -> float:
    oldest = Job.objects.filter(state="queued", cancel_asked=False).aggregate(at=Min("recorded_at"))["at"]
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


def _free_mib() -> int:
    return shutil.disk_usage(settings.DATA_DIR).free // 1024 // 1024


@public
def metrics(request):
    """Prometheus' text; not there without GUIYANG_METRICS_TOKEN, 404 to whoever does not bear it."""
    expected, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    lines: list[str] = []
    for name, words, rows in _figures():
        lines += [f"# HELP guiyang_{name} {words}", f"# TYPE guiyang_{name} gauge"]
        lines += [f"guiyang_{name}{labels} {value}" for labels, value in rows]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _figures() -> list[tuple[str, str, list[tuple[str, float]]]]:
    jobs = Job.objects.values_list("state").annotate(n=Count("pk")).order_by("state")
    letters = Letter.objects.values_list("state").annotate(n=Count("pk")).order_by("state")
    beats = Heartbeat.objects.alive().values_list("kind").annotate(n=Count("pk")).order_by("kind")
    head = audit.chain_head().first()
    last = audit.trail().first()
    silent = (clock.now() - last.recorded_at).total_seconds() if last else 0.0
    return [
        ("jobs", "background jobs by state", [(f'{{state="{state}"}}', n) for state, n in jobs]),
        ("job_wait_seconds", "age of the oldest waiting job", [("", round(_oldest_wait_s(), 1))]),
        ("letters", "e-mails by state", [(f'{{state="{state}"}}', n) for state, n in letters]),
        ("processes", "living processes by kind", [(f'{{kind="{kind}"}}', n) for kind, n in beats]),
        (
            "work_age_seconds",
            "since a process of the kind did its work",
            [(f'{{kind="{kind}"}}', round(ago, 1)) for kind, ago in sorted(_heartbeats().items())],
        ),
        ("audit_rows", "number of the last row of the audit trail", [("", head.seq if head else 0)]),
        ("audit_age_seconds", "since the last row of the audit trail", [("", round(silent, 1))]),
        ("disk_free_mib", "free space of the data folder", [("", _free_mib())]),
    ]
