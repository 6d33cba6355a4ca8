"""文档与报表: what is being made, what could not be made, what is there."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from governance import actions, jobs
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import Permission, Scope
from governance.documents import originals, printing
from governance.jobs import bell, estimates
from governance.kernel.once import once
from governance.models import Document, Job
from governance.storage import files
from governance.web import entry

FAILED_SHOWN = 10


@dataclass(frozen=True)
class Running:
    """A row of 正在办: the job, what it says, how many wait before it."""

    job: Job
    says: str
    note: str


class Failed:
    """A row of 没有办成: the job, and whether its figures fit a workbook though not the paper."""

    def __init__(self, job: Job, offered: set[str]):
        self.job = job
        formats = job.params.get("formats") or ()
        self.can_be_a_workbook = job.kind in offered and "pdf" in formats and "XLSX" in job.error


class RequestForm(forms.Form):
    """Kind, year and formats; the kind itself checks them again."""

    kind = forms.ChoiceField(label="报告", error_messages={"required": "请选择报告", "invalid_choice": "没有这种报告"})
    year = forms.TypedChoiceField(
        label="年度", coerce=int, error_messages={"required": "请选择年度", "invalid_choice": "没有这个年度"}
    )
    scope = forms.ChoiceField(label="范围", required=False, error_messages={"invalid_choice": "没有这个范围"})
    formats = forms.MultipleChoiceField(
        label="格式",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种格式", "invalid_choice": "没有这种格式"},
    )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        offered = jobs.reports_for(actor)
        formats = [f for f in ("pdf", "xlsx", "json") if any(f in k.formats for k in offered)]
        self.fields["kind"].choices = [(k.key, k.title) for k in offered]
        self.fields["year"].choices = [(y, str(y)) for y in printing.years_of_reports(clock.today())]
        self.fields["formats"].choices = [(f, f.upper()) for f in formats]
        parts = {key: name for offer in {k.parts for k in offered if k.parts} for key, name in offer()}
        self.fields["scope"].choices = [("", "全市"), *parts.items()]
        self.is_offered = bool(offered)


@entry.page(Permission.USE, methods=("GET", "HEAD"), always_drawn="tells from second to second how far jobs are")
def documents(request):
    """Jobs of one's own (an operator: of all), and the documents that one may download."""
    actor = request.actor
    year = entry.integer(request.GET.get("year"), name="年度", low=1900, high=2100)
    kind = request.GET.get("kind", "")[:40]
    return render(request, "governance/documents.html", _context(request, _empty_form(actor), year, kind))


def _context(request, form: RequestForm, year: int | None, kind: str) -> dict:
    actor = request.actor
    rows = downloadable(actor).select_related("file", "job")
    held = set(rows.order_by().values_list("kind", "year").distinct())
    kinds, years = sorted({(k, _title(k)) for k, _ in held}), sorted({y for _, y in held if y})
    if year:
        rows = rows.filter(year=year)
    if kind:
        rows = rows.filter(kind=kind)
    visible = Job.objects.visible_to(actor)
    offered = {k for k, _ in form.fields["kind"].choices}
    return {
        "form": form,
        "running": running(actor),
        "resting": bell.is_resting(),
        "year": year,
        "kind": kind,
        "failed": [Failed(j, offered) for j in visible.filter(state="failed").order_by("-finished_at")[:FAILED_SHOWN]],
        "cancelled": visible.filter(state="cancelled").order_by("-finished_at")[:3],
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "kinds": kinds,
        "years": years,
        "operates": actor.scope(Permission.OPERATE_JOBS) is Scope.CITY,
    }


def downloadable(actor):
    """The documents that the actor may download; the kinds decide, row by row only where they must."""
    offered = {k for k in Document.objects.order_by().values_list("kind", flat=True).distinct()}
    probe = {k: Document(kind=k) for k in offered}
    allowed = [k for k, row in probe.items() if _may(actor, row)]
    return Document.objects.filter(kind__in=allowed)


def _may(actor, row: Document) -> bool:
    try:
        return jobs.find(row.kind).may_download(actor, row)
    except Refused:
        return False


def _title(kind: str) -> str:
    try:
        return jobs.find(kind).title
    except Refused:
        return kind


def _this_year() -> int:
    years = printing.years_of_reports(clock.today())
    return min(max(clock.today().year, years[0]), years[-1])


