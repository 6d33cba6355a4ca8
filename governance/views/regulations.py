"""制度建设: the nine instruments of 9.2, how far each has come, its texts, and what leans on it."""

from __future__ import annotations

from django.conf import settings
from django.shortcuts import render

from governance import actions
from governance.basics.roles import Permission
from governance.forms.accounts import RegulationForm
from governance.kernel import access, audit
from governance.models import Clause, Discrepancy, Regulation
from governance.web import entry
from governance.web.entry import form_page


def _steps(row: Regulation) -> list[tuple[str, str]]:
    """(label, `done`, `now` or empty) of 拟订中 → 征求意见 → 审议 → 印发."""
    order = [state for state, _ in Regulation.STATES]
    place = order.index(row.state)
    return [
        (label, "now" if n == place else "done" if n < place else "") for n, (_, label) in enumerate(Regulation.STATES)
    ]


@entry.page(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def regulations(request):
    """All of them, with the step that each has reached."""
    rows = [
        {
            "row": row,
            "steps": _steps(row),
            "relied": settings.RELIED_ON.get(row.clause, ()),
            "texts": list(row.texts.all()),
        }
        for row in Regulation.objects.prefetch_related("texts").order_by("pk")
    ]
    counts = [(state, label, sum(r["row"].state == state for r in rows)) for state, label in Regulation.STATES]
    context = {"rows": rows, "counts": counts, "may_edit": access.may(request.actor, Permission.MANAGE_CALENDAR)}
    return render(request, "governance/regulations.html", context)


@entry.page(Permission.READ_REGISTER)
def regulation(request, pk: int):
    """One instrument: the plan's words, its step, its texts, the clauses that lean on it, its history;
    whoever keeps the calendar (信息办) sets the step."""
    row = entry.found(Regulation.objects.prefetch_related("texts__file"), pk=pk)
    may_edit = access.may(request.actor, Permission.MANAGE_CALENDAR)
    if request.method == "POST":
        access.require(request.actor, Permission.MANAGE_CALENDAR)
    relied = settings.RELIED_ON.get(row.clause, ())
    texts = dict(Clause.objects.filter(clause__in=relied).values_list("clause", "text"))
    touching = [
        d
        for d in Discrepancy.objects.all()
        if any(c.partition("(")[0] == row.clause for c in (d.touches or {}).get("clauses", ()))
    ]
    start = {
        "state": row.state,
        "issued_on": row.issued_on,
        "document_number": row.document_number,
        "version": row.version,
    }
    context = {
        "row": row,
        "steps": _steps(row),
        "texts": list(row.texts.all()),
        "relied": [(c, texts.get(c, "")) for c in relied],
        "may_edit": may_edit,
        "discrepancies": touching,
        "history": audit.history(row),
        "previous": Regulation.objects.filter(pk__lt=row.pk).order_by("-pk").first(),
        "next": Regulation.objects.filter(pk__gt=row.pk).order_by("pk").first(),
    }
    form = RegulationForm(request.POST or None, initial=start)
    return form_page(
        request,
        form,
        context,
        actions.set_regulation_state,
        regulation=row,
        template="governance/regulation.html",
        done="状态已更新。",
        address=row.get_absolute_url(),
    )
