"""The budget tables of a year and of all years, for page, workbook and report.

A fixed number of queries whatever the number of rows. Every amount is Decimal in 万元 or None (未填)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.conf import settings
from django.db.models import BooleanField, Case, Sum, When

from budgets.growth import planned as planned_years
from budgets.growth import rule
from budgets.models import SOURCES, STAGES, BudgetLine, CityRevenue, StageLock
from budgets.table.chosen import NONE, Chosen, first_lead
from governance.basics import clock
from governance.basics.figures import Part
from governance.basics.roles import Permission, Scope
from governance.database.prepared import Prepared
from governance.kernel import readings
from governance.kernel.access import Actor
from governance.people import institutions
from projects.labels import STANDALONE
from projects.models import Project, with_leads

STAGE_KEYS = [s for s, _ in STAGES]


@dataclass
class Row:
    """One project in one year: its lines by source, sums by stage, and what else the table shows."""

    project: Project
    lead: str
    lead_flags: list[str]
    lines: dict[str, BudgetLine] = field(default_factory=dict)

    def sum(self, stage: str) -> Decimal | None:
        """The stage over all sources; None where no line holds it."""
        return add(getattr(line, f"{stage}_wan") for line in self.lines.values())

    def amount(self, source: str, stage: str) -> Decimal | None:
        line = self.lines.get(source)
        return getattr(line, f"{stage}_wan") if line else None


@dataclass
class Group:
    """A programme with its rows; money sums count each project once."""

    name: str
    rows: list[Row]
    planned_count: int = 0  # the plan's rows of the programme over all years
    planned_wan: Decimal = Decimal(0)

    def sum(self, stage: str) -> Decimal | None:
        return add(r.sum(stage) for r in self.rows)

    def amount(self, source: str, stage: str) -> Decimal | None:
        return add(r.amount(source, stage) for r in self.rows)

    @property
    def key(self) -> str:
        """What the filter calls it."""
        return group_key(self.rows[0].project)

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
    growth: rule.YearGrowth
    check_wan: Decimal
    approved_by_year: dict[int, Decimal]  # the plan's rows over all sources
    whole: bool = True  # the reader sees the city's money; others get their own projects, no check and no growth
    chosen: Chosen = Chosen()

    @property
    def rows(self) -> list[Row]:
        return [r for g in self.groups for r in g.rows]

    def sum(self, stage: str) -> Decimal | None:
        return add(r.sum(stage) for r in self.rows)

    def amount(self, source: str, stage: str) -> Decimal | None:
        return add(r.amount(source, stage) for r in self.rows)

    def within(self, part: Part) -> YearTable:
        """The same year with the projects of a part alone: no check against the plan's total and no growth."""
        if part.is_whole:
            return self
        groups = [replace(g, rows=rows) for g in self.groups if (rows := [r for r in g.rows if r.project.code in part])]
        return replace(self, groups=groups, rest=[r for r in self.rest if r.project.code in part], whole=False)

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
        """The sources that hold a line this year, 市财政 always; the chosen one alone where one is."""
        if self.chosen.source:
            return [(s, label) for s, label in SOURCES if s == self.chosen.source]
        used = {s for r in self.rows for s in r.lines}
        return [(s, label) for s, label in SOURCES if s == "city" or s in used]


def group_key(project: Project) -> str:
    """The filter's word for a project's programme; `none` is 单列项目."""
    return project.programme.key if project.programme else NONE


