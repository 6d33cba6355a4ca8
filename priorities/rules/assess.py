"""Assessment: three values per clause, the outcome that all completions agree on, the facts that still matter.

Exact without enumerating all unknowns: the facts of different clauses are disjoint, so that each clause is looked up by
itself (tables.py) and the components together count as one more clause of 8.3.3 (parts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from priorities.rules.criteria import PARTLY, Outcome
from priorities.rules.facts import Answer, Fact
from priorities.rules.parts import ZERO, Component, Parts
from priorities.rules.plan_2006 import UNFUNDED
from priorities.rules.rule_set import OF_HEADING, PLAN_2006, RuleSet
from priorities.rules.tables import Look, Step, Table

__all__ = ["Assessment", "Case", "Component", "Step", "assess"]

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
IN_ORDER = tuple(Fact)


@dataclass(frozen=True)
class Assessment:
    """What 8.3 says. `reachable`: the outcomes that are still possible, strongest first; `cut_wan`: money certainly
    hit, 0 where the whole is not funded; `settle_alone`: missing facts of which one answer alone would settle the
    outcome."""

    rule_set: str
    outcome: Outcome
    trace: tuple[Step, ...]
    missing_facts: tuple[Fact, ...]
    needs_decision: tuple[str, ...]
    cut_wan: Decimal
    settle_alone: tuple[Fact, ...] = ()
    reachable: tuple[Outcome, ...] = ()

    def clauses(self, result: str) -> list[str]:
        return [s.clause for s in self.trace if s.result == result]


def assess(
    facts: Mapping[Fact, Answer],
    components: Iterable[Component] = (),
    rule_set: RuleSet = PLAN_2006,
    decisions: Mapping[str, bool] | None = None,
) -> Assessment:
    """Assess under a rule set. `decisions`: the reviewer's yes or no on clauses that are partly met."""
    return Case(facts, tuple(components), rule_set, decisions or {}).assess()


class Case:
    """One assessment under way; `reachable` alone is the cheap question that advice asks many times."""

    def __init__(
        self,
        facts: Mapping[Fact, Answer],
        components: tuple[Component, ...],
        rule_set: RuleSet,
        decisions: Mapping[str, bool],
    ) -> None:
        self.facts, self.components, self.rules, self.decisions = facts, components, rule_set, decisions
        parted = tuple(t for t in rule_set.tables if t.on_components) if components else ()
        self.parts = Parts(components, facts, parted) if parted else None
        self.looks: list[tuple[Table, Look]] = [
            (t, t.look(facts, decisions.get(t.clause))) for t in rule_set.tables if not (components and t.on_components)
        ]
        self._can = dict.fromkeys(OF_HEADING, 0)
        self._must = dict.fromkeys(OF_HEADING, 0)
        for table, look in self.looks:
            self._can[table.heading] += look.can
            self._must[table.heading] += look.must
        if self.parts:
            self._can[UNFUNDED] += self.parts.can
            self._must[UNFUNDED] += self.parts.must

    def assess(self) -> Assessment:
        steps = {t.clause: k.step for t, k in self.looks}
        if self.parts:
            steps |= {t.clause: self.parts.step(t) for t in self.parts.tables}
        trace = tuple(steps[t.clause] for t in self.rules.tables)
        reachable = self.reachable()
        settled = len(reachable) == 1
        outcome = reachable[0] if settled else Outcome.UNDETERMINED
        missing = () if settled else self._missing()
        partly = tuple(s.clause for s in trace if s.result == PARTLY and s.clause not in self.decisions)
        whole = outcome is Outcome.NO_CITY_FUNDING
        sure = self.parts.sure_money if self.parts and not whole else ZERO
        alone = self._alone(missing) if missing else ()
        return Assessment(self.rules.id, outcome, trace, missing, partly, sure, alone, reachable)

    def reachable(self) -> tuple[Outcome, ...]:
        """The outcomes over all completions, strongest first."""
        return self._reachable(self._can, self._must)

    def _reachable(self, can: Mapping[str, int], must: Mapping[str, int]) -> tuple[Outcome, ...]:
        found: list[Outcome] = []
        for heading, outcome in self.rules.strongest_first:
            if must[heading]:
                return (*found, outcome)
            if can[heading]:
                found.append(outcome)
        return (*found, Outcome.ORDINARY)

    def _missing(self) -> tuple[Fact, ...]:
        """Every unknown fact whose answer can still change the outcome, whatever the others turn out to be."""
        found: set[Fact] = set()
        tips: dict[str, bool] = {}
        for table, look in self.looks:
            if look.can != look.must:
                found.update(look.matter if self._tips(table.heading, tips) else ())
        if self.parts and self.parts.can != self.parts.must and self._tips(UNFUNDED, tips):
            found |= self.parts.missing()
        return tuple(f for f in IN_ORDER if f in found)

    def _tips(self, heading: str, known: dict[str, bool]) -> bool:
        """Whether a clause of the heading that is still open can change the outcome: none beside it is sure, and the
        other headings can be such that this one counts."""
        if heading not in known:
            others = [h for h in OF_HEADING if h != heading]
            spans = [{bool(self._can[h]), bool(self._must[h])} for h in others]
            known[heading] = not self._must[heading] and any(
                self.rules.strongest(flags | {heading: True}) != self.rules.strongest(flags | {heading: False})
                for values in product(*spans)
                for flags in [dict(zip(others, values, strict=True))]
            )
        return known[heading]

    def _alone(self, missing: tuple[Fact, ...]) -> tuple[Fact, ...]:
        """The missing facts of which one answer leaves one outcome."""
        found: set[Fact] = set()
        known: dict[tuple[str, int, int], bool] = {}
        for table, look in self.looks:
            for can, must, facts in look.then:
                if self._settles(table.heading, can, must, known):
                    found.update(facts)
        if self.parts:
            asked = {f for t in self.parts.tables for f in t.facts}
            found.update(
                f for f in missing if f in asked and any(len(self._answered(f, a).reachable()) == 1 for a in (YES, NO))
            )
        return tuple(f for f in missing if f in found)

    def _settles(self, heading: str, can: int, must: int, known: dict[tuple[str, int, int], bool]) -> bool:
        key = (heading, can, must)
        if key not in known:
            cans = {**self._can, heading: self._can[heading] + can}
            musts = {**self._must, heading: self._must[heading] + must}
            known[key] = len(self._reachable(cans, musts)) == 1
        return known[key]

    def _answered(self, fact: Fact, answer: Answer) -> Case:
        """The case with one unknown answered, in the whole and wherever a component states it unknown."""
        parts = tuple(
            Component(c.name, c.amount_wan, {**c.facts, fact: answer}) if c.facts.get(fact) is UNKNOWN else c
            for c in self.components
        )
        whole = {**self.facts, fact: answer} if self.facts.get(fact, UNKNOWN) is UNKNOWN else self.facts
        return Case(whole, parts, self.rules, self.decisions)
