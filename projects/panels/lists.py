"""The project list: what the address filters, the rows of a page, and the three closing lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, CharField, Count, Max, Min, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from governance import charts
from governance.models import Organisation, PlanItem
from governance.refusal import Invalid
from governance.web import integer
from projects import rating
from projects.labels import INVESTMENT_TYPES, ORIGINS, RATING_TONES, STANDALONE, STATE_TONES, STATES
from projects.models import Milestone, Phase, Programme, Project, ProjectLead
from projects.panels.plan import TIME_CODES, Touched
from projects.panels.ratings import differs, latest_report, rating_of, with_facts

PAGE_ROWS = 200
DIFFER_MOST = 5000
NAMED_MOST = 40
SORTS = {
    "order": ("order", "pk"),
    "-estimate": ("-estimate_wan", "order"),
    "estimate": ("estimate_wan", "order"),
    "end": ("latest_end", "order"),
    "-percent": ("-percent", "order"),
    "state": ("state", "order"),
}
SORT_LABELS = {"order": "按规划次序", "-estimate": "按概算由大到小", "estimate": "按概算由小到大", "end": "按止期",
               "-percent": "按完成比例", "state": "按状态"}  # fmt: skip
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
    rated: str = ""  # "differ": self-rating and computed rating disagree
    q: str = ""
    sort: str = "order"
    page: int = 1

    @classmethod
    def read(cls, params: Mapping) -> Filter:
        """From a query string. Raises Invalid for a value that cannot be."""
        from governance.text import clean_text

        try:
            query = clean_text(params.get("q", ""), limit=60, field="查找")
        except ValueError as error:
            raise Invalid(str(error), fields={"q": [str(error)]}) from None
        return cls(
            year=integer(params.get("year"), name="年度", low=1990, high=2100),
            programme=_one_of(params, "programme"),
            lead=integer(params.get("lead"), name="牵头单位", low=1, high=999_999_999),
            basis=_one_of(params, "basis", BASES) or "any",
            state=_one_of(params, "state", STATES),
            origin=_one_of(params, "origin", ORIGINS),
            investment_type=_one_of(params, "investment_type", INVESTMENT_TYPES | {"none": ""}),
            discrepancy=_one_of(params, "d"),
            rated=_one_of(params, "rated", {"differ": ""}),
            q=query,
            sort=_one_of(params, "sort", SORTS) or "order",
            page=integer(params.get("page"), name="页码", low=1, high=999_999, default=1),
        )

    @property
    def is_empty(self) -> bool:
        return replace(self, sort="order", page=1, basis="any") == Filter()

    def address(self, **changes) -> str:
        """The query string with some values changed; empty ones are left out."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__} | {"page": 1} | changes
        values["d"] = values.pop("discrepancy")
        defaults = {"sort": "order", "page": 1, "basis": "any"}
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
        if self.origin:
            projects = projects.filter(origin=self.origin)
        if self.investment_type:
            projects = projects.filter(investment_type="" if self.investment_type == "none" else self.investment_type)
        if self.discrepancy:
            codes = TIME_CODES if self.discrepancy == "time" else (self.discrepancy,)
            projects = projects.filter(code__in=touched.projects_of(codes))
        if self.q:
            projects = projects.matching(self.q)
        return projects


def _one_of(params: Mapping, name: str, allowed: Mapping | None = None) -> str:
    value = str(params.get(name, "")).strip()[:60]
    if value and allowed is not None and value not in allowed:
        raise Invalid(f"“{value}”不是可选的值。", fields={name: ["请从列出的各项中选择"]})
    return value


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
class Listing:
    """A page of the list, its closing lines and the tabs' counts."""

    filter: Filter
    page: Page
    rows: list[ListRow]
    shown: int
    shown_wan: Decimal
    outside: list[str]  # codes of the plan's rows that the filter leaves out, at most NAMED_MOST
    outside_count: int
    outside_wan: Decimal
    planned: int
    planned_wan: Decimal
    other: int  # projects beyond the plan's rows
    check_wan: Decimal | None  # what the rows of 10.4 add up to
    counts: dict[str, int] = field(default_factory=dict)


Drawn = tuple[list[charts.Milestone], list[charts.Phase]]


def marks_of(projects) -> dict[int, Drawn]:
    """Milestones and phases of several projects for their pictures, by the project's id; one query."""
    ids = [p.pk for p in projects]
    columns = ("project_id", "start", "end", "precision")
    milestones = Milestone.objects.filter(project__in=ids).order_by().values_list(Value("m"), "text", *columns)
    phases = Phase.objects.filter(project__in=ids).order_by().values_list(Value("p"), "name", *columns)
    found: dict[int, Drawn] = {pk: ([], []) for pk in ids}
    for kind, text, project, start, end, precision in sorted(milestones.union(phases, all=True), key=lambda r: (r[3], r[4])):
        if kind == "m":
            found[project][0].append(charts.Milestone(text, start, end, precision))
        else:
            found[project][1].append(charts.Phase(text, start, end))
    return found


