"""The figures of a year's progress report, read in one snapshot; frozen, each with its meaning.

A past year is told as it stood on its last day (history), with the reports of its periods whenever they came; the
running year as it stands today; a coming year as it is planned.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics import clock
from governance.basics.figures import Part
from projects.benefits import ledger
from projects.labels import SELF_RATINGS, STANDALONE, TASK_STATES
from projects.lifecycle import life, period_text
from projects.models import Milestone, PlanTask, ProgressReport, Project
from projects.panels import past, tasks
from projects.panels.lists import chart_row, marks_of
from projects.panels.plan import Block, Frame, Touched, frame, touched
from projects.progress import rating, ratings

WHOLE = Part()


@dataclass(frozen=True)
class ProjectLine:
    """A project in the year: `state` and `percent` as they stood, `own` the unit's rating, `computed` ours."""

    code: str
    name: str
    programme: str
    programme_order: int
    state: str
    window: str
    precision: str
    percent: int | None
    own: str
    computed: rating.Rating
    problems: str
    next_steps: str
    estimate_wan: Decimal | None
    in_year: bool
    planned: bool  # a row of 10.4
    chart: object | None

    @property
    def differs(self) -> bool:
        return bool(self.own) and self.own != self.computed.label


@dataclass(frozen=True)
class TaskLine:
    """A task in the year: late only after the end of its block (D33)."""

    code: str
    text: str
    block: str
    projects: tuple[str, ...]
    possible: tuple[str, ...]
    state: str
    evidence: str
    is_system: bool  # a system without a project (D35)


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone of the year; outside its project's window it stands here in its own year (D27)."""

    code: str
    text: str
    year: int
    done_on: dt.date | None
    outside: bool


@dataclass(frozen=True)
class Population:
    """Projects that are counted together."""

    projects: tuple[ProjectLine, ...]

    @property
    def total(self) -> int:
        return len(self.projects)

    @property
    def in_year(self) -> int:
        """Whose newest window touches the year."""
        return sum(p.in_year for p in self.projects)

    @property
    def under_way(self) -> int:
        """Between 立项 and 试运行 on the day."""
        return sum(p.state in life.UNDER_WAY for p in self.projects)

    @property
    def finished(self) -> int:
        """Past the final acceptance on the day."""
        return sum(p.state in life.FINISHED for p in self.projects)

    @property
    def reported(self) -> int:
        """Of the year, with a report of this year or an earlier one."""
        return sum(p.in_year and p.percent is not None for p in self.projects)


@dataclass(frozen=True)
class ProgressYear:
    """Everything that the report of one year says."""

    year: int
    day: dt.date  # the day that states and texts stand for
    before_the_period: bool  # 规划期前 (D31)
    frame: Frame
    projects: tuple[ProjectLine, ...]
    tasks: tuple[TaskLine, ...]
    milestones: tuple[MilestoneLine, ...]
    entries: Touched
    is_demo: bool
    promises: tuple[ledger.Line, ...]  # goals as they stood on the day, by project
    scope: Part = WHOLE

    @property
    def in_year(self) -> tuple[ProjectLine, ...]:
        """Projects whose newest window touches the year."""
        return tuple(p for p in self.projects if p.in_year)

    @property
    def planned(self) -> Population:
        """The rows of 10.4."""
        return Population(tuple(p for p in self.projects if p.planned))

    @property
    def others(self) -> Population:
        """Projects that the register holds beside the plan's: adopted, self-funded, filed by districts."""
        return Population(tuple(p for p in self.projects if not p.planned))

    @property
    def every(self) -> Population:
        """Both, never named in one sentence with either."""
        return Population(self.projects)

    @property
    def block(self) -> Block | None:
        """The block that the year belongs to (10.1, 10.2, 10.3); None before the period."""
        return next((b for b in self.frame.blocks if b.covers(self.year)), None)

    def of_block(self, code: str) -> tuple[TaskLine, ...]:
        return tuple(t for t in self.tasks if t.block == code)

    @property
    def unserved(self) -> tuple[ProjectLine, ...]:
        """Rows of the plan that no task names for sure (D35)."""
        served = {code for t in self.tasks for code in t.projects}
        return tuple(p for p in self.projects if p.planned and p.code not in served)

    @property
    def unmatched(self) -> tuple[TaskLine, ...]:
        """Tasks that should have a project and have none (D35)."""
        return tuple(t for t in self.tasks if t.is_system)


