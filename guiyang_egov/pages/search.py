"""One search over everything that the actor may see; each app answers for its own records."""

from __future__ import annotations

import unicodedata

from django.db.models import Q
from django.shortcuts import render

from budgets import panels as money_panels
from governance.models import Clause, Discrepancy, Organisation, PlanLine
from governance.roles import Permission
from governance.web import looked_for
from governance.web import page as may_enter
from priorities.models import Submission
from projects import panels
from projects.panels import looking

MOST = 20


@may_enter(Permission.READ_REGISTER)
def page(request):
    """`?q=`: groups of hits with address and one line each; at least one character, at most 60."""
    query = looked_for(request.GET)
    groups = _groups(request.actor, query) if query else []
    total = sum(len(g["hits"]) for g in groups)
    return render(request, "pages/search.html", {"q": query, "groups": groups, "total": total})


def _groups(actor, query: str) -> list[dict]:
    plain = unicodedata.normalize("NFKC", query)
    hits = panels.search(actor, query)
    found = [
        ("项目", [(h.code, h.name, h.address, h.note) for h in hits if h.kind == "project"]),
        ("规划任务", [(h.code, h.name, h.address, h.note) for h in hits if h.kind == "plan-task"]),
        ("申报", [(s.reference, s.title, s.get_absolute_url(), s.organisation.name) for s in
                Submission.objects.visible_to(actor).matching(query).select_related("organisation")[:MOST]]),
        ("条款", [(c.clause, c.text, f"/governance/plan/#L{c.line}", c.heading) for c in
                Clause.objects.filter(_either(("text", "heading", "clause"), query, plain))[:MOST]]),
        ("疑义", [(d.code, d.title, d.get_absolute_url(), d.default_text) for d in
                Discrepancy.objects.filter(_either(("title", "default_text", "code"), query, plain))[:MOST]]),
        ("单位", [("", o.name, o.get_absolute_url(), _called(o, plain)) for o in
                Organisation.objects.filter(_either(("name", "aliases__as_named"), query, plain)).distinct()
                .prefetch_related("aliases")[:MOST]]),
        ("预算记账", money_panels.search(actor, query, MOST)),
    ]  # fmt: skip
    records = looking.records(actor, query)
    for kind in dict.fromkeys(h.kind for h in records):
        found.append((kind, [(h.code, h.name, h.address, h.note) for h in records if h.kind == kind]))
    lines = PlanLine.objects.filter(_either(("text",), query, plain))[:MOST]
    found.append(
        ("规划原文", [(f"L{x.number}", _around(x.text, query), f"/governance/plan/#L{x.number}", "") for x in lines])
    )
    return [
        {"title": title, "hits": [dict(zip(("code", "name", "url", "note"), hit, strict=True)) for hit in hits]}
        for title, hits in found
        if hits
    ]


def _either(fields: tuple[str, ...], *queries: str) -> Q:
    """Any of the fields holds any of the spellings (as typed, and with full-width letters and figures made plain)."""
    words = Q()
    for field in fields:
        for query in dict.fromkeys(queries):
            words |= Q(**{f"{field}__icontains": query})
    return words


def _called(unit: Organisation, query: str) -> str:
    """The other names of a unit, those that were searched for first."""
    names = [a.as_named for a in unit.aliases.all() if a.as_named != unit.name]
    return "、".join(sorted(names, key=lambda name: query not in name))


def _around(text: str, query: str, width: int = 60) -> str:
    """The passage round the first hit."""
    at = max(text.lower().find(query.lower()), 0)
    start = max(at - width // 2, 0)
    return ("…" if start else "") + text[start : start + width * 2] + ("…" if start + width * 2 < len(text) else "")
