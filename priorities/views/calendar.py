"""The filing window: opened, extended for all or one unit, leave granted; each with its reason."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics.roles import Permission
from governance.models import Organisation
from governance.web import entry
from priorities import actions
from priorities.models import FilingWindow


@entry.page(Permission.MANAGE_CALENDAR)
def windows(request):
    """All windows with their extensions; POST opens, extends or grants leave."""

    def show(status: int = 200, **more):
        rows = FilingWindow.objects.prefetch_related("extensions__organisation").order_by("plan_year")
        context = {"rows": rows, "units": Organisation.objects.units(), "typed": request.POST} | more
        return render(request, "priorities/windows.html", context, status=status)

    if request.method != "POST":
        return show()
    return entry.posted(request, "priorities.window", lambda: _run(request), show, "已保存。")


def _run(request) -> str:
    year = entry.integer(request.POST.get("plan_year"), name="计划年度", low=2000, high=2050)
    unit = request.POST.get("organisation") or None
    key = entry.integer(unit, name="单位", low=1, high=10**9)
    organisation = entry.found(Organisation.objects.units(), pk=key) if unit else None
    reason, until = entry.field(request, "reason", limit=300), entry.day(request, "until", "延至")
    what = request.POST.get("what")
    if what == "open":
        opens, closes = entry.day(request, "opens", "开始"), entry.day(request, "closes", "截止")
        actions.open_window(by=request.actor, plan_year=year, opens=opens, closes=closes)
    else:
        verb = actions.grant_leave if what == "leave" else actions.extend_window
        verb(by=request.actor, plan_year=year, until=until, reason=reason, organisation=organisation)
    return "/priorities/windows/"
