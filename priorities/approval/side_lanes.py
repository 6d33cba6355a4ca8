"""Reads of the side lanes: the districts' filings, what is deferred or waits in the pool, what is self-funded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from governance.kernel.access import Actor
from governance.models import Organisation
from priorities.models import Conclusion, FilingCheck, SelfFundedCheck, Submission
from priorities.screening import work_list

DISTRICT = "区县"


@dataclass(frozen=True)
class Filing:
    """A district's filing: when it is due to be acknowledged, its receipt, what it resembled."""

    submission: Submission
    due_day: dt.date | None
    late: bool
    days: int  # it waited, or waits
    check: FilingCheck | None

    @property
    def waits(self) -> bool:
        return self.submission.state == "submitted"


@dataclass(frozen=True)
class Deferred:
    """A deferred case or one of the pool: what is lacking, when it comes back by itself, how often it was put off."""

    submission: Submission
    conclusion: Conclusion | None
    days_left: int | None
    times: int


def filings(actor: Actor, day: dt.date) -> list[Filing]:
    """All filings that the actor may see: overdue first, then waiting, then the newest acknowledged."""
    rows = list(
        Submission.objects.visible_to(actor)
        .filter(kind="district", is_secret=False)
        .exclude(state__in=("draft", "withdrawn"))
        .select_related("organisation")
        .prefetch_related(Prefetch("filing_checks", to_attr="checks"))
        .order_by("-pk")[:500]
    )
    ends = work_list.step_ends({(r.state, r.state_day) for r in rows if r.state in work_list.STEP_DAYS})
    found = []
    for row in rows:
        due = ends.get((row.state, row.state_day))
        last = row.state_day if row.state == "filed" else day
        days = (last - row.submitted_day).days if row.submitted_day else 0
        check = row.checks[-1] if row.checks else None
        found.append(Filing(row, due, bool(due and due < day), days, check))
    return sorted(found, key=lambda f: (not f.late, not f.waits))


def silent_districts(day: dt.date) -> list[Organisation]:
    """Districts that have filed nothing in the calendar year."""
    filed = Submission.objects.filter(kind="district", submitted_day__year=day.year).values("organisation_id")
    return list(Organisation.objects.units().filter(kind=DISTRICT).exclude(pk__in=filed).exclude(merged__in=filed))


def deferred(actor: Actor, day: dt.date) -> list[Deferred]:
    """缓建 by re-review date, then the pool: what each lacks and when it reappears in the queue."""
    rows = list(
        Submission.objects.visible_to(actor)
        .in_state("deferred", "pool")
        .select_related("organisation")
        .annotate(times=Count("transitions", filter=Q(transitions__now="deferred")))
        .order_by("re_review_on", "pk")[:500]
    )
    held = {c.submission_id: c for c in Conclusion.objects.filter(submission__in=rows, in_force=True)}
    found = [
        Deferred(r, held.get(r.pk), (r.re_review_on - day).days if r.re_review_on else None, r.times) for r in rows
    ]
    return sorted(found, key=lambda d: d.submission.state != "deferred")


def self_funded(actor: Actor) -> list[tuple[Submission, SelfFundedCheck | None]]:
    """Self-funded cases and those without city money, each with its latest check against 统一发展部署 (D18)."""
    lane = Q(kind="self_funded") | Q(state__in=("no_city_funding", "self_funded"))
    rows = Submission.objects.visible_to(actor).filter(lane, is_secret=False).exclude(state__in=("draft", "withdrawn"))
    rows = rows.select_related("organisation").prefetch_related(Prefetch("self_funded_checks", to_attr="checks"))
    return [(r, r.checks[-1] if r.checks else None) for r in rows.order_by("-pk")[:500]]
