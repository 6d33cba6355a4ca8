"""The side lanes on one page: 区县备案, 缓建与储备库, 自筹."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.roles import Permission
from governance.web import entry
from priorities.approval import side_lanes

LANES = (("district", "区县备案"), ("deferred", "缓建与储备库"), ("self_funded", "自筹"))


@entry.page(Permission.SCREEN)
def page(request):
    """`?lane=` district (the first), deferred or self_funded."""
    lane = request.GET.get("lane", "")
    lane = lane if lane in dict(LANES) else "district"
    day = clock.today()
    with one_page():
        context = {"lane": lane, "lanes": LANES, "title": dict(LANES)[lane]}
        if lane == "district":
            filings = side_lanes.filings(request.actor, day)
            context |= {
                "filings": filings,
                "late": sum(f.late for f in filings),
                "silent": side_lanes.silent_districts(day),
                "waiting": sum(f.waits for f in filings),
            }
        elif lane == "deferred":
            context |= {"deferred": side_lanes.deferred(request.actor, day)}
        else:
            context |= {"self_funded": side_lanes.self_funded(request.actor)}
        return render(request, "priorities/side_lanes.html", context)
