"""Opinions on the technical scheme (D04): asked for, waived with a reason, given; several experts of the four groups of
9.1.1 side by side, each with his own due day, none reading the others before his own is in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit, working_days
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Seat, User
from governance.people import institutions
from governance.signing import rounds, signers
from governance.signing.rounds import SeatSpec
from priorities.actions.telling import record, tell_office, tell_seat, touch
from priorities.approval import opinions, seats
from priorities.case import guards, settling
from priorities.labels import EVERY_OPINION, ON_ASKING, OPINION_ANSWERS, PAPERS
from priorities.models import OpinionWaiver, Submission

DUE_DAYS = 10  # working days (系统默认); no date blocks anything
MOST_DAYS = 366


@verb("priorities.submission.request_opinion")
def request_opinion(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    what: str,
    assigned: User | Iterable[User] | None = None,
    group: str = "",
    due_day: dt.date | None = None,
) -> Submission:
    """Ask 网络管理中心 (network_centre) or experts (expert) about the technical scheme of the current version, or the
    department of 9.1.2 (resource, ca) about what is its own.

    An expert is a person: `assigned` (one or several), else the first who is free; `group` is one of the four groups
    (expert-group-schemes …), empty for the whole. More can be asked while others are still thinking. Refused where
    somebody has a part in the case, and where the network centre would judge its own scheme.
    """
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="request_opinion", version=version)
    if what not in EVERY_OPINION:
        raise Invalid(f"可以征求的是{'、'.join(EVERY_OPINION.values())}。", fields={"what": ["请选择"]})
    day = clock.today()
    due_day = _due(due_day, day)
    specs = _experts(row, assigned, group, due_day, day) if what == "expert" else [_of_body(row, what, due_day, day)]
    kind = f"opinion_{what}"
    under_way = opinions.opinion_rounds(row, open_only=True).filter(kind=kind).first()
    if under_way is not None and what != "expert":
        raise Refused(f"{EVERY_OPINION[what]}已经在征求，还没有回来。")
    if under_way is not None:
        opened = rounds.lock(under_way.pk)
        made = rounds.add_seats(round_=opened, seats=specs)
    else:
        opened = rounds.open_round(
            kind=kind,
            about=row.audit_key,
            about_version=str(row.current_version),
            address=reverse("priorities:opinion", args=[row.reference]),
            title=f"{EVERY_OPINION[what]}：{row.number} {row.title}"[:200],
            is_demo=row.is_demo,
            due_day=due_day,
            seats=specs,
        )
        made = list(opened.seats.all())
    touch(row)
    labels = "、".join(s.label for s in specs)
    record(by, row, "request_opinion", f"征求{EVERY_OPINION[what]}：{labels}，{due_day} 前")
    for seat in made:
        seat.round = opened
        tell_seat(row, seat, "opinion", f"请对 {row.number}“{row.title}”出具意见，{due_day} 前。")
    return row


@verb("priorities.submission.waive_opinion")
def waive_opinion(
    *, by: Actor, submission: Submission, version: int, what: str | Iterable[str], reason: str
) -> Submission:
    """Do without an opinion or the stamped scan of this version, with a reason; several at once only in a small case
    (settling.asks_apart). A reason of the list that is not true of the case is refused."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="waive_opinion", version=version)
    names = [what] if isinstance(what, str) else list(what)
    reason = clean_text(reason, limit=300, field="理由")
    if not names or set(names) - set(PAPERS):
        raise Invalid(f"可以免去的只有{'、'.join(PAPERS.values())}。", fields={"what": ["请选择"]})
    if not reason:
        raise Invalid("免去意见或扫描件要写明理由。", fields={"reason": ["请写明理由。"]})
    if why := settling.untrue(row, reason):
        raise Invalid(why, fields={"reason": [why]})
    if len(set(names)) > 1 and settling.asks_apart(row):
        raise Refused(
            f"本件 {settling.size_words(row)}，意见和扫描件要逐件写明理由免去，不能一并免（系统默认 "
            f"{settling.APART_FROM_WAN} 万元起，或有几个组成部分）。",
            blockers=[(f"{PAPERS[n]}要单独写明理由免去", guards.reviewer(clock.today())) for n in dict.fromkeys(names)],
        )
    for name in names:
        OpinionWaiver.objects.update_or_create(
            submission=row,
            version=row.current_version,
            what=name,
            defaults={"reason": reason, "by_text": by.text, "day": clock.today(), "is_demo": row.is_demo},
        )
        for round_ in opinions.opinion_rounds(row, open_only=True).filter(kind=f"opinion_{name}"):
            rounds.close(round_=round_)
    touch(row)
    labels = "、".join(PAPERS[n] for n in names)
    record(by, row, "waive_opinion", f"免去{labels}：{reason}", now=reason)
    return row


