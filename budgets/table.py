"""The budget table of a year, as the page, the workbook and the report read it: a fixed number of queries whatever the
number of rows. Every amount is Decimal in 万元 or None (未填)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from budgets import growth
from budgets.models import SOURCES, STAGES, BudgetLine, CityRevenue, StageLock
from governance import clock, readings
from governance.access import Actor
from governance.models import Plan
from projects.models import Project

STAGE_KEYS = [s for s, _ in STAGES]
STANDALONE = "单列项目"
USUAL = ("city", "county", "state", "province", "own", "enterprise")


@dataclass
class Row:
    """One project in one year: its lines by source, sums by stage, and what else the table shows."""

    project: Project
    lead: str
    lead_flags: list[str]
    lines: dict[str, BudgetLine] = field(default_factory=dict)
    in_window: bool = True

    def sum(self, stage: str) -> Decimal | None:
        """The stage over all sources; None where no line holds it."""
        held = [v for line in self.lines.values() if (v := getattr(line, f"{stage}_wan")) is not None]
        return sum(held, Decimal(0)) if held else None

    def amount(self, source: str, stage: str) -> Decimal | None:
        line = self.lines.get(source)
        return getattr(line, f"{stage}_wan") if line else None


@dataclass
class Group:
    """A programme with its rows; money sums count each project once."""

    name: str
    rows: list[Row]

    def sum(self, stage: str) -> Decimal | None:
        return add(r.sum(stage) for r in self.rows)

    def amount(self, source: str, stage: str) -> Decimal | None:
        return add(r.amount(source, stage) for r in self.rows)

    @property
    def estimate(self) -> Decimal:
        return sum((r.project.estimate_wan or Decimal(0) for r in self.rows), Decimal(0))


@dataclass
class YearTable:
    """The whole year: groups, the rest of the plan, totals, locks, growth."""

    year: int
    groups: list[Group]
    rest: list[Row]  # planned projects whose window does not touch the year and that hold no line
    locks: dict[str, StageLock]
    growth: growth.YearGrowth
    check_wan: Decimal

    @property
    def rows(self) -> list[Row]:
        return [r for g in self.groups for r in g.rows]

    def sum(self, stage: str) -> Decimal | None:
        return add(r.sum(stage) for r in self.rows)

    def amount(self, source: str, stage: str) -> Decimal | None:
        return add(r.amount(source, stage) for r in self.rows)

    def filled(self, stage: str) -> int:
        return sum(1 for r in self.rows if r.sum(stage) is not None)

    @property
    def planned_wan(self) -> Decimal:
        """Estimates of the planned projects in the table."""
        return sum((r.project.estimate_wan for r in self.rows if r.project.plan_item_id), Decimal(0))

    @property
    def rest_wan(self) -> Decimal:
        return sum((r.project.estimate_wan for r in self.rest), Decimal(0))

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The sources that the table shows: the usual ones, and those that hold money."""
        used = {s for r in self.rows for s in r.lines}
        return [(s, label) for s, label in SOURCES if s in USUAL or s in used]


def add(amounts) -> Decimal | None:
    """The sum of what is there; None where nothing is."""
    held = [a for a in amounts if a is not None]
    return sum(held, Decimal(0)) if held else None


def year_table(year: int, actor: Actor | None = None) -> YearTable:
    """All projects of the year for whoever may see city money, one's own for a department (`visible_to`)."""
    projects = list(
        Project.objects.select_related("programme", "plan_item").prefetch_related("leads__organisation__canonical").order_by("order")
    )
    lines = BudgetLine.objects.in_year(year)
    if actor is not None:
        lines = BudgetLine.objects.visible_to(actor).in_year(year)
    held: dict[int, dict[str, BudgetLine]] = defaultdict(dict)
    for line in lines:
        held[line.project_id][line.source] = line
    groups: dict[str, list[Row]] = defaultdict(list)
    rest = []
    for project in projects:
        touches = bool(project.latest_start and project.latest_start.year <= year <= (project.latest_end or project.latest_start).year)
        row = Row(project, *_lead(project), lines=held.get(project.pk, {}), in_window=touches)
        if project.pk in held or (touches and project.plan_item_id):
            groups[project.programme.name if project.programme else STANDALONE].append(row)
        elif project.plan_item_id:
            rest.append(row)
    named = [Group(name, rows) for name, rows in groups.items()]
    named.sort(key=lambda g: (g.name == STANDALONE, -g.estimate))
    locks = {lock.stage: lock for lock in StageLock.objects.filter(fiscal_year=year)}
    return YearTable(year, named, rest, locks, year_growth(year), plan_total())


def _lead(project: Project) -> tuple[str, list[str]]:
    first = next(iter(project.leads.all()), None)
    if first is None:
        return "—", []
    unit = first.organisation.canonical or first.organisation
    return unit.name, unit.flags


def plan_total() -> Decimal:
    """The plan's own total (6883), against which every table is checked."""
    plan = Plan.objects.order_by("pk").first()
    return Decimal(str(plan.data.get("checks", {}).get("total_wan", 0))) if plan else Decimal(0)


def year_growth(year: int) -> growth.YearGrowth:
    """The two tests of 9.6.1 for a year, on approved city money."""
    funds = city_funds()
    revenues = dict(CityRevenue.objects.values_list("fiscal_year", "revenue_wan"))
    return growth.growth_of(year, funds, revenues, readings.current("D06", clock.today()))


def city_funds() -> dict[int, Decimal | None]:
    """F: approved 市财政 money by year; a year without an approved line is missing."""
    sums: dict[int, Decimal] = {}
    rows = BudgetLine.objects.filter(source="city").exclude(approved_wan=None).values_list("fiscal_year", "approved_wan")
    for year, amount in rows:
        sums[year] = sums.get(year, Decimal(0)) + amount
    return sums
