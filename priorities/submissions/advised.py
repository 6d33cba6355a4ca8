"""Facts that were changed after the form advised the change: marked for the reviewer, and in need of evidence.

What the form showed is kept when it was first seen; a fact that then reads as advised is marked, whoever changed it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from governance.kernel.access import Actor
from governance.kernel.verbs import step
from priorities import proposal as proposals
from priorities.models import ShownAdvice, Submission
from priorities.rule_sets import repository
from priorities.rules.advice import Move
from priorities.rules.facts import FACTS, on_screen
from priorities.rules.plan_2006 import CLAUSE_OF
from priorities.submissions import returned


@dataclass(frozen=True)
class Changed:
    """A fact that reads as it was advised. `answer` as the screen puts it; `path`: where its evidence is typed."""

    component: str
    component_name: str
    fact: str
    question: str
    answer: str
    evidence: str
    shown_on: dt.date

    @property
    def path(self) -> str:
        return f"facts.{self.fact}.evidence"

    @property
    def is_of_a_part(self) -> bool:
        return bool(self.component)


def advised_moves(advice: Iterable[repository.Advice], document: dict) -> set[tuple[str, str, str]]:
    """`(component id, fact, answer)` of every change that is advised."""
    found = set()
    for one in advice:
        for move in one.changes:
            if isinstance(move, Move):
                part = "" if move.place is None else document["components"][move.place]["id"]
                found.add((part, str(move.fact), str(move.now)))
    return found


def unseen(submission: Submission, moves: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Those that were not shown before."""
    if not moves:
        return set()
    return moves - set(submission.shown_advice.values_list("component", "fact", "value"))


@step
def keep(*, by: Actor, submission: Submission, moves: set[tuple[str, str, str]]) -> None:
    """Remember that these changes were shown."""
    ShownAdvice.objects.bulk_create(
        [
            ShownAdvice(submission=submission, component=c, fact=f, value=v, by_text=by.text)
            for c, f, v in sorted(moves)
        ],
        ignore_conflicts=True,
    )


def changed(submission: Submission, document: dict) -> list[Changed]:
    """The facts of a proposal that read as they were advised, in the order of the form."""
    if submission.pk is None:
        return []
    parts = {c["id"]: c for c in document["components"]}
    order, found = list(FACTS), []
    for row in submission.shown_advice.all():
        whole = document["facts"].get(row.fact, {})
        part = parts.get(row.component)
        if row.component and part is None:
            continue
        says = part["facts"].get(row.fact, "") if part else whole.get("value", "")
        if says == row.value:
            name, question, answer = part["name"] if part else "", FACTS[row.fact].question, on_screen(row.fact, says)
            found.append(Changed(row.component, name, row.fact, question, answer, whole.get("evidence", ""), row.day))
    return sorted(found, key=lambda c: (order.index(c.fact), c.component))


def gaps(submission: Submission) -> list[proposals.Gap]:
    """The evidence that a submit still asks for. In a returned case only where it may be typed."""
    asked = returned.open_fields(submission) if submission.state == "returned" else None
    found = {}
    for row in changed(submission, submission.proposal):
        if not row.evidence and (asked is None or returned.is_open(row.path, asked)):
            sentence = f"给看过建议后改动的回答附证据：{row.question}"
            found[row.fact] = proposals.Gap(row.path, sentence, CLAUSE_OF[row.fact], "facts")
    return list(found.values())
