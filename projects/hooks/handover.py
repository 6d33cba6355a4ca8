"""What lies on somebody's desk on the register's floor when his appointment ends: gradings that he is to decide in person.
What his unit is waited for (acceptance, evaluation) stays with the unit."""

from __future__ import annotations

import datetime as dt

from governance.basics.roles import Permission, Role, scope_of
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Appointment, Seat, User
from governance.notices import inbox
from governance.people.handover import Desk, OpenWork
from governance.signing import rounds, signers
from projects.acceptance.acceptances import KINDS
from projects.models import SecurityGrading


def _seats(appointment: Appointment):
    """Open seats that are his in person, under a hat that gives opinions."""
    if scope_of(appointment.role, Permission.GIVE_OPINION) is None:
        return Seat.objects.none()
    rows = Seat.objects.silent().filter(assigned_id=appointment.user_id, round__kind="grading")
    return rows.select_related("round").order_by("round_id", "pk")


def find(appointment: Appointment, day: dt.date) -> list[OpenWork]:
    """Gradings first, then what the unit is asked to sign."""
    found = [
        OpenWork(f"{seat.round.title} 等他审定，已等 {(day - seat.round.day).days} 天") for seat in _seats(appointment)
    ]
    waiting = Seat.objects.silent().filter(signers.fills(access.under(appointment)), assigned=None)
    waiting = waiting.filter(round__kind__in=KINDS).select_related("round").order_by("round_id")
    return found + [OpenWork(f"{seat.round.title} 等本单位签署", personal=False) for seat in waiting]


@step
def move(*, by: Actor, appointment: Appointment, successor: User | None, day: dt.date) -> list[str]:
    """To the successor; with none, or where he has a seat already, the grading falls and the office proposes it anew."""
    said = []
    for seat in list(_seats(appointment)):
        grading = SecurityGrading.objects.select_for_update().get(round_id=seat.round_id)
        round_ = rounds.lock(seat.round_id)
        if successor is not None and not round_.seats.filter(assigned=successor).exists():
            seat.assigned, seat.key, seat.label = successor, f"expert-{successor.pk}", f"专家 {successor.full_name}"
            seat.save(update_fields=["assigned", "key", "label"])
            what = f"由{appointment.user}改请{successor}审定"
            inbox.tell(
                key=f"signing:{grading.audit_key}:{successor.pk}",
                user_id=successor.pk,
                address=grading.get_absolute_url(),
                sentence=f"请审定{grading}的安全保护等级（接{appointment.user}）。",
                is_demo=grading.is_demo,
            )
        else:
            rounds.close(round_=round_)
            grading.state = "refused"
            grading.save(update_fields=["state"])
            what = f"因{appointment.user}任职结束没有审定，须重新组织"
            inbox.tell(
                key=f"released:{grading.audit_key}",
                role=Role.REVIEWER,
                address=grading.get_absolute_url(),
                sentence=f"{grading}{what}。",
                is_demo=grading.is_demo,
            )
        audit.record(
            by=by,
            event="projects.grading.hand_over",
            about=(grading, grading.project),
            sentence=f"{grading}{what}",
            address=grading.get_absolute_url(),
        )
        said.append(f"{grading} {what}")
    return said


DESK = Desk(find, move)
