"""The project list: what the address filters, the rows of a page, and the three closing lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import BigIntegerField, CharField, Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from governance import charts
from governance.basics.refusal import Invalid
from governance.basics.text import clean_text
from governance.database.prepared import Prepared
from governance.models import Organisation, PlanItem
from governance.web.entry import integer, one_of
from projects.labels import INVESTMENT_TYPES, ORIGINS, RATING_TONES, STANDALONE, STATE_TONES, STATES
from projects.models import Milestone, Phase, Programme, Project, ProjectLead, TaskLink, with_leads
from projects.panels import keyset
from projects.panels.keyset import SORTS, Keyset
from projects.panels.plan import TIME_CODES, Touched
from projects.progress import rating
from projects.progress.ratings import differs, latest_report, rated, rating_of

PAGE_ROWS = 200
DIFFER_MOST = 5000
NAMED_MOST = 40
LARGE = 2000  # above so many rows the totals are a request of their own
SORT_LABELS = {key: sort.label for key, sort in SORTS.items()}
LATER = {"later": "规划之外"}  # every origin but the plan
BASES = {"any": "列名即算（重复计数）", "first": "只算第一牵头"}


@dataclass(frozen=True)
class Filter:
    """What the address asks for; empty means everything."""

    year: int | None = None
    programme: str = ""
    lead: int | None = None
    basis: str = "any"
    state: str = ""
    origin: str = ""
    investment_type: str = ""
    discrepancy: str = ""
    tasks: str = ""  # "any": some task of chapter 10 names it, "none", or those of one block ("10.2")
    rated: str = ""  # "differ": self-rating and computed rating disagree
    q: str = ""
    sort: str = "order"
    after: str = ""  # a place of panels.keyset
    before: str = ""

    @classmethod
    def read(cls, params: Mapping) -> Filter:
        """From a query string. Raises Invalid for a value that cannot be."""
        try:
            query = clean_text(params.get("q", ""), limit=60, field="查找")
        except ValueError as error:
            raise Invalid(str(error), fields={"q": [str(error)]}) from None
        return cls(
            year=integer(params.get("year"), name="年度", low=1990, high=2100),
            programme=one_of(params, "programme"),
            lead=integer(params.get("lead"), name="牵头单位", low=1, high=999_999_999),
            basis=one_of(params, "basis", BASES) or "any",
            state=one_of(params, "state", STATES),
            origin=one_of(params, "origin", ORIGINS | LATER),
            investment_type=one_of(params, "investment_type", INVESTMENT_TYPES | {"none": ""}),
            discrepancy=one_of(params, "d"),
            tasks=one_of(params, "tasks"),
            rated=one_of(params, "rated", {"differ": ""}),
            q=query,
            sort=one_of(params, "sort", SORTS) or "order",
            after=one_of(params, "after"),
            before=one_of(params, "before"),
        )

    @property
    def is_empty(self) -> bool:
        return replace(self, sort="order", after="", before="", basis="any") == Filter()

    def address(self, **changes) -> str:
        """The query string with some values changed; empty ones are left out."""
        values = (
            {name: getattr(self, name) for name in self.__dataclass_fields__} | {"after": "", "before": ""} | changes
        )
        values["d"] = values.pop("discrepancy")
        defaults = {"sort": "order", "basis": "any"}
        shown = {k: v for k, v in values.items() if v not in ("", None) and v != defaults.get(k)}
        return "?" + urlencode(shown)

    def rows(self, projects: QuerySet, touched: Touched) -> QuerySet:
        """The projects that pass."""
        if self.year:
            projects = projects.in_year(self.year)
        if self.programme == "none":
            projects = projects.filter(programme=None)
        elif self.programme:
            projects = projects.filter(programme__key=self.programme)
        if self.lead:
            unit = Q(organisation_id=self.lead) | Q(organisation__canonical_id=self.lead)
            named = ProjectLead.objects.filter(unit)
            if self.basis == "first":
                named = named.filter(order=1)
            projects = projects.filter(pk__in=named.values("project_id"))
        if self.state:
            projects = projects.filter(state=self.state)
        if self.origin in LATER:
            projects = projects.exclude(origin="plan")
        elif self.origin:
            projects = projects.filter(origin=self.origin)
        if self.investment_type:
            projects = projects.filter(investment_type="" if self.investment_type == "none" else self.investment_type)
        if self.tasks:
            sure = TaskLink.objects.filter(certainty="sure", project=OuterRef("pk"))
            named = Exists(sure if self.tasks in ("any", "none") else sure.filter(task__block=self.tasks))
            projects = projects.filter(~named if self.tasks == "none" else named)
        if self.discrepancy:
            codes = TIME_CODES if self.discrepancy == "time" else (self.discrepancy,)
            projects = projects.filter(code__in=touched.projects_of(codes))
        if self.q:
            projects = projects.matching(self.q)
        return projects


@dataclass(frozen=True)
class Lead:
    """A lead unit as it is shown: the plan's words, the unit, its flags (内设机构, 临时机构, 泛指)."""

    as_named: str
    organisation: Organisation
    flags: tuple[str, ...]

    @property
    def url(self) -> str:
        return self.organisation.get_absolute_url()


