"""Three-valued logic (Kleene's, which is also SQL's), written once. Conditions over facts are data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from priorities.rules.facts import Answer, Fact

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


class Condition:
    """A condition over facts: `evaluate` under answers, `facts` in the order of writing."""

    def evaluate(self, answers: Mapping[Fact, Answer]) -> Answer:
        raise NotImplementedError

    def facts(self) -> tuple[Fact, ...]:
        raise NotImplementedError


@dataclass(frozen=True)
class Is(Condition):
    """The fact itself."""

    fact: Fact

    def evaluate(self, answers: Mapping[Fact, Answer]) -> Answer:
        return answers.get(self.fact, UNKNOWN)

    def facts(self) -> tuple[Fact, ...]:
        return (self.fact,)


@dataclass(frozen=True)
class Not(Condition):
    """The opposite; unknown stays unknown."""

    part: Condition

    def evaluate(self, answers: Mapping[Fact, Answer]) -> Answer:
        value = self.part.evaluate(answers)
        return UNKNOWN if value is UNKNOWN else (NO if value is YES else YES)

    def facts(self) -> tuple[Fact, ...]:
        return self.part.facts()


@dataclass(frozen=True)
class AtLeast(Condition):
    """At least `count` of the parts hold."""

    count: int
    parts: tuple[Condition, ...]

    def evaluate(self, answers: Mapping[Fact, Answer]) -> Answer:
        values = [p.evaluate(answers) for p in self.parts]
        yes = values.count(YES)
        if yes >= self.count:
            return YES
        return UNKNOWN if yes + values.count(UNKNOWN) >= self.count else NO

    def facts(self) -> tuple[Fact, ...]:
        return tuple(dict.fromkeys(f for p in self.parts for f in p.facts()))


def _condition(part: Condition | Fact) -> Condition:
    return Is(part) if isinstance(part, Fact) else part


def All(*parts: Condition | Fact) -> AtLeast:
    """Every part holds."""
    return AtLeast(len(parts), tuple(map(_condition, parts)))


def Any(*parts: Condition | Fact) -> AtLeast:
    """One part or more holds."""
    return AtLeast(1, tuple(map(_condition, parts)))


def some(count: int, *parts: Condition | Fact) -> AtLeast:
    """At least `count` of the parts hold."""
    return AtLeast(count, tuple(map(_condition, parts)))


def no(part: Condition | Fact) -> Not:
    """The part does not hold."""
    return Not(_condition(part))


def completions(facts: tuple[Fact, ...], answers: Mapping[Fact, Answer]) -> Iterator[dict[Fact, Answer]]:
    """Every way to answer the unknown ones among `facts`, yes before no."""
    open_ = [f for f in facts if answers.get(f, UNKNOWN) is UNKNOWN]
    fixed = {f: answers[f] for f in facts if f not in open_}
    for values in product((YES, NO), repeat=len(open_)):
        yield fixed | dict(zip(open_, values, strict=True))
