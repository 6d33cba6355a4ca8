"""How long traces of operation are kept. What the offices decided (cases, projects, money, documents, the trail) is
kept for good; what only served its making goes after a while, once a day, and the trail says how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db.models import QuerySet

from governance.basics import clock
from governance.kernel import audit
from governance.kernel.verbs import frame
from governance.models import Job, Letter, OnceKey

AT_ONCE = 5000  # rows of a kind a day: a backlog goes in slices, nobody waits for it


@dataclass(frozen=True)
class Kept:
    """Rows of one kind and how many days they stay."""

    title: str
    days: int
    before: Callable[[dt.datetime], QuerySet]  # the rows that are older than the moment


def _jobs(moment: dt.datetime) -> QuerySet:
    """Ended ones that made nothing: whatever made a document stays as its origin."""
    ended = ("done", "failed", "cancelled")
    return Job.objects.filter(state__in=ended, finished_at__lt=moment, documents=None).order_by("pk")


KEPT = (
    Kept(
        "登录尝试的明细（登录、退出、锁定另在留痕里）",
        183,
        lambda at: AccessAttempt.objects.filter(attempt_time__lt=at),
    ),
    Kept("登录的明细", 183, lambda at: AccessLog.objects.filter(attempt_time__lt=at)),
    Kept("登录失败的明细", 183, lambda at: AccessFailureLog.objects.filter(attempt_time__lt=at)),
    Kept("已发出的邮件（通知本身保留）", 365, lambda at: Letter.objects.filter(state="sent", moved_at__lt=at)),
    Kept("没有产生文档的后台任务", 365, _jobs),
    Kept("防止重复提交的表单标记", 30, lambda at: OnceKey.objects.filter(recorded_at__lt=at)),
)


def purge(day: dt.date) -> dict[str, int]:
    """Daily: what has been kept long enough goes, by real time whatever the business day. How many, by title."""
    gone: dict[str, int] = {}
    with frame():
        for kept in KEPT:
            rows = kept.before(clock.now() - dt.timedelta(days=kept.days))
            keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            if keys:
                rows.model.objects.filter(pk__in=keys).delete()
                gone[kept.title] = len(keys)
        if gone:
            said = "；".join(f"{title} {count} 条" for title, count in gone.items())
            audit.record(by=None, event="governance.retention.purge", sentence=f"按保留期限清理：{said}")
    return gone
