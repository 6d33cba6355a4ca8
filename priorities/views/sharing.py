"""共享核定: what the resource department answers of the cases under review (9.1.2.2)."""

from __future__ import annotations

import functools

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.roles import Permission
from governance.web import entry
from priorities import actions
from priorities.case import case_page, guards
from priorities.labels import ANSWERS
from priorities.models import Submission
from priorities.screening import sharing
from priorities.submissions import workflow
from priorities.views.frame import again_of, case_of, do
from projects.models import DataParty

ANSWER = Permission.ANSWER_SHARING


@entry.page(ANSWER, methods=("GET", "HEAD"))
def waiting(request):
    """Cases under review whose facts about sharing are not answered, the oldest first."""
    rows = Paginator(sharing.waiting().defer("proposal", "search_text"), 50).get_page(request.GET.get("page"))
    named = DataParty.objects.filter(about__in=[row.audit_key for row in rows]).exclude(state="ended")
    context = {"page": rows, "named": set(named.values_list("about", flat=True))}
    return render(request, "priorities/sharing_waiting.html", context)


@entry.page(ANSWER)
def page(request, reference: str):
    """The facts of one case, each with what was stated and what the catalogue says; POST answers them: inputs
    `fact|<component>|<key>` and `evidence|<component>|<key>`."""
    row = case_of(request, reference)
    if request.method != "POST":
        return _show(request, row)
    given = []
    for name, value in request.POST.items():
        what, _, place = name.partition("|")
        component, _, fact = place.partition("|")
        if what == "fact" and value:
            evidence = entry.field(request, f"evidence|{place}", limit=1000, label="依据")
            given.append({"component": component[:40], "fact": fact, "value": value, "evidence": evidence})
    return do(
        request,
        actions.answer_sharing,
        reverse("priorities:sharing", args=[row.reference]),
        again_of(row, functools.partial(_show, request)),
        done="共享事实已回答，信息办和申报单位都看得到。",
        submission=row,
        version=lambda: entry.version(request, row.version),
        facts=given,
    )


def _show(request, row: Submission, *, status: int = 200, typed=None, **more):
    with one_page():
        day = clock.today()
        shown = case_page.sharing_panel(row, day)
        context = {
            "row": row,
            "case": case_page.essence(row),
            "s": shown,
            "rows": [(q, *_typed(q, typed)) for q in shown["questions"]],
            "answers": ANSWERS.items(),
            "may_answer": workflow.allowed(row, "answer_sharing") and not row.is_secret,
            "blocked": guards.blockers(row, "answer_sharing", request.actor, day),
        }
        return render(request, "priorities/sharing.html", context | more, status=status)


def _typed(question: sharing.Question, typed) -> tuple[str, str]:
    """Answer and evidence as they were typed, else those that the form begins with."""
    if typed is None:
        return question.start
    return typed.get(f"fact|{question.name}", ""), typed.get(f"evidence|{question.name}", "")
