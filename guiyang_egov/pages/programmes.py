"""A programme's page (工程): its projects on one picture, money by year and stage, milestones with their conflicts, tasks,
ratings. 单列项目, the plan's rows that belong to no programme, are shown the same way under `none`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Prefetch
from django.shortcuts import render

from budgets.models import ProjectYear
from governance import charts, clock
from governance.access import Actor, may
from governance.models import Plan
from governance.refusal import NotVisible
from governance.roles import Permission
from governance.web import page as may_enter
from guiyang_egov.pages import home
from projects import panels, rating
from projects.labels import STANDALONE
from projects.models import Milestone, Programme, Project
from projects.panels import programme as programme_panels
from projects.panels.plan import frame_of, touched

NONE = "none"
STAGES = (("estimate", "概算"), ("approved", "批复"), ("appropriated", "下达"), ("spent", "支出"))


@dataclass(frozen=True)
class Money:
    """What the actor may see of the programme's budget lines: a row a year, a cell a stage (None: 未填). `seen` of `whole`
    projects are in it; `rated` is the money that the ratings count, by the project's id."""

    rows: list[tuple[int, Decimal | None, list[Decimal | None]]]  # year, 示意 of the even split, stages
    totals: list[Decimal | None]
    illustrative: Decimal
    seen: int
    whole: int
    rated: dict[int, rating.Money]


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request, key: str):
    """One programme by its key, or 单列项目."""
    actor, day = request.actor, clock.today()
    every = list(Programme.objects.all())
    programme = next((p for p in every if p.key == key), None)
    if programme is None and key != NONE:
        raise NotVisible()
    projects = _projects(actor, programme)
    plan = Plan.objects.order_by("pk").first()
    entries = touched(day)
    money = _money(actor, projects)
    drawn = [p for p in projects if p.latest_start and p.latest_end and p.estimate_wan is not None]
    total = sum((p.estimate_wan for p in projects if p.estimate_wan is not None), Decimal(0))
    whole = frame_of(plan).total_wan
    name = programme.name if programme else STANDALONE
    context = {
        "programme": programme,
        "key": key,
        "name": name,
        "others": [(p.key, p.name) for p in every if p.key != key] + ([(NONE, STANDALONE)] if programme else []),
        "count": len(projects),
        "total": total,
        "share": f"{total / whole * 100:.1f} %" if whole else "",
        "whole": whole,
        "x": programme_panels.parts(projects, day=day, plan=frame_of(plan), touched=entries.projects, money=money.rated if money else {}),
        "money": money,
        "stages": [label for _, label in STAGES],
        "gantt": _gantt(drawn, day, plan, name),
        "minis": [_mini(p, day, entries.projects.get(p.code, [])) for p in drawn],
        "window": (min((p.latest_start for p in drawn), default=None), max((p.latest_end for p in drawn), default=None)),
        "may_report": bool(actor.scope(Permission.REQUEST_REPORT)),
    }
    return render(request, "pages/programme.html", context)


def _projects(actor: Actor, programme: Programme | None) -> list[Project]:
    rows = Project.objects.visible_to(actor)
    rows = rows.filter(programme=programme) if programme else rows.planned().filter(programme=None)
    milestones = Prefetch("milestones", Milestone.objects.select_related("owner"))
    return list(panels.with_facts(rows).prefetch_related("phases", milestones).order_by("order", "pk"))


def _gantt(projects: list[Project], day, plan: Plan | None, name: str):
    """The portfolio's picture with this programme alone."""
    if not projects:
        return None
    return home.portfolio(projects, day, plan, title=f"{name} 时间图", total_note="")


def _mini(project: Project, day, entries: Sequence):
    first, last = home.FIRST_DAY, home.LAST_DAY
    return charts.gantt_row(home.row(project, entries), first=first, last=last, today=day, width=300)


def _money(actor: Actor, projects: list[Project]) -> Money | None:
    """None for whoever sees no money at all; a unit sees its own projects'. One query."""
    if not may(actor, Permission.READ_BUDGET):
        return None
    seen = [p for p in projects if may(actor, Permission.READ_BUDGET, p)]
    held = list(ProjectYear.objects.filter(project_id__in=[p.pk for p in seen]))
    shown = home.even_by_month([p for p in seen if p.start and p.end and p.estimate_wan is not None])
    years = sorted({*settings.PLAN_YEARS, *(row.fiscal_year for row in held)})
    rows = [(year, shown.get(year), [_sum(r for r in held if r.fiscal_year == year)(f"{stage}_wan") for stage, _ in STAGES]) for year in years]
    rated = {}
    for p in seen:
        of = _sum(r for r in held if r.project_id == p.pk)
        rated[p.pk] = rating.Money(p.estimate_wan, of("approved_wan"), of("spent_wan"))
    totals = [_sum(held)(f"{stage}_wan") for stage, _ in STAGES]
    return Money(rows, totals, sum(shown.values(), Decimal(0)), len(seen), len(projects), rated)


def _sum(rows):
    """`_sum(rows)("spent_wan")`: the sum of what is filled in; None where nothing is."""
    rows = list(rows)

    def of(name: str) -> Decimal | None:
        amounts = [amount for row in rows if (amount := getattr(row, name)) is not None]
        return sum(amounts, Decimal(0)) if amounts else None

    return of