def add(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is there; None where nothing is."""
    held = [a for a in amounts if a is not None]
    return sum(held, Decimal(0)) if held else None


def year_table(year: int, actor: Actor | None = None, chosen: Chosen | None = None) -> YearTable:
    """All projects of the year for whoever may see city money, one's own for a department (`visible_to`); what `chosen`
    leaves out of the plan's rows stands in `rest`."""
    chosen = chosen or Chosen()
    projects = projects_with_leads()
    whole = sees_whole(actor)
    if whole:
        lines = _OF_YEAR(year)
    else:
        # A line that may not be seen is not an empty one: what is not the reader's own is left out, not shown as 未填.
        lines = BudgetLine.objects.visible_to(actor).in_year(year)
        projects = [p for p in projects if actor.organisation_id in p.belongs_to()]
    held: dict[int, dict[str, BudgetLine]] = defaultdict(dict)
    for line in (line for line in lines if chosen.source in ("", line.source)):
        held[line.project_id][line.source] = line
    groups: dict[str, list[Row]] = defaultdict(list)
    planned: dict[str, list[Decimal]] = defaultdict(list)
    rest = []
    for project in projects:
        name = project.programme.name if project.programme else STANDALONE
        if project.plan_item_id:
            planned[name].append(project.estimate_wan)
        touches = bool(
            project.latest_start
            and project.latest_start.year <= year <= (project.latest_end or project.latest_start).year
        )
        row = Row(project, *_lead(project), lines=held.get(project.pk, {}))
        is_in = chosen.takes(lead=first_lead(project), programme=project.programme.key if project.programme else None)
        if is_in and (project.pk in held or (touches and project.plan_item_id and chosen.shows_empty())):
            groups[name].append(row)
        elif project.plan_item_id:
            rest.append(row)
    named = [Group(name, rows, len(planned[name]), sum(planned[name], Decimal(0))) for name, rows in groups.items()]
    named.sort(key=lambda g: (g.name == STANDALONE, -g.estimate))
    locks = {lock.stage: lock for lock in _LOCKS(year)}
    approved = approved_money()
    return YearTable(
        year, named, rest, locks, year_growth(year, approved), plan_total(), by_year(approved), whole, chosen
    )


_OF_YEAR = Prepared(lambda year: BudgetLine.objects.in_year(year))
_LOCKS = Prepared(lambda year: StageLock.objects.filter(fiscal_year=year))


def sees_whole(actor: Actor | None) -> bool:
    """Whether the reader sees the money of the whole city; None is a report, which does."""
    return actor is None or actor.scope(Permission.READ_BUDGET) is Scope.CITY


def projects_with_leads() -> list[Project]:
    """All projects in the plan's order, their leads' units with them, in three queries."""
    return with_leads(_PROJECTS())


_PROJECTS = Prepared(lambda: Project.objects.select_related("programme").order_by("order"))


def _lead(project: Project) -> tuple[str, list[str]]:
    first = next(iter(project.leads.all()), None)
    if first is None:
        return "—", []
    unit = first.organisation.canonical or first.organisation
    return unit.name, unit.flags


def plan_total() -> Decimal:
    """The plan's own total (6883), against which every table is checked."""
    plan = institutions.current_plan()
    return Decimal(str(plan.data.get("checks", {}).get("total_wan", 0))) if plan else Decimal(0)


def year_growth(year: int, approved: Approved | None = None) -> rule.YearGrowth:
    """The two tests of 9.6.1 for a year, on approved city money."""
    revenues = dict(_REVENUES())
    day = clock.today()
    unplanned = planned_years.unplanned([year], day)
    return rule.growth_of(year, city_funds(approved), revenues, readings.current("D06", day), unplanned)


def growth_series(years, approved: Approved | None = None) -> tuple[rule.YearGrowth, ...]:
    """The tests of several years with one reading of D06."""
    revenues = dict(_REVENUES())
    day = clock.today()
    unplanned = planned_years.unplanned(years, day)
    return rule.series(years, city_funds(approved), revenues, readings.current("D06", day), unplanned)


Approved = dict[tuple[int, str, bool], Decimal]  # (year, source, whether the plan lists the project) → 万元


def approved_money() -> Approved:
    """Approved money of the whole city, one query; what holds no approved line is missing."""
    return {(year, source, bool(planned)): amount for year, source, planned, amount in _APPROVED()}


@Prepared
def _APPROVED():
    listed = Case(When(project__plan_item=None, then=False), default=True, output_field=BooleanField())
    rows = BudgetLine.objects.exclude(approved_wan=None).order_by().annotate(listed=listed)
    return rows.values_list("fiscal_year", "source", "listed").annotate(Sum("approved_wan"))


_REVENUES = Prepared(lambda: CityRevenue.objects.in_force().values_list("fiscal_year", "revenue_wan"))


def by_year(approved: Approved) -> dict[int, Decimal]:
    """The plan's rows over all sources, to be checked against their estimates."""
    sums: dict[int, Decimal] = {}
    for (year, _, planned), amount in sorted(approved.items()):
        if planned:
            sums[year] = sums.get(year, Decimal(0)) + amount
    return sums


def city_funds(approved: Approved | None = None) -> dict[int, Decimal]:
    """F: approved 市财政 money by year, inside and outside the plan; a year without an approved line is missing."""
    sums: dict[int, Decimal] = {}
    for (year, source, _), amount in (approved_money() if approved is None else approved).items():
        if source == "city":
            sums[year] = sums.get(year, Decimal(0)) + amount
    return sums


@dataclass
class YearsRow:
    """One project over the years, in one stage."""

    project: Project
    lead: str
    amounts: dict[int, Decimal]

    @property
    def total(self) -> Decimal | None:
        return add(self.amounts.values())

    @property
    def gap(self) -> Decimal | None:
        """What of the estimate has no year yet (D08); None where the project has no estimate."""
        return None if self.project.estimate_wan is None else self.project.estimate_wan - (self.total or Decimal(0))


@dataclass
class YearsTable:
    """Every year in one stage, by programme and by source."""

    years: list[int]
    groups: list[tuple[str, list[YearsRow]]]
    sources: list[tuple[str, dict[int, Decimal]]]
    check_wan: Decimal
    whole: bool
    chosen: Chosen

    @property
    def rows(self) -> list[YearsRow]:
        return [row for _, rows in self.groups for row in rows]

    def sum(self, year: int, rows=None) -> Decimal | None:
        return add(r.amounts.get(year) for r in (self.rows if rows is None else rows))

    @property
    def planned_wan(self) -> Decimal:
        """Estimates of the plan's rows."""
        return sum((r.project.estimate_wan for r in self.rows if r.project.plan_item_id), Decimal(0))

    @property
    def unsplit_wan(self) -> Decimal:
        """What of the plan's estimates has no year yet (D08)."""
        return self.planned_wan - sum((r.total or Decimal(0) for r in self.rows if r.project.plan_item_id), Decimal(0))


def years_table(stage: str, actor: Actor, chosen: Chosen | None = None) -> YearsTable:
    """All years 2005–2010 and others that hold a line; the plan's 27 rows always, others where they hold money."""
    chosen = chosen or Chosen()
    mine = BudgetLine.objects.filter(pk__in=BudgetLine.objects.visible_to(actor).values("pk"))
    if chosen.source:
        mine = mine.filter(source=chosen.source)
    lined = set(mine.order_by().values_list("project_id", flat=True).distinct()) if chosen else set()
    found = (
        mine.exclude(**{f"{stage}_wan": None})
        .order_by()
        .values_list("project_id", "fiscal_year", "source")
        .annotate(Sum(f"{stage}_wan"))
    )
    amounts: dict[int, dict[int, Decimal]] = defaultdict(dict)
    sources: dict[str, dict[int, Decimal]] = defaultdict(dict)
    years = set(settings.PLAN_YEARS)
    for project, year, source, amount in found:
        years.add(year)
        amounts[project][year] = amounts[project].get(year, Decimal(0)) + amount
        sources[source][year] = sources[source].get(year, Decimal(0)) + amount
    groups: dict[str, list[YearsRow]] = defaultdict(list)
    whole = sees_whole(actor)
    for project in projects_with_leads():
        if not chosen.takes(lead=first_lead(project), programme=project.programme.key if project.programme else None):
            continue
        planned = (
            project.plan_item_id and chosen.shows_empty() and (whole or actor.organisation_id in project.belongs_to())
        )
        if planned or project.pk in amounts or project.pk in lined:
            name = project.programme.name if project.programme else STANDALONE
            groups[name].append(YearsRow(project, _lead(project)[0], amounts.get(project.pk, {})))
    named = sorted(groups.items(), key=lambda g: (g[0] == STANDALONE, -sum(r.project.estimate_wan or 0 for r in g[1])))
    return YearsTable(
        sorted(years), named, [(label, sources[s]) for s, label in SOURCES if s in sources], plan_total(), whole, chosen
    )
