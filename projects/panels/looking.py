"""Search across the register."""

from __future__ import annotations

from dataclasses import dataclass

from projects.labels import STATES, TASK_STATES
from projects.models import PlanTask, Project

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
    return found + [Hit("plan-task", t.code, t.text, f"{t.block} · {TASK_STATES[t.state]}", t.get_absolute_url()) for t in tasks]
