"""操作留痕: who did what to which record, and whether the chain holds."""

from __future__ import annotations

import datetime as dt

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.web import entry
from governance.workbooks.writer import MEDIA_TYPE


def _date(text: str | None, name: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"“{text[:20]}”不是日期，应写作 2007-08-20。", fields={name: ["应写作 2007-08-20"]}) from None


def _chosen(request) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:80] for name in ("from", "to", "person", "record", "ok")}


def _filters(chosen: dict[str, str]) -> dict:
    """What was chosen as governance.kernel.audit.chosen takes it."""
    days = {"since": _date(chosen["from"], "from"), "until": _date(chosen["to"], "to")}
    return days | {name: chosen[name] for name in ("person", "record", "ok")}


@entry.page(Permission.READ_AUDIT, methods=("GET", "HEAD"), always_drawn="must show what was changed behind the system")
def audit_page(request):
    """Rows newest first, filtered by days, person, record, done or refused; `?verify=1` walks the chain."""
    chosen = _chosen(request)
    context = {
        "page": Paginator(audit.chosen(**_filters(chosen)), 50).get_page(request.GET.get("page")),
        "chosen": chosen,
        "export": f"{reverse('governance:audit_export')}?{urlencode(chosen)}",
        "head": audit.chain_head().first(),
        "chain": audit.examine() if request.GET.get("verify") == "1" else None,
    }
    return render(request, "governance/audit.html", context)


@entry.page(Permission.READ_AUDIT, methods=("GET", "HEAD"))
def export(request):
    """The rows of the same filters as a workbook."""
    content = actions.export_trail(by=request.actor, filters=_filters(_chosen(request)))
    answer = HttpResponse(content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="trail-{clock.today()}.xlsx"'
    return answer
