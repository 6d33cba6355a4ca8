"""为什么不能: every act of one case for whoever asks, from the table that enforces it."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.roles import Permission
from governance.web import entry as web
from priorities.case import guards
from priorities.labels import VERBS
from priorities.submissions import workflow
from priorities.views.frame import case_of


@web.page(Permission.READ_SUBMISSIONS)
def page(request, reference: str):
    """What I can do now, what not yet and who can lift it, what is others' to do."""
    day = clock.today()
    with one_page():
        row = case_of(request, reference)
        able, blocked, others = [], [], []
        for verb, why in guards.every(row, request.actor, day):
            entry = {"verb": verb, "word": VERBS[verb], "why": why}
            if request.actor.scope(workflow.permission_of(verb)) is None:
                others.append(entry)
            else:
                (blocked if why else able).append(entry)
        # What the state's row names comes first, then what another state would take.
        blocked.sort(key=lambda e: not workflow.allowed(row, e["verb"]))
        return render(request, "priorities/why.html", {"row": row, "able": able, "blocked": blocked, "others": others})
