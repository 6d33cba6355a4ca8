"""What lies on somebody's desk on the register's floor when his appointment ends:
gradings that he is to decide and documents that he is to read in person.
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
from projects.lifecycle import approvals
from projects.models import SecurityGrading, TechnicalDocument

IN_PERSON = ("grading", approvals.VIEW.round_kind)


def _seats(appointment: Appointment):
    """Open seats that are his in person, under a hat that gives opinions."""
    if scope_of(appointment.role, Permission.GIVE_OPINION) is None:
        return Seat.objects.none()
    rows = Seat.objects.silent().filter(assigned_id=appointment.user_id, round__kind__in=IN_PERSON)
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
    """To the successor; with none, or where he has a seat already, the grading falls and the office proposes it
    anew, or names other experts for the document."""
    said = []
    for seat in list(_seats(appointment)):
        model = SecurityGrading if seat.round.kind == "grading" else TechnicalDocument
        row = model.objects.select_for_update(of=("self",)).select_related("project").get(round_id=seat.round_id)
        round_ = rounds.lock(seat.round_id)
        if successor is not None and not round_.seats.filter(assigned=successor).exists():
            seat.assigned, seat.key, seat.label = successor, f"expert-{successor.pk}", f"专家 {successor.full_name}"
            seat.save(update_fields=["assigned", "key", "label"])
            what = f"由{appointment.user}改请{successor}审定"
            inbox.tell(
                key=f"signing:{row.audit_key}:{successor.pk}",
                user_id=successor.pk,
                address=row.get_absolute_url(),
                sentence=f"请{_asked(row)}（接{appointment.user}）。",
                is_demo=row.is_demo,
            )
        else:
            rounds.close(round_=round_)
            row.state = "refused" if model is SecurityGrading else "proposed"
            row.save(update_fields=["state"])
            what = f"因{appointment.user}任职结束没有审定，须重新组织"
            inbox.tell(
                key=f"released:{row.audit_key}",
                role=Role.REVIEWER,
                address=row.get_absolute_url(),
                sentence=f"{row}{what}。",
                is_demo=row.is_demo,
            )
        audit.record(
            by=by,
            event=f"projects.{'grading' if model is SecurityGrading else 'document'}.hand_over",
            about=(row, row.project),
            sentence=f"{row}{what}",
            address=row.get_absolute_url(),
        )
        said.append(f"{row} {what}")
    return said


def _asked(row: SecurityGrading | TechnicalDocument) -> str:
    return f"审定{row}的安全保护等级" if isinstance(row, SecurityGrading) else f"对{row}提出意见"


DESK = Desk(find, move)
