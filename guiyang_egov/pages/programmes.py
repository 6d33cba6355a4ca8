"""Programmes (工程): all of them side by side with the whole portfolio on one picture, and each on a page of its own.

A page has projects, money by year and stage, milestones with their conflicts, tasks, ratings. 单列项目, the plan's rows
that belong to no programme, are shown the same way under `none`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q
from django.shortcuts import render

from budgets.models import STAGES, ProjectYear
from budgets.table.chosen import NONE
from governance import charts
from governance.basics import clock
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.kernel.access import Actor, may
from governance.web.entry import page as may_enter
from guiyang_egov.pages import timeline
from guiyang_egov.pages.sums import of_column, rated
from projects.labels import RATING_TONES, STANDALONE, STATE_TONES
from projects.models import Milestone, Programme, Project, TaskLink, with_leads
from projects.panels import programme as programme_panels
from projects.panels.plan import Touched, frame, touched
from projects.progress import rating, ratings
from projects.progress.ratings import rating_of


@dataclass(frozen=True)
class Money:
    """What the actor may see of the programme's budget lines: a row a year, a cell a stage (None: 未填).

    `seen` of `whole` projects are in it; `rated` is the money that the ratings count, by the project's id.
    """

    # year, 示意, stages with their rows' address
    rows: list[tuple[int, Decimal | None, list[tuple[str, Decimal | None, str]]]]
    totals: list[Decimal | None]
    illustrative: Decimal
    seen: int
    whole: int
    rated: dict[int, rating.Money]
    held: list[ProjectYear]

    @property
    def staged(self) -> list[tuple[str, Decimal | None]]:
        """The totals with their stages."""
        return [(stage, total) for (stage, _), total in zip(STAGES, self.totals, strict=True)]


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request, key: str):
    """One programme by its key, or 单列项目."""
    actor, day = request.actor, clock.today()
    every = list(Programme.objects.all())
    programme = next((p for p in every if p.key == key), None)
    if programme is None and key != NONE:
        raise NotVisible()
    projects = _projects(actor, programme)
    plan, entries = frame(), touched(day, whole=False)
    money = _money(actor, projects, key)
    drawn = _drawn(projects)
    total = _wan(projects)
    name = programme.name if programme else STANDALONE
    context = {
        "programme": programme,
        "key": key,
        "name": name,
        "others": [(p.key, p.name) for p in every if p.key != key] + ([(NONE, STANDALONE)] if programme else []),
        "count": len(projects),
        "total": total,
        "share": f"{total / plan.total_wan * 100:.1f} %" if plan.total_wan else "",
        "whole": plan.total_wan,
        "list": f"{listed(key)}#rows",
        "list_of_unit": f"{listed(key)}&lead={actor.organisation_id}#rows",
        "x": programme_panels.parts(
            projects, day=day, plan=plan, touched=entries.projects, money=money.rated if money else {}
        ),
        "money": money,
        "stages": [label for _, label in STAGES],
        "gantt": timeline.portfolio(drawn, day, plan, entries, title=f"{name} 时间图", total_note="")
        if drawn
        else None,
        "minis": [_mini(p, day, entries) for p in drawn],
        "window": (
            min((p.latest_start for p in drawn), default=None),
            max((p.latest_end for p in drawn), default=None),
        ),
        "may_report": bool(actor.scope(Permission.REQUEST_REPORT)),
    }
    return render(request, "pages/programme.html", context)


@dataclass(frozen=True)
class Line:
    """A programme in the list: `money` are `(label, stage, 万元)` of approved, appropriated and spent (None: not seen),
    `rated` how many are computed 关注 and 滞后, `states` how many stand where."""

    key: str
    name: str
    projects: list[Project]
    wan: Decimal
    money: list[tuple[str, str, Decimal | None]] | None
    states: list[tuple[str, str, int]]
    rated: list[tuple[str, str, int]]
    late_milestones: int
    tasks: int
    late_tasks: int
    mini: object | None

    @property
    def listed(self) -> str:
        """Its projects in the list."""
        return listed(self.key)


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def index(request):
    """All programmes and 单列项目 side by side, and the portfolio's picture."""
    actor, day = request.actor, clock.today()
    every = [(p.key, p.name, p.pk) for p in Programme.objects.all()] + [(NONE, STANDALONE, None)]
    rows = Project.objects.visible_to(actor).filter(Q(programme__isnull=False) | Q(plan_item__isnull=False))
    rows = ratings.rated(rows.select_related("programme")).prefetch_related("phases", "milestones")
    projects = with_leads(rows.order_by("order", "pk"))
    plan, entries, money = frame(), touched(day, whole=False), _money(actor, projects, "")
    links = defaultdict(set)
    for project_id, code, late in TaskLink.objects.values_list("project_id", "task__code", _late(day)):
        links[project_id].add((code, late))
    lines = [
        _line(key, name, [p for p in projects if p.programme_id == pk], day, money, links) for key, name, pk in every
    ]
    drawn = _drawn(projects)
    context = {
        "lines": [line for line in lines if line.projects],
        "count": len(projects),
        "total": _wan(projects),
        "whole": plan.total_wan,
        "money": money,
        "gantt": timeline.portfolio(drawn, day, plan, entries) if drawn else None,
        "minis": [_mini(p, day, entries) for p in drawn],
    }
    return render(request, "pages/programmes.html", context)


