"""One search over everything that the actor may see; each app answers for its own records."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.shortcuts import render

from budgets.panels import money as money_panels
from governance.basics.roles import Permission
from governance.basics.searching import around, holding
from governance.basics.text import spellings, words
from governance.models import Clause, Discrepancy, Organisation, PlanLine, Regulation, ServiceRecord, TrainingSession
from governance.views.documents import downloadable
from governance.web.entry import looked_for
from governance.web.entry import page as may_enter
from priorities.models import Submission
from projects import panels
from projects.panels import looking

MOST = 20


@dataclass(frozen=True)
class Group:
    """Hits of one kind as (code, name, address, note); `more` is the list that has them all, "" where there is none."""

    title: str
    hits: list[tuple[str, str, str, str]]
    more: str = ""

    @property
    def is_cut(self) -> bool:
        return len(self.hits) >= MOST


@may_enter(Permission.READ_REGISTER)
def page(request):
    """`?q=`: groups of hits with address and one line each; at least one character, at most 60."""
    query = looked_for(request.GET)
    groups = _groups(request.actor, query) if query else []
    return render(
        request,
        "pages/search.html",
        {
            "q": query,
            "groups": groups,
            "total": sum(len(g.hits) for g in groups),
            "most": MOST,
            "words": [spelling for word in words(query) for spelling in spellings(word)],
        },
    )


def _groups(actor, query: str) -> list[Group]:
    """Each kind asks once, whatever it finds."""
    asked, registered = quote(query), panels.search(actor, query)

    def of(rows, *fields):
        return rows.filter(holding(fields, query))[:MOST]

    units = of(Organisation.objects.distinct().prefetch_related("aliases"), "name", "aliases__as_named", "note")
    found = [
        Group(
            "项目",
            [(h.code, h.name, h.address, h.note) for h in registered if h.kind == "project"],
            f"/projects/?q={asked}",
        ),
        Group("规划任务", [(h.code, h.name, h.address, h.note) for h in registered if h.kind == "plan-task"]),
        Group(
            "申报",
            [
                (s.reference, s.title, s.get_absolute_url(), s.organisation.name)
                for s in Submission.objects.visible_to(actor).matching(query).select_related("organisation")[:MOST]
            ],
        ),
        Group(
            "条款",
            [
                (c.clause, c.text, f"/governance/plan/#L{c.line}", c.heading)
                for c in of(Clause.objects.all(), "text", "heading", "clause")
            ],
        ),
        Group(
            "疑义",
            [
                (d.code, d.title, d.get_absolute_url(), d.default_text)
                for d in of(Discrepancy.objects.all(), "title", "default_text", "code", "note")
            ],
            f"/governance/discrepancies/?q={asked}",
        ),
        Group(
            "单位",
            [("", o.name, o.get_absolute_url(), _called(o, query)) for o in units],
            f"/governance/organisations/?q={asked}",
        ),
        Group(
            "制度",
            [
                (
                    r.clause,
                    r.title,
                    f"/governance/regulations/{r.pk}/",
                    " ".join(filter(None, (r.get_state_display(), r.document_number))),
                )
                for r in of(Regulation.objects.all(), "title", "text", "document_number", "clause")
            ],
        ),
        Group("预算记账", money_panels.search(actor, query, MOST)),
    ]
    records = looking.records(actor, query)
    found += [
        Group(kind, [(h.code, h.name, h.address, h.note) for h in records if h.kind == kind])
        for kind in dict.fromkeys(h.kind for h in records)
    ]
    found += [
        Group(
            "培训",
            [
                ("", t.title, "/governance/training/", f"{t.held_on} {t.evidence}")
                for t in of(TrainingSession.objects.filter(withdrawn=""), "title", "evidence")
            ],
        ),
        Group(
            "服务保障",
            [
                ("", s.subject, "/governance/services/", s.provider)
                for s in of(ServiceRecord.objects.all(), "subject", "provider", "document")
            ],
        ),
        Group(
            "文档与报表",
            [
                (str(d.year or ""), f"{d.title}（{d.format.upper()}）", d.get_absolute_url(), f"{d.day} {d.by_text}")
                for d in of(downloadable(actor), "title")
            ],
            "/governance/documents/",
        ),
        Group(
            "规划原文",
            [
                (f"L{x.number}", around(x.text, query), f"/governance/plan/#L{x.number}", "")
                for x in of(PlanLine.objects.all(), "text")
            ],
        ),
    ]
    return [group for group in found if group.hits]


def _called(unit: Organisation, query: str) -> str:
    """The other names of a unit, those that were searched for first."""
    names = [a.as_named for a in unit.aliases.all() if a.as_named != unit.name]
    return "、".join(sorted(names, key=lambda name: not any(word in name for word in words(query))))
