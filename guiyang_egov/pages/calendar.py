"""The planning year: filing window, due days, reports owed; everything that is a default says 系统默认."""

from __future__ import annotations

import datetime as dt

from django.shortcuts import render

from governance.basics import clock
from governance.basics.refs import all_of, pk_of
from governance.basics.roles import Permission
from governance.kernel.access import may
from governance.models import Holiday, Round
from governance.web.entry import page as may_enter
from priorities.hooks import reminders
from priorities.labels import STATES
from priorities.models import FilingWindow, Submission
from priorities.screening import verdicts, work_list
from priorities.submissions import filing_windows

SHOWN = 30


@may_enter(Permission.READ_REGISTER)
def page(request):
    """The year's steps with the real window of the plan year that is being filed for."""
    day = clock.today()
    window = FilingWindow.objects.filter(opens__year=day.year).prefetch_related("extensions__organisation").first()
    year = window.plan_year if window else filing_windows.year_to_file(day)
    return render(
        request,
        "pages/calendar.html",
        {
            "steps": filing_windows.year_steps(year, day),
            "plan_year": year,
            "summary": dt.date(day.year, 12, 31),
            "may_extend": may(request.actor, Permission.MANAGE_CALENDAR),
            "window": window,
            "rounds": _rounds(request.actor),
            "due": _due(request.actor, day),
            "usual": [(STATES[state], days) for state, days in work_list.STEP_DAYS.items()],
            "before": reminders.BEFORE,
            "after": reminders.AFTER_EVERY,
            "answer_days": verdicts.ANSWER_DAYS,
            "reviews": Submission.objects.visible_to(request.actor)
            .filter(re_review_on__gte=day)
            .order_by("re_review_on")[:30],
            "holidays": Holiday.objects.filter(day__year=day.year).order_by("day"),
        },
    )


def _rounds(actor) -> list[Round]:
    """Open rounds with a due day, of cases that the actor may see: a title names its case."""
    rows = Round.objects.filter(state="open", due_day__isnull=False).order_by("due_day", "pk")
    about = {r.pk: pk_of(r.about) for r in rows if r.about.startswith(all_of("submission"))}
    seen = set(Submission.objects.visible_to(actor).filter(pk__in=about.values()).values_list("pk", flat=True))
    return [r for r in rows if r.pk not in about or about[r.pk] in seen][:SHOWN]


def _due(actor, day: dt.date) -> list[work_list.QueueRow]:
    """Cases that the actor may see whose step is due, the earliest first."""
    rows = [r for r in work_list.queue(actor, day) if r.due_day and r.submission.state != "deferred"]
    return sorted(rows, key=lambda r: (r.due_day, r.submission.pk))[:SHOWN]