def leads_of(project: Project) -> list[Lead]:
    """Leads in order, from prefetched rows."""
    return [Lead(row.as_named, row.organisation, tuple(row.organisation.flags)) for row in project.leads.all()]


@dataclass(frozen=True)
class ListRow:
    """A line of the list."""

    project: Project
    leads: list[Lead]
    flags: tuple[str, ...]
    rating: rating.Rating
    own: str  # the unit's own rating in words, "" without a report
    own_tone: str
    differs: bool
    discrepancies: int
    weighty: int
    chart: object | None

    @property
    def first_lead(self) -> Lead | None:
        return self.leads[0] if self.leads else None

    @property
    def state_label(self) -> str:
        return STATES[self.project.state]

    @property
    def state_tone(self) -> str:
        return STATE_TONES[self.project.state]

    @property
    def rating_tone(self) -> str:
        return RATING_TONES[self.rating.code]


@dataclass(frozen=True)
class Totals:
    """The closing lines and the tabs' counts: what the filter lets through, what it leaves out, the plan's own sum."""

    shown: int
    shown_wan: Decimal
    outside: list[
        tuple[str, Decimal | None]
    ]  # code, 万元 of the plan's rows that the filter leaves out, at most NAMED_MOST
    outside_count: int
    outside_wan: Decimal
    planned: int
    planned_wan: Decimal
    other: int  # projects beyond the plan's rows
    check_wan: Decimal | None  # what the rows of 10.4 add up to
    all: int
    year: int  # projects whose time touches the running year

    @property
    def agrees(self) -> bool:
        return self.check_wan == self.planned_wan


@dataclass(frozen=True)
class Listing:
    """A page of the list; `totals` is None where the register is large and they are asked for apart."""

    filter: Filter
    page: Keyset
    rows: list[ListRow]
    totals: Totals | None


Drawn = tuple[list[charts.Milestone], list[charts.Phase]]


def marks_of(projects) -> dict[int, Drawn]:
    """Milestones and phases of several projects for their pictures, by the project's id; one query."""
    ids = [p.pk for p in projects]
    found: dict[int, Drawn] = {pk: ([], []) for pk in ids}
    for kind, text, project, start, end, precision in sorted(_MARKS(ids), key=lambda r: (r[3], r[4])):
        if kind == "m":
            found[project][0].append(charts.Milestone(text, start, end, precision))
        else:
            found[project][1].append(charts.Phase(text, start, end))
    return found


@Prepared
def _MARKS(ids: list[int]) -> QuerySet:
    columns = ("project_id", "start", "end", "precision")
    milestones = Milestone.objects.filter(project_id__among=ids, dropped_reason="").order_by()
    phases = Phase.objects.filter(project_id__among=ids).order_by()
    return milestones.values_list(Value("m"), "text", *columns).union(
        phases.values_list(Value("p"), "name", *columns), all=True
    )


