"""What a criterion is: a clause with the plan's words, its condition, and the alternative readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.logic import Condition

MET, PARTLY, UNMET, UNDETERMINED = "met", "partly", "unmet", "undetermined"
RESULT_WORDS = {MET: "成立", PARTLY: "部分成立", UNMET: "不成立", UNDETERMINED: "待补"}


class Outcome(StrEnum):
    """What 8.3 makes of a submission."""

    NO_CITY_FUNDING = "no_city_funding"
    DEFER = "defer"
    PRIORITY = "priority"
    ORDINARY = "ordinary"
    UNDETERMINED = "undetermined"


OUTCOME_WORDS = {  # in the order in which tables show them
    Outcome.PRIORITY.value: "优先建设",
    Outcome.ORDINARY.value: "一般",
    Outcome.DEFER.value: "缓建",
    Outcome.NO_CITY_FUNDING.value: "市财政不支持",
    Outcome.UNDETERMINED.value: "待定",
}


def heading_of(clause: str) -> str:
    """8.3.2 of 8.3.2(3)."""
    return clause.partition("(")[0]


def under(heading: str, clauses: Iterable[str]) -> list[str]:
    """Those of a heading."""
    return [c for c in clauses if heading_of(c) == heading]


class UnknownClause(ValueError):
    """A clause that 8.3 does not have, 8.3.1(9) above all."""


@dataclass(frozen=True)
class Reading:
    """One way to read a clause: met when, partly when (few have one)."""

    key: str
    text: str
    met_when: Condition
    partly_when: Condition | None = None

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return self.met_when.facts()


@dataclass(frozen=True)
class Criterion:
    """Clause id, the plan's words, the readings (the first is the default)."""

    clause: str
    text: str
    readings: tuple[Reading, ...]
    note_single: bool = False  # 仅一项: one of several facts alone makes it met, the reviewer confirms

    @property
    def heading(self) -> str:
        return heading_of(self.clause)

    @property
    def facts(self) -> tuple[Fact, ...]:
        found = {f for r in self.readings for f in r.met_when.facts()}
        return tuple(f for f in Fact if f in found)

    @property
    def on_components(self) -> bool:
        """Judged on the components where there are any: all its facts are asked of them."""
        return all(f in COMPONENT_FACTS for f in self.facts)

    def reading(self, key: str) -> Reading:
        for reading in self.readings:
            if reading.key == key:
                return reading
        known = "、".join(r.key for r in self.readings)
        raise ValueError(f"{self.clause} 没有读法“{key}”；有：{known}")

    def judge(self, reading: Reading, answers: Mapping[Fact, Answer]) -> str:
        """met, partly or unmet under complete answers."""
        if reading.met_when.evaluate(answers) is Answer.YES:
            return MET
        if reading.partly_when is not None and reading.partly_when.evaluate(answers) is Answer.YES:
            return PARTLY
        return UNMET
