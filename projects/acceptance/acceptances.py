"""Acceptances and evaluations for pages: what waits, the ranking with its basis, departments against their targets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from governance.models import Organisation, Seat
from governance.signing import rounds
from projects.acceptance import scoring
from projects.lifecycle import approvals, life
from projects.models import Acceptance, AnnualTarget, Evaluation, Phase, Project, ProjectLead, SecurityGrading

KINDS = ("acceptance", "evaluation", "grading", *approvals.ROUND_KINDS, "collaboration")  # rounds of this floor
LEADS = Prefetch("project__leads", ProjectLead.objects.select_related("organisation__canonical"))


@dataclass(frozen=True)
class Placed:
    """One evaluation with its score and place; `unit` is the first lead (D43)."""

    evaluation: Evaluation
    score: scoring.Score
    unit: Organisation | None


@dataclass(frozen=True)
class Department:
    """A department: the mean score of the projects that it leads first, against its target; `met` None:
    cannot be said. `unheard` are its finished projects of which nobody has said how they are used,
    or not with measures enough."""

    unit: Organisation
    rows: tuple[Placed, ...]
    average: float | None
    target: AnnualTarget | None
    unheard: tuple[Project, ...] = ()

    @property
    def placed(self) -> int:
        """How many of its projects make the mean."""
        return sum(r.score.place is not None for r in self.rows)

    @property
    def key(self) -> str:
        return str(self.unit.pk)

    @property
    def met(self) -> bool | None:
        return None if self.average is None or self.target is None else self.average >= self.target.score


@dataclass(frozen=True)
class Ranking:
    """A year's evaluations: ranked projects, departments, and what is not in the ranking."""

    year: int
    rows: list[Placed]
    departments: list[Department]
    waiting: list[Evaluation]  # not signed yet: they count for nothing
    reported: int
    without: list[Project]  # finished, and nobody has evaluated them


def ranking(year: int) -> Ranking:
    """Signed evaluations of a year, ranked, and whose finished projects are not among them; six queries."""
    every = (
        Evaluation.objects.filter(year=year)
        .exclude(state__in=Evaluation.DEAD)
        .select_related("project", "reported_at")
        .prefetch_related(LEADS)
    )
    every = list(every.order_by("project__order", "pk"))
    signed = {e.project.code: e for e in every if e.is_concluded}
    scores = scoring.rank(
        scoring.Measures(
            code, e.project.name, e.use_percent, e.sharing_calls, e.goals_set, e.goals_met, e.satisfaction_percent
        )
        for code, e in signed.items()
    )
    rows = [Placed(signed[s.measures.code], s, _first(signed[s.measures.code].project)) for s in scores]
    without, waiting = finished_without(year), [e for e in every if e.is_signing]
    led = _units(_finished_without(year))
    unheard = [(p, led.get(p.pk)) for p in without]
    unheard += [
        (p, _first(p))
        for p in (*(e.project for e in waiting), *(r.evaluation.project for r in rows if r.score.place is None))
    ]
    return Ranking(
        year,
        rows,
        _departments(year, rows, unheard),
        waiting,
        sum(e.reported_on is not None for e in signed.values()),
        without,
    )


def _first(project: Project) -> Organisation | None:
    lead = next((lead for lead in project.leads.all() if not lead.is_generic), None)
    return (lead.organisation.canonical or lead.organisation) if lead else None


def _departments(year: int, rows: list[Placed], unheard: list[tuple[Project, Organisation | None]]) -> list[Department]:
    targets = {
        t.organisation_id: t
        for t in AnnualTarget.objects.filter(year=year, superseded=False).select_related("organisation")
    }
    led: dict[Organisation, list[Placed]] = defaultdict(list)
    for row in rows:
        if row.unit:
            led[row.unit].append(row)
    open_ones: dict[Organisation, list[Project]] = defaultdict(list)
    for project, unit in unheard:
        if unit:
            open_ones[unit].append(project)
    for unit in (*(t.organisation for t in targets.values()), *open_ones):
        led.setdefault(unit, [])
    found = [
        Department(
            unit, tuple(mine), scoring.average(r.score for r in mine), targets.get(unit.pk), tuple(open_ones[unit])
        )
        for unit, mine in led.items()
    ]
    return sorted(found, key=lambda d: (d.average is None, -(d.average or 0), d.unit.pk))


def seats_of(round_id: int | None) -> list[Seat]:
    """Seats of a record's round with their answers in force; two queries."""
    return list(Seat.objects.filter(round_id=round_id).select_related("organisation").prefetch_related("answers"))


def seats_about(row) -> list[Seat]:
    """Seats of every round about a record, in their order, with their answers; two queries."""
    seats = Seat.objects.filter(round__about=row.audit_key, round__kind__in=KINDS).select_related("organisation")
    return list(seats.prefetch_related("answers").order_by("round_id", "pk"))


