"""Search across the register."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from projects import gates, periods
from projects.labels import STATES, TASK_STATES
from projects.models import Contract, GateItem, Milestone, PlanTask, ProgressReport, Project

HITS = 20


@dataclass(frozen=True)
class Hit:
    """A search hit: kind (project, plan-task), code, name, where it stands, address."""

    kind: str
    code: str
    name: str
    note: str
    address: str


def search(actor, q: str) -> list[Hit]:
    """Projects and tasks whose normalised text holds the words, two-character words included; two queries."""
    if not q.strip() or not actor:
        return []
    visible = Project.objects.visible_to(actor)
    projects = visible.matching(q).order_by("order")[:HITS]
    found = [Hit("project", p.code, p.name, STATES[p.state], p.get_absolute_url()) for p in projects]
    if visible.query.is_empty():
        return found
    tasks = PlanTask.objects.matching(q)[:HITS]
    return found + [
        Hit("plan-task", t.code, t.text, f"{t.block} · {TASK_STATES[t.state]}", t.get_absolute_url()) for t in tasks
    ]


def records(actor, q: str) -> list[Hit]:
    """What was written of projects: contracts, papers of gates, progress reports, milestones; one query each."""
    if not q.strip() or not actor:
        return []
    visible = Project.objects.visible_to(actor)
    if visible.query.is_empty():
        return []
    found = []
    for kind, rows, fields, say in RECORDS:
        words = Q()
        for field in fields:
            words |= Q(**{f"{field}__icontains": q.strip()})
        for row in rows().filter(words, project__in=visible).select_related("project").order_by("-pk")[:HITS]:
            name, note, address = say(row)
            found.append(Hit(kind, row.project.code, name, note, address))
    return found


def _life(row, anchor: str = "") -> str:
    return f"{row.project.get_absolute_url()}life/{anchor}"


RECORDS = (
    ("合同", lambda: Contract.objects.filter(voided=""), ("number", "title", "supplier"),
     lambda c: (f"{c.number} {c.title}", f"乙方 {c.supplier}", _life(c))),
    ("关口材料", lambda: GateItem.objects.filter(withdrawn=""), ("document",),
     lambda i: (i.document, gates.BY_KEY[i.key].label, _life(i))),
    ("进度填报", lambda: ProgressReport.objects.filter(superseded=False), ("done_text", "problems", "next_steps"),
     lambda r: (f"{r.project.name} {periods.label(r.period)}", f"{r.done_text} {r.problems}", r.project.get_absolute_url())),
    ("节点", lambda: Milestone.objects.filter(dropped_reason=""), ("text", "quote", "evidence"),
     lambda m: (m.text, m.evidence, m.project.get_absolute_url())),
)  # fmt: skip
