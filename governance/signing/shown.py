"""What somebody signs: a digest of what the page showed him, in the form and beside his signature.

Each floor says of its rounds what stands today of what was signed, for the page that verifies a signature.

form:   <input type="hidden" name="shown" value="…">     digest(…) of the records on the page
verb:   check(shown, digest(…))                          of the same records, locked
floor:  offer({"joint_approval"}, see)                   in AppConfig.ready(); see(actor, answer) -> Standing | None
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model

from governance.basics import seals
from governance.basics.refusal import Refused, Stale
from governance.kernel.access import Actor
from governance.models import Answer

# What a signature itself changes.
MOVING = {"state", "round_id", "version", "in_force", "settled_day"}


def digest(*records: Model | None, more: object = "") -> str:
    """sha256 over every field of the records but those that signing changes, and over `more`."""
    said = [
        {f.attname: str(getattr(row, f.attname)) for f in row._meta.concrete_fields if f.attname not in MOVING}
        for row in records
        if row is not None
    ]
    return hashlib.sha256(seals.canonical({"records": said, "more": str(more)}).encode()).hexdigest()


def check(shown: str | None, now: str) -> str:
    """`now`, to be kept with the signature. Refused (428) where the form says nothing of what it showed, Stale where it
    is another; None: no form stood before (another program, the demonstration)."""
    if shown == "":
        raise Refused("这次提交没有写明所看的内容，不能签署；请刷新页面，看过现在的内容再提交。", status=428)
    if shown is not None and shown != now:
        raise Stale("您打开以后，所签的内容（文本、审定金额或条件）有了变化；请看过现在的内容再签。")
    return now


@dataclass(frozen=True)
class Standing:
    """What was signed as it stands today: in words, and its digest."""

    what: str
    digest: str


See = Callable[[Actor, Answer], Standing | None]
_offered: dict[str, See] = {}


def offer(kinds: Iterable[str], see: See) -> None:
    """A floor's rounds of these kinds; None where the actor may not read what they are about."""
    _offered.update(dict.fromkeys(kinds, see))


def standing(actor: Actor, answer: Answer) -> Standing | None:
    """What an answer was given to as it stands today; None where the actor may not read it or nobody can say."""
    see = _offered.get(answer.seat.round.kind)
    return see(actor, answer) if see else None