def _late(day: dt.date):
    """Whether a link's task is late on the day (D33: after the end of its block)."""
    late = Q(task__due__lt=day) & ~Q(task__state__in=("done", "dropped"))
    return ExpressionWrapper(late, output_field=BooleanField())


def _line(
    key: str, name: str, projects: list[Project], day: dt.date, money: Money | None, links: dict[int, set]
) -> Line:
    states = Counter(p.state for p in projects)
    computed = Counter(rating_of(p, day, money=(money.rated if money else {}).get(p.pk)).code for p in projects)
    tasks = set().union(*(links[p.pk] for p in projects))
    milestones = [m for p in projects for m in p.milestones.all() if not m.dropped_reason]
    windows = [p for p in projects if p.latest_start and p.latest_end]
    mini = None
    if windows:
        first, last = min(p.latest_start for p in windows), max(p.latest_end for p in windows)
        marks = tuple(charts.Milestone(f"{m.project.code} {m.text}", m.start, m.end, m.precision) for m in milestones)
        row = charts.Row(key, name, f"/projects/programmes/{key}/", first, last, milestones=marks)
        mini = timeline.mini(row, day, 220)
    held = None
    if money is not None:
        mine = [row for row in money.held if row.project_id in {p.pk for p in projects}]
        held = [(label, stage, of_column(mine, f"{stage}_wan")) for stage, label in STAGES[1:]]
    return Line(
        key,
        name,
        projects,
        _wan(projects),
        held,
        [(label, STATE_TONES[state], states[state]) for state, label in Project.STATES if states[state]],
        [
            (rating.LABELS[code], RATING_TONES[code], computed[code])
            for code in (rating.LATE, rating.ATTENTION)
            if computed[code]
        ],
        sum(m.done_on is None and m.end < day for m in milestones),
        len(tasks),
        sum(late for _, late in tasks),
        mini,
    )


def listed(key: str) -> str:
    """A programme's projects in the list; 单列项目 are the plan's alone."""
    return f"/projects/?programme={key}" + ("&origin=plan" if key == NONE else "")


def _drawn(projects: list[Project]) -> list[Project]:
    """Those that a picture of time and money can show."""
    return [p for p in projects if p.latest_start and p.latest_end and p.estimate_wan is not None]


def _wan(projects: list[Project]) -> Decimal:
    return sum((p.estimate_wan for p in projects if p.estimate_wan is not None), Decimal(0))


def _projects(actor: Actor, programme: Programme | None) -> list[Project]:
    rows = Project.objects.visible_to(actor)
    rows = rows.filter(programme=programme) if programme else rows.planned().filter(programme=None)
    milestones = Prefetch("milestones", Milestone.objects.select_related("owner", "project"))
    rows = ratings.rated(rows.select_related("plan_item", "programme")).prefetch_related("phases", milestones)
    return with_leads(rows.order_by("order", "pk"))


def _mini(project: Project, day: dt.date, entries: Touched):
    return timeline.mini(timeline.row(project, entries.projects.get(project.code, [])), day, 300)


def _money(actor: Actor, projects: list[Project], key: str) -> Money | None:
    """None for whoever sees no money at all; a unit sees its own projects'. One query."""
    if not may(actor, Permission.READ_BUDGET):
        return None
    seen = [p for p in projects if may(actor, Permission.READ_BUDGET, p)]
    held = list(ProjectYear.objects.filter(project_id__in=[p.pk for p in seen]))
    shown = timeline.even_by_year([p for p in seen if p.start and p.end and p.estimate_wan is not None])
    years = sorted({*settings.PLAN_YEARS, *(row.fiscal_year for row in held)})
    rows = []
    for year in years:
        of, at = [r for r in held if r.fiscal_year == year], f"/budgets/{year}/?programme={key}&stage="
        rows.append(
            (year, shown.get(year), [(stage, of_column(of, f"{stage}_wan"), at + stage) for stage, _ in STAGES])
        )
    totals = [of_column(held, f"{stage}_wan") for stage, _ in STAGES]
    return Money(rows, totals, sum(shown.values(), Decimal(0)), len(seen), len(projects), rated(seen, held), held)
