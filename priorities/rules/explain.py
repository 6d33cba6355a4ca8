"""Advice and comparison: the smallest changes of actionable facts that turn an outcome into a better one, each verified
by applying it; contradictions between answers; who flips under another rule set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from priorities.rules.assess import Assessment, Component, assess
from priorities.rules.criteria import MET
from priorities.rules.facts import CONTRADICTIONS, FACTS, Answer, Fact
from priorities.rules.rule_set import Outcome, RuleSet
from priorities.rules.screen import Item

RANK = {Outcome.PRIORITY: 3, Outcome.ORDINARY: 2, Outcome.DEFER: 1, Outcome.NO_CITY_FUNDING: 0, Outcome.UNDETERMINED: -1}
MOST_CHANGES = 4


@dataclass(frozen=True)
class Move:
    """One fact answered otherwise, in the whole or in a component."""

    fact: Fact
    was: Answer
    now: Answer
    component: str = ""

    @property
    def sentence(self) -> str:
        """改用统一网络平台虚拟专网（9.1.2.1）→ 8.3.3(1) 不成立."""
        info = FACTS[self.fact]
        where = f"“{self.component}”" if self.component else ""
        return f"{where}{info.remedy} → {info.clauses[0]} 不成立"


@dataclass(frozen=True)
class Advice:
    """A smallest set of moves and the outcome that it leads to."""

    moves: tuple[Move, ...]
    outcome: Outcome


def advise(facts: Mapping[Fact, Answer], components: Iterable[Component], rule_set: RuleSet) -> list[Advice]:
    """The smallest sets of actionable moves that better a 缓建 or 市财政不支持; [] where none is needed or none exists.

    Only the facts behind clauses of 8.3.2 and 8.3.3 that hold are moved; all sets of the smallest size are given, best
    outcome first, and each was applied to be sure.
    """
    components = tuple(components)
    now = assess(facts, components, rule_set)
    if now.outcome not in (Outcome.DEFER, Outcome.NO_CITY_FUNDING):
        return []
    moves = _moves(now, facts, components)
    for size in range(1, min(MOST_CHANGES, len(moves)) + 1):
        found = []
        for chosen in combinations(moves, size):
            if len({(m.fact, m.component) for m in chosen}) < size:
                continue
            then = assess(*_apply(chosen, facts, components), rule_set)
            if RANK[then.outcome] > RANK[now.outcome]:
                found.append(Advice(chosen, then.outcome))
        if found:
            return sorted(found, key=lambda a: -RANK[a.outcome])
    return []


def _moves(now: Assessment, facts, components) -> list[Move]:
    moves = []
    for step in now.trace:
        if step.result != MET or step.clause.startswith("8.3.1"):
            continue
        for fact in step.because:
            if not FACTS[fact].actionable:
                continue
            for name in step.components or ("",):
                part = next((c for c in components if c.name == name), None)
                was = (part.facts.get(fact) if part else None) or facts.get(fact, Answer.UNKNOWN)
                if was is not Answer.UNKNOWN:
                    moves.append(Move(fact, was, Answer.NO if was is Answer.YES else Answer.YES, name))
    return moves


def _apply(moves, facts, components):
    facts = dict(facts)
    parts = {c.name: dict(c.facts) for c in components}
    for move in moves:
        (parts[move.component] if move.component else facts)[move.fact] = move.now
    return facts, tuple(Component(c.name, c.amount_wan, parts[c.name]) for c in components)


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
            money = sum((c.amount_wan for c in item.components), Decimal(0))
            found.append(Flip(item.id, a.outcome, b.outcome, clauses, money))
    return found
