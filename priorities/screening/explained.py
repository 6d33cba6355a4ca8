"""Why a verdict is as it is: the minimal cause of each clause, the fewest answers that settle an open one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from governance.basics.memo import remembered
from governance.models import Clause
from priorities.labels import ANSWERS, RESULTS
from priorities.rule_sets import repository
from priorities.rules import advice, explain
from priorities.rules.facts import FACTS, on_screen


@dataclass(frozen=True)
class Why:
    """Why a clause comes out so. `decisive`: (component's name, fact), each of which alone, answered otherwise,
    changes the result; `sentence`: the fewest answers that carry it, "" where it is open."""

    decisive: frozenset[tuple[str, str]]
    sentence: str


@dataclass(frozen=True)
class Settled:
    """The fewest answers that make an open verdict this outcome: (question, answer on screen, component's name)."""

    outcome: str
    answers: tuple[tuple[str, str, str], ...]


def why(facts: Mapping[str, str], components: list[dict], day: dt.date) -> dict[str, Why]:
    """By clause in force."""
    rules, said = repository.in_force_on(day), repository.answers(facts)
    found: dict[str, list[explain.Cause]] = {}
    for cause in explain.causes(said, repository.components_of(components), rules):
        found.setdefault(cause.clause, []).append(cause)
    own = {c["name"]: said | repository.answers(c["facts"]) for c in components}
    return {
        clause: Why(
            frozenset((c.component, str(f)) for c in causes for f in c.decisive),
            "；".join(dict.fromkeys(filter(None, (_sentence(c, own.get(c.component, said)) for c in causes)))),
        )
        for clause, causes in found.items()
    }


def _sentence(cause: explain.Cause, answers: Mapping) -> str:
    if not cause.enough:
        return ""
    said = "、".join(f"{FACTS[f].question}{ANSWERS[on_screen(f, str(answers[f]))]}" for f in cause.enough)
    where = f"“{cause.component}”" if cause.component else ""
    return f"{where}{said}，这就足以{RESULTS[cause.result]}"


def settled(
    facts: Mapping[str, str], components: list[dict], day: dt.date, decisions: Mapping[str, bool]
) -> list[Settled]:
    """For each outcome that is still possible; the shortest first, [] where nothing is open."""
    names = [c["name"] for c in components]
    found = advice.settlements(
        repository.answers(facts), repository.components_of(components), repository.in_force_on(day), decisions
    )
    return [
        Settled(
            str(s.outcome),
            (
                *((FACTS[f].question, on_screen(f, str(a)), "") for f, a in s.facts.items()),
                *((FACTS[f].question, on_screen(f, str(a)), names[i]) for (i, f), a in s.components.items()),
            ),
        )
        for s in found
    ]


@remembered
def lines() -> dict[str, int]:
    """The line of the plan's text that holds each clause."""
    return dict(Clause.objects.filter(clause__startswith="8.3.").values_list("clause", "line"))
