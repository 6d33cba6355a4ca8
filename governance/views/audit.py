"""操作留痕: who did what to which record, and whether the chain holds."""

from __future__ import annotations

import datetime as dt

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render

from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.web import entry


def _date(text: str | None, name: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"“{text[:20]}”不是日期，应写作 2007-08-20。", fields={name: ["应写作 2007-08-20"]}) from None


@entry.page(Permission.READ_AUDIT, methods=("GET", "HEAD"))
def audit_page(request):
    """Rows newest first, filtered by days, person, record, done or refused; `?verify=1` walks the chain."""
    get = request.GET
    chosen = {name: get.get(name, "").strip()[:80] for name in ("from", "to", "person", "record", "ok")}
    rows = audit.trail()
    if day := _date(chosen["from"], "from"):
        rows = rows.filter(day__gte=day)
    if day := _date(chosen["to"], "to"):
        rows = rows.filter(day__lte=day)
    if chosen["person"]:
        rows = rows.filter(by_text__contains=chosen["person"])
    if chosen["record"]:
        rows = rows.filter(Q(seq__in=audit.naming(chosen["record"])) | Q(sentence__contains=chosen["record"]))
    if chosen["ok"] in ("yes", "no"):
        rows = rows.filter(ok=chosen["ok"] == "yes")
    context = {
        "page": Paginator(rows, 50).get_page(get.get("page")),
        "chosen": chosen,
        "head": audit.chain_head().first(),
        "chain": audit.examine() if get.get("verify") == "1" else None,
    }
    return render(request, "governance/audit.html", context)