def progress_year(year: int, scope: Part = WHOLE) -> ProgressYear:
    """The figures of a year, of the projects within the scope and what hangs on them."""
    today, last = clock.today(), dt.date(year, 12, 31)
    day = min(today, last)
    plan, entries = frame(), touched(day)
    opened = Project.history.order_by("day").values_list("day", flat=True).first() or day
    stood = past.as_of(max(day, opened), parts=False)
    projects = tuple(p for p in _projects(year, day, stood) if p.code in scope)
    lines = tuple(
        t
        for t in _tasks(plan, day, stood, entries)
        if scope.is_whole or any(c in scope for c in (*t.projects, *t.possible))
    )
    return ProgressYear(
        year=year,
        scope=scope,
        day=day,
        before_the_period=bool(plan.blocks) and year < plan.period_first_year,
        frame=plan,
        projects=projects,
        tasks=lines,
        milestones=tuple(m for m in _milestones(year) if m.code in scope),
        entries=entries,
        promises=tuple(one for one in ledger.lines(day) if one.benefit.project.code in scope),
        is_demo=ProgressReport.objects.filter(is_demo=True).exists() or Project.objects.filter(is_demo=True).exists(),
    )


def _projects(year: int, day: dt.date, stood: past.AsOf):
    """Projects known on the day, as they stood; each with the newest report of a period that ended in the year or
    before."""
    then = {p.code: p for p in stood.projects}
    rows = list(ratings.with_facts(Project.objects.filter(code__in=then)).order_by("order"))
    drawn = marks_of(rows)
    reports: dict[int, ProgressReport] = {}
    for report in ProgressReport.objects.filter(superseded=False, period_end__year__lte=year).order_by(
        "period_end", "pk"
    ):
        reports[report.project_id] = report
    for project in rows:
        was, report = then[project.code], reports.get(project.pk)
        facts = rating.Facts(
            start=was.start,
            end=was.end,
            latest_start=was.latest_start,
            latest_end=was.latest_end,
            state=was.state,
            percent=report.percent if report else None,
            percent_on=min(report.period_end, report.day) if report else None,
            first_due=ratings.first_due(project),
            rebaselined=project.rebaselined,
            finished_on=(project.accepted_on or project.state_day) if was.state in life.FINISHED else None,
            open_problems=bool(report and report.problems and report.self_rating != "normal"),
        )
        project.percent = report.percent if report else None
        project.state, project.latest_start, project.latest_end = was.state, was.latest_start, was.latest_end
        mine = bool(report) and report.period_end.year == year
        yield ProjectLine(
            project.code,
            was.name,
            project.programme.name if project.programme else STANDALONE,
            project.programme.order if project.programme else 10_000,
            was.state,
            period_text.say(was.latest_start, was.latest_end, project.precision),
            project.precision,
            project.percent,
            SELF_RATINGS[report.self_rating] if report else "",
            rating.rate(facts, day),
            report.problems if mine else "",
            report.next_steps if mine else "",
            project.estimate_wan,
            bool(was.latest_start and was.latest_end and was.latest_start.year <= year <= was.latest_end.year),
            project.plan_item_id is not None,
            chart_row(project, drawn[project.pk]),
        )


def _tasks(plan: Frame, day: dt.date, stood: past.AsOf, entries: Touched):
    evidence = dict(PlanTask.objects.values_list("code", "evidence"))
    for row in tasks.rows_of(tasks.with_links(), plan, day, entries.tasks):
        code = row.task.code
        state = stood.tasks.get(code, "not_started")
        late = row.task.due < day and state not in tasks.ENDED
        word = "逾期" if late else TASK_STATES[state]
        block = plan.block(row.task.block)
        if state == "not_started" and block and block.start > day:
            word = "未到阶段"
        system = not row.sure and any(e.code == tasks.WITHOUT_PROJECT for e in row.entries)
        yield TaskLine(
            code,
            row.task.text,
            row.task.block,
            tuple(p.code for p in row.sure),
            tuple(p.code for p in row.possible),
            word,
            evidence.get(code, "") if state == row.task.state else "",
            system,
        )


def _milestones(year: int):
    rows = (
        Milestone.objects.filter(start__year__lte=year, end__year__gte=year)
        .select_related("project")
        .order_by("project__order", "pk")
    )
    for row in rows:
        done = row.done_on if row.done_on and row.done_on.year <= year else None
        yield MilestoneLine(row.project.code, row.text, row.end.year, done, row.outside_window)
