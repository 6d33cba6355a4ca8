"""Bodies of 9.1 on a day, the chain of command, CIO appointments (9.1.4) and the expert groups, for pages.
Readers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from governance import charts
from governance.basics import memo
from governance.basics.roles import Role
from governance.database.prepared import Prepared
from governance.models import Appointment, Body, Organisation, PilotUnit, Plan
from governance.people import training

GUIDES_CIOS = "egov-department"  # 9.1.4: 接受市电子政务管理部门的业务领导
DEPARTMENTS = ("市直部门", "党委部门", "区县")  # 9.1.4: 市级各部门和县（区）政府


def lock_units(ids: Iterable[int]) -> None:
    """Lock units by id until the verb ends, so that two who write about one do it one after the other.

    NO KEY: a row that only points at the unit need not wait.
    """
    rows = Organisation.objects.select_for_update(no_key=True).filter(pk__in=ids)
    list(rows.order_by("pk").values_list("pk"))


def phones(hats: Iterable[Appointment]) -> dict[int, str]:
    """By unit, the phone of the first of these people (read with their users) who has one:
    for units that registered none."""
    found: dict[int, str] = {}
    for hat in hats:
        if hat.user.phone:
            found.setdefault(hat.organisation_id, hat.user.phone)
    return found


def phones_on(day: dt.date) -> dict[int, str]:
    """The same of everybody in office on the day, first appointed first; one query."""
    hats = Appointment.objects.in_force(day).reachable().exclude(user__phone="")
    return phones(hats.select_related("user").order_by("pk"))


def in_office(role: Role, day: dt.date) -> Appointment | None:
    """The first person appointed to the role on the day; None while nobody is, and 市信息办 acts (D05)."""
    return _IN_OFFICE.first(str(role), day)


_IN_OFFICE = Prepared(
    lambda role, day: (
        Appointment.objects.in_force(day).filter(role=role).select_related("user", "organisation").order_by("pk")[:1]
    )
)


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


def chain_of_command(day: dt.date, cios: Coverage | None = None) -> list[charts.Branch]:
    """Units that stand above or below another (9.1), from above to below; what is not set up on the day is marked,
    what is dissolved left out. The CIOs stand below the department that guides them (9.1.4), where there is one.
    One query."""
    units = list(Organisation.objects.filter(canonical=None, is_generic=False).exclude(valid_to__lt=day).order_by("pk"))
    below: dict[int | None, list[Organisation]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)

    def branch(unit: Organisation, seen: frozenset[int]) -> charts.Branch:
        children = [branch(child, seen | {child.pk}) for child in below.get(unit.pk, []) if child.pk not in seen]
        if cios is not None and unit.key == GUIDES_CIOS:
            children.append(
                charts.Branch(
                    f"各部门、县（区）CIO {cios.held}／{len(cios.rows)}",
                    "/governance/bodies/#cios",
                    "业务领导（9.1.4）",
                )
            )
        exists = unit.valid_from is None or unit.valid_from <= day
        title = unit.name if exists else f"{unit.name}：{unit.valid_from} 起设立，此前代行"
        return charts.Branch(unit.name, unit.get_absolute_url(), title, exists, tuple(children))

    known = {unit.pk for unit in units}
    roots = [unit for unit in units if unit.pk in below and unit.parent_id not in known]
    return [branch(unit, frozenset({unit.pk})) for unit in roots]


@dataclass(frozen=True)
class Cio:
    """A department's CIO on a day, or since when one is missing. Pilots are due with the first block (T1-01),
    all later."""

    unit: Organisation
    is_pilot: bool
    appointment: Appointment | None
    due: dt.date | None
    task: str = ""  # of chapter 10, that asks for it

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
    def stranded(self) -> int:
        """Of those held: whose account was taken off."""
        return sum(row.appointment is not None and row.appointment.user.is_disabled for row in self.rows)

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


def current_plan() -> Plan | None:
    """The plan that is loaded; within one page read once."""
    kept = memo.kept("plan")
    if "plan" not in kept:
        kept["plan"] = _PLAN.first()
    return kept["plan"]


_PLAN = Prepared(lambda: Plan.objects.order_by("pk")[:1])
_PILOTS = Prepared(lambda: PilotUnit.objects.select_related("organisation"))
_DEPARTMENTS = Prepared(lambda: Organisation.objects.units().filter(kind__in=DEPARTMENTS).order_by("pk"))
_CIOS = Prepared(
    lambda day: (
        Appointment.objects.in_force(day)
        .filter(role=Role.DEPARTMENT_CIO)
        .select_related("user", "organisation")
        .order_by("pk")
    )
)


def cio_coverage(day: dt.date) -> Coverage:
    """Four queries."""
    first, later = settings.CIO_TASKS
    ends = [end for _, _, end in training.blocks(current_plan())]
    by_unit = {}
    for hat in sorted(_CIOS(day), key=lambda h: h.user.is_disabled):
        by_unit.setdefault(hat.organisation.survivor_id, hat)
    pilots = {p.organisation.survivor_id for p in _PILOTS()}
    rows = []
    for unit in _DEPARTMENTS():
        is_pilot = unit.pk in pilots
        due = (ends[0] if is_pilot else ends[1]) if len(ends) > 1 else None
        rows.append(Cio(unit, is_pilot, by_unit.get(unit.pk), due, first if is_pilot else later))
    return Coverage(rows, day)


@dataclass(frozen=True)
class Group:
    """The expert group or one of its four groups (9.1.1) on a day: what it is for, who sits in it until when."""

    unit: Organisation
    field: str
    exists: bool
    members: list[Appointment]


def groups_of_experts(day: dt.date) -> list[Group]:
    """The expert group and its groups with their members and terms; two queries."""
    units = list(Organisation.objects.filter(kind="专家组", canonical=None).select_related("parent").order_by("pk"))
    hats = list(
        Appointment.objects.in_force(day)
        .filter(role=Role.EXPERT, organisation__in=units)
        .select_related("user")
        .order_by("pk")
    )
    found = []
    for unit in units:
        above = unit.parent.name if unit.parent and unit.parent.kind == unit.kind else ""
        exists = unit.valid_from is None or unit.valid_from <= day
        found.append(
            Group(
                unit,
                unit.name.removeprefix(above).removesuffix("组"),
                exists,
                [h for h in hats if h.organisation_id == unit.pk],
            )
        )
    return found
