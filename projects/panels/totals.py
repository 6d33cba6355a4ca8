"""Money of the plan's rows by programme and by lead. Every total says its basis; money is never divided among leads."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from governance.kernel import readings
from projects.labels import BY_FIRST_LEAD, BY_PARTICIPATION, STANDALONE
from projects.models import Project, ProjectLead


@dataclass(frozen=True)
class Total:
    """`count` projects with estimates of `wan` under a name; `key` is a programme's key or a unit's id."""

    key: object
    name: str
    count: int
    wan: Decimal
    flags: tuple[str, ...] = ()


def basis_on(day: dt.date) -> str:
    """How money by unit is counted where nobody says: by the first lead, unless D43 was decided the other way."""
    return BY_FIRST_LEAD if readings.current("D43", day) == "a" else BY_PARTICIPATION


def planned() -> list[Project]:
    """The plan's rows with their leads: three queries."""
    leads = Prefetch("leads", ProjectLead.objects.select_related("organisation__canonical"))
    return list(Project.objects.planned().select_related("programme").prefetch_related(leads).order_by("order"))


def by_programme(projects: list[Project] | None = None) -> list[Total]:
    """Each project once, programmes by their order, the rows that stand alone (单列项目) last."""
    groups: dict[tuple, list[Project]] = defaultdict(list)
    for project in planned() if projects is None else projects:
        programme = project.programme
        groups[(programme.order, programme.key, programme.name) if programme else (10_000, "none", STANDALONE)].append(
            project
        )
    return [
        Total(key, name, len(rows), _sum(rows)) for (_, key, name), rows in sorted(groups.items(), key=lambda g: g[0])
    ]


def by_lead(projects: list[Project] | None = None, *, basis: str = BY_FIRST_LEAD) -> list[Total]:
    """By unit, biggest first. 按第一牵头 counts a project once; 按参与（重复计数） once for every unit that it names."""
    if basis not in (BY_FIRST_LEAD, BY_PARTICIPATION):
        raise ValueError(basis)
    groups: dict[int, list[Project]] = defaultdict(list)
    units = {}
    for project in planned() if projects is None else projects:
        leads = list(project.leads.all())
        seen = set()
        for lead in leads[:1] if basis == BY_FIRST_LEAD else leads:
            unit = lead.organisation.canonical or lead.organisation
            if unit.pk not in seen:
                seen.add(unit.pk)
                units[unit.pk] = unit
                groups[unit.pk].append(project)
    totals = [Total(pk, units[pk].name, len(rows), _sum(rows), tuple(units[pk].flags)) for pk, rows in groups.items()]
    return sorted(totals, key=lambda t: (-t.wan, t.name))


def _sum(rows: list[Project]) -> Decimal:
    return sum((p.estimate_wan or Decimal(0) for p in rows), Decimal(0))
