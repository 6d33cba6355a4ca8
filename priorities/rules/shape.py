"""How a clause is judged, to look at: the boxes of its condition, and the shortest answers to each result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from priorities.rules.criteria import MET, PARTLY, UNMET
from priorities.rules.facts import FACTS, Answer, Fact, on_screen
from priorities.rules.logic import AtLeast, Condition, Is, Not
from priorities.rules.tables import Table

ANSWERS = (Answer.YES, Answer.NO, Answer.UNKNOWN)


@dataclass(frozen=True)
class Wanted:
    """A fact and the answer that the condition wants of it. `shown`: that answer as the question on screen puts it."""

    fact: Fact
    answer: Answer

    @property
    def question(self) -> str:
        return FACTS[self.fact].question

    @property
    def shown(self) -> str:
        return on_screen(self.fact, self.answer)


@dataclass(frozen=True)
class Box:
    """At least `need` of the answers wanted; a single one is a box of its own."""

    need: int
    wanted: tuple[Wanted, ...]

    @property
    def all_needed(self) -> bool:
        return self.need == len(self.wanted)


_Parts = tuple[int, tuple[Any, ...]]  # at least so many of these, each a Wanted or such a pair again


def boxes(condition: Condition) -> tuple[Box, ...]:
    """The condition as boxes that must all hold. Raises ValueError for one that two storeys of boxes cannot show."""
    top = _pushed(condition)
    if isinstance(top, Wanted):
        return (Box(1, (top,)),)
    need, parts = top
    if need == len(parts):
        return tuple(box for part in parts for box in _box(part))
    return _box(top)


def _box(part: Wanted | _Parts) -> tuple[Box, ...]:
    if isinstance(part, Wanted):
        return (Box(1, (part,)),)
    need, parts = part
    if not all(isinstance(p, Wanted) for p in parts):
        raise ValueError("这个条件嵌套太深，画不成两层的框。")
    return (Box(need, parts),)


def _pushed(condition: Condition, turned: bool = False) -> Wanted | _Parts:
    """The condition with every Not pushed down to the facts: a Wanted, or (need, parts)."""
    if isinstance(condition, Is):
        return Wanted(condition.fact, Answer.NO if turned else Answer.YES)
    if isinstance(condition, Not):
        return _pushed(condition.part, not turned)
    assert isinstance(condition, AtLeast)
    parts = tuple(_pushed(p, turned) for p in condition.parts)
    # Not at least k of n hold: at least n - k + 1 do not.
    need = len(parts) - condition.count + 1 if turned else condition.count
    return parts[0] if len(parts) == 1 else (need, parts)


def shortest(table: Table, result: str) -> tuple[tuple[Wanted, ...], ...]:
    """The smallest sets of answers that make the result whatever the other facts turn out to be, shortest first.
    Read off the table that screens, so that the picture cannot say anything else than the verdict."""
    found: list[dict[Fact, Answer]] = []
    for size in range(1, len(table.facts) + 1):
        for facts in combinations(table.facts, size):
            for values in product(ANSWERS[:2], repeat=size):
                given = dict(zip(facts, values, strict=True))
                if table.result(given) == result and not any(f.items() <= given.items() for f in found):
                    found.append(given)
    return tuple(tuple(Wanted(f, a) for f, a in given.items()) for given in found)


def follows(table: Table) -> dict[Fact, Fact]:
    """The facts that no longer matter once another one is answered no, and that one."""
    first = next((f for f in table.facts if table.result({f: Answer.NO}) == UNMET), None)
    return {f: first for f in table.facts if first not in (None, f)}


def ways(table: Table) -> list[tuple[str, list[tuple[str, ...]]]]:
    """The shortest answers of every result that known answers can give the clause (成立, 部分成立, 不成立), each as the
    answer on screen to every fact in order, "" where it no longer matters."""
    found = []
    for result in (MET, PARTLY, UNMET):
        given = [{w.fact: w.shown for w in way} for way in shortest(table, result)]
        if given:
            found.append((result, [tuple(way.get(f, "") for f in table.facts) for way in given]))
    return found


@dataclass(frozen=True)
class Grid:
    """The whole truth table of a clause of one or two facts: a row an answer of the first, a column one of the second.
    Answers are those on screen, the key's own result behind them."""

    facts: tuple[Fact, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def questions(self) -> list[str]:
        return [FACTS[f].question for f in self.facts]


def grid(table: Table) -> Grid | None:
    """The truth table; None where the clause asks more than two facts."""
    if len(table.facts) > 2:
        return None
    first, *rest = table.facts
    others = ANSWERS if rest else (None,)

    def results(answer: str) -> Iterator[str]:
        for other in others:
            given = {first: _key(first, answer)}
            if other is not None:
                given[rest[0]] = _key(rest[0], other)
            yield table.result(given)

    heads = tuple(str(a) for a in others if a is not None)
    return Grid(table.facts, heads, tuple((str(a), tuple(results(a))) for a in ANSWERS))


def _key(fact: Fact, shown: str) -> Answer:
    return Answer(on_screen(fact, shown))