def chart_row(project: Project, drawn: Drawn) -> charts.Row | None:
    """The picture's row; None where no window is stated."""
    if project.latest_start is None or project.latest_end is None:
        return None
    return charts.Row(
        code=project.code,
        label=project.name,
        url=project.get_absolute_url(),
        start=project.latest_start,
        end=project.latest_end,
        done=None if project.percent is None else project.percent / 100,
        milestones=tuple(drawn[0]),
        phases=tuple(drawn[1]),
        amount="" if project.estimate_wan is None else f"{project.estimate_wan:,.0f}",
        state=STATES[project.state],
        progress="" if project.percent is None else str(project.percent),
    )


def listing(
    actor,
    asked: Filter,
    *,
    day: dt.date,
    touched: Touched,
    tab_year: int | None = None,
    counted: bool = False,
    money_of: Callable[[list[Project]], Mapping[int, rating.Money]] = lambda projects: {},
) -> Listing:
    """A page of projects with their leads and pictures. The totals come along unless the register holds more than LARGE
    rows, where only `counted` asks for them. `money_of` is asked once for the money of the rows,
    by the project's id."""
    visible = Project.objects.visible_to(actor)
    passing, sort = asked.rows(visible, touched), SORTS[asked.sort]
    if asked.rated:
        page = keyset.page(rated(passing), sort, size=DIFFER_MOST)
        rows = [p for p in page.rows if latest_report(p)]
        known = money_of(rows)
        rows = [p for p in rows if differs(p, rating_of(p, day, money=known.get(p.pk)))]
        page = replace(page, rows=rows[:PAGE_ROWS])
    else:
        ready = (
            _FIRST_PAGE((asked.sort, PAGE_ROWS)) if asked == Filter(sort=asked.sort) else None
        )  # whoever reads it reads all
        page = keyset.page(rated(passing), sort, size=PAGE_ROWS, after=asked.after, before=asked.before, ready=ready)
    small = page.is_whole and asked.is_empty
    totals = None
    if counted or small or not visible.order_by("pk").values("pk")[LARGE : LARGE + 1].exists():
        totals = _totals(visible, asked, touched, page, tab_year or day.year)
    with_leads(page.rows)
    marks, known = marks_of(page.rows), money_of(page.rows)
    windows = [(p.start, p.latest_end) for p in page.rows if p.start and p.latest_end]
    scale = (min(w[0] for w in windows), max(w[1] for w in windows)) if windows else None
    rows = [_row(p, day, known.get(p.pk), touched, marks[p.pk], scale) for p in page.rows]
    return Listing(asked, page, rows, totals)


_FIRST_PAGE = Prepared(lambda of: keyset.first_page(rated(Project.objects.all()), SORTS[of[0]], of[1]))


def _totals(visible: QuerySet, asked: Filter, touched: Touched, page: Keyset, year: int) -> Totals:
    """Two queries, one more where a filter leaves rows out or there is more than one page."""
    planned = ~Q(plan_item=None)
    check = PlanItem.objects.order_by().values("plan").annotate(wan=Sum("estimate_wan")).values("wan")[:1]
    every = visible.order_by().aggregate(
        all=Count("pk"),
        planned=Count("pk", filter=planned),
        wan=Sum("estimate_wan", filter=planned),
        year=Count("pk", filter=Q(latest_start__year__lte=year, latest_end__year__gte=year)),
        check=Min(Subquery(check)),
    )
    shown, shown_wan = len(page.rows), _sum(page.rows)
    if not page.is_whole and not asked.rated:
        sums = asked.rows(visible, touched).order_by().aggregate(n=Count("pk"), wan=Sum("estimate_wan"))
        shown, shown_wan = sums["n"], sums["wan"] or Decimal(0)
    outside: list[tuple[str, Decimal | None]] = []
    if not asked.is_empty:
        here = page.is_whole or asked.rated
        inside = [p.pk for p in page.rows] if here else asked.rows(visible.planned(), touched).order_by().values("pk")
        outside = list(visible.planned().exclude(pk__in=inside).order_by("order").values_list("code", "estimate_wan"))
    return Totals(
        shown,
        shown_wan,
        outside[:NAMED_MOST],
        len(outside),
        sum((wan or Decimal(0) for _, wan in outside), Decimal(0)),
        every["planned"],
        every["wan"] or Decimal(0),
        every["all"] - every["planned"],
        every["check"],
        every["all"],
        every["year"],
    )


