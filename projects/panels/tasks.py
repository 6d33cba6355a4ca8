"""The 59 tasks by block: those that a project carries, those without one apart,
and the projects without a task (D35)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch

from governance import charts
from governance.database.prepared import Prepared, attach
from governance.kernel.audit import AuditRow
from governance.models import Discrepancy, PilotUnit, PlanLine
from projects.labels import TASK_STATES, TASK_TONES
from projects.models import PlanTask, Project, TaskLink
from projects.panels.plan import Block, Frame, frame, reading_of, touched
from projects.panels.project import history
from projects.progress.evidence import Registers, Shown

WITHOUT_PROJECT = "D35"
UNLIKE = "D28"
ENDED = ("done", "dropped")
AHEAD, AGAINST = "ahead", "against"
SHOWN = {AHEAD: "登记显示又进了一步", AGAINST: "与登记不符"}


@dataclass(frozen=True)
class TaskRow:
    """A task with the projects that carry it. Late only after the end of its block (D33)."""

    task: PlanTask
    sure: list[Project]
    possible: list[Project]
    entries: list[Discrepancy]
    late: bool
    chart: object | None = None
    unlike: str = ""  # how its project's time in 10.4 differs from the blocks of its tasks (D28)
    noted: bool = False  # D28 stands in the register about it
    shown: Shown | None = None  # what the registers show of it, where it is bound to any

    @property
    def state_label(self) -> str:
        return "逾期" if self.late else TASK_STATES[self.task.state]

    @property
    def tone(self) -> str:
        return "red" if self.late else TASK_TONES[self.task.state]

    def is_(self, against_registers: str) -> bool:
        """Whether the registers show more than it is marked (AHEAD) or less (AGAINST)."""
        return bool(self.shown) and (self.shown.is_ahead if against_registers == AHEAD else self.shown.is_against)

    @property
    def wan(self) -> Decimal:
        """Estimates of the whole projects, not of the block's share."""
        return sum((p.estimate_wan or Decimal(0) for p in self.sure), Decimal(0))


@dataclass(frozen=True)
class BlockTasks:
    """A block: its tasks with and without project, its narrative, its counts."""

    block: Block
    carried: list[TaskRow]
    uncarried: list[TaskRow]  # no project and no money although a system (D35)
    others: list[TaskRow]  # institutions, rules, security, training: 10.4 has no money for them
    narrative: list[tuple[str, int]] = field(default_factory=list)
    pilots: list[PilotUnit] = field(default_factory=list)

    @property
    def rows(self) -> list[TaskRow]:
        return [*self.carried, *self.uncarried, *self.others]

    @property
    def loose(self) -> int:
        """Tasks without a sure project."""
        return len(self.uncarried) + len(self.others)

    @property
    def wan(self) -> Decimal:
        """Each project once, however many tasks of the block name it."""
        projects = {p.pk: p for row in self.carried for p in row.sure}
        return sum((p.estimate_wan or Decimal(0) for p in projects.values()), Decimal(0))

    @property
    def projects(self) -> int:
        return len({p.pk for row in self.carried for p in row.sure})

    def count(self, state: str) -> int:
        if state == "late":
            return sum(row.late for row in self.rows)
        return sum(row.task.state == state and not row.late for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        return {state: self.count(state) for state in (*TASK_STATES, "late")}


@dataclass(frozen=True)
class TaskBoard:
    """The whole page."""

    blocks: list[BlockTasks]
    unserved: list[Project]  # projects of the plan without a task
    total: int
    carried: int
    served: int
    served_wan: Decimal
    planned_wan: Decimal
    uncarried_systems: list[TaskRow]

    @property
    def loose(self) -> int:
        """Tasks without a sure project."""
        return self.total - self.carried

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(block.count(state) for block in self.blocks) for state in (*TASK_STATES, "late")}

    @property
    def ahead(self) -> int:
        """Tasks of which the registers show more than they are marked."""
        return sum(row.is_(AHEAD) for block in self.blocks for row in block.rows)

    @property
    def against(self) -> int:
        """Tasks that are marked as further than the registers show."""
        return sum(row.is_(AGAINST) for block in self.blocks for row in block.rows)


def rows_of(
    tasks,
    plan: Frame,
    day: dt.date,
    entries: dict[str, list],
    of_projects: dict[str, list] | None = None,
    registers: Registers | None = None,
) -> list[TaskRow]:
    """Task rows of tasks read with their links. All tasks together (`of_projects`: the discrepancies of projects)
    also say how the time of their projects differs; with `registers`, what these show of each."""
    first, last = (plan.blocks[0].start, plan.blocks[-1].end) if plan.blocks else (None, None)
    rows, blocks = [], defaultdict(set)
    read = [(task, list(task.links.all())) for task in tasks]
    for task, links in read:
        for link in links:
            if link.certainty == "sure":
                blocks[link.project_id].add(task.block)
    for task, links in read:
        sure = [link.project for link in links if link.certainty == "sure"]
        known = entries.get(task.code, [])
        unlike = (
            ""
            if of_projects is None
            else "；".join(filter(None, (_unlike(p, task.block, blocks[p.pk], plan) for p in sure)))
        )
        noted = any(e.code == UNLIKE for e in (*known, *(e for p in sure for e in (of_projects or {}).get(p.code, ()))))
        rows.append(
            TaskRow(
                task,
                sure,
                [link.project for link in links if link.certainty == "possible"],
                known,
                task.due < day and task.state not in ENDED,
                _picture(task, sure, plan, first, last),
                unlike,
                noted,
                registers.shown(task) if registers else None,
            )
        )
    return rows


