"""What machines ask: is the process up (healthz), may it take requests and is the whole at work (readyz), figures
(metrics). Nothing of the business and no name is told; `metrics` needs the operator's token. The three administrators
read the same as a page (status)."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from governance.actions import retention
from governance.basics.roles import Permission
from governance.jobs import condition
from governance.kernel import audit
from governance.models import Job, Letter
from governance.web import entry
from governance.web.entry import public


@public
def healthz(request):
    """`{"database", "broker"}`; 503 without the database. Never waits longer than a second for Redis."""
    body = {"database": "ok", "broker": condition.broker()}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        body["database"] = "down"
    return JsonResponse(body, status=200 if body["database"] == "ok" else 503)


@public
def readyz(request):
    """Each part as "ok" or one English word or more of what is wrong; 503 where one is not ok."""
    try:
        body = condition.parts()
    except DatabaseError:
        body = {"database": "down"}
    return JsonResponse(body, status=200 if set(body.values()) <= {"ok", "none"} else 503)


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
    def labelled(label: str, found: dict) -> list[tuple[str, float]]:
        return [(f'{{{label}="{key}"}}', round(value, 1)) for key, value in sorted(found.items())]

    head = audit.chain_head().first()
    return [
        ("jobs", "background jobs by state", labelled("state", condition.by_state(Job))),
        ("job_wait_seconds", "age of the oldest waiting job", [("", round(condition.oldest_wait_s(), 1))]),
        ("letters", "e-mails by state", labelled("state", condition.by_state(Letter))),
        ("processes", "living processes by kind", labelled("kind", condition.processes())),
        ("work_age_seconds", "since a process of the kind did its work", labelled("kind", condition.work_ages_s())),
        ("audit_rows", "number of the last row of the audit trail", [("", head.seq if head else 0)]),
        ("audit_age_seconds", "since the last row of the audit trail", [("", round(condition.trail_age_s(), 1))]),
        ("disk_free_mib", "free space of the data folder", [("", condition.free_mib())]),
    ]


@entry.page(
    Permission.READ_STATUS,
    methods=("GET", "HEAD"),
    always_drawn="shows processes, disk and queue as they are this second",
)
def status(request):
    """系统状态: each part, how it stands, and what to do where it does not stand well."""
    lines = condition.lines()
    wrong = sum(bool(line.advice) for line in lines)
    return render(request, "governance/status.html", {"lines": lines, "wrong": wrong, "kept": retention.KEPT})
