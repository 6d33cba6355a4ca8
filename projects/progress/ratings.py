"""The computed rating of projects that were read together."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from projects.labels import RATING_TONES, SELF_RATINGS
from projects.lifecycle import life
from projects.models import ExpertRating, ProgressReport, Project, ProjectLead, StateChange
from projects.progress import rating


@dataclass(frozen=True)
class Newest:
    """The newest report in force, as a rating needs it. `on` is the day that its percentage describes."""

    period: str
    on: dt.date
    percent: int
    self_rating: str
    has_problems: bool

    @property
    def own_label(self) -> str:
        return SELF_RATINGS[self.self_rating]


class Toned:
    """The colours of a project's own and computed rating, for whatever shows them as `own` (Newest or None)
    and `rating`."""

    @property
    def own_tone(self) -> str:
        return RATING_TONES[self.own.self_rating] if self.own else "slate"

    @property
    def rating_tone(self) -> str:
        return RATING_TONES[self.rating.code]


def with_facts(projects: QuerySet) -> QuerySet:
    """What a project's page and its rating need: the row, its plan row and newest report in one query, the leads in
    another."""
    leads = ProjectLead.objects.select_related("organisation__canonical", "organisation__budget_unit")
    return rated(projects.select_related("plan_item__plan", "programme", "budget_unit")).prefetch_related(
        Prefetch("leads", leads)
    )


def rated(projects: QuerySet) -> QuerySet:
    """What a rating needs, beside whatever else is read of the row."""
    accepted = StateChange.objects.filter(project=OuterRef("pk"), phase=None, now="final_acceptance").order_by("-pk")
    newest = ProgressReport.objects.filter(project=OuterRef("pk"), superseded=False).order_by("-period_end", "-pk")
    experts = ExpertRating.objects.filter(project=OuterRef("pk")).order_by("-day", "-pk")
    facts = JSONObject(
        period="period", end="period_end", day="day", percent="percent", own="self_rating", problems="problems"
    )
    said = JSONObject(rating="rating", day="day", reason="reason", unit="organisation__name")
    return projects.annotate(
        accepted_on=Subquery(accepted.values(on=Coalesce("happened_on", "day"))[:1]),
        newest=Subquery(newest.values(facts=facts)[:1]),
        expert=Subquery(experts.values(facts=said)[:1]),
    )


def latest_report(project: Project) -> Newest | None:
    """The newest report of a project read `with_facts`."""
    row = project.newest
    if not row:
        return None
    row = json.loads(row) if isinstance(row, str) else row
    described = min(dt.date.fromisoformat(row["end"][:10]), dt.date.fromisoformat(row["day"][:10]))
    return Newest(row["period"], described, row["percent"], row["own"], bool(row["problems"]))


@dataclass(frozen=True)
class Expert:
    """The newest expert rating; `stale` after a cycle, shown grey."""

    rating: str
    day: dt.date
    reason: str
    unit: str
    stale: bool

    @property
    def label(self) -> str:
        return SELF_RATINGS[self.rating]


def expert_of(project: Project, day: dt.date) -> Expert | None:
    """The newest expert rating of a project read `with_facts`."""
    row = project.expert
    if not row:
        return None
    row = json.loads(row) if isinstance(row, str) else row
    given = dt.date.fromisoformat(row["day"][:10])
    return Expert(row["rating"], given, row["reason"], row["unit"], (day - given).days > rating.CYCLE_DAYS)


def first_due(project: Project, d48: str = "a") -> dt.date | None:
    """When the first summary is owed: the end of its first year, or (reading b of D48) the January after it."""
    if project.latest_start is None:
        return None
    year = max(project.latest_start.year, project.registered_on.year)
    return due_of_year(year, d48)


def due_of_year(year: int, d48: str = "a") -> dt.date:
    return dt.date(year + 1, 1, 31) if d48 == "b" else dt.date(year, 12, 31)


def rating_of(project: Project, day: dt.date, *, money: rating.Money | None = None, d48: str = "a") -> rating.Rating:
    """The computed rating of a project read `with_facts`; its money comes from whoever knows it."""
    newest = latest_report(project)
    finished = None
    if project.state in life.FINISHED:
        finished = project.accepted_on or project.state_day
    return rating.rate(
        rating.Facts(
            start=project.start,
            end=project.end,
            latest_start=project.latest_start,
            latest_end=project.latest_end,
            state=project.state,
            percent=newest.percent if newest else None,
            percent_on=newest.on if newest else None,
            first_due=first_due(project, d48),
            finished_on=finished,
            rebaselined=project.rebaselined,
            open_problems=bool(newest and newest.has_problems and newest.self_rating != "normal"),
            money=money,
        ),
        day,
    )


def differs(project: Project, computed: rating.Rating) -> bool:
    """Whether self-rating and computed rating say different things (only then both are shown)."""
    newest = latest_report(project)
    return bool(newest) and newest.self_rating != computed.code
