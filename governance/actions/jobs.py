"""Verbs about background jobs and the documents that they make."""

from __future__ import annotations

from django.db.models.functions import Now

from governance import jobs
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.jobs import bell, queue
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Document, Job


@verb("governance.job.request")
def request_job(*, by: Actor, kind: str, params: dict) -> Job:
    """Request a job: a row in this transaction, rung for after it. WrongRole, Invalid (422) as the kind says."""
    access.require(by, Permission.USE)
    return queue.enqueue(by=by, kind=kind, params=params)


@verb("governance.job.cancel")
def cancel_job(*, by: Actor, job: Job) -> None:
    """Cancel a job of one's own (an operator: any): at once while it waits, within a second while it runs."""
    access.require(by, Permission.USE)
    row = queue.lock_for(job, by)
    queue.require_state(row, ("queued", "running"), "取消")
    if row.state == "queued":
        Job.objects.filter(pk=row.pk).update(state="cancelled", cancel_asked=True, finished_at=Now(), doing="")
    else:
        Job.objects.filter(pk=row.pk).update(cancel_asked=True, doing="正在停止")
    audit.record(by=by, about=row, sentence=f"取消{row.title}")


@verb("governance.job.retry")
def retry_job(*, by: Actor, job: Job) -> None:
    """Queue a failed or cancelled job once more, with three new attempts."""
    access.require(by, Permission.USE)
    row = queue.lock_for(job, by)
    queue.require_state(row, ("failed", "cancelled"), "重试")
    Job.objects.filter(pk=row.pk).update(
        state="queued",
        attempts=0,
        percent=0,
        doing="",
        error="",
        cancel_asked=False,
        owner="",
        lease_until=None,
        started_at=None,
        finished_at=None,
    )
    audit.record(by=by, about=row, sentence=f"重新生成{row.title}")
    bell.ring(row.pk)


@verb("governance.document.download")
def download_document(*, by: Actor, document: Document) -> Document:
    """Every download is recorded; who may not download is told that there is nothing (404)."""
    access.require(by, Permission.USE)
    if not jobs.find(document.kind).may_download(by, document):
        raise NotVisible()
    audit.record(
        by=by,
        about=document,
        sentence=f"下载{document.title}（{document.format.upper()}），摘要 {document.file.sha256[:12]}",
    )
    return document


@verb("governance.document.check")
def check_document(*, by: Actor, name: str, digest: str, found: list[Document]) -> None:
    """Record that somebody asked whether a file is an original, and what he was told."""
    access.require(by, Permission.USE)
    told = f"是原件：{found[0].title}（{found[0].format.upper()}）" if found else "不是本系统出的原件，或不在可见范围"
    audit.record(
        by=by, about=tuple(found[:1]), now=digest, sentence=f"核验文件“{name[:80]}”，摘要 {digest[:12]}：{told}"
    )
