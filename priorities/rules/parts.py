"""Components: which are hit, and whether the money hit can or must reach half of all components' money.

Exact without trying every answer. Each fact pushes one way, so the least and the most that can be hit are two sums. A
fact turns the whole only where the money hit without it stays below half and with it does not; a component that the
fact alone turns is best left to it, the free ones are chosen: does a sum of them fall into a window? Only unknowns that
components inherit (at most six) are tried in all ways.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from math import lcm

from priorities.rules.criteria import MET, UNDETERMINED, UNMET
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.tables import Step, Table

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
ZERO = Decimal(0)
MOST_SUMS = 1 << 16


@dataclass(frozen=True)
class Component:
    """A part of a project: its money in 万元 and its own answers; what it leaves out it inherits."""

    name: str
    amount_wan: Decimal
    facts: Mapping[Fact, Answer] = field(default_factory=dict)


class Parts:
    """The components under the clauses that are judged on them."""

    def __init__(
        self, components: tuple[Component, ...], facts: Mapping[Fact, Answer], tables: tuple[Table, ...]
    ) -> None:
        self.components, self.tables = components, tables
        self.amounts = _whole_numbers([c.amount_wan for c in components])
        self.total = sum(self.amounts)
        self._asked = tuple(f for t in tables for f in t.facts)
        self._owner = {f: t for t in tables for f in t.facts}
        whole = {f: facts.get(f, UNKNOWN) for f in COMPONENT_FACTS}
        self.answers = [{**whole, **c.facts} for c in components]
        self.shared = tuple(f for f in self._asked if whole[f] is UNKNOWN and any(f not in c.facts for c in components))
        self._ranges = [self._range(a) for a in self.answers]

    def _range(self, answers: Mapping[Fact, Answer]) -> tuple[bool, bool]:
        """`(may be hit, is hit whatever is answered)`: the clauses share no fact, so that each counts for itself."""
        looks = [t.look(answers) for t in self.tables]
        return any(k.can for k in looks), any(k.must for k in looks)

    def step(self, table: Table) -> Step:
        """The clause over all components: met when one meets it, else undetermined when one is, else unmet."""
        results = [table.result(a) for a in self.answers]
        result = next(r for r in (MET, UNDETERMINED, UNMET) if r in results)
        deciding = [i for i, r in enumerate(results) if r == result]
        found = {f for i in deciding for f in table.look(self.answers[i]).step.because}
        names = () if result == UNMET else tuple(dict.fromkeys(self.components[i].name for i in deciding))
        return Step(table.clause, table.criterion.text, result, tuple(f for f in table.facts if f in found), names)

    @property
    def sure_money(self) -> Decimal:
        """万元 of the components that are hit whatever is still answered."""
        return sum((c.amount_wan for c, (_, must) in zip(self.components, self._ranges, strict=True) if must), ZERO)

    @property
    def hit(self) -> tuple[int, ...]:
        """Places of the components that may be hit."""
        return tuple(i for i, (can, _) in enumerate(self._ranges) if can)

    @property
    def can(self) -> bool:
        """Whether the hit money may reach half."""
        return self.reaches_half(can for can, _ in self._ranges)

    @property
    def must(self) -> bool:
        """Whether the hit money reaches half whatever is answered."""
        return self.reaches_half(must for _, must in self._ranges)

    def reaches_half(self, hits: Iterable[bool]) -> bool:
        """Whether the money of the components that are hit (one flag a component) is at least half of all."""
        hits = tuple(hits)
        if not self.total:
            return any(hits)
        return 2 * sum(a for a, h in zip(self.amounts, hits, strict=True) if h) >= self.total

    def missing(self) -> set[Fact]:
        """The unknown facts, of the whole or of a component, whose answer can still turn the whole."""
        if self.can == self.must:
            return set()
        found: set[Fact] = set()
        open_ = set(self.shared) | {f for c in self.components for f in self._asked if c.facts.get(f) is UNKNOWN}
        for given in _assignments(self.shared):
            # The inherited unknowns as given; the fact in question is put back to unknown.
            answers = [self._given(i, given) for i in range(len(self.components))]
            ranges = [self._range(a) for a in answers]
            for fact in self.shared:
                if fact not in found and self._turns(fact, self._heirs(fact), answers, ranges):
                    found.add(fact)
            for i, component in enumerate(self.components):
                for fact in self._asked:
                    if (
                        fact not in found
                        and component.facts.get(fact) is UNKNOWN
                        and self._turns(fact, {i}, answers, ranges)
                    ):
                        found.add(fact)
            if found == open_:
                break
        return found

    def _heirs(self, fact: Fact) -> set[int]:
        return {i for i, c in enumerate(self.components) if fact not in c.facts}

    def _given(self, place: int, given: Mapping[Fact, Answer]) -> dict[Fact, Answer]:
        own = self.components[place].facts
        return self.answers[place] | {f: a for f, a in given.items() if f not in own}

    def _turns(
        self, fact: Fact, where: set[int], answers: Sequence[Mapping[Fact, Answer]], ranges: Sequence[tuple[bool, bool]]
    ) -> bool:
        """Whether answering the fact otherwise in these components can turn the whole, other unknowns being free."""
        base, width, free, turned, sure = 0, 0, [], False, False
        for i, amount in enumerate(self.amounts):
            can, must = ranges[i]
            if i in where:
                own = {**answers[i], fact: UNKNOWN}
                looks = [(t, t.look(own)) for t in self.tables]
                table = self._owner[fact]
                if any(t is table and fact in k.matter for t, k in looks) and not any(
                    k.must for t, k in looks if t is not table
                ):
                    turned, width = True, width + amount
                    continue
                can, must = any(k.can for _, k in looks), any(k.must for _, k in looks)
            if must:
                sure, base = True, base + amount
            elif can:
                free.append(amount)
        if not turned:
            return False
        if not self.total:
            return not sure
        half = -(-self.total // 2)  # the least whole amount that is at least half
        return falls_within(free, half - base - width, half - base)


def falls_within(amounts: list[int], low: int, high: int) -> bool:
    """Whether some of the amounts add up to low ≤ sum < high. Above 2¹⁶ different sums in each half of the large
    amounts (more than 32 of them) it answers yes, so that a question is asked rather than dropped."""
    if high <= low or high <= 0:
        return False
    width = high - low
    # Amounts no wider than the window, added one by one, cannot step over it.
    filling = sum(a for a in amounts if a <= width)
    large = [a for a in amounts if width < a < high]
    left, right = _sums(large[::2], high), _sums(large[1::2], high)
    if left is None or right is None:
        return True
    for some in left:
        at = bisect_left(right, low - filling - some)
        if at < len(right) and some + right[at] < high:
            return True
    return False


def _sums(amounts: list[int], below: int) -> list[int] | None:
    found = {0}
    for amount in amounts:
        found |= {s + amount for s in found if s + amount < below}
        if len(found) > MOST_SUMS:
            return None
    return sorted(found)


def _assignments(facts: tuple[Fact, ...]) -> Iterator[dict[Fact, Answer]]:
    for values in product((YES, NO), repeat=len(facts)):
        yield dict(zip(facts, values, strict=True))


def _whole_numbers(amounts: list[Decimal]) -> list[int]:
    """The amounts in their smallest common unit, exactly."""
    ratios = [a.as_integer_ratio() for a in amounts]
    unit = lcm(*(parts for _, parts in ratios))
    return [whole * (unit // parts) for whole, parts in ratios]
