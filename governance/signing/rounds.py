"""Rounds: several seats answer about one version of a record, in parallel, all required (8.1, 9.2.7).

The owner opens a round and calls `answer` inside its own verb; it gets open, concluded or refused back. Governance
calls nobody. Locks: the round's row, taken after the record's own (submission, then round).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from governance.basics import clock, memo
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.database.prepared import Prepared
from governance.kernel.access import Actor
from governance.kernel.verbs import known_by, step
from governance.models import Answer, Round, Seat
from governance.signing import signers
from governance.signing.paper import BY_HIMSELF, PaperSignature

AGREE, CONDITIONAL, REFUSE, ABSTAIN = "agree", "conditional", "refuse", "abstain"
OPEN, CONCLUDED, REFUSED, CLOSED = "open", "concluded", "refused", "closed"


@dataclass(frozen=True)
class SeatSpec:
    """A seat to be opened: key (finance), label (市财政局（财政）), organisation;
    `conflict` says why it does not suffice."""

    key: str
    label: str
    organisation_id: int
    assigned_id: int | None = None
    required: bool = True
    conflict: str = ""
    stands_for: str = ""
    acting_for: str = ""
    group: str = ""
    due_day: dt.date | None = None


@dataclass(frozen=True)
class Reply:
    """What a seat answers; `reason` and `clause` of a refusal, the condition of a conditional agreement and its day,
    the number of the paper by which a body decides; `shown`: the digest of what was signed
    (governance.signing.shown)."""

    kind: str
    text: str = ""
    reason: str = ""
    clause: str = ""
    condition: str = ""
    condition_due: dt.date | None = None
    document: str = ""
    shown: str = ""


@step
def open_round(
    *,
    kind: str,
    about: str,
    about_version: str,
    title: str,
    address: str,
    seats: list[SeatSpec],
    due_day: dt.date | None = None,
    is_demo: bool = False,
) -> Round:
    """Open a round; one open round per kind and record (the database refuses a second)."""
    number = Round.objects.filter(kind=kind, about=about).count() + 1
    opened = Round.objects.create(
        kind=kind,
        about=about,
        about_version=about_version,
        number=number,
        title=title,
        address=address,
        due_day=due_day,
        is_demo=is_demo,
    )
    add_seats(round_=opened, seats=seats)
    return opened


@step
def add_seats(*, round_: Round, seats: list[SeatSpec]) -> list[Seat]:
    """More seats in a locked, open round (another expert is asked); the round is due when its last seat is."""
    if round_.state != OPEN:
        raise Refused(f"这一轮{round_.get_state_display()}，不能再加席位。")
    made = Seat.objects.bulk_create(Seat(round=round_, **asdict(s)) for s in seats)
    latest = max((s.due_day for s in seats if s.due_day), default=None)
    if latest and (round_.due_day is None or round_.due_day < latest):
        round_.due_day = latest
        round_.save(update_fields=["due_day"])
    return made


def lock(round_id: int) -> Round:
    """The round's row, locked until the verb ends."""
    return Round.objects.select_for_update().get(pk=round_id)


def seat_for(round_: Round, actor: Actor, key: str | None = None) -> Seat:
    """The seat that the actor fills (governance.signing.signers), answered or not; one that is silent comes first.

    Raises NotVisible where his unit has none, WrongRole where another role signs for it.
    """
    found = signers.may_sign(round_, actor, key)
    if found.seat is None:
        raise NotVisible("您不在这一轮的签署席位里。")
    if not found.is_his:
        raise WrongRole(f"{found.why}。")
    return found.seat


