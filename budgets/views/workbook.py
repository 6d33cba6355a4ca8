"""Downloading the budget workbook, and importing it through a rehearsal that shows what would be written."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from budgets.models import FISCAL_YEARS, ExportSnapshot
from budgets.table.chosen import Chosen
from budgets.workbook import export, importing
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.kernel.once import once
from governance.storage import files
from governance.web import entry
from governance.workbooks.writer import MEDIA_TYPE

READ, EDIT = Permission.READ_BUDGET, Permission.EDIT_BUDGET
KEPT_SECONDS = 2 * 3600  # how long a rehearsed file waits for its confirmation
SALT = "budgets.import"
MOST_SHOWN = 1000  # differences on a page; as many cells that both sides changed can be settled one by one


@entry.page(READ, methods=("GET", "HEAD"))
def export_year(request, year: int):
    """The workbook of a year, of what ?source=&lead=&programme= choose; ?format=csv: the same rows as text."""
    if not FISCAL_YEARS[0] <= year <= FISCAL_YEARS[1]:
        raise NotVisible()
    return _download(request, year)


@entry.page(READ, methods=("GET", "HEAD"))
def export_all(request):
    """The workbook of all years."""
    return _download(request, "all")


def _download(request, scope) -> HttpResponseBase:
    wanted, chosen = request.GET.get("format", "xlsx"), Chosen.read(request.GET)
    if wanted not in ("xlsx", "csv"):
        raise Refused("只能导出 xlsx 或 csv。", status=400)
    if wanted == "csv":
        pieces, name = export.export_csv(scope, request.actor, clock.today(), chosen)
        answer: HttpResponseBase = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    else:
        content, name = export.export(scope, request.actor, clock.today(), chosen)
        answer = HttpResponse(content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f"attachment; filename=\"budget-{scope}.{wanted}\"; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer


@entry.page(EDIT)
def import_workbook(request):
    """GET: the form. POST with a file: the rehearsal. POST with a token: the same file is booked, or nothing."""
    if request.method != "POST":
        return render(request, "budgets/import.html", _context())
    try:
        if request.POST.get("token"):
            return _commit(request)
        return _rehearse(request)
    except importing.UnsafeWorkbook as unsafe:
        return render(request, "budgets/import.html", _context(refusal=Invalid(str(unsafe))), status=Invalid.status)
    except _Changed as changed:
        plan = changed.plan
        token = request.POST["token"] if plan.choosable else ""  # nothing but choices is missing: the file is kept
        context = _context(plan=plan, name=changed.name, refusal=changed, token=token, choices=_choices(request))
        return render(request, "budgets/import.html", context, status=409)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return render(request, "budgets/import.html", _context(refusal=refusal), status=refusal.status)


def _rehearse(request) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        raise Invalid("请选择要导入的工作簿（.xlsx）。", fields={"file": ["选择文件"]})
    if sent.size > (most := importing.LIMITS.file):
        raise Refused(f"文件有 {sent.size / 2**20:.1f} MB，最多 {most // 2**20} MB。", status=413)
    content = sent.read()
    name, _ = files.check(sent.name, content, kinds=("xlsx",), most=most)
    plan = importing.rehearse(content, request.actor)
    may_write = len(plan.of("conflict")) <= MOST_SHOWN if plan.choosable else plan.clean and plan.changes
    token = _keep(request, content, name) if may_write else ""
    return render(request, "budgets/import.html", _context(plan=plan, name=name, token=token))


def _commit(request) -> HttpResponse:
    content, name = _kept(request)
    with once(request.actor, "budgets.import", entry.token(request)) as call:
        if call.address is None:
            plan = importing.commit(content, request.actor, _choices(request))
            if not plan.committed:
                raise _Changed(plan, name)
            call.address = (
                reverse("budgets:index") if plan.scope == "all" else reverse("budgets:year", args=[int(plan.scope)])
            )
            kept = f"，{n} 处留线上" if (n := len(plan.of("kept"))) else ""
            messages.success(request, f"已写入 {len(plan.changes)} 处{kept}（{name}，快照 {plan.snapshot}）。")
    return redirect(call.address)


def _choices(request) -> importing.Choices:
    """What was picked for cells that both sides changed: `pick|KEY|HEAD` = file|online, beside what was seen online."""
    found = {}
    for name in [n for n in request.POST if n.startswith("pick|")][:MOST_SHOWN]:
        place, picked = name.removeprefix("pick|"), request.POST[name]
        key, _, head = place.rpartition("|")
        if picked in ("file", "online"):
            found[key, head] = importing.Choice(picked == "file", request.POST.get(f"seen|{place}", "")[:60])
    return found


class _Changed(Refused):
    """Between rehearsal and confirmation somebody changed what the file changes."""

    def __init__(self, plan: importing.Plan, name: str):
        said = "没有写入：预演以后线上又有改动，请看下面的差异。"
        if plan.choosable:
            said = f"没有写入：还有 {len(plan.of('conflict'))} 处两边都改过，请逐处选用文件或留线上。"
        super().__init__(said, current=[d.line() for d in plan.differences[:MOST_SHOWN]])
        self.plan, self.name = plan, name


def _context(
    *,
    plan: importing.Plan | None = None,
    name: str = "",
    token: str = "",
    refusal: Refused | None = None,
    choices: importing.Choices | None = None,
) -> dict:
    snapshot = ExportSnapshot.objects.filter(key=plan.snapshot).first() if plan and plan.snapshot else None
    shown = _shown(plan) if plan else []
    return {
        "plan": plan,
        "rows": [(d, _picked((choices or {}).get((d.key, d.field)))) for d in shown],
        "open": plan.of("conflict") if plan else [],
        "hidden": len(plan.differences) - len(shown) if plan else 0,
        "most_shown": MOST_SHOWN,
        "name": name,
        "token": token,
        "refusal": refusal,
        "snapshot": snapshot,
        "most_mb": importing.LIMITS.file // 2**20,
        "most_rows": importing.LIMITS.rows,
    }


def _shown(plan: importing.Plan) -> list[importing.Difference]:
    """What a page can hold: in the order of the file, or where there is more, what wants an answer first."""
    if len(plan.differences) <= MOST_SHOWN:
        return plan.differences
    rank = {"refused": 0, "conflict": 1, "kept": 2}
    return sorted(plan.differences, key=lambda d: 2 if d.settled else rank.get(d.status, 3))[:MOST_SHOWN]


def _picked(choice: importing.Choice | None) -> str:
    return "" if choice is None else "file" if choice.use_file else "online"


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _keep(request, content: bytes, name: str) -> str:
    """Keep a rehearsed file for its confirmation; the token is signed and good for this person alone."""
    folder, now = _folder(), time.time()
    for old in folder.iterdir():
        # Two people may sweep at once; whoever comes second finds nothing.
        with contextlib.suppress(FileNotFoundError):
            if now - old.stat(follow_symlinks=False).st_mtime > KEPT_SECONDS:
                old.unlink()
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}.xlsx"
    temporary = path.with_suffix(f".{os.getpid()}.part")
    temporary.write_bytes(content)
    os.replace(temporary, path)
    return signing.dumps({"user": request.actor.user_id, "sha256": digest, "name": name}, salt=SALT)


def _kept(request) -> tuple[bytes, str]:
    gone = "预演已过期或不是您的；请重新选择文件。"
    try:
        told = signing.loads(request.POST["token"][:2000], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        raise Invalid(gone) from None
    if told["user"] != request.actor.user_id or not re.fullmatch(r"[0-9a-f]{64}", told["sha256"]):
        raise Invalid(gone)
    try:
        return (_folder() / f"{told['sha256']}.xlsx").read_bytes(), told["name"]
    except FileNotFoundError:
        raise Invalid(gone) from None
