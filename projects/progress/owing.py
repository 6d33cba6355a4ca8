"""Who owes a progress report on a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from governance.basics.roles import Permission, Scope
from governance.database.prepared import Prepared
from governance.kernel import readings
from governance.kernel.access import Actor
from governance.models import Discrepancy
from projects.lifecycle import life, periods
from projects.models import ProgressReport, Project, ReportCall, with_leads
from projects.progress.ratings import due_of_year


@dataclass(frozen=True)
class Owed:
    """A yearly summary that has not come: of which project, which year, since when, from whom, whose phone."""

    project: Project
    year: int
    due: dt.date
    days: int
    unit: str
    phone: str
    organisation_id: int | None
    period: str = ""
    returned: str = ""  # why the report that came was given back

    @property
    def label(self) -> str:
        return periods.label(self.period)


def owed(
    day: dt.date,
    actor: Actor | None = None,
    *,
    until: dt.date | None = None,
    calls: list | None = None,
    d48: str | None = None,
) -> list[Owed]:
    """Every year's summary that is past its day (D48), every report that was called for, and what was given back,
    oldest first; five queries, and no project that owes nothing is read.
    `until` a later day lists what is due before it as well (days then below 0); `calls` are the calls in
    force where they were read. `actor`: his own unit's alone where
    that is all he answers for."""
    try:
        d48 = d48 or readings.current("D48", day)
    except Discrepancy.DoesNotExist:
        return []
    in_force = _CALLS() if calls is None else calls
    called = [(c.period, c.due) for c in in_force if c.due < (until or day)]
    found = []
    years = tuple(y for y in range(settings.PLAN_YEARS[0], day.year + 1) if due_of_year(y, d48) < (until or day))
    asked = years, tuple(period for period, _ in called)
    lacking = with_leads(_OF_UNIT(asked, actor.organisation_id) if own_alone(actor) else _LACKING(asked))
    known = defaultdict(list)
    for report in _KNOWN([p.pk for p in lacking]) if lacking else ():
        known[report.project_id].append(report)
    for project in lacking:
        units = [
            lead.organisation.canonical or lead.organisation for lead in project.leads.all() if not lead.is_generic
        ]
        if own_alone(actor):
            units = [unit for unit in units if unit.pk == actor.organisation_id]
            if not units:
                continue
        before, reported = len(found), {r.period for r in known[project.pk] if not r.superseded}
        back = {r.period: r for r in reversed(known[project.pk]) if r.superseded and r.period not in reported}
        for year in range(max(project.latest_start.year, project.registered_on.year), day.year + 1):
            due = due_of_year(year, d48)
            if str(year) not in reported and (due < (until or day) or str(year) in back):
                found.append(_owed(project, str(year), due, day, units, back.pop(str(year), None)))
        yearly = {o.period for o in found[before:]}
        for period, due in called:
            end = periods.parse(period)[1]
            if period not in reported and end >= project.latest_start and period not in yearly:
                found.append(_owed(project, period, due, day, units, back.pop(period, None)))
        found += [_owed(project, period, r.period_end, day, units, r) for period, r in back.items()]
    return sorted(found, key=lambda o: (o.due, o.project.order))


_CALLS = Prepared(lambda: ReportCall.objects.filter(withdrawn=""))
_KNOWN = Prepared(
    lambda keys: ProgressReport.objects.filter(Q(superseded=False) | Q(returned__gt=""), project_id__among=keys)
)


def _lacking(asked: tuple[tuple[int, ...], tuple[str, ...]]) -> QuerySet[Project]:
    """Projects under way that a report of these years or called periods is missing of: whoever has reported everything
    is not read at all. Nothing is registered before the plan's first year."""
    under_way = Project.objects.exclude(state__in=("registered", *life.FINISHED, *life.ENDED))
    there = ProgressReport.objects.filter(project=OuterRef("pk"), superseded=False)
    lacks = Q(Exists(ProgressReport.objects.filter(project=OuterRef("pk"), superseded=True, returned__gt="")))
    for year in asked[0]:
        lacks |= Q(latest_start__year__lte=year, registered_on__year__lte=year) & ~Exists(
            there.filter(period=str(year))
        )
    for period in asked[1]:
        lacks |= Q(latest_start__lte=periods.parse(period)[1]) & ~Exists(there.filter(period=period))
    return under_way.exclude(latest_start=None).filter(lacks).order_by("order")


_LACKING = Prepared(_lacking)
_OF_UNIT = Prepared(lambda asked, unit: _lacking(asked).led_by(unit))


def own_alone(actor: Actor | None) -> bool:
    """Whether the actor answers for what his own unit leads and for nothing else."""
    return (
        actor is not None
        and actor.scope(Permission.REPORT_PROGRESS) is Scope.OWN
        and not actor.scope(Permission.MANAGE_PROJECT)
    )


def _owed(
    project: Project, period: str, due: dt.date, day: dt.date, units: list, back: ProgressReport | None = None
) -> Owed:
    first = units[0] if units else None
    return Owed(
        project,
        periods.parse(period)[1].year,
        due,
        (day - due).days,
        first.name if first else "（没有可派填报的单位）",
        first.phone if first else "",
        first.pk if first else None,
        period,
        back.returned if back else "",
    )


def reportable(actor: Actor) -> QuerySet[Project]:
    """Projects under way that the actor may report on."""
    rows = Project.objects.exclude(state__in=("registered", *life.ENDED)).order_by("order")
    if actor.scope(Permission.MANAGE_PROJECT):
        return rows
    return rows.led_by(actor.organisation_id) if actor.scope(Permission.REPORT_PROGRESS) else rows.none()