@verb("priorities.submission.give_opinion", signs=True)
def give_opinion(
    *,
    by: Actor,
    submission: Submission,
    edition: int,
    kind: str,
    text: str = "",
    reason: str = "",
    clause: str = "",
    condition: str = "",
    condition_due: dt.date | None = None,
) -> Submission:
    """An opinion of the network centre, an expert or a department of 9.1.2 on one frozen version; on an older one it is
    refused (409).

    回避 (abstain) with its reason gives the seat back: the office then asks somebody else.
    """
    access.require(by, Permission.GIVE_OPINION, submission)
    verb_ = "abstain" if kind == rounds.ABSTAIN else "give_opinion"
    row = guards.enter(by=by, submission=submission, verb=verb_, version=None)
    if edition != row.current_version:
        raise guards.stale(row)
    seat = opinions.mine(row, by)
    round_ = rounds.lock(seat.round_id)
    mine = rounds.seat_for(round_, by, seat.key)
    text = clean_text(text, limit=2000, field="意见")
    reply = rounds.Reply(
        kind,
        text,
        clause=clean_text(clause, limit=20, field="条款"),
        reason=clean_text(reason, limit=100, field="理由"),
        condition=clean_text(condition, limit=1000, field="条件"),
        condition_due=condition_due if kind == rounds.CONDITIONAL else None,
    )
    rounds.answer(by=by, round_=round_, seat=mine, reply=reply, hears_all=True)
    word = OPINION_ANSWERS[kind]
    audit.record(
        by=by, event=opinions.EVENT, about=row, now=text, sentence=f"{row.reference} {mine.label}出具意见：{word}"
    )
    tell_office(row, f"opinion-in:{mine.pk}", f"{mine.label}对 {row.number}“{row.title}”出具意见：{word}。")
    return row


@verb("priorities.submission.remind")
def remind(*, by: Actor, submission: Submission, seat: Seat) -> Submission:
    """催办 a silent seat of the joint approval or of an opinion: a notice to whoever may fill it, once a day."""
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    row = guards.enter(by=by, submission=submission, verb="remind", version=None)
    held = (
        Seat.objects.silent()
        .select_for_update(of=("self",))
        .select_related("round", "organisation", "assigned")
        .filter(pk=seat.pk, round__about=row.audit_key)
        .first()
    )
    if held is None:
        raise Refused("这个席位不在等待，不用催办。")
    rounds.remind(seat=held)
    day = clock.today()
    waited, due = (day - held.round.day).days, held.due_day or held.round.due_day
    late = f"，已过期限 {due}" if due and due < day else f"，期限 {due}" if due else ""
    todo = "出具意见" if held.round.kind.startswith("opinion") else "会签"
    tell_seat(row, held, f"remind:{day}", f"催办：{row.number}“{row.title}”等您{todo}，已等 {waited} 天{late}。")
    record(by, row, "remind", f"催办{held.label}")
    return row


def _due(due_day: dt.date | None, day: dt.date) -> dt.date:
    if due_day is None:
        return working_days.add(day, DUE_DAYS)
    if due_day < day or (due_day - day).days > MOST_DAYS:
        raise Invalid("期限应在今天以后、一年以内。", fields={"due_day": ["期限应在今天以后、一年以内"]})
    return due_day


def _experts(row: Submission, assigned, group: str, due_day: dt.date, day: dt.date) -> list[SeatSpec]:
    if group and not opinions.group_name(group):
        raise Invalid("专家组只有方案研究、政务管理、标准研究和政策法规四个组（9.1.1）。", fields={"group": ["请选择"]})
    body = group or opinions.WHOLE_GROUP
    organisation, acting_for, _ = seats.opinion("expert", day, body)
    if organisation is None:
        raise Refused(f"{EVERY_OPINION['expert']}在 {day} 还没有承担单位（D05）。")
    people = [assigned] if isinstance(assigned, User) else list(assigned or ())
    if not people:
        free = next((c.user for c in opinions.candidates(row, day) if not c.why), None)
        if free is None:
            raise Refused(
                "没有与本件无关、这一版还没有征求过的专家可以指派；请先由安全管理员授予专家角色，或写明理由免去专家意见。"
            )
        people = [free]
    held = {s.assigned_id for s in opinions.opinion_seats(row) if s.round.state == rounds.OPEN}
    name, specs = seats.body_name(body), []
    for user in dict.fromkeys(people):
        opinions.require_free(row, user, day)
        if user.pk in held:
            raise Refused(f"已向{user}征求意见，还没有回来。")
        specs.append(
            SeatSpec(
                key=f"expert-{user.pk}",
                label=f"{user}（{name}）"[:100],
                organisation_id=organisation.survivor_id,
                acting_for=acting_for,
                assigned_id=user.pk,
                group=group,
                due_day=due_day,
            )
        )
    return specs


def _of_body(row: Submission, what: str, due_day: dt.date, day: dt.date) -> SeatSpec:
    """The seat of a body of 9.1.2 that gives opinions as a unit."""
    organisation, acting_for, _ = seats.opinion(what, day)
    if organisation is None:
        raise Refused(f"{EVERY_OPINION[what]}在 {day} 还没有承担单位（D05）。")
    body = seats.opinion_body(what)
    if organisation.survivor_id in seats.interested(row):
        besides = "" if what in ON_ASKING else "请由专家组审定，网络管理中心意见写明理由免去"
        raise Refused(f"{organisation}牵头或联合申报本件，不能审查自己的方案{besides and f'；{besides}'}。")
    if what in ON_ASKING and (
        acting_for or institutions.in_office(signers.OFFICES[seats.OPINION_BODIES[what]], day) is None
    ):
        raise Refused(f"{body}还没有人任职，没有人可以征求；由市信息办审核时一并回答（系统默认，非规划规定，D05）。")
    return SeatSpec(
        key=what,
        label=(str(organisation) if str(organisation) == body else f"{organisation}（{body}）")[:100],
        organisation_id=organisation.survivor_id,
        acting_for=acting_for,
        due_day=due_day,
    )
