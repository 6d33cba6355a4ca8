"""The planning year: filing window, due days, reports owed; everything that is a default says 系统默认."""

from __future__ import annotations

import datetime as dt

from django.shortcuts import render

from governance import clock
from governance.models import Holiday, Round
from governance.roles import Permission
from governance.web import page as may_enter
from priorities import desk, reminders, screening
from priorities.labels import STATES
from priorities.models import FilingWindow, Submission

SHOWN = 30

# field-practice §4; the plan names no date (D48, D49).
STEPS = (
    ("申报", (7, 1), (8, 31), "D49"),
    ("预审", (9, 1), (9, 30), "D49"),
    ("专家审定", (10, 1), (10, 31), "D49"),
    ("联合会签", (11, 1), (11, 30), "D49"),
    ("领导小组审定年度计划", (12, 1), (12, 31), "D49"),
    ("年度总结报告", (12, 31), (12, 31), "D48"),
)


@may_enter(Permission.READ_REGISTER)
def page(request):
    """The year's steps with the real window of the plan year that is being filed for."""
    day = clock.today()
    window = FilingWindow.objects.filter(opens__year=day.year).prefetch_related("extensions__organisation").first()
    steps = []
    for name, first, last, code in STEPS:
        start, end = dt.date(day.year, *first), dt.date(day.year, *last)
        if name == "申报" and window:
            start, end = window.opens, window.closes
        steps.append({"name": name, "start": start, "end": end, "code": code, "now": start <= day <= end,
                      "past": end < day})  # fmt: skip
    return render(
        request,
        "pages/calendar.html",
        {
            "steps": steps,
            "window": window,
            "rounds": _rounds(request.actor),
            "due": _due(request.actor, day),
            "usual": [(STATES[state], days) for state, days in desk.STEP_DAYS.items()],
            "before": reminders.BEFORE,
            "after": reminders.AFTER_EVERY,
            "answer_days": screening.ANSWER_DAYS,
            "reviews": Submission.objects.visible_to(request.actor).filter(re_review_on__gte=day).order_by("re_review_on")[:30],
            "holidays": Holiday.objects.filter(day__year=day.year).order_by("day"),
        },
    )


def _rounds(actor) -> list[Round]:
    """Open rounds with a due day, of cases that the actor may see: a title names its case."""
    rows = Round.objects.filter(state="open", due_day__isnull=False).order_by("due_day", "pk")
    about = {r.pk: int(r.about.partition(":")[2]) for r in rows if r.about.startswith("submission:")}
    seen = set(Submission.objects.visible_to(actor).filter(pk__in=about.values()).values_list("pk", flat=True))
    return [r for r in rows if r.pk not in about or about[r.pk] in seen][:SHOWN]


def _due(actor, day: dt.date) -> list[desk.QueueRow]:
    """Cases that the actor may see whose step is due, the earliest first."""
    rows = [r for r in desk.queue(actor, day) if r.due_day and r.submission.state != "deferred"]
    return sorted(rows, key=lambda r: (r.due_day, r.submission.pk))[:SHOWN]
