"""政绩考核 (9.5.2): by unit and person, the courses, hours and results of a year, and who has none. Readers only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics.roles import Permission
from governance.kernel import access
from governance.kernel.access import Actor
from governance.models import Appointment, Attendance, Organisation, Trainee
from governance.people.institutions import DEPARTMENTS


@dataclass(frozen=True)
class PersonLine:
    """A person in a year: courses, hours and results that count (撤销 does not)."""

    trainee: Trainee
    attended: tuple[Attendance, ...]

    @property
    def hours(self) -> Decimal:
        return sum((a.hours for a in self.attended), Decimal(0))

    @property
    def courses(self) -> int:
        return len(self.attended)

    @property
    def passed(self) -> int:
        return sum(a.result == "passed" for a in self.attended)

    @property
    def failed(self) -> int:
        return sum(a.result == "failed" for a in self.attended)


@dataclass(frozen=True)
class UnitLine:
    """A unit in a year. `people` are on its roll or were trained; `unlisted` hold an office of it and stand on no
    roll."""

    unit: Organisation
    people: tuple[PersonLine, ...]
    unlisted: tuple[str, ...]

    @property
    def trained(self) -> int:
        return sum(bool(p.attended) for p in self.people)

    @property
    def without(self) -> tuple[PersonLine, ...]:
        """On the roll, and no course in the year."""
        return tuple(p for p in self.people if not p.attended)

    @property
    def courses(self) -> int:
        return sum(p.courses for p in self.people)

    @property
    def hours(self) -> Decimal:
        return sum((p.hours for p in self.people), Decimal(0))

    @property
    def passed(self) -> int:
        return sum(p.passed for p in self.people)

    @property
    def failed(self) -> int:
        return sum(p.failed for p in self.people)


def assess(year: int, day: dt.date) -> list[UnitLine]:
    """Every department and district, and every other unit with people on its roll, in the register's order. Four
    queries."""
    held: dict[int, list[Attendance]] = {}
    rows = Attendance.objects.filter(session__held_on__year=year, session__withdrawn="").exclude(result="withdrawn")
    for row in rows.select_related("session").order_by("session__held_on", "pk"):
        held.setdefault(row.trainee_id, []).append(row)
    people: dict[int, list[PersonLine]] = {}
    for trainee in Trainee.objects.select_related("organisation").order_by("pk"):
        line = PersonLine(trainee, tuple(held.get(trainee.pk, ())))
        if line.attended or not trainee.has_left:
            people.setdefault(trainee.organisation.survivor_id, []).append(line)
    office: dict[int, dict[str, None]] = {}
    for hat in Appointment.objects.in_force(day).select_related("user", "organisation").order_by("pk"):
        office.setdefault(hat.organisation.survivor_id, {})[str(hat.user)] = None
    found = []
    for unit in Organisation.objects.units().order_by("pk"):
        mine = people.get(unit.pk, [])
        if mine or unit.kind in DEPARTMENTS:
            names = {p.trainee.name for p in mine}
            unlisted = tuple(n for n in office.get(unit.pk, ()) if n not in names)
            found.append(UnitLine(unit, tuple(mine), unlisted))
    return found


def may_see_people(actor: Actor, unit_id: int) -> bool:
    """Whether results of persons are his to see: the office, the auditor, and each unit its own."""
    seeing = (Permission.MANAGE_ORGANISATIONS, Permission.READ_AUDIT)
    return actor.organisation_id == unit_id or any(access.may(actor, p) for p in seeing)
