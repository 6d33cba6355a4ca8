"""Why, and what if: the minimal cause of each clause, contradictions between answers, who flips under another rule set,
what each clause alone decides. Advice and settlements stand in advice.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from priorities.rules.advice import RANK, Advice, Move, advise
from priorities.rules.assess import Component, assess
from priorities.rules.criteria import UNDETERMINED, Outcome
from priorities.rules.facts import CONTRADICTIONS, Answer, Fact
from priorities.rules.rule_set import PLAN_2006, RuleSet
from priorities.rules.screen import Item
from priorities.rules.tables import Table

__all__ = [
    "RANK",
    "Advice",
    "Cause",
    "Flip",
    "Move",
    "Weight",
    "advise",
    "causes",
    "contradictions",
    "flips",
    "weights",
]


@dataclass(frozen=True)
class Cause:
    """Why a clause comes out as it does. `decisive`: facts of which each alone, answered otherwise (an unknown one:
    answered), would change the result; `enough`: the fewest answers that carry the result whatever the others say,
    () where it is undetermined. On components: the one that it was read from."""

    clause: str
    result: str
    decisive: tuple[Fact, ...]
    enough: tuple[Fact, ...]
    component: str = ""


def causes(
    facts: Mapping[Fact, Answer], components: Iterable[Component] = (), rule_set: RuleSet = PLAN_2006
) -> tuple[Cause, ...]:
    """The minimal cause of every clause in force, in the plan's order; of a clause judged on components one a component
    that decides it (all of them where it is unmet)."""
    components = tuple(components)
    found = []
    for table in rule_set.tables:
        if not (components and table.on_components):
            found.append(_cause(table, facts))
            continue
        own = [(c.name, _cause(table, {**facts, **c.facts})) for c in components]
        results = [cause.result for _, cause in own]
        result = next(r for r in ("met", UNDETERMINED, "unmet") if r in results)
        found += [replace(cause, component=name) for name, cause in own if cause.result == result]
    return tuple(found)


def _cause(table: Table, facts: Mapping[Fact, Answer]) -> Cause:
    answers = {f: facts.get(f, Answer.UNKNOWN) for f in table.facts}
    result = table.result(answers)
    decisive = tuple(f for f in table.facts if any(table.result(answers | {f: a}) != result for a in Answer))
    enough: tuple[Fact, ...] = ()
    if result != UNDETERMINED:
        known = [f for f in table.facts if answers[f] is not Answer.UNKNOWN]
        enough = next(
            chosen
            for size in range(len(known) + 1)
            for chosen in combinations(known, size)
            if table.result({f: answers[f] for f in chosen}) == result
        )
    return Cause(table.clause, result, decisive, enough)


def contradictions(facts: Mapping[Fact, Answer]) -> list[str]:
    """Sentences about answers that contradict each other; flagged, not refused."""
    return [text for a, b, text in CONTRADICTIONS if facts.get(a) is Answer.YES and facts.get(b) is Answer.YES]


@dataclass(frozen=True)
class Flip:
    """An item whose outcome differs under another rule set, and the clauses that came or went."""

    id: str
    was: Outcome
    now: Outcome
    clauses: tuple[str, ...]
    amount_wan: Decimal


def flips(items: Iterable[Item], old: RuleSet, new: RuleSet) -> list[Flip]:
    """Who flips, from what to what, by which clause, and how much money."""
    found = []
    for item in items:
        a, b = assess(item.facts, item.components, old), assess(item.facts, item.components, new)
        if a.outcome != b.outcome:
            was = {s.clause: s.result for s in a.trace}
            now = {s.clause: s.result for s in b.trace}
            clauses = tuple(c for c in dict.fromkeys([*was, *now]) if was.get(c) != now.get(c))
            found.append(Flip(item.id, a.outcome, b.outcome, clauses, _money(item)))
    return found


def _money(item: Item) -> Decimal:
    return sum((c.amount_wan for c in item.components), Decimal(0))


@dataclass(frozen=True)
class Weight:
    """What one clause decides among the items. `holds`: how many it is met for; `decides`: those whose outcome would be
    another without it, with their money."""

    clause: str
    holds: int
    decides: tuple[Flip, ...]
    amount_wan: Decimal


def weights(items: Iterable[Item], rule_set: RuleSet) -> list[Weight]:
    """Clause sensitivity: each clause in force switched off alone."""
    items = list(items)
    found = []
    for clause in [t.clause for t in rule_set.tables]:
        without = replace(rule_set, switched_off=(*rule_set.switched_off, clause))
        decided = tuple(flips(items, rule_set, without))
        holds = sum(clause in assess(i.facts, i.components, rule_set).clauses("met") for i in items)
        found.append(Weight(clause, holds, decided, sum((f.amount_wan for f in decided), Decimal(0))))
    return found
