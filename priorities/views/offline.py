"""The form without the network: a workbook down, the same workbook up through a preview, all of it or nothing."""

from __future__ import annotations

from urllib.parse import quote

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.storage import files
from governance.web import entry
from governance.workbooks.writer import MEDIA_TYPE, UnsafeWorkbook, read_safely
from priorities import actions
from priorities.models import Submission
from priorities.submissions import offline
from priorities.submissions.workflow import EDITABLE
from priorities.views.filing import edit_url
from priorities.views.frame import case_of

WRITE = Permission.SUBMIT
SALT, KEPT_SECONDS = "priorities.offline", 2 * 3600  # how long a preview waits for its confirmation


@entry.page(WRITE, methods=("GET", "HEAD"))
def template(request, reference: str):
    """The workbook of a working copy, filled in with what is there."""
    row = case_of(request, reference)
    if row.state not in EDITABLE or row.is_secret:
        return redirect(row)
    content = offline.template(row, clock.today())
    answer = HttpResponse(content, content_type=MEDIA_TYPE)
    name = quote(f"项目申报书_{row.reference}.xlsx")
    answer["Content-Disposition"] = f"attachment; filename=\"{row.reference}.xlsx\"; filename*=UTF-8''{name}"
    answer["Cache-Control"] = "private, no-store"
    return answer


@entry.page(WRITE)
def upload(request, reference: str):
    """GET: the page. POST with a file: every error, or what will change. POST with a token: exactly that is saved."""
    row = case_of(request, reference)
    if row.state not in EDITABLE or row.is_secret:
        return redirect(row)
    if request.method != "POST":
        return _page(request, row)
    try:
        return _commit(request, row) if request.POST.get("token") else _preview(request, row)
    except UnsafeWorkbook as unsafe:
        return _page(request, row, refusal=Invalid(str(unsafe)), status=Invalid.status)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return _page(request, row, refusal=refusal, status=refusal.status)


def _preview(request, row: Submission) -> HttpResponse:
    sent = entry.uploaded(request.FILES.get("file"))
    if not sent:
        raise Invalid("请选择填好的工作簿（.xlsx）。", fields={"file": ["选择文件"]})
    name, _ = files.check(**sent, kinds=("xlsx",))
    returned = offline.read(row, read_safely(sent["content"]))
    if returned.errors:
        return _page(request, row, returned=returned, name=name, status=422)
    kept = {"user": request.actor.user_id, "row": row.pk, "base": returned.base, "document": returned.document}
    token = signing.dumps(kept, salt=SALT, compress=True) if returned.changes else ""
    return _page(request, row, returned=returned, name=name, token=token)


def _commit(request, row: Submission) -> HttpResponse:
    try:
        previewed = signing.loads(request.POST["token"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        raise Invalid("预览已过期；请重新选择文件。") from None
    if (previewed["user"], previewed["row"]) != (request.actor.user_id, row.pk):
        raise Invalid("这个预览不是您对本件做的；请重新选择文件。")

    def save() -> str:
        values = {"base": previewed["base"], "proposal": previewed["document"]}
        actions.save_draft(by=request.actor, submission=row, version=row.version, **values)
        return edit_url(row)

    return entry.posted(
        request, f"priorities.offline.{row.pk}", save, done="工作簿的内容已全部写入，请核对后提交申报。"
    )


def _page(request, row: Submission, *, returned=None, name="", token="", refusal=None, status=200) -> HttpResponse:
    context = {"row": row, "reading": returned, "name": name, "token": token, "refusal": refusal}
    return render(request, "priorities/offline.html", context, status=status)
