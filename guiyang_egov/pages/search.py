"""One search over everything that the actor may see; each app answers for its own records."""

from __future__ import annotations

from django.shortcuts import render

from governance.models import Clause, Discrepancy, Organisation, PlanLine
from governance.refusal import Invalid
from governance.roles import Permission
from governance.text import clean_text
from governance.web import page as may_enter
from priorities.models import Submission
from projects.models import PlanTask, Project

MOST = 20


@may_enter(Permission.READ_REGISTER)
def page(request):
    """`?q=`: groups of hits with address and one line each; at least one character, at most 60."""
    try:
        query = clean_text(request.GET.get("q", ""), limit=200, field="查找内容")[:60]
    except ValueError as error:
        raise Invalid(str(error)) from None
    groups = _groups(request.actor, query) if query else []
    total = sum(len(g["hits"]) for g in groups)
    return render(request, "pages/search.html", {"q": query, "groups": groups, "total": total})


def _groups(actor, query: str) -> list[dict]:
    found = [
        ("项目", [(p.code, p.name, p.get_absolute_url(), p.content) for p in
                Project.objects.visible_to(actor).matching(query)[:MOST]]),
        ("规划任务", [(t.code, t.text, t.get_absolute_url(), "") for t in PlanTask.objects.matching(query)[:MOST]]),
        ("申报", [(s.reference, s.title, s.get_absolute_url(), s.organisation.name) for s in
                Submission.objects.visible_to(actor).matching(query).select_related("organisation")[:MOST]]),
        ("条款", [(c.clause, c.text, f"/governance/plan/#L{c.line}", c.heading) for c in
                Clause.objects.filter(text__icontains=query)[:MOST]]),
        ("疑义", [(d.code, d.title, d.get_absolute_url(), d.default_text) for d in
                Discrepancy.objects.filter(title__icontains=query)[:MOST]]),
        ("单位", [("", o.name, o.get_absolute_url(), o.kind) for o in
                Organisation.objects.filter(name__icontains=query)[:MOST]]),
        ("规划原文", [(f"L{line.number}", _around(line.text, query), f"/governance/plan/#L{line.number}", "") for line in
                  PlanLine.objects.filter(text__icontains=query)[:MOST]]),
    ]  # fmt: skip
    return [
        {"title": title, "hits": [dict(zip(("code", "name", "url", "note"), hit, strict=True)) for hit in hits]}
        for title, hits in found
        if hits
    ]


def _around(text: str, query: str, width: int = 60) -> str:
    """The passage round the first hit."""
    at = max(text.lower().find(query.lower()), 0)
    start = max(at - width // 2, 0)
    return ("…" if start else "") + text[start : start + width * 2] + ("…" if start + width * 2 < len(text) else "")
