"""The counts that stand in the left rail: one small query each."""

from __future__ import annotations

from governance.access import Actor
from priorities import desk
from priorities.models import Submission
from priorities.reading import is_reading
from priorities.rules.plan_2006 import CRITERIA


def to_screen(actor: Actor) -> int:
    """Cases that wait for the office; a page that lists them counts what it lists."""
    if is_reading():
        return len(desk.to_screen(actor))
    return Submission.objects.visible_to(actor).awaiting_screening().filter(is_secret=False).count()


def mine(actor: Actor) -> int:
    """Drafts and returned cases that one's unit may write, its part in others' among them: what 我的申报 lists first."""
    return len(desk.own_open(actor)) if is_reading() else desk.open_to(actor).count()


def to_answer(actor: Actor) -> int:
    """Rounds that wait for the actor's unit or himself."""
    return len(desk.to_answer(actor)) if is_reading() else desk.about_cases(actor).count()


def criteria(actor: Actor) -> int:
    return len(CRITERIA)
