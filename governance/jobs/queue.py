"""The queue of jobs, rows of the database: requested, claimed with owner token and lease, kept alive, ended once.
Every change of state here is a conditional UPDATE, so that of two workers one wins; leases use the database's clock,
so that machines need not agree."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from governance.basics import clock
from governance.basics.refusal import NotVisible, Refused, WrongRole
from governance.basics.roles import Permission, Role, holders
from governance.jobs import bell, kinds
from governance.kernel import audit, state
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, step
from governance.models import Document, Job, StoredFile
from governance.notices import inbox

LEASE_S = 60
MAX_ATTEMPTS = 3
RESEND_AFTER_S = 30
RESEND_MOST = 50  # a bell per row; the rest is rung for next time
THRICE = "办理进程连续三次中断，不再自动重试；请联系信息办查看日志后重试。"


@step
def enqueue(
    *, by: Actor | None, kind: str, params: dict, key: uuid.UUID | None = None, is_scheduled: bool = False
) -> Job:
    """A waiting row in the transaction under way; rung for after its commit.

    Raises Invalid for params that the kind does not take, WrongRole where the actor may not request it.
    """
    found = kinds.find(kind)
    if by is not None and by.role == Role.AUDITOR:
        raise WrongRole(f"审计只查看，不生成文件；需要{found.title}请办理单位生成，生成以后您可以下载。")
    params = found.clean(dict(params))
    if by is not None and not found.may_request(by, params):
        who = "、".join(holders(Permission.REQUEST_REPORT))
        raise WrongRole(f"您的角色不能生成{found.title}；可以生成报告的是：{who}。")
    job = Job.objects.create(
        id=key or uuid.uuid4(),
        kind=kind,
        params=params,
        title=found.name(params),
        on_schedule=is_scheduled,
        requested_by_id=by.user_id if by else None,
        by_text=by.text if by else "系统（定期）",
    )
    audit.record(by=by, event="governance.job.request", about=job, now=params, sentence=f"请求生成{job.title}")
    bell.ring(job.pk)
    return job


def request_scheduled(kind: str, due: Iterable[tuple[str, dict]]) -> int:
    """Request every period that is due and was not requested yet; returns how many."""
    made = 0
    for period, params in due:
        text = json.dumps([kind, period, params], sort_keys=True, ensure_ascii=False)
        key = uuid.uuid5(uuid.NAMESPACE_URL, text)
        if Job.objects.filter(pk=key).exists():
            continue
        try:
            with frame():
                enqueue(by=None, kind=kind, params=params, key=key, is_scheduled=True)
        except IntegrityError:  # another worker's `daily` was first; this transaction left nothing
            continue
        made += 1
    return made


def claim(job_id, owner: str | None = None) -> Job | None:
    """Take a waiting row: one UPDATE decides. None where somebody else has it, or it is no longer waiting."""
    owner = owner or secrets.token_hex(16)
    won = _move(
        Job.objects.filter(pk=job_id, state="queued", cancel_asked=False, attempts__lt=MAX_ATTEMPTS),
        state="running",
        owner=owner,
        lease_until=Now() + dt.timedelta(seconds=LEASE_S),
        attempts=F("attempts") + 1,
        started_at=Now(),
        percent=0,
        doing="准备",
        error="",
    )
    return Job.objects.get(pk=job_id) if won else None


def _move(rows, **values) -> int:
    """One conditional UPDATE of a job's state, which pages show, and with it the word for the database's."""
    with transaction.atomic():
        moved = rows.update(**values)
        if moved:
            state.moved()
    return moved


def _held(job: Job):
    return Job.objects.filter(pk=job.pk, state="running", owner=job.owner)


def beat(job: Job, percent: int, doing: str) -> str:
    """Renew the lease and say what is being done. Returns "go", "cancel" (asked for)
    or "lost" (somebody else's now)."""
    kept = _held(job).update(
        lease_until=Now() + dt.timedelta(seconds=LEASE_S), percent=min(max(percent, 0), 99), doing=doing[:200]
    )
    if not kept:
        return "lost"
    return "cancel" if Job.objects.filter(pk=job.pk, cancel_asked=True).exists() else "go"


def finish(job: Job, produced: list[tuple[kinds.Produced, StoredFile]], put_in_place) -> bool:
    """Done: the files' rows, one notice and the state in one transaction, if the row is still ours.

    `put_in_place()` renames the bytes once the row is locked; what a crash leaves behind has no row and is swept.
    """
    with frame():
        if (
            not _held(job)
            .filter(cancel_asked=False)
            .update(state="done", percent=100, doing="", finished_at=Now(), owner="", lease_until=None)
        ):
            return False
        put_in_place()
        for made, file in produced:
            file.save(force_insert=True)
            document = Document.objects.create(
                job_id=job.pk,
                kind=job.kind,
                year=job.params.get("year"),
                title=job.title,
                format=made.format,
                file=file,
                snapshot=made.snapshot,
                rule_set=made.rule_set,
                engine=made.engine[:100],
                pages=made.pages,
                by_text=job.by_text,
            )
            audit.record(
                by=None,
                event="governance.document.make",
                about=(document, job),
                now=file.sha256,
                sentence=f"生成{document.title}（{made.format.upper()}），摘要 {file.sha256[:12]}",
            )
        _tell(job, "done", f"{job.title}已办好，可以下载。")
    return True


def fail(job: Job, sentence: str, *, is_final: bool, rows=None) -> bool:
    """Not done: for good (a refusal, the third attempt), or back into the queue, if the row is still ours.

    `rows` narrows what counts as ours (reconcile: only while its lease is over). Returns whether the row was.
    """
    rows = _held(job) if rows is None else rows
    if not is_final and job.attempts < MAX_ATTEMPTS:
        waits = {
            "state": "queued",
            "owner": "",
            "lease_until": None,
            "percent": 0,
            "doing": "上一次没有办成，已重新排队",
        }
        return bool(_move(rows, **waits, error=sentence[:1000]))
    with frame():
        ended = rows.update(
            state="failed", owner="", lease_until=None, finished_at=Now(), doing="", error=sentence[:1000]
        )
        if ended:
            audit.record(by=None, event="governance.job.fail", about=job, sentence=f"{job.title}没有生成：{sentence}")
            _tell(job, f"failed:{job.owner}", f"{job.title}没有生成：{sentence}")
    return bool(ended)


def give_up(job: Job) -> None:
    """Cancelled while running: the state, if the row is still ours."""
    _move(_held(job), state="cancelled", owner="", lease_until=None, finished_at=Now(), doing="")


def _tell(job: Job, what: str, sentence: str) -> None:
    if job.requested_by_id:
        inbox.tell(
            key=f"{job.audit_key}:{what}",
            sentence=sentence,
            address=kinds.address_of(job),
            user_id=job.requested_by_id,
            topic="document",
        )
        return
    for role in kinds.told_of(job, is_done=what == "done") if job.on_schedule else ():
        inbox.tell(
            key=f"{job.audit_key}:{what}:{role}",
            sentence=sentence,
            address=kinds.address_of(job),
            role=role,
            topic="document",
        )


def reconcile() -> dict[str, int]:
    """What the beat asks for every 15 s: rows whose lease ended go back into the queue (failed after the third
    attempt), rows that wait longer than 30 s are rung for again. Returns counts."""
    counts = {"returned": 0, "failed": 0, "cancelled": 0, "rung": 0}
    for job in Job.objects.filter(state="running", lease_until__lt=Now()):
        stale = Job.objects.filter(pk=job.pk, state="running", owner=job.owner, lease_until__lt=Now())
        if job.cancel_asked:
            counts["cancelled"] += _move(
                stale, state="cancelled", owner="", lease_until=None, finished_at=Now(), doing=""
            )
        elif job.attempts >= MAX_ATTEMPTS:
            counts["failed"] += fail(job, THRICE, is_final=True, rows=stale)
        else:
            counts["returned"] += _move(
                stale, state="queued", owner="", lease_until=None, percent=0, doing="上一个办理进程中断，已重新排队"
            )
    long_ago = clock.now() - dt.timedelta(seconds=RESEND_AFTER_S)
    waiting = Job.objects.filter(state="queued", cancel_asked=False, recorded_at__lt=long_ago)
    for pk in waiting.order_by("recorded_at").values_list("pk", flat=True)[:RESEND_MOST]:
        bell.ring(pk)
        counts["rung"] += 1
    return counts


def lock_for(job: Job, by: Actor) -> Job:
    """The row locked for a verb of its requester or an operator; NotVisible (404) for anybody else."""
    row = Job.objects.visible_to(by).select_for_update().filter(pk=job.pk).first()
    if row is None:
        raise NotVisible()
    return row


def require_state(job: Job, states: tuple[str, ...], verb: str) -> None:
    if job.state not in states:
        raise Refused(f"这个任务{job.get_state_display()}，不能{verb}。")
