"""Acceptances and evaluations for pages: what waits, the ranking with its basis, departments against their targets."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from governance import rounds
from governance.models import Organisation, Seat
from projects import life, scoring
from projects.models import Acceptance, AnnualTarget, Evaluation, Project, ProjectLead

LEADS = Prefetch("project__leads", ProjectLead.objects.select_related("organisation__canonical"))


@dataclass(frozen=True)
class Placed:
    """One evaluation with its score and place; `unit` is the first lead (D43)."""

    evaluation: Evaluation
    score: scoring.Score
    unit: Organisation | None


@dataclass(frozen=True)
class Department:
    """A department: the mean score of the projects that it leads first, against its target; `met` None: cannot be said."""

    unit: Organisation
    rows: tuple[Placed, ...]
    average: float | None
    target: AnnualTarget | None

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


def ranking(year: int) -> Ranking:
    """Signed evaluations of a year, ranked; four queries."""
    every = Evaluation.objects.filter(year=year).exclude(state="refused").select_related("project", "reported_at").prefetch_related(LEADS)
    every = list(every.order_by("project__order", "pk"))
    signed = {e.project.code: e for e in every if e.state == "concluded"}
    scores = scoring.rank(
        scoring.Measures(code, e.project.name, e.use_percent, e.sharing_calls, e.goals_set, e.goals_met, e.satisfaction_percent)
        for code, e in signed.items()
    )
    rows = [Placed(signed[s.measures.code], s, _first(signed[s.measures.code].project)) for s in scores]
    return Ranking(year, rows, _departments(year, rows), [e for e in every if e.state == "signing"],
                   sum(e.reported_on is not None for e in signed.values()))  # fmt: skip


def _first(project: Project) -> Organisation | None:
    lead = next((lead for lead in project.leads.all() if not lead.is_generic), None)
    return (lead.organisation.canonical or lead.organisation) if lead else None


def _departments(year: int, rows: list[Placed]) -> list[Department]:
    targets = {t.organisation_id: t for t in AnnualTarget.objects.filter(year=year, superseded=False).select_related("organisation")}
    led: dict[Organisation, list[Placed]] = defaultdict(list)
    for row in rows:
        if row.unit:
            led[row.unit].append(row)
    for target in targets.values():
        led.setdefault(target.organisation, [])
    found = [
        Department(unit, tuple(mine), scoring.average(r.score for r in mine), targets.get(unit.pk)) for unit, mine in led.items()
    ]
    return sorted(found, key=lambda d: (d.average is None, -(d.average or 0), d.unit.pk))


def seats_of(round_id: int | None) -> list[Seat]:
    """Seats of a record's round with their answers in force; two queries."""
    return list(Seat.objects.filter(round_id=round_id).select_related("organisation").prefetch_related("answers"))


def waiting_for(actor) -> list:
    """Acceptances, evaluations and gradings that wait for the actor's signature, oldest first; four queries."""
    from projects.models import SecurityGrading

    open_rounds = rounds.waiting_on(actor).filter(kind__in=("acceptance", "evaluation", "grading")).values("pk")
    found = []
    for model in (Acceptance, Evaluation, SecurityGrading):
        found += model.objects.filter(state="signing", round__in=open_rounds).select_related("project", "round")
    return sorted(found, key=lambda row: (row.day, row.pk))


@dataclass(frozen=True)
class Board:
    """The page of acceptances: which projects stand before one, what is to be corrected, what was concluded."""

    before: list[tuple[Project, str]]  # project, stage
    corrections: list[Acceptance]


STAGE_BEFORE = {"building": "first", "trial": "final"}


def board(day: dt.date) -> Board:
    """Two queries."""
    projects = Project.objects.filter(state__in=STAGE_BEFORE).order_by("state", "order", "pk")
    corrections = Acceptance.objects.filter(~Q(state="refused"), conclusion="pass_after_correction", corrected_on=None)
    return Board([(p, STAGE_BEFORE[p.state]) for p in projects], list(corrections.select_related("project").order_by("correction_due", "pk")))


def finished_without(year: int) -> list[Project]:
    """Finished projects without an evaluation of the year; one query."""
    done = Evaluation.objects.filter(year=year).exclude(state="refused").values("project_id")
    finished = Project.objects.filter(state__in=life.FINISHED).exclude(pk__in=done)
    return list(finished.filter(Q(state_day=None) | Q(state_day__year__lte=year) | Q(latest_end__year__lte=year)).order_by("order", "pk"))
