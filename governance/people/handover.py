"""Open work of somebody whose appointment ends: every app says what lies on his desk and how it goes to the next one.

Work belongs to a unit's role, a person is only its assignee: what is nobody's in person stays where it is. The security
administrator, who ends appointments, sees kinds and numbers of records, no business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from governance.kernel.access import Actor
from governance.models import Appointment, User


@dataclass(frozen=True)
class OpenWork:
    """One thing on the desk: `SB2008-011 审核中，已等 7 天`. `personal` is assigned to the person and must move;
    the rest is the unit's and stays."""

    sentence: str
    personal: bool = True


@dataclass(frozen=True)
class Desk:
    """An app's part: `find(appointment, day)` lists, `move(by, appointment, successor,
    day)` hands over (successor None: back to the unit) and returns sentences of what it did."""

    find: Callable[[Appointment, dt.date], list[OpenWork]]
    move: Callable[..., list[str]]


_desks: list[Desk] = []


def offer(desk: Desk) -> None:
    """Register an app's part once; called from AppConfig.ready()."""
    if desk not in _desks:
        _desks.append(desk)


def open_work(appointment: Appointment, day: dt.date) -> list[OpenWork]:
    """Everything on the desk under this hat, what is personal first."""
    found = [work for desk in _desks for work in desk.find(appointment, day)]
    return sorted(found, key=lambda work: not work.personal)


def move_all(*, by: Actor, appointment: Appointment, successor: User | None, day: dt.date) -> list[str]:
    """Hand everything over inside the verb that ends the appointment."""
    return [said for desk in _desks for said in desk.move(by=by, appointment=appointment, successor=successor, day=day)]


def successors(appointment: Appointment, last_day: dt.date) -> list[Appointment]:
    """Who may take over: other people of the same role and unit, in office when this appointment has ended."""
    rows = Appointment.objects.in_force(last_day + dt.timedelta(days=1)).filter(
        role=appointment.role, user__is_active=True
    )
    rows = rows.exclude(user_id=appointment.user_id).select_related("user", "organisation").order_by("pk")
    unit = appointment.organisation.survivor_id
    return [h for h in rows if h.organisation.survivor_id == unit]
