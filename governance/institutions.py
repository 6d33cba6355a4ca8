"""Bodies of 9.1 on a day, the chain of command, CIO appointments (9.1.4) and the expert groups, for pages. Readers only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance import training
from governance.models import Appointment, Body, Organisation, PilotUnit, Plan
from governance.roles import Role

DEPARTMENTS = ("市直部门", "党委部门", "区县")  # 9.1.4: 市级各部门和县（区）政府


@dataclass(frozen=True)
class Standing:
    """A body on a day: who acts in it, and whether as 代行 before it was set up (D05)."""

    body: Body
    exists: bool
    by: Organisation | None

    @property
    def words(self) -> str:
        if self.by is None:
            return "未定"
        return self.by.name if self.exists else f"{self.by.name}（代行）"


def standing_of_bodies(day: dt.date) -> list[Standing]:
    """Every body in the plan's order; one query."""
    found = []
    for body in Body.objects.select_related("holder__canonical", "acting__canonical").order_by("pk"):
        exists = body.exists_on(day)
        unit = body.holder if exists else body.acting
        found.append(Standing(body, exists, (unit.canonical or unit) if unit else None))
    return found


@dataclass(frozen=True)
class Link:
    """A unit in the chain of command with its depth."""

    unit: Organisation
    depth: int


def chain_of_command() -> list[Link]:
    """Units that stand above or below another, from above to below; one query."""
    units = list(Organisation.objects.filter(canonical=None, is_generic=False).order_by("pk"))
    below: dict[int | None, list[Organisation]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    found: list[Link] = []

    def walk(unit: Organisation, depth: int, seen: frozenset[int]) -> None:
        found.append(Link(unit, depth))
        for child in below.get(unit.pk, []):
            if child.pk not in seen:
                walk(child, depth + 1, seen | {child.pk})

    for root in below.get(None, []):
        if root.pk in below:
            walk(root, 0, frozenset({root.pk}))
    return found


@dataclass(frozen=True)
class Cio:
    """A department's CIO on a day, or since when one is missing. Pilots are due with the first block (T1-01), all later."""

    unit: Organisation
    is_pilot: bool
    appointment: Appointment | None
    due: dt.date | None

    def late(self, day: dt.date) -> bool:
        return self.appointment is None and self.due is not None and self.due < day


@dataclass(frozen=True)
class Coverage:
    """CIO appointments of all departments and districts."""

    rows: list[Cio]
    day: dt.date

    @property
    def held(self) -> int:
        return sum(row.appointment is not None for row in self.rows)

    @property
    def pilots(self) -> list[Cio]:
        return [row for row in self.rows if row.is_pilot]

    @property
    def pilots_held(self) -> int:
        return sum(row.appointment is not None for row in self.pilots)

    @property
    def missing(self) -> list[tuple[Cio, bool]]:
        """Who has none, with whether that is late; pilots first."""
        rows = [(row, row.late(self.day)) for row in self.rows if row.appointment is None]
        return sorted(rows, key=lambda r: (not r[0].is_pilot, not r[1], r[0].unit.pk))


def cio_coverage(day: dt.date) -> Coverage:
    """Four queries."""
    ends = [end for _, _, end in training.blocks(Plan.objects.order_by("pk").first())]
    hats = Appointment.objects.in_force(day).filter(role=Role.DEPARTMENT_CIO).select_related("user", "organisation").order_by("pk")
    by_unit = {}
    for hat in hats:
        by_unit.setdefault(hat.organisation.survivor_id, hat)
    pilots = {p.organisation.survivor_id for p in PilotUnit.objects.select_related("organisation")}
    units = Organisation.objects.units().filter(kind__in=DEPARTMENTS).order_by("pk")
    rows = [
        Cio(unit, unit.pk in pilots, by_unit.get(unit.pk), (ends[0] if unit.pk in pilots else ends[1]) if len(ends) > 1 else None)
        for unit in units
    ]  # fmt: skip
    return Coverage(rows, day)


def groups_of_experts(day: dt.date) -> list[tuple[Organisation, list[Appointment]]]:
    """The expert group and its four groups with their members; two queries."""
    units = list(Organisation.objects.filter(kind="专家组", canonical=None).order_by("pk"))
    hats = list(Appointment.objects.in_force(day).filter(role=Role.EXPERT, organisation__in=units).select_related("user"))
    return [(unit, [h for h in hats if h.organisation_id == unit.pk]) for unit in units]
