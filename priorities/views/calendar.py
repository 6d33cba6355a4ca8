"""The filing window: opened, extended for all or one unit, leave granted; each with its reason."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render

from governance.basics.refusal import Refused
from governance.basics.roles import Permission
from governance.kernel.once import once
from governance.models import Organisation
from governance.web import entry
from priorities import actions
from priorities.models import FilingWindow
from priorities.views.desk import _day


@entry.page(Permission.MANAGE_CALENDAR)
def windows(request):
    """All windows with their extensions; POST opens, extends or grants leave."""
    refusal = None
    if request.method == "POST":
        try:
            with once(request.actor, "priorities.window", request.POST.get("once")) as call:
                if call.address is None:
                    _run(request)
                    call.address = "/priorities/windows/"
                    messages.success(request, "已保存。")
            return redirect(call.address)
        except Refused as caught:
            refusal = caught
    rows = FilingWindow.objects.prefetch_related("extensions__organisation").order_by("plan_year")
    context = {"rows": rows, "units": Organisation.objects.units(), "refusal": refusal, "typed": request.POST}
    return render(request, "priorities/windows.html", context, status=refusal.status if refusal else 200)


def _run(request) -> None:
    year = entry.integer(request.POST.get("plan_year"), name="计划年度", low=2000, high=2050)
    unit = request.POST.get("organisation") or None
    organisation = (
        entry.found(Organisation.objects.units(), pk=entry.integer(unit, name="单位", low=1, high=10**9))
        if unit
        else None
    )
    reason = entry.field(request, "reason", limit=300)
    until = _day(request.POST.get("until"), "延至")
    match request.POST.get("what"):
        case "open":
            actions.open_window(
                by=request.actor,
                plan_year=year,
                opens=_day(request.POST.get("opens"), "开始"),
                closes=_day(request.POST.get("closes"), "截止"),
            )
        case "leave":
            actions.grant_leave(by=request.actor, plan_year=year, organisation=organisation, until=until, reason=reason)
        case _:
            actions.extend_window(
                by=request.actor, plan_year=year, until=until, reason=reason, organisation=organisation
            )
