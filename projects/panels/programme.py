"""The parts of a programme's page (工程) that the register knows: its rows with their ratings, milestones with their
conflicts, tasks. A bounded number of queries, whatever the number of projects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from governance.models import Discrepancy
from projects.labels import STATE_TONES, TASK_TONES
from projects.models import PlanTask, Project, TaskLink
from projects.panels.lists import Lead, leads_of
from projects.panels.plan import Block, Frame, reading_key, with_readings
from projects.panels.project import MilestoneLine, milestone_line
from projects.progress import rating
from projects.progress.ratings import Expert, Newest, Toned, differs, expert_of, latest_report, rating_of


@dataclass(frozen=True)
class Row(Toned):
    """A project with its three ratings and the discrepancies that touch it."""

    project: Project
    first_lead: Lead | None
    leads: int
    own: Newest | None
    rating: rating.Rating
    expert: Expert | None
    differs: bool
    entries: tuple[Discrepancy, ...]

    @property
    def state_tone(self) -> str:
        return STATE_TONES[self.project.state]


@dataclass(frozen=True)
class TaskOf:
    """A task with those projects of the programme that carry it, and whether surely."""

    task: PlanTask
    projects: tuple[tuple[Project, bool], ...]
    block: Block | None
    late: bool

    @property
    def tone(self) -> str:
        return "red" if self.late else TASK_TONES[self.task.state]


@dataclass(frozen=True)
class Parts:
    rows: list[Row]
    milestones: list[tuple[Project, MilestoneLine]]
    tasks: list[TaskOf]

    @property
    def without_task(self) -> list[Project]:
        carried = {project for task in self.tasks for project, _ in task.projects}
        return [row.project for row in self.rows if row.project not in carried]

    @property
    def conflicts(self) -> int:
        """Milestones that stand outside their project's window or contradict something."""
        return sum(line.conflicts for _, line in self.milestones)


def parts(
    projects: list[Project],
    *,
    day: dt.date,
    plan: Frame,
    touched: Mapping[str, list[Discrepancy]],
    money: Mapping[int, rating.Money],
) -> Parts:
    """Of projects read `with_facts` and with their milestones and owners; two queries. `touched`:
    discrepancies by code of the project; `money` by its id, where the actor may see it."""
    codes = {m.discrepancy for p in projects for m in p.milestones.all()} | {"D48"}
    known = {e.code: e for e in with_readings(Discrepancy.objects.filter(code__in=codes), day)}
    d48 = reading_key(known["D48"]) if "D48" in known else "a"
    lines = [(p, milestone_line(m, p.plan_item, known)) for p in projects for m in p.milestones.all()]
    return Parts(
        [_row(p, day, money.get(p.pk), d48, tuple(touched.get(p.code, ()))) for p in projects],
        sorted(lines, key=lambda pair: (pair[1].due, pair[0].order)),
        _tasks(projects, plan, day),
    )


def _row(project: Project, day: dt.date, money: rating.Money | None, d48: str, entries: tuple[Discrepancy, ...]) -> Row:
    leads, computed = leads_of(project), rating_of(project, day, money=money, d48=d48)
    return Row(
        project,
        leads[0] if leads else None,
        len(leads),
        latest_report(project),
        computed,
        expert_of(project, day),
        differs(project, computed),
        entries,
    )


def _tasks(projects: list[Project], plan: Frame, day: dt.date) -> list[TaskOf]:
    by_pk, carried = {p.pk: p for p in projects}, {}
    links = (
        TaskLink.objects.filter(project__in=by_pk)
        .select_related("task")
        .order_by("task__block", "task__order", "project__order")
    )
    for link in links:
        carried.setdefault(link.task, []).append((by_pk[link.project_id], link.certainty == "sure"))
    return [
        TaskOf(task, tuple(served), plan.block(task.block), task.due < day and task.state not in ("done", "dropped"))
        for task, served in carried.items()
    ]