@step
def answer(
    *, by: Actor, round_: Round, seat: Seat, reply: Reply, paper: PaperSignature = BY_HIMSELF, hears_all: bool = False
) -> str:
    """Record an answer on a locked, open round; returns open, concluded or refused.

    Whoever may not sign in the seat is refused (governance.signing.signers); a refusal needs a reason,
    a condition its text; a conflicted seat's 同意 is recorded but an independent seat must agree as well. `hears_all`:
    a round of opinions, where one 不同意 ends nothing and 回避 is an answer; it concludes when every seat has spoken.
    """
    if round_.state != OPEN:
        raise Refused(f"这一轮会签{round_.get_state_display()}，不能再签。")
    kind = reply.kind
    if kind not in (AGREE, CONDITIONAL, REFUSE, *((ABSTAIN,) if hears_all else ())):
        raise Invalid("请选择同意、附条件同意或不同意。", fields={"kind": ["请选择一项"]})
    if kind in (REFUSE, ABSTAIN) and not (reply.text or reply.reason):
        word = "不同意" if kind == REFUSE else "回避"
        raise Invalid(f"{word}必须写明理由。", fields={"text": [f"写明{word}的理由"]})
    if kind == CONDITIONAL and not reply.condition:
        raise Invalid("附条件同意必须写明条件。", fields={"condition": ["写明条件、谁来满足、何时之前"]})
    if why := signers.may_sign(round_, by, seat.key).why:
        raise Refused(f"{why}。")
    known = "paper" if paper.signer else known_by.get()
    Answer.objects.create(seat=seat, by_text=by.text, user_id=by.user_id, known_by=known, **vars(reply), **vars(paper))
    if kind == REFUSE and not hears_all:
        return _end(round_, REFUSED)
    return OPEN if silent(round_) else _end(round_, CONCLUDED)


def silent(round_: Round) -> list[Seat]:
    """The seats that an open round waits for."""
    return list(round_.seats.silent())


@step
def release(*, round_: Round, seat: Seat) -> None:
    """Take a silent seat out of a locked round of opinions; the round concludes when all others have spoken."""
    seat.required = False
    seat.save(update_fields=["required"])
    if round_.state == OPEN and not silent(round_) and round_.seats.filter(answers__in_force=True).exists():
        _end(round_, CONCLUDED)


@step
def remind(*, seat: Seat) -> None:
    """Keep the day on which a seat was reminded; once a day."""
    today = clock.today()
    if seat.reminded_on == today:
        raise Refused(f"今天已经催过{seat.label}，明天再催。")
    seat.reminded_on = today
    seat.save(update_fields=["reminded_on"])


@step
def withdraw_answer(*, by: Actor, round_: Round, seat: Seat, text: str = "") -> None:
    """Take one's answer back while the round is open; both rows stay."""
    if round_.state != OPEN:
        raise Refused("这一轮已经结束，签署不能撤回。")
    standing = seat.standing
    if standing is None:
        raise Refused(f"{seat.label}还没有签署，没有可撤回的。")
    standing.in_force = False
    standing.save(update_fields=["in_force"])
    Answer.objects.create(
        seat=seat,
        kind="withdrawn",
        text=text,
        known_by=known_by.get(),
        by_text=by.text,
        user_id=by.user_id,
        in_force=False,
    )


@step
def close(*, round_: Round) -> None:
    """Close an open round without a result (the case was withdrawn)."""
    if round_.state == OPEN:
        _end(round_, CLOSED)


def _end(round_: Round, state: str) -> str:
    round_.state, round_.closed_day = state, clock.today()
    round_.save(update_fields=["state", "closed_day"])
    return state


def waiting(actor: Actor) -> list[Round]:
    """The rows of `waiting_on`; within one page read once."""
    kept = memo.kept(f"rounds waiting on {actor.user_id} {actor.role} {actor.organisation_id}")
    if "rows" not in kept:
        kept["rows"] = _WAITING((actor.role,), actor.user_id, actor.organisation_id)
    return kept["rows"]


_WAITING = Prepared(lambda role, user, unit: waiting_on(Actor(user, "", role[0], unit, "")))


def waiting_on(actor: Actor):
    """Open rounds in which a seat that the actor fills is still silent, oldest first."""
    mine = Seat.objects.silent().filter(signers.fills(actor))
    return Round.objects.filter(pk__in=mine.values("round_id")).order_by("day", "pk")
