"""Opinions on the technical scheme: the network centre, and the expert group with its four groups (9.1.1(4), D04). Whom
to ask, who is not free to be asked, and what each may read before his own opinion is in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q, Value

from governance.basics.memo import remembered
from governance.basics.refusal import Refused
from governance.basics.roles import Permission, Role
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.models import Answer, Appointment, Round, Seat, User
from governance.signing import signers
from priorities.approval import contacts, seats
from priorities.labels import EVERY_OPINION
from priorities.models import Submission

WHOLE_GROUP = "expert-group"
EVENT = "priorities.submission.give_opinion"
_GIVEN = ("id", "kind", "text", "condition", "condition_due", "clause", "day", "by_text")
_WROTE = ("create_draft", "save", "submit", "attach", "confirm_participation", "answer_correction")


@dataclass(frozen=True)
class Group:
    """A group of the expert group, as the plan names it."""

    key: str  # expert-group-schemes
    name: str  # 方案研究组


@dataclass(frozen=True)
class Candidate:
    """An expert who can be asked: `why` says why he may not, empty where he may."""

    user: User
    why: str


@dataclass(frozen=True)
class Asked:
    """One opinion that was asked for: by whom it is owed, since when, until when, and what came."""

    seat: Seat
    group: str
    day: dt.date
    due_day: dt.date | None
    days: int
    answer: Answer | None
    is_open: bool
    phone: str

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_day is not None and self.due_day < self.day + dt.timedelta(days=self.days)


def groups() -> list[Group]:
    """方案研究组, 政务管理组, 标准研究组, 政策法规组, in the plan's order."""
    whole = seats.opinion_body("expert")
    return [Group(b.key, b.name.removeprefix(whole)) for b in seats.bodies() if b.key.startswith(f"{WHOLE_GROUP}-")]


def group_name(key: str) -> str:
    """The group's short name; empty for the whole expert group."""
    return next((g.name for g in groups() if g.key == key), "")


# --- conflict of interest --------------------------------------------------------------------------------------------


@remembered
def parts_in(submission: Submission) -> dict[int, str]:
    """Every person with a part in the case, or in the earlier one that it was filed again from, and which part."""
    rows, found = [submission], {}
    while rows[-1].earlier_id and len(rows) < 5:
        rows.append(rows[-1].earlier)
    for row in reversed(rows):  # the case itself speaks last
        whose = "本件" if row == submission else f"前一件申报 {row.reference} "
        words = {1: f"经办过{whose}的审核", 2: f"会签过{whose}", 3: f"参与编写过{whose}的申报书"}
        for user_id, part in sorted(_parts(row), key=lambda pair: pair[1]):
            found[user_id] = words[part]
        found[row.author_id] = f"是{whose}的经办人"
    found.pop(None, None)
    return found


def _parts(row: Submission) -> list[tuple[int | None, int]]:
    """`(user id, part)` in one question: 1 screened it, 2 signed it, 3 wrote it."""
    events = [f"priorities.submission.{verb}" for verb in _WROTE]
    wrote = audit.done_about(row).filter(event__in=events)
    signed = Answer.objects.filter(seat__round__about=row.audit_key, seat__round__kind="joint_approval")
    office = row.transitions.exclude(verb__in=("submit", "withdraw", "sign", "refuse"))
    parts = [(office, 1), (row.confirmed_facts, 1), (row.screenings, 1), (signed, 2), (wrote, 3)]
    first, *rest = (rows.order_by().annotate(part=Value(n)).values_list("user_id", "part") for rows, n in parts)
    return [pair for pair in first.union(*rest) if pair[0] is not None]


def connection_of(submission: Submission, user: User, hats: list[Appointment], parts: dict[int, str]) -> str:
    """Why a person is not free to give an opinion: his units and those he acts for (merged names included), what he
    wrote, an earlier part in the case; empty where he is free."""
    interested = seats.interested(submission)
    units = {h.organisation.survivor_id for h in hats} | {h.on_behalf_of.survivor_id for h in hats if h.on_behalf_of_id}
    if units & interested:
        return "所在单位牵头或联合申报本件"
    if user.pk in parts:
        return parts[user.pk]
    contact = submission.proposal.get("contact", {}).get("name", "")
    if contact and contact == user.full_name:
        return "是本件的联系人"
    return "" if any(h.role == Role.EXPERT for h in hats) else "没有专家任职"


def candidates(submission: Submission, day: dt.date) -> list[Candidate]:
    """Every expert in office, first appointed first, with what keeps him from being asked: seen before he is asked."""
    everybody = contacts.everybody(day)
    parts, found = parts_in(submission), []
    asked = {
        s.assigned_id
        for s in opinion_seats(submission)
        if s.round.about_version == str(submission.current_version) and s.round.state != "closed"
    }
    for user in dict.fromkeys(h.user for h in everybody if h.role == Role.EXPERT):
        hats = [h for h in everybody if h.user_id == user.pk]
        why = connection_of(submission, user, hats, parts) or ("这一版已经征求过" if user.pk in asked else "")
        found.append(Candidate(user, why))
    return found


