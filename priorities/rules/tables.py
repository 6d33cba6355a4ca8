"""A clause under one reading, looked up instead of evaluated: at most 3⁴ sets of answers, each worked out once from all
its completions and kept with its finished trace step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from priorities.rules.criteria import MET, PARTLY, UNDETERMINED, Criterion, Reading
from priorities.rules.facts import Answer, Fact
from priorities.rules.logic import completions

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


@dataclass(frozen=True, slots=True)
class Step:
    """The trace of one clause."""

    clause: str
    text: str
    result: str
    because: tuple[Fact, ...]
    components: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A clause under one set of answers: its step; whether it may and whether it must move the outcome; the unknown
    facts whose answer can change whether it does; `then`: what one answer alone makes of `can` and `must`, as a
    difference, and the facts that have such an answer."""

    step: Step
    can: bool
    must: bool
    matter: tuple[Fact, ...]
    then: tuple[tuple[int, int, tuple[Fact, ...]], ...]


class Table:
    """One clause under one reading. Raises ValueError where a fact speaks both for and against the reading: the
    arithmetic of components relies on each fact pushing one way."""

    def __init__(self, criterion: Criterion, reading: Reading) -> None:
        self.criterion, self.reading = criterion, reading
        self.clause, self.heading, self.on_components = criterion.clause, criterion.heading, criterion.on_components
        self.facts = tuple(f for f in Fact if f in reading.facts)
        self.towards = {f: _towards(reading, f) for f in self.facts}
        self._looks: dict[tuple[bool | None, tuple[Answer, ...]], Look] = {}

    def look(self, answers: Mapping[Fact, Answer], decided: bool | None = None) -> Look:
        """Under these answers, and the reviewer's decision on a partly met clause where there is one."""
        get = answers.get
        said = tuple([get(f, UNKNOWN) for f in self.facts])
        key = (decided, said)
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = self._work_out(dict(zip(self.facts, said, strict=True)), decided)
        return look

    def result(self, answers: Mapping[Fact, Answer]) -> str:
        return self.look(answers).step.result

    def _work_out(self, answers: dict[Fact, Answer], decided: bool | None) -> Look:
        results = {self.criterion.judge(self.reading, c) for c in completions(self.facts, answers)}
        can, must = self._span(answers, decided)
        result = results.pop() if len(results) == 1 else UNDETERMINED
        matter = tuple(f for f in self.facts if answers[f] is UNKNOWN and self._matters(f, answers, decided))
        because = self.because(answers, result)
        step = Step(self.clause, self.criterion.text, result, because, (), self._note(result, because, decided))
        changes: dict[tuple[int, int], list[Fact]] = {}
        for fact in matter:
            for then_can, then_must in {self._span(answers | {fact: a}, decided) for a in (YES, NO)} - {(can, must)}:
                changes.setdefault((then_can - can, then_must - must), []).append(fact)
        return Look(step, can, must, matter, tuple((*change, tuple(facts)) for change, facts in changes.items()))

    def _span(self, answers: Mapping[Fact, Answer], decided: bool | None) -> tuple[bool, bool]:
        holds = {self._holds(c, decided) for c in completions(self.facts, answers)}
        return True in holds, False not in holds

    def _holds(self, answers: Mapping[Fact, Answer], decided: bool | None) -> bool:
        result = self.criterion.judge(self.reading, answers)
        return result == MET or (result == PARTLY and decided is True)

    def _matters(self, fact: Fact, answers: Mapping[Fact, Answer], decided: bool | None) -> bool:
        others = tuple(f for f in self.facts if f is not fact)
        return any(
            self._holds(c | {fact: YES}, decided) != self._holds(c | {fact: NO}, decided)
            for c in completions(others, answers)
        )

    def because(self, answers: Mapping[Fact, Answer], result: str) -> tuple[Fact, ...]:
        """The facts that speak for the result: for met and partly those towards it, for unmet those away from it, for
        undetermined the unknown ones."""
        if result == UNDETERMINED:
            return tuple(f for f in self.facts if answers[f] is UNKNOWN)
        wanted = result in (MET, PARTLY)
        return tuple(f for f in self.facts if answers[f] is not UNKNOWN and (answers[f] is self.towards[f]) == wanted)

    def _note(self, result: str, because: tuple[Fact, ...], decided: bool | None) -> str:
        if result == PARTLY:
            if decided is None:
                return "四项占两项，疑似，由审核人决定"
            return "疑似，审核人计为成立" if decided else "疑似，审核人不计"
        single = self.criterion.note_single and self.reading.key == "any" and result == MET and len(because) == 1
        return "仅一项" if single else ""


def _towards(reading: Reading, fact: Fact) -> Answer:
    """The answer that speaks for the reading."""
    others = tuple(f for f in reading.facts if f is not fact)
    pushes = set()
    for rest in completions(others, {}):
        yes = reading.met_when.evaluate(rest | {fact: YES}) is YES
        no = reading.met_when.evaluate(rest | {fact: NO}) is YES
        if yes != no:
            pushes.add(YES if yes else NO)
    if len(pushes) != 1:
        raise ValueError(f"读法“{reading.key}”里，事实 {fact} 的回答没有一个确定的方向。")
    return pushes.pop()
