"""Across the register: search, and how it stood on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max

from projects.labels import STATES, TASK_STATES
from projects.models import PlanTask, Project, ProjectLead

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


@dataclass(frozen=True)
class Stood:
    """A project as it stood on a day."""

    code: str
    name: str
    content: str
    state: str
    percent: int | None
    start: dt.date | None
    end: dt.date | None
    latest_start: dt.date | None
    latest_end: dt.date | None
    estimate_wan: Decimal | None
    leads: tuple[str, ...]

    @property
    def state_label(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True)
class AsOf:
    """The register as of a day: projects in their order, tasks as code → state."""

    day: dt.date
    projects: list[Stood]
    tasks: dict[str, str]

    @property
    def total_wan(self) -> Decimal:
        return sum((p.estimate_wan or Decimal(0) for p in self.projects), Decimal(0))


def as_of(day: dt.date) -> AsOf:
    """Recorded on a business day ≤ `day`, the highest history id per object; three queries."""
    leads: dict[int, list] = {}
    for row in _newest(ProjectLead, day):
        leads.setdefault(row.project_id, []).append((row.order, row.as_named))
    projects = sorted(_newest(Project, day), key=lambda p: (p.order, p.id))
    stood = [
        Stood(p.code, p.name, p.content, p.state, p.percent, p.start, p.end, p.latest_start, p.latest_end, p.estimate_wan,
              tuple(name for _, name in sorted(leads.get(p.id, []))))
        for p in projects
    ]  # fmt: skip
    return AsOf(day, stood, {t.code: t.state for t in sorted(_newest(PlanTask, day), key=lambda t: (t.block, t.order))})


def _newest(model, day: dt.date):
    rows = model.history.model.objects
    newest = rows.filter(day__lte=day).order_by().values("id").annotate(newest=Max("history_id")).values("newest")
    return rows.filter(history_id__in=newest).exclude(history_type="-")
