"""The counts that stand in the left rail: one small query each."""

from __future__ import annotations

from governance import rounds
from governance.access import Actor
from priorities.models import Submission
from priorities.rules.plan_2006 import CRITERIA


def to_screen(actor: Actor) -> int:
    """Cases that wait for the office."""
    return Submission.objects.visible_to(actor).awaiting_screening().filter(is_secret=False).count()


def mine(actor: Actor) -> int:
    """One's own drafts and returned cases."""
    return Submission.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, state__in=["draft", "returned"]).count()


def to_answer(actor: Actor) -> int:
    """Rounds that wait for the actor's unit or himself."""
    return rounds.waiting_on(actor).count()


def criteria(actor: Actor) -> int:
    return len(CRITERIA)
