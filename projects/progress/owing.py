"""Who owes a progress report on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from governance.basics.roles import Permission, Scope
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
    reports = Prefetch(
        "progress_reports", ProgressReport.objects.filter(Q(superseded=False) | Q(returned__gt="")), to_attr="known"
    )
    in_force = ReportCall.objects.filter(withdrawn="") if calls is None else calls
    called = [(c.period, c.due) for c in in_force if c.due < (until or day)]
    under_way = Project.objects.exclude(state__in=("registered", *life.FINISHED, *life.ENDED)).exclude(
        latest_start=None
    )
    if own_alone(actor):
        under_way = under_way.led_by(actor.organisation_id)
    found = []
    lacking = _lacking(under_way, day, until or day, d48, called).prefetch_related(reports).order_by("order")
    for project in with_leads(lacking):
        units = [
            lead.organisation.canonical or lead.organisation for lead in project.leads.all() if not lead.is_generic
        ]
        if own_alone(actor):
            units = [unit for unit in units if unit.pk == actor.organisation_id]
            if not units:
                continue
        before, reported = len(found), {r.period for r in project.known if not r.superseded}
        back = {r.period: r for r in reversed(project.known) if r.superseded and r.period not in reported}
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


def _lacking(projects: QuerySet, day: dt.date, until: dt.date, d48: str, called: list[tuple[str, dt.date]]) -> QuerySet:
    """Those of the projects that a report is missing of: whoever has reported everything is not read at all."""
    there = ProgressReport.objects.filter(project=OuterRef("pk"), superseded=False)
    lacks = Q(Exists(ProgressReport.objects.filter(project=OuterRef("pk"), superseded=True, returned__gt="")))
    for year in range(settings.PLAN_YEARS[0], day.year + 1):  # nothing is registered before the plan's first year
        if due_of_year(year, d48) < until:
            lacks |= Q(latest_start__year__lte=year, registered_on__year__lte=year) & ~Exists(
                there.filter(period=str(year))
            )
    for period, _ in called:
        lacks |= Q(latest_start__lte=periods.parse(period)[1]) & ~Exists(there.filter(period=period))
    return projects.filter(lacks)


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
