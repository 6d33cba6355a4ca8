"""What a case carries along to whoever signs or reads it: the papers that were waived, with the reason, and the conditions
that opinions and signatures were given on. Readers alone; three questions whatever the number of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max

from governance.kernel.access import Actor
from governance.models import Answer, Round
from priorities.approval import contacts, opinions
from priorities.labels import PAPERS
from priorities.models import OpinionWaiver, Submission


@dataclass(frozen=True)
class Waived:
    """A paper that was done without."""

    paper: str  # 网络管理中心意见
    reason: str
    by_text: str
    day: dt.date


@dataclass(frozen=True)
class Condition:
    """A condition that somebody's opinion or signature was given on: whose, and until when."""

    text: str
    whose: str  # 市网络管理中心（网络管理中心）
    where: str  # 意见, 会签
    day: dt.date
    due: dt.date | None
    phone: str


@dataclass(frozen=True)
class Carried:
    """Both of one case's current version, in the order in which they came."""

    waived: list[Waived] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.waived or self.conditions)


def of(rows: Iterable[Submission], day: dt.date) -> dict[int, Carried]:
    """By submission: what was waived of its current version, the conditions of the opinions on it and of the latest
    joint approval."""
    rows = list(rows)
    found = {row.pk: Carried() for row in rows}
    versions = {row.pk: row.current_version for row in rows}
    for waiver in OpinionWaiver.objects.filter(submission__in=versions).order_by("pk"):
        if waiver.version == versions[waiver.submission_id]:
            found[waiver.submission_id].waived.append(
                Waived(PAPERS[waiver.what], waiver.reason, waiver.by_text, waiver.day)
            )
    by_key = {row.audit_key: row for row in rows}
    answers = Answer.objects.filter(in_force=True, seat__round__about__in=by_key).exclude(condition="")
    held = list(answers.select_related("seat__round", "seat__organisation", "seat__assigned").order_by("pk"))
    signed = [a.seat.round.about for a in held if not a.seat.round.kind.startswith("opinion")]
    rounds = Round.objects.filter(about__in=signed, kind="joint_approval").values_list("about")
    latest = dict(rounds.annotate(last=Max("pk")).order_by()) if signed else {}
    for answer in held:
        round_, seat = answer.seat.round, answer.seat
        row, is_opinion = by_key[round_.about], round_.kind.startswith("opinion")
        stands = is_opinion or (round_.pk == latest[round_.about] and round_.state in ("open", "concluded"))
        if stands and round_.about_version == str(row.current_version):
            phone = seat.assigned.phone if seat.assigned_id else contacts.phone_of(seat.organisation, day)
            where = "意见" if is_opinion else "会签"
            found[row.pk].conditions.append(
                Condition(answer.condition, seat.label, where, answer.day, answer.condition_due, phone)
            )
    return found


def of_case(row: Submission, day: dt.date) -> Carried:
    return of([row], day)[row.pk]


def shown_to(row: Submission, actor: Actor, day: dt.date) -> Carried:
    """The same for a reader: nobody reads others' conditions before his own opinion is in."""
    with_it = of_case(row, day)
    return Carried(with_it.waived, []) if opinions.hides(row, actor) else with_it