def _unlike(project: Project, block: str, blocks: set[str], plan: Frame) -> str:
    """How the time of a project in 10.4 differs from this block and from all blocks that ask something of it (D28)."""
    at = plan.block(block)
    if at is None or project.start is None or project.end is None:
        return ""
    said = []
    if project.end.year < at.end.year:
        said.append(f"10.4 止于 {project.end.year}")
    if project.start.year > at.start.year:
        said.append(f"10.4 自 {project.start.year} 起")
    covered = [b for b in plan.blocks if b.code in blocks]
    alone = [
        y
        for y in range(project.start.year, project.end.year + 1)
        if any(b.covers(y) for b in plan.blocks) and not any(b.covers(y) for b in covered)
    ]
    if alone:
        said.append(f"{_years(alone)} 年在 10.4 之内而无任务")
    return "，".join(said)


def _years(years: list[int]) -> str:
    """[2006, 2009, 2010] as 2006、2009—2010."""
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}—{run[-1]}" for run in runs)


def _picture(task: PlanTask, sure: list[Project], plan: Frame, first, last):
    """The project's window against the block of its task."""
    block = plan.block(task.block)
    project = next((p for p in sure if p.latest_start and p.latest_end), None)
    if block is None or project is None:
        return None
    window = project.latest_start, project.latest_end
    title = (
        f"任务 {task.code} 属 {block.code}（{block.years} 年），{project.code} 周期 {window[0]:%Y}—{window[1]:%Y} 年"
    )
    return charts.against(
        title, (block.start, block.end), window, first=min(first, window[0]), last=max(last, window[1])
    )


def with_links():
    return PlanTask.objects.prefetch_related(Prefetch("links", TaskLink.objects.select_related("project")))


_TASKS = Prepared(lambda: PlanTask.objects.all())
_LINKS = Prepared(lambda: TaskLink.objects.select_related("project"))
_PLANNED = Prepared(lambda: Project.objects.planned().order_by("order"))


def by_block(day: dt.date) -> TaskBoard:
    """Seven queries, and about a dozen of the registers that tasks are bound to."""
    plan = frame()
    entries = touched(day, whole=False)
    planned, tasks = _PLANNED(), _TASKS()
    attach(tasks, "links", _LINKS(), "task_id")
    rows = rows_of(tasks, plan, day, entries.tasks, entries.projects, Registers(day))
    lines = {n for block in plan.blocks for n in block.lines}
    texts = dict(PlanLine.objects.filter(number__in=lines).values_list("number", "text"))
    pilots = list(PilotUnit.objects.select_related("organisation"))
    blocks = []
    for number, block in enumerate(plan.blocks):
        mine = [row for row in rows if row.task.block == block.code]
        loose = [row for row in mine if not row.sure]
        systems = [row for row in loose if any(e.code == WITHOUT_PROJECT for e in row.entries)]
        blocks.append(
            BlockTasks(
                block,
                [row for row in mine if row.sure],
                systems,
                [row for row in loose if row not in systems],
                [(texts[n], n) for n in block.lines if n in texts],
                pilots if number == 0 else [],
            )
        )
    served = {p.pk for row in rows for p in row.sure}
    unserved = [p for p in planned if p.pk not in served]
    served_rows = [p for p in planned if p.pk in served]
    return TaskBoard(
        blocks,
        unserved,
        len(rows),
        sum(bool(r.sure) for r in rows),
        len(served_rows),
        _sum(served_rows),
        _sum(planned),
        [row for block in blocks for row in block.uncarried],
    )


def _sum(projects) -> Decimal:
    return sum((p.estimate_wan or Decimal(0) for p in projects), Decimal(0))


CARRIED = {"yes": "有项目", "no": "无项目", "lacking": "应有项目而无"}


@dataclass(frozen=True)
class Asked:
    """What the board's numbers lead to: the tasks of a block, in a state (late ones apart),
    with a project or without, and those that stand otherwise in the registers."""

    block: str = ""
    state: str = ""
    carried: str = ""
    shown: str = ""

    def __bool__(self) -> bool:
        return bool(self.block or self.state or self.carried or self.shown)

    @property
    def label(self) -> str:
        state = "逾期" if self.state == "late" else TASK_STATES.get(self.state, "")
        return "，".join(filter(None, (self.block, CARRIED.get(self.carried, ""), state, SHOWN.get(self.shown, ""))))

    def rows(self, board: TaskBoard) -> list[TaskRow]:
        """In the plan's order."""
        found = []
        for block in board.blocks:
            if self.block in ("", block.block.code):
                parts = {"yes": block.carried, "no": [*block.uncarried, *block.others], "lacking": block.uncarried}
                found += [row for row in parts.get(self.carried, block.rows) if self._is(row)]
        return sorted(found, key=lambda row: row.task.code)

    def _is(self, row: TaskRow) -> bool:
        if self.shown and not row.is_(self.shown):
            return False
        if self.state == "late":
            return row.late
        return not self.state or (row.task.state == self.state and not row.late)


@dataclass(frozen=True)
class TaskPage:
    """One task: its row, block, discrepancies with the reading that holds, history, neighbours."""

    row: TaskRow
    block: Block | None
    entries: list[tuple[Discrepancy, str, bool]]
    history: list[AuditRow]
    previous: str
    next: str


def task_page(task: PlanTask, day: dt.date) -> TaskPage:
    """The parts of a task's page; `task` read by `with_links`."""
    plan = frame()
    entries = touched(day).tasks.get(task.code, [])
    codes = list(PlanTask.objects.values_list("code", flat=True))
    place = codes.index(task.code)
    return TaskPage(
        rows_of([task], plan, day, {task.code: entries}, registers=Registers(day))[0],
        plan.block(task.block),
        [(e, reading_of(e), bool(e.decided)) for e in entries],
        history(task),
        codes[place - 1] if place else "",
        codes[place + 1] if place + 1 < len(codes) else "",
    )