def waiting_for(actor) -> list:
    """Acceptances, evaluations and gradings that wait for the actor's signature, oldest first; four queries."""
    open_rounds = rounds.waiting_on(actor).filter(kind__in=KINDS).values("pk")
    found = []
    for model in (Acceptance, Evaluation, SecurityGrading):
        related = ("project", "phase", "round") if model is Acceptance else ("project", "round")
        found += model.objects.filter(state="signing", round__in=open_rounds).select_related(*related)
    return sorted(found, key=lambda row: (row.day, row.pk))


@dataclass(frozen=True)
class Before:
    """A project, or one of its phases, that stands before an acceptance (`stage` first or final)."""

    project: Project
    phase: Phase | None
    stage: str

    @property
    def held(self) -> Project | Phase:
        return self.phase or self.project

    @property
    def word(self) -> str:
        return dict(Acceptance.STAGES)[self.stage]

    @property
    def address(self) -> str:
        """Where it is concluded."""
        return f"{self.project.get_absolute_url()}acceptance/" + (f"?phase={self.phase.order}" if self.phase else "")

    @property
    def papers_address(self) -> str:
        return self.project.life_url(self.phase)


@dataclass(frozen=True)
class Board:
    """The page of acceptances: what stands before one, what is to be corrected, what was concluded."""

    before: Standing
    corrections: list[Acceptance]


STAGE_BEFORE = {"building": "first", "trial": "final"}


def board() -> Board:
    """One query; what stands before an acceptance is read a page at a time."""
    corrections = Acceptance.objects.filter(
        ~Q(state__in=Acceptance.DEAD), conclusion="pass_after_correction", corrected_on=None
    )
    return Board(Standing(), list(corrections.select_related("project", "phase").order_by("correction_due", "pk")))


class Standing:
    """Projects and phases before an acceptance that nobody is signing yet, the projects first;
    a whole comes after its phases. For a Paginator: one query to count, two a page."""

    def __init__(self) -> None:
        signing = Acceptance.objects.filter(state="signing")
        ready = Q(pk__in=[])
        for state, stage in STAGE_BEFORE.items():
            waits = Phase.objects.filter(project=OuterRef("pk")).exclude(
                state__in=("terminated", *life.ACCEPTED[stage])
            )
            ready |= Q(state=state) & ~Exists(waits)
        projects = Project.objects.filter(ready).exclude(pk__in=signing.filter(phase=None).values("project_id"))
        phases = Phase.objects.filter(state__in=STAGE_BEFORE).exclude(project__state__in=(*life.ASIDE, *life.ENDED))
        phases = phases.exclude(pk__in=signing.exclude(phase=None).values("phase_id")).select_related("project")
        self.projects, self.phases = (
            projects.order_by("state", "order", "pk"),
            phases.order_by("project__order", "order"),
        )

    def count(self) -> int:
        return self.projects.order_by().values("pk").union(self.phases.order_by().values("pk"), all=True).count()

    def __getitem__(self, page: slice) -> list[Before]:
        start, stop = page.start or 0, page.stop
        found = [Before(p, None, STAGE_BEFORE[p.state]) for p in self.projects[start:stop]]
        if len(found) == stop - start:
            return found
        wholes = start + len(found) if found or not start else self.projects.count()
        return found + [
            Before(f.project, f, STAGE_BEFORE[f.state]) for f in self.phases[max(start - wholes, 0) : stop - wholes]
        ]


def of_project(project: Project) -> list[Acceptance]:
    """Every acceptance of a project and its phases, newest first, kept with it; one query."""
    prefetch_related_objects([project], Prefetch("acceptances", Acceptance.objects.select_related("project", "phase")))
    return list(project.acceptances.all())


def finished_without(year: int) -> list[Project]:
    """Finished projects without an evaluation of the year; one query."""
    return list(_finished_without(year).order_by("order", "pk"))


def _finished_without(year: int) -> QuerySet[Project]:
    done = Evaluation.objects.filter(year=year).exclude(state__in=Evaluation.DEAD).values("project_id")
    finished = Project.objects.filter(state__in=life.FINISHED).exclude(pk__in=done)
    return finished.filter(Q(state_day=None) | Q(state_day__year__lte=year) | Q(latest_end__year__lte=year)).order_by()


def _units(projects: QuerySet[Project]) -> dict[int, Organisation]:
    """The first real lead of each; one query, also where there are none."""
    leads = (
        ProjectLead.objects.filter(project__in=projects, is_generic=False)
        .select_related("organisation__canonical")
        .order_by("-order")
    )
    return {lead.project_id: lead.organisation.canonical or lead.organisation for lead in leads}
