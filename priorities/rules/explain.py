"""Why: the minimal cause of each clause, contradictions between answers. Advice and settlements stand in advice.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from priorities.rules.assess import Component
from priorities.rules.criteria import UNDETERMINED
from priorities.rules.facts import CONTRADICTIONS, Answer, Fact
from priorities.rules.rule_set import PLAN_2006, RuleSet
from priorities.rules.tables import Table


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
