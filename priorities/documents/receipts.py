"""申报回执: the 项目申报表 of a filed version as PDF, with form version, content hash, QR code and room for the seal.

Issued at submit: everything that is printed and can change later (unit, papers, address) is frozen in the job's params,
the rest is the frozen version, so the same content gives the same bytes. One job per version, whoever asks how often.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from governance import jobs
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.charts import qr
from governance.charts.colours import COLOURS
from governance.database import snapshots
from governance.documents import printing
from governance.jobs import Produced, Progress
from governance.jobs.queue import enqueue
from governance.kernel.access import Actor, may
from governance.kernel.verbs import step
from governance.models import Document, Job
from priorities import proposal as proposals
from priorities.labels import ANSWERS
from priorities.models import Submission, SubmissionVersion
from priorities.rules.facts import FACTS, on_screen
from priorities.submissions import filing_form

KIND = "receipt"


@dataclass(frozen=True)
class MoneyRow:
    """A part with its amounts in 万元, in the order of the columns."""

    name: str
    kind: str
    cells: tuple[Decimal | None, ...]
    total: Decimal


@dataclass(frozen=True)
class Receipt:
    """What the paper says. `columns` are (year, source); amounts in 万元; `facts` are (question, answer, evidence)."""

    number: str
    version: int
    title: str
    kind: str
    plan_year: int
    organisation: str
    day: object
    by_text: str
    sha256: str
    form_version: str
    address: str
    sections: tuple[dict, ...]
    columns: tuple[tuple[int, str], ...]
    money: tuple[MoneyRow, ...]
    sums: tuple[Decimal, ...]
    total: Decimal
    city: Decimal
    facts: tuple[tuple[str, str, str], ...]
    papers: tuple[tuple[str, str, str], ...]
    qr: SafeString


def key_of(submission_id: int, version: int) -> uuid.UUID:
    """The job of a version's receipt: one for ever."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"receipt:{submission_id}:{version}")


def address_of(row: Submission) -> str:
    """The record's full address as the QR code holds it."""
    return f"{settings.PUBLIC_ADDRESS}{row.get_absolute_url()}"


@step
def issue(*, by: Actor, submission: Submission, version: SubmissionVersion) -> Job:
    """Let the receipt of a filed version be printed; a second call finds the first one's job."""
    key = key_of(submission.pk, version.number)
    if (known := Job.objects.filter(pk=key).first()) is not None:
        return known
    papers = (
        submission.attachments.filter(removed=False, version__lt=version.number).select_related("file").order_by("pk")
    )
    params = {
        "submission": submission.pk,
        "version": version.number,
        "number": submission.number,
        "organisation": submission.organisation.name,
        "address": address_of(submission),
        "papers": [[a.get_kind_display(), a.file.display_name, a.file.sha256] for a in papers],
    }
    return enqueue(by=by, kind=KIND, params=params, key=key)


def of_versions(submission: Submission, versions: list[SubmissionVersion]) -> list[dict]:
    """`{"version", "job", "document"}` of each version, newest first, in one question."""
    keys = {key_of(submission.pk, v.number): v.number for v in versions}
    held = {keys[j.pk]: j for j in Job.objects.filter(pk__in=keys).prefetch_related("documents")} if keys else {}
    rows = []
    for version in reversed(versions):
        job = held.get(version.number)
        rows.append(
            {"version": version, "job": job, "document": next(iter(job.documents.all()), None) if job else None}
        )
    return rows


def build(params: dict) -> Receipt:
    """The figures of a version's paper, from the frozen version and the frozen params."""
    version = (
        SubmissionVersion.objects.select_related("submission")
        .filter(submission_id=params["submission"], number=params["version"])
        .first()
    )
    if version is None:
        raise NotVisible("没有这一版申报书。")
    document, row = version.proposal, version.submission
    table = filing_form.money_table(document)
    used = {i for i, (_, total) in enumerate(table["sums"]) if total}
    money = tuple(
        MoneyRow(
            r["component"]["name"],
            proposals.COMPONENT_KINDS.get(r["component"]["kind"], ""),
            tuple(Decimal(c["value"]) if c["value"] else None for i, c in enumerate(r["cells"]) if i in used),
            r["sum"],
        )
        for r in table["rows"]
    )
    facts = tuple(
        (FACTS[key].question, ANSWERS[on_screen(key, held["value"] or "unknown")], held["evidence"])
        for key, held in document["facts"].items()
        if held["value"] != "unknown" or held["evidence"]
    )
    return Receipt(
        number=params["number"],
        version=version.number,
        title=document["title"],
        kind=row.get_kind_display(),
        plan_year=row.plan_year,
        organisation=params["organisation"],
        day=version.day,
        by_text=version.by_text,
        sha256=version.sha256,
        form_version=proposals.FORM_VERSION,
        address=params["address"],
        sections=tuple(filing_form.readable(document)),
        columns=tuple((c["year"], c["label"]) for i, c in enumerate(table["columns"]) if i in used),
        money=money,
        sums=tuple(s for _, s in table["sums"] if s),
        total=table["total"],
        city=proposals.total_wan(document, source="city"),
        facts=facts,
        papers=tuple((kind, name, digest) for kind, name, digest in params["papers"]),
        qr=qr_code(params["address"]),
    )


def qr_code(address: str) -> SafeString:
    """The address as a QR code: one SVG path with presentation attributes alone."""
    return mark_safe(qr.svg(address, title=f"二维码：{address}", dark=COLOURS["paper-rule"]))


def _run(params: dict, progress: Progress) -> list[Produced]:
    progress.step(5, 100, "取数")
    with snapshots.snapshot_read():
        receipt = build(params)
    html = render_to_string("report/receipt.html", {"r": receipt, "city": settings.CITY_NAME})
    content, pages = printing.pdf(html, day=receipt.day, progress=progress.part(10, 95))
    name = f"项目申报表_{receipt.number}_第{receipt.version}版.pdf"
    return [Produced("pdf", content, name, receipt.sha256, proposals.FORM_VERSION, printing.engine(), pages)]


def may_request(actor: Actor, params: dict) -> bool:
    """Whoever may see the submission."""
    return bool(params) and Submission.objects.visible_to(actor).filter(pk=params.get("submission")).exists()


def may_download(actor: Actor, document: Document) -> bool:
    """Whoever may see the submission; the papers of a case stand on its own page, not in the list of reports."""
    if document.job_id is None or not may(actor, Permission.READ_SUBMISSIONS):
        return False
    return may_request(actor, document.job.params)


def register() -> None:
    """Offer the kind of job; from AppConfig.ready()."""
    jobs.register(
        jobs.JobKind(
            key=KIND,
            title="项目申报表",
            run=_run,
            may_request=may_request,
            may_download=may_download,
            formats=("pdf",),
            is_report=False,
            wall_s=60,
            memory_mib=1024,
            order=200,
            label=lambda params: f"项目申报表 {params['number']} 第 {params['version']} 版",
            address=lambda params: f"/priorities/submissions/{params['number']}/#receipts",
        )
    )
