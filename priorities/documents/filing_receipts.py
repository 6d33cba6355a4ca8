"""备案回执: one sheet that says that a district's filing is on record (9.2.7, D50), issued with its number.

Everything that it prints is frozen in the job's params when the number is taken, so that it prints the same for ever.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.template.loader import render_to_string

from governance import jobs
from governance.basics import clock
from governance.documents import printing
from governance.jobs import Produced, Progress
from governance.jobs.queue import enqueue
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Job
from priorities.documents import receipts
from priorities.models import Submission

KIND = "filing_receipt"
FORM = "区县备案回执 1"  # raised when the form changes
NAMED = 3  # resembling projects that the paper names; the case's page has them all


def key_of(submission_id: int) -> uuid.UUID:
    """The job of a filing's receipt: one for ever."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"filing-receipt:{submission_id}")


@step
def issue(*, by: Actor, submission: Submission) -> Job | None:
    """Let the receipt of a numbered filing be printed; a second call finds the first one's job. None for a secret case,
    of which only the paper goes round."""
    if submission.is_secret:
        return None
    if (known := Job.objects.filter(pk=key_of(submission.pk)).first()) is not None:
        return known
    check = submission.filing_checks.order_by("-pk").first()
    version = submission.versions.order_by("-number").first()
    params = {
        "submission": submission.pk,
        "number": submission.number,
        "receipt": submission.receipt_number,
        "version": version.number if version else submission.current_version,
        "sha256": version.sha256 if version else "",
        "title": submission.title,
        "organisation": submission.organisation.name,
        "total_wan": _text(submission.total_wan),
        "city_wan": _text(submission.city_wan),
        "filed": submission.submitted_day.isoformat() if submission.submitted_day else None,
        "day": (check.day if check else clock.today()).isoformat(),
        "address": receipts.address_of(submission),
        "compared": check.compared if check else 0,
        "alike": len(check.overlaps) if check else 0,
        "overlaps": [f"{o['code']} {o['name']}".strip() for o in check.overlaps[:NAMED]] if check else [],
        "by": check.by_text if check else by.text,
    }
    return enqueue(by=by, kind=KIND, params=params, key=key_of(submission.pk))


def of(submission: Submission) -> dict | None:
    """`{"job", "document"}` of a filing that has its number; None before, and for a secret one."""
    if not submission.receipt_number or submission.is_secret:
        return None
    job = Job.objects.filter(pk=key_of(submission.pk)).prefetch_related("documents").first()
    return {"job": job, "document": next(iter(job.documents.all()), None) if job else None}


def _text(amount) -> str | None:
    return None if amount is None else f"{amount:,.2f}"


def _run(params: dict, progress: Progress) -> list[Produced]:
    progress.step(5, 100, "取数")
    day = dt.date.fromisoformat(params["day"])
    html = render_to_string(
        "report/filing_receipt.html",
        {
            "r": params,
            "day": day,
            "filed": params["filed"] and dt.date.fromisoformat(params["filed"]),
            "city": settings.CITY_NAME,
            "office": f"{settings.CITY_NAME}信息化领导小组办公室",
            "form": FORM,
            "qr": receipts.qr_code(params["address"]),
        },
    )
    content, pages = printing.pdf(html, day=day, progress=progress.part(10, 95))
    return [
        Produced("pdf", content, f"备案回执_{params['receipt']}.pdf", params["sha256"], FORM, printing.engine(), pages)
    ]


def register() -> None:
    """Offer the kind of job; from AppConfig.ready()."""
    jobs.register(
        jobs.JobKind(
            key=KIND,
            title="备案回执",
            run=_run,
            may_request=receipts.may_request,
            may_download=receipts.may_download,
            formats=("pdf",),
            is_report=False,
            wall_s=60,
            memory_mib=1024,
            order=201,
            label=lambda params: f"备案回执 {params['receipt']}",
            address=lambda params: f"/priorities/submissions/{params['number']}/#receipts",
        )
    )
