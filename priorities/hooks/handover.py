"""What somebody leaves on floor 4 when his appointment ends: cases he screens, opinions he owes, drafts he writes."""

from __future__ import annotations

import datetime as dt

from governance.basics.refs import all_of, pk_of
from governance.basics.refusal import Refused
from governance.basics.roles import Permission, scope_of
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Appointment, Round, Seat, User, of_unit
from governance.notices import inbox
from governance.people.handover import Desk, OpenWork
from governance.signing import rounds, signers
from priorities.actions.telling import record, tell_office
from priorities.approval import opinions
from priorities.labels import EVERY_OPINION, STATES
from priorities.models import Submission
from priorities.submissions import workflow

SCREENED = (workflow.SUBMITTED, workflow.UNDER_REVIEW, workflow.RETURNED, workflow.JOINT_APPROVAL)


def _holds(appointment: Appointment, permission: Permission) -> bool:
    return scope_of(appointment.role, permission) is not None


def _cases(appointment: Appointment):
    """Cases assigned to him as a reviewer."""
    if not _holds(appointment, Permission.SCREEN):
        return Submission.objects.none()
    return Submission.objects.filter(assignee_id=appointment.user_id, state__in=SCREENED).order_by("pk")


def _drafts(appointment: Appointment):
    """Working copies of the unit that he writes."""
    if not _holds(appointment, Permission.SUBMIT):
        return Submission.objects.none()
    mine = of_unit(appointment.organisation.survivor_id)
    return Submission.objects.filter(mine, author_id=appointment.user_id, state__in=workflow.EDITABLE).order_by("pk")


def _seats(appointment: Appointment):
    """Opinions that he owes in person."""
    if not _holds(appointment, Permission.GIVE_OPINION):
        return Seat.objects.none()
    rows = Seat.objects.silent().filter(assigned_id=appointment.user_id, round__about__startswith=all_of("submission"))
    return rows.select_related("round").order_by("round_id", "pk")


def find(appointment: Appointment, day: dt.date) -> list[OpenWork]:
    """The desk under one hat; what the unit is waited for stays with the unit."""
    found = [
        OpenWork(f"{r.reference} {STATES[r.state]}，由他审核，已 {(day - r.state_day).days} 天")
        for r in _cases(appointment)
    ]
    found += [OpenWork(f"{r.reference} {STATES[r.state]}，由他经办") for r in _drafts(appointment)]
    for seat in _seats(appointment):
        label = EVERY_OPINION.get(seat.round.kind.removeprefix("opinion_"), "意见")
        found.append(OpenWork(f"{_reference(seat.round)} {label}等他出具，已等 {(day - seat.round.day).days} 天"))
    waiting = Seat.objects.silent().filter(signers.fills(access.under(appointment)), assigned=None)
    waiting = waiting.filter(round__about__startswith=all_of("submission")).select_related("round")
    return found + [
        OpenWork(
            f"{_reference(s.round)} 等本单位{'出具意见' if s.round.kind.startswith('opinion') else '会签'}",
            personal=False,
        )
        for s in waiting.order_by("round_id")
    ]


def _reference(round_: Round) -> str:
    row = Submission.objects.filter(pk=pk_of(round_.about)).only("pk", "number").first()
    return row.reference if row else round_.about


@step
def move(*, by: Actor, appointment: Appointment, successor: User | None, day: dt.date) -> list[str]:
    """To the successor, or back to the unit (an opinion then is to be asked for anew)."""
    said = []
    for pk in _cases(appointment).values_list("pk", flat=True):
        row = workflow.lock(pk)
        row.assignee = successor
        row.save(update_fields=["assignee"])
        said.append(_told(by, row, f"审核人由{appointment.user}改为{successor or '待定'}", successor))
    for pk in _drafts(appointment).values_list("pk", flat=True) if successor else ():
        row = workflow.lock(pk)
        row.author = successor
        row.save(update_fields=["author"])
        said.append(_told(by, row, f"经办人由{appointment.user}改为{successor}", successor))
    for pk in _seats(appointment).values_list("pk", flat=True):
        said.append(_move_seat(by, Seat.objects.select_related("round").get(pk=pk), appointment.user, successor, day))
    return said


def _move_seat(by: Actor, seat: Seat, old: User, successor: User | None, day: dt.date) -> str:
    row = workflow.lock(pk_of(seat.round.about))
    round_ = rounds.lock(seat.round_id)
    if successor is not None and (why := opinions.connection_now(row, successor, day)):
        raise Refused(f"{successor}{why}，不能接手 {row.reference} 的专家意见；请另选接手人，或交回由信息办另行征求。")
    if successor is None or round_.seats.filter(assigned=successor).exists():
        rounds.release(round_=round_, seat=seat)
        tell_office(row, f"released:{seat.pk}", f"{old}任职结束，{row.reference} 的意见没有出具，请另行征求。")
        return _told(by, row, f"{old}不再出具意见", None)
    seat.assigned, seat.key = successor, f"expert-{successor.pk}"
    seat.label = seat.label.replace(str(old), str(successor), 1)[:100]
    seat.save(update_fields=["assigned", "key", "label"])
    return _told(by, row, f"意见由{old}改请{successor}出具", successor)


def _told(by: Actor, row: Submission, what: str, successor: User | None) -> str:
    record(by, row, "hand_over", what)
    if successor is not None:
        inbox.tell(
            key=f"handed-over:{row.pk}:{row.version}:{successor.pk}:{what}"[:160],
            user_id=successor.pk,
            address=row.get_absolute_url(),
            sentence=f"{row.reference}“{row.title}”移交给您：{what}。",
            is_demo=row.is_demo,
        )
    return f"{row.reference} {what}"


DESK = Desk(find, move)