def _sum(projects) -> Decimal:
    return sum((p.estimate_wan or Decimal(0) for p in projects), Decimal(0))


def _row(project, day, money, touched: Touched, marks: Drawn, scale: tuple[dt.date, dt.date] | None) -> ListRow:
    leads, newest = leads_of(project), latest_report(project)
    computed = rating_of(project, day, money=money)
    flags = tuple(dict.fromkeys(flag for lead in leads[:1] for flag in lead.flags))
    if any("泛指" in lead.flags for lead in leads[1:]):
        flags += ("含泛指",)
    elif project.leads_open_ended:
        flags += ("等",)
    shape = chart_row(project, marks)
    drawn = charts.gantt_row(shape, first=scale[0], last=scale[1], today=day, width=180) if shape and scale else None
    count, weighty = touched.counts(project.code)
    return ListRow(
        project,
        leads,
        flags,
        computed,
        newest.own_label if newest else "",
        RATING_TONES[newest.self_rating] if newest else "",
        differs(project, computed),
        count,
        weighty,
        drawn,
    )


def options(*, counted: bool = True) -> dict[str, list[dict]]:
    """What the filter offers: `leads` (most projects first) and `programmes`, each key, name, count; one query. Without
    `counted` (a large register) the counts are None and units stand in their own order; two queries."""
    if not counted:
        named = ProjectLead.objects.filter(is_generic=False, organisation=OuterRef("pk"))
        units = Organisation.objects.filter(Exists(named)).select_related("canonical").order_by("pk")
        survivors = {u.survivor_id: (u.canonical or u).name for u in units}
        found = {
            "lead": [{"key": str(pk), "name": name, "rank": pk, "count": None} for pk, name in survivors.items()],
            "programme": [
                {"key": p.key, "name": p.name, "rank": p.order, "count": None} for p in Programme.objects.all()
            ],
        }
    else:
        found = _counted_options()
    return {
        "leads": sorted(found["lead"], key=lambda o: (-(o["count"] or 0), o["rank"])),
        "programmes": [*sorted(found["programme"], key=lambda o: o["rank"]), {"key": "none", "name": STANDALONE}],
    }


def _counted_options() -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {"lead": [], "programme": []}
    for kind, key, name, rank, n in _OPTIONS():
        found[kind].append({"key": key, "name": name, "rank": rank, "count": n})
    return found


@Prepared
def _OPTIONS() -> QuerySet:
    unit = Coalesce("organisation__canonical_id", "organisation_id", output_field=BigIntegerField())
    leads = (
        ProjectLead.objects.filter(is_generic=False)
        .order_by()
        .annotate(kind=Value("lead"), key_=Cast(unit, CharField()), rank=unit)
        .annotate(label=Coalesce("organisation__canonical__name", "organisation__name"))
        .values_list("kind", "key_", "label", "rank")
        .annotate(n=Count("project_id", distinct=True))
    )
    programmes = (
        Programme.objects.order_by()
        .annotate(kind=Value("programme"), key_=Cast("key", CharField()), label=Cast("name", CharField()))
        .annotate(rank=Cast("order", BigIntegerField()))
        .values_list("kind", "key_", "label", "rank")
        .annotate(n=Count("projects", distinct=True))
    )
    return leads.union(programmes, all=True)
