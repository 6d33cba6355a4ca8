"""The counts that stand in the left rail: one small query each."""

from __future__ import annotations

from governance.basics.memo import is_one_page
from governance.kernel.access import Actor
from priorities.rules.plan_2006 import CRITERIA
from priorities.screening import sharing as sharing_of_cases
from priorities.screening import work_list


def to_screen(actor: Actor) -> int:
    """Cases that wait for the office; a page that lists them counts what it lists."""
    if is_one_page():
        return len(work_list.to_screen(actor))
    return work_list.count_to_screen(actor)


def mine(actor: Actor) -> int:
    """Drafts and returned cases that one's unit may write, its part in others' too: what 我的申报 lists first."""
    return len(work_list.own_open(actor)) if is_one_page() else work_list.count_own_open(actor)


def to_answer(actor: Actor) -> int:
    """Rounds that wait for the actor's unit or himself."""
    return len(work_list.to_answer(actor)) if is_one_page() else work_list.count_to_answer(actor)


def sharing(actor: Actor) -> int:
    """Cases whose facts about sharing wait for the resource department."""
    return sharing_of_cases.waiting().count()


def criteria(actor: Actor) -> int:
    return len(CRITERIA)
