"""制度建设: the nine instruments of 9.2 and how far each has come."""

from __future__ import annotations

from django.conf import settings
from django.shortcuts import redirect, render

from governance import actions, web
from governance.forms import RegulationForm, errors_of
from governance.models import Regulation
from governance.once import once
from governance.refusal import Refused
from governance.roles import Permission


def _list(request, *, opened=None, form=None, refusal=None, status=200):
    may_edit = request.actor.scope(Permission.MANAGE_CALENDAR) is not None
    rows = [
        {"row": row, "form": form if opened and row.pk == opened.pk else RegulationForm(auto_id=f"id_{row.pk}_%s", initial={
            "state": row.state, "issued_on": row.issued_on, "document_number": row.document_number}),
         "is_open": bool(opened and row.pk == opened.pk), "relied": settings.RELIED_ON.get(row.clause, ()), "texts": row.texts.all()}
        for row in Regulation.objects.prefetch_related("texts__file").order_by("pk")
    ]  # fmt: skip
    context = {"rows": rows, "may_edit": may_edit, "refusal": refusal, "sentence": refusal.sentence if refusal else ""}
    return render(request, "governance/regulations.html", context, status=status)


@web.page(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def regulations(request):
    """The list; whoever keeps the calendar (信息办) sets the states."""
    return _list(request)


@web.page(Permission.MANAGE_CALENDAR, methods=("POST",))
def regulation(request, pk: int):
    """Set one instrument's state."""
    row = web.found(Regulation.objects, pk=pk)
    form = RegulationForm(request.POST)
    if not form.is_valid():
        return _list(request, opened=row, form=form, status=422)
    version = web.integer(request.POST.get("version"), name="版本", low=1, high=10**8, default=0)
    try:
        with once(request.actor, "governance.regulation.set_state", request.POST.get("once")) as call:
            if call.address is None:
                actions.set_regulation_state(by=request.actor, regulation=row, version=version, **form.cleaned_data)
                call.address = f"/governance/regulations/#r{row.pk}"
    except Refused as refusal:
        errors_of(form, refusal)
        return _list(request, opened=row, form=form, refusal=refusal, status=refusal.status)
    return redirect(call.address)
