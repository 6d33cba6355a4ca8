"""What a case carries along to whoever signs or reads it: the papers that were waived, with the reason, and the
conditions that opinions and signatures were given on. Readers alone; two questions whatever the number of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import OuterRef, Q, Subquery

from governance.kernel.access import Actor
from governance.models import Answer, Round
from priorities.approval import contacts, opinions
from priorities.labels import PAPERS
from priorities.models import OpinionWaiver, Submission
from priorities.screening import verdicts


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


SIGNED = (
    "joint_approval",
    "candidate",
    "pool",
    "deferred",
    "no_city_funding",
    "adopted",
)  # a round may carry conditions


def of(rows: Iterable[Submission], day: dt.date) -> dict[int, Carried]:
    """By submission: what was waived of its current version, the conditions of the opinions on it and of the latest
    joint approval."""
    rows = list(rows)
    versions = {row.pk: row.current_version for row in rows}
    waived: dict[int, list[OpinionWaiver]] = {}
    for waiver in OpinionWaiver.objects.filter(submission__in=versions).order_by("pk"):
        if waiver.version == versions[waiver.submission_id]:
            waived.setdefault(waiver.submission_id, []).append(waiver)
    answers: dict[str, list[Answer]] = {}
    for answer in _conditional([row.audit_key for row in rows]):
        answers.setdefault(answer.seat.round.about, []).append(answer)
    return {r.pk: _carried(r, waived.get(r.pk, []), answers.get(r.audit_key, []), day) for r in rows}


def of_case(row: Submission, day: dt.date) -> Carried:
    """Of one case, from what its page reads anyway."""
    if not row.current_version:
        return Carried()
    held = [] if row.state in SIGNED else [s.given for s in opinions.opinion_seats(row) if s.given]
    given = _conditional([row.audit_key]) if row.state in SIGNED else [a for a in held if a.condition]
    return _carried(row, verdicts.waivers(row), given, day)


def shown_to(row: Submission, actor: Actor, day: dt.date) -> Carried:
    """The same for a reader: nobody reads others' conditions before his own opinion is in."""
    with_it = of_case(row, day)
    return Carried(with_it.waived, []) if opinions.hides(row, actor) else with_it


def _conditional(keys: list[str]) -> list[Answer]:
    """Standing answers with a condition: opinions, and signatures of the latest joint approval that was not refused."""
    newest = Round.objects.filter(about=OuterRef("seat__round__about"), kind="joint_approval").order_by("-pk")
    stands = Q(seat__round=Subquery(newest.values("pk")[:1]), seat__round__state__in=("open", "concluded"))
    rows = Answer.objects.filter(in_force=True, seat__round__about__in=keys).exclude(condition="")
    rows = rows.filter(stands | Q(seat__round__kind__startswith="opinion"))
    return list(rows.select_related("seat__round", "seat__organisation", "seat__assigned").order_by("pk"))


def _carried(row: Submission, waived: list[OpinionWaiver], answers: list[Answer], day: dt.date) -> Carried:
    found = Carried([Waived(PAPERS[w.what], w.reason, w.by_text, w.day) for w in waived])
    for answer in answers:
        seat = answer.seat
        if seat.round.about_version == str(row.current_version):
            phone = seat.assigned.phone if seat.assigned_id else contacts.phone_of(seat.organisation, day)
            where = "意见" if seat.round.kind.startswith("opinion") else "会签"
            due = answer.condition_due
            found.conditions.append(Condition(answer.condition, seat.label, where, answer.day, due, phone))
    return found