def chart_row(project: Project, drawn: Drawn, *, marks=()) -> charts.Row | None:
    """The picture's row; None where no window is stated."""
    if project.latest_start is None or project.latest_end is None:
        return None
    return charts.Row(
        code=project.code, label=project.name, url=project.get_absolute_url(), start=project.latest_start,
        end=project.latest_end, done=None if project.percent is None else project.percent / 100,
        milestones=tuple(drawn[0]), phases=tuple(drawn[1]),
        amount="" if project.estimate_wan is None else f"{project.estimate_wan:,.0f}", state=STATES[project.state],
        progress="" if project.percent is None else str(project.percent), marks=tuple(marks),
    )  # fmt: skip


def listing(
    actor, asked: Filter, *, day: dt.date, touched: Touched, tab_year: int | None = None,
    money_of: Callable[[list[Project]], Mapping[int, rating.Money]] = lambda projects: {},
) -> Listing:  # fmt: skip
    """A page of projects: counts, rows, their leads, their pictures; one more query where a filter leaves rows out, and
    one where there is more than one page. `money_of` is asked once for the money of the rows, by the project's id."""
    visible = Project.objects.visible_to(actor)
    passing = asked.rows(visible, touched)
    ordered = with_facts(passing).order_by(*SORTS[asked.sort])
    counted = _counts(visible, tab_year or day.year)
    if asked.rated:
        found = [p for p in ordered[:DIFFER_MOST] if latest_report(p)]
        money = money_of(found)
        found = [p for p in found if differs(p, rating_of(p, day, money=money.get(p.pk)))]
    else:
        found = list(ordered[: PAGE_ROWS + 1])
    if len(found) <= PAGE_ROWS:  # the usual case: what is on the page is all that passes
        shown, shown_wan = len(found), _sum(found)
        page = Paginator(found, PAGE_ROWS).get_page(1)
        left_out = visible.planned().exclude(pk__in=[p.pk for p in found])
    else:
        sums = passing.aggregate(n=Count("pk"), wan=Sum("estimate_wan"))
        shown, shown_wan = sums["n"], sums["wan"] or Decimal(0)
        pages = Paginator(ordered, PAGE_ROWS)
        pages.count = shown
        page = pages.get_page(asked.page)
        page.object_list = list(page.object_list) if asked.page > 1 else found[:PAGE_ROWS]
        left_out = visible.planned().exclude(pk__in=passing.values("pk"))
    outside = [] if asked.is_empty else list(left_out.order_by("order").values_list("code", "estimate_wan"))
    marks = marks_of(page)
    money = money_of(list(page))
    rows = [_row(p, day, money.get(p.pk), touched, marks[p.pk], counted) for p in page]
    return Listing(
        asked, page, rows, shown, shown_wan, [code for code, _ in outside[:NAMED_MOST]], len(outside),
        sum((wan or Decimal(0) for _, wan in outside), Decimal(0)), counted["planned"], counted["wan"] or Decimal(0),
        counted["all"] - counted["planned"], counted["check"], counted,
    )  # fmt: skip


def _sum(projects) -> Decimal:
    return sum((p.estimate_wan or Decimal(0) for p in projects), Decimal(0))


def _counts(visible: QuerySet, year: int) -> dict:
    """Counts of the tabs, the plan's total as the projects add it up and as the rows of 10.4 do (`check`)."""
    planned = ~Q(plan_item=None)
    rows = PlanItem.objects.order_by().values("plan").annotate(wan=Sum("estimate_wan")).values("wan")[:1]
    return visible.order_by().aggregate(
        all=Count("pk"), planned=Count("pk", filter=planned), wan=Sum("estimate_wan", filter=planned),
        year=Count("pk", filter=Q(latest_start__year__lte=year, latest_end__year__gte=year)),
        first=Min("start"), last=Max("latest_end"), check=Min(Subquery(rows)),
    )  # fmt: skip


def _row(project, day, money, touched: Touched, marks: Drawn, counted: dict) -> ListRow:
    leads, newest = leads_of(project), latest_report(project)
    computed = rating_of(project, day, money=money)
    flags = tuple(dict.fromkeys(flag for lead in leads[:1] for flag in lead.flags))
    if any("泛指" in lead.flags for lead in leads[1:]):
        flags += ("含泛指",)
    if project.leads_open_ended:
        flags += ("等",)
    first, last, shape = counted["first"], counted["last"], chart_row(project, marks)
    drawn = charts.gantt_row(shape, first=first, last=last, today=day, width=180) if shape and first and last else None
    count, weighty = touched.counts(project.code)
    return ListRow(
        project, leads, flags, computed, newest.own_label if newest else "",
        RATING_TONES[newest.self_rating] if newest else "", differs(project, computed), count, weighty, drawn,
    )  # fmt: skip


def options() -> dict[str, list[dict]]:
    """What the filter offers, in one query: `leads` (most projects first) and `programmes`, each key, name, count."""
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
    found: dict[str, list[dict]] = {"lead": [], "programme": []}
    for kind, key, name, rank, n in leads.union(programmes, all=True):
        found[kind].append({"key": key, "name": name, "rank": rank, "count": n})
    return {
        "leads": sorted(found["lead"], key=lambda o: (-o["count"], o["rank"])),
        "programmes": [*sorted(found["programme"], key=lambda o: o["rank"]), {"key": "none", "name": STANDALONE}],
    }
