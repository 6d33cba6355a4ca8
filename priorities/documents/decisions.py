"""批复通知 as a paper: the letter of a decision as PDF, with QR code and room for the seal.

Everything that is printed is frozen in the letter, so the same letter gives the same bytes. One job per letter, whoever
asks how often.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.template.loader import render_to_string

from governance import jobs
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.documents import printing
from governance.jobs import Produced, Progress
from governance.jobs.queue import enqueue
from governance.kernel.access import Actor, may
from governance.kernel.verbs import step
from governance.models import Document, Job
from priorities.documents import receipts
from priorities.models import DecisionLetter, Submission

KIND, FORM = "decision", "PF-2007-1"


def key_of(letter_id: int) -> uuid.UUID:
    """The job of a letter's paper: one for ever."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"decision:{letter_id}")


@step
def issue(*, by: Actor, letter: DecisionLetter) -> Job:
    """Let the paper of a letter be printed; a second call finds the first one's job."""
    key = key_of(letter.pk)
    if (known := Job.objects.filter(pk=key).first()) is not None:
        return known
    params = {
        "submission": letter.submission_id,
        "letter": letter.pk,
        "number": letter.content["number"],
        "headline": letter.content["headline"],
    }
    return enqueue(by=by, kind=KIND, params=params, key=key)


def of(letters: list[DecisionLetter]) -> list[dict]:
    """`{"letter", "job", "document"}` of each, newest first, in one question."""
    held = Job.objects.filter(pk__in=[key_of(letter.pk) for letter in letters]).prefetch_related("documents")
    jobs_of = {job.pk: job for job in held}
    return [
        {"letter": letter, "job": job, "document": next(iter(job.documents.all()), None) if job else None}
        for letter in reversed(letters)
        for job in [jobs_of.get(key_of(letter.pk))]
    ]


def _run(params: dict, progress: Progress) -> list[Produced]:
    progress.step(5, 100, "取数")
    letter = DecisionLetter.objects.filter(pk=params["letter"]).first()
    if letter is None:
        raise NotVisible("没有这份批复通知。")
    content = letter.content
    day = dt.date.fromisoformat(content["day"])
    html = render_to_string(
        "report/decision.html",
        {"d": content, "day": day, "city": settings.CITY_NAME, "form": FORM, "qr": receipts.qr_code(content["address"])}
        | {"sha256": letter.sha256},
    )
    made, pages = printing.pdf(html, day=day, progress=progress.part(10, 95))
    name = f"批复通知_{content['number']}_{letter.get_occasion_display()}.pdf"
    return [Produced("pdf", made, name, letter.sha256, FORM, printing.engine(), pages)]


def _may_see(actor: Actor, params: dict) -> bool:
    return bool(params) and Submission.objects.visible_to(actor).filter(pk=params.get("submission")).exists()


def _may_download(actor: Actor, document: Document) -> bool:
    """Whoever may see the submission."""
    return (
        document.job_id is not None and may(actor, Permission.READ_SUBMISSIONS) and _may_see(actor, document.job.params)
    )


def register() -> None:
    """Offer the kind of job; from AppConfig.ready()."""
    jobs.register(
        jobs.JobKind(
            key=KIND,
            title="批复通知",
            run=_run,
            may_request=_may_see,
            may_download=_may_download,
            formats=("pdf",),
            is_report=False,
            wall_s=60,
            memory_mib=1024,
            order=202,
            label=lambda params: f"批复通知 {params['number']} {params['headline']}",
            address=lambda params: f"/priorities/submissions/{params['number']}/decision/",
        )
    )