def running(actor) -> list[Running]:
    """Waiting and running jobs, the running ones first, each with its words."""
    rows = list(Job.objects.visible_to(actor).filter(state__in=("queued", "running")).order_by("recorded_at")[:50])
    waiting = list(Job.objects.filter(state="queued").order_by("recorded_at").values_list("pk", flat=True)[:500])
    before = {pk: n for n, pk in enumerate(waiting)}
    usual, now = estimates.usual_seconds(rows), clock.now()
    shown = []
    for job in rows:
        if job.state == "queued":
            ahead = before.get(job.pk, len(waiting))
            says = f"排队，前面 {ahead} 个" if ahead else "排队，马上开始"
            long = estimates.waiting_seconds(job, usual)
            note = job.doing or "关掉页面不影响，办好后在“通知”里提醒" + (
                f"；办理{estimates.words(long)[3:]}左右" if long else ""
            )
        else:
            says = "正在停止" if job.cancel_asked else job.doing or "准备"
            left = None if job.cancel_asked else estimates.remaining_seconds(job, usual, now)
            again = f"第 {job.attempts} 次办理，上一个办理进程中断，没有重复文件" if job.attempts > 1 else ""
            note = "；".join(s for s in (estimates.words(left) if left is not None else "", again) if s)
        shown.append(Running(job, says, note))
    return sorted(shown, key=lambda r: r.job.state != "running")


@entry.page(Permission.USE, methods=("GET", "HEAD"), always_drawn="tells from second to second how far jobs are")
def progress(request):
    """The fragment that htmx asks for every second; when a job has ended, the page reloads itself."""
    rows = running(request.actor)
    answer = render(request, "governance/parts/jobs.html", {"running": rows, "resting": bell.is_resting()})
    before = entry.integer(request.GET.get("n"), name="数目", low=0, high=10**6, default=0)
    if len(rows) < before:
        answer["HX-Refresh"] = "true"
    return answer


progress.is_poll = True


@entry.page(Permission.USE, methods=("POST",))
def request_report(request) -> HttpResponse:
    """生成报告: one job for the formats that were ticked."""
    form = RequestForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return render(request, "governance/documents.html", _context(request, form, None, ""), status=422)
    params = {key: form.cleaned_data[key] for key in ("year", "formats", "scope") if form.cleaned_data[key]}
    with once(request.actor, "governance.job.request", entry.token(request)) as call:
        if call.address is None:
            actions.request_job(by=request.actor, kind=form.cleaned_data["kind"], params=params)
            call.address = "/governance/documents/"
    return redirect(call.address)


@entry.page(Permission.USE, methods=("POST",))
def verify(request) -> HttpResponse:
    """核验: whether a file of the visitor's machine is an original that he may see. The file itself is not kept."""
    upload = request.FILES.get("file")
    form = _empty_form(request.actor)
    if upload is None:
        context = _context(request, form, None, "") | {"verify_error": "请选择要核验的文件。"}
        return render(request, "governance/documents.html", context, status=422)
    digest = originals.digest_of(upload.chunks())
    name = files.clean_name(upload.name)
    found = originals.made_as(digest, downloadable(request.actor))
    actions.check_document(by=request.actor, name=name, digest=digest, found=found)
    checked = {
        "name": name,
        "digest": digest,
        "found": found,
        "problem": originals.problem_of(found[0]) if found else "",
    }
    return render(request, "governance/documents.html", _context(request, form, None, "") | {"checked": checked})


def _empty_form(actor) -> RequestForm:
    return RequestForm(actor=actor, initial={"year": _this_year(), "formats": ["pdf"]})


@entry.page(Permission.USE, methods=("POST",))
def cancel(request, pk):
    """取消."""
    return _on_job(request, pk, "governance.job.cancel", actions.cancel_job)


@entry.page(Permission.USE, methods=("POST",))
def retry(request, pk):
    """重试."""
    return _on_job(request, pk, "governance.job.retry", actions.retry_job)


def _on_job(request, pk, event: str, verb):
    job = entry.found(Job.objects.visible_to(request.actor), pk=pk)
    with once(request.actor, event, entry.token(request)) as call:
        if call.address is None:
            verb(by=request.actor, job=job)
            call.address = "/governance/documents/"
    return redirect(call.address)


@entry.page(Permission.USE, methods=("GET",))
def document(request, pk):
    """The bytes, for whoever may have them; every download is recorded."""
    row = entry.found(Document.objects.select_related("file"), pk=pk)
    return files.serve(actions.download_document(by=request.actor, document=row).file)