def connection_now(submission: Submission, user: User, day: dt.date) -> str:
    """`connection_of` one person on the day."""
    hats = [h for h in contacts.everybody(day) if h.user_id == user.pk]
    return connection_of(submission, user, hats, parts_in(submission))


def require_free(submission: Submission, user: User, day: dt.date) -> None:
    """Refuse an expert who has a part in the case."""
    if why := connection_now(submission, user, day):
        raise Refused(f"{user}{why}，不能对本件出具专家意见；请另行指派。")


# --- reads -----------------------------------------------------------------------------------------------------------


@remembered
def opinion_seats(submission: Submission) -> list[Seat]:
    """The seats of every opinion asked for about the submission, oldest round first; each with its `given` (the
    answer in force or None), read in one question."""
    rows = Seat.objects.filter(round__about=submission.audit_key, round__kind__startswith="opinion")
    rows = rows.annotate(held=FilteredRelation("answers", condition=Q(answers__in_force=True)))
    rows = rows.annotate(**{f"given_{name}": F(f"held__{name}") for name in _GIVEN})
    found = list(rows.select_related("round", "organisation", "assigned").order_by("round_id", "pk"))
    for seat in found:
        values = {name: getattr(seat, f"given_{name}") for name in _GIVEN}
        seat.given = Answer(seat=seat, **values) if values["id"] else None
    return found


def opinion_rounds(submission: Submission, *, open_only: bool = False):
    """Rounds of opinions about the submission, newest first."""
    rows = Round.objects.filter(about=submission.audit_key, kind__startswith="opinion").order_by("-pk")
    return rows.filter(state="open") if open_only else rows


def asked(submission: Submission, what: str, day: dt.date) -> list[Asked]:
    """The opinions of one kind (network_centre, expert, resource, ca) asked for on the current version, in the order
    asked."""
    found = []
    for seat in opinion_seats(submission):
        round_ = seat.round
        if round_.kind != f"opinion_{what}" or round_.about_version != str(submission.current_version):
            continue
        answer = seat.given
        is_open = answer is None and round_.state == "open" and seat.required
        if answer is None and not is_open:
            continue  # closed without an answer: waived, the version was returned, the seat released
        due = seat.due_day or round_.due_day
        since = round_.day
        phone = seat.assigned.phone if seat.assigned_id else contacts.phone_of(seat.organisation, day)
        days = ((answer.day if answer else day) - since).days
        found.append(Asked(seat, group_name(seat.group), since, due, days, answer, is_open, phone))
    return found


def lacking(submission: Submission, what: str, day: dt.date) -> list[tuple[str, str]]:
    """Why the opinion is not in: nobody asked, somebody silent, or all stood aside; `(sentence, who)`."""
    label, office = EVERY_OPINION[what], contacts.role(Role.REVIEWER, day)
    rows = asked(submission, what, day)
    found = []
    if not rows:
        found.append((f"{label}还没有征求；不需要的写明理由免去", office))
    for row in rows:
        if row.is_open:
            who = (
                contacts.person(row.seat.assigned)
                if row.seat.assigned_id
                else contacts.unit(row.seat.organisation, day)
            )
            found.append((f"{label}还没有回来（{row.seat.label}，{row.day} 送出）", who))
    if rows and not found and all(row.answer.kind == "abstain" for row in rows):
        found.append((f"{label}都已回避，请另行征求或写明理由免去", office))
    return found


@remembered
def mine(submission: Submission, actor: Actor) -> Seat | None:
    """The seat of the opinion under way that the actor still owes."""
    rows = Seat.objects.silent().filter(round__about=submission.audit_key, round__kind__startswith="opinion")
    return rows.filter(signers.fills(actor)).select_related("round", "organisation", "assigned").first()


# --- hidden until one's own is in ------------------------------------------------------------------------------------


@remembered
def hides(submission: Submission, actor: Actor) -> bool:
    """Whether others' opinions are hidden from the actor: he owes one himself."""
    return bool(actor.scope(Permission.GIVE_OPINION)) and mine(submission, actor) is not None


def shown_rounds(submission: Submission, actor: Actor, every: list[Round]) -> list[Round]:
    """The rounds that the actor may read about: no opinions while he owes one."""
    return [r for r in every if not r.kind.startswith("opinion")] if hides(submission, actor) else every


def others(submission: Submission, actor: Actor, day: dt.date) -> list[Asked]:
    """What the others said on this version; nothing before the actor's own opinion is in."""
    if hides(submission, actor):
        return []
    return [row for what in EVERY_OPINION for row in asked(submission, what, day) if row.answer is not None]
