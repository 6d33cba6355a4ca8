"""One search over everything that the actor may see; each app answers for its own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.shortcuts import render

from budgets.panels import money as money_panels
from governance.basics.roles import Permission
from governance.basics.searching import around, holding
from governance.basics.text import spellings, words
from governance.kernel.access import Actor
from governance.models import Clause, Discrepancy, Organisation, PlanLine, Regulation, ServiceRecord, TrainingSession
from governance.views.documents import downloadable
from governance.web.entry import looked_for
from governance.web.entry import page as may_enter
from priorities.models import Submission
from projects import panels
from projects.models import SharedData
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


@dataclass(frozen=True)
class Kind:
    """Records that are found by words in their fields; `hit(row, query)` is one line of a group."""

    title: str
    rows: Callable[[Actor], QuerySet]
    fields: str
    hit: Callable[[Any, str], tuple[str, str, str, str]]
    more: str = ""

    def group(self, actor: Actor, query: str) -> Group:
        found = self.rows(actor).filter(holding(self.fields.split(), query))[:MOST]
        return Group(self.title, [self.hit(row, query) for row in found], self.more.format(query=quote(query)))


PLAN = (
    Kind(
        "条款",
        lambda _: Clause.objects.all(),
        "text heading clause",
        lambda c, _: (c.clause, c.text, f"/governance/plan/#L{c.line}", c.heading),
    ),
    Kind(
        "疑义",
        lambda _: Discrepancy.objects.all(),
        "title default_text code note",
        lambda d, _: (d.code, d.title, d.get_absolute_url(), d.default_text),
        "/governance/discrepancies/?q={query}",
    ),
    Kind(
        "单位",
        lambda _: Organisation.objects.distinct().prefetch_related("aliases"),
        "name aliases__as_named note",
        lambda o, query: ("", o.name, o.get_absolute_url(), _called(o, query)),
        "/governance/organisations/?q={query}",
    ),
    Kind(
        "制度",
        lambda _: Regulation.objects.all(),
        "title text document_number clause",
        lambda r, _: (
            r.clause,
            r.title,
            f"/governance/regulations/{r.pk}/",
            " ".join(filter(None, (r.get_state_display(), r.document_number))),
        ),
    ),
)
PAPERS = (
    Kind(
        "共享数据",
        lambda _: SharedData.objects.living(),
        "code name content",
        lambda d, query: (d.code, d.name, d.get_absolute_url(), around(d.content, query)),
        "/projects/catalogue/?q={query}",
    ),
    Kind(
        "培训",
        lambda _: TrainingSession.objects.filter(withdrawn=""),
        "title evidence",
        lambda t, _: ("", t.title, "/governance/training/", f"{t.held_on} {t.evidence}"),
    ),
    Kind(
        "服务保障",
        lambda _: ServiceRecord.objects.all(),
        "subject provider document",
        lambda s, _: ("", s.subject, "/governance/services/", s.provider),
    ),
    Kind(
        "文档与报表",
        downloadable,
        "title",
        lambda d, _: (
            str(d.year or ""),
            f"{d.title}（{d.format.upper()}）",
            d.get_absolute_url(),
            f"{d.day} {d.by_text}",
        ),
        "/governance/documents/",
    ),
    Kind(
        "规划原文",
        lambda _: PlanLine.objects.all(),
        "text",
        lambda x, query: (f"L{x.number}", around(x.text, query), f"/governance/plan/#L{x.number}", ""),
    ),
)


def _groups(actor: Actor, query: str) -> list[Group]:
    """Each kind asks once, whatever it finds."""
    registered, records = panels.search(actor, query), looking.records(actor, query)
    cases = Submission.objects.visible_to(actor).matching(query).select_related("organisation")[:MOST]
    found = [
        Group("项目", _of("project", registered), f"/projects/?q={quote(query)}"),
        Group("规划任务", _of("plan-task", registered)),
        Group("申报", [(s.reference, s.title, s.get_absolute_url(), s.organisation.name) for s in cases]),
        *(kind.group(actor, query) for kind in PLAN),
        Group("预算记账", money_panels.search(actor, query, MOST)),
        *(Group(kind, _of(kind, records)) for kind in dict.fromkeys(h.kind for h in records)),
        *(kind.group(actor, query) for kind in PAPERS),
    ]
    return [group for group in found if group.hits]


def _of(kind: str, hits: Iterable) -> list[tuple[str, str, str, str]]:
    """The register's hits of one kind."""
    return [(h.code, h.name, h.address, h.note) for h in hits if h.kind == kind]


def _called(unit: Organisation, query: str) -> str:
    """The other names of a unit, those that were searched for first."""
    names = [a.as_named for a in unit.aliases.all() if a.as_named != unit.name]
    return "、".join(sorted(names, key=lambda name: not any(word in name for word in words(query))))
