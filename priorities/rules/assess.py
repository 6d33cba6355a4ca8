"""Assessment: three values per clause, the outcome that all completions agree on, the facts that still matter.

Exact without enumerating all unknowns: the facts of different clauses are disjoint, so that per clause at most 2⁴
completions are looked at; components share the submission's unknowns only through inheritance, so that those are
enumerated (at most 2⁶) and the rest is the range of money that may be hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from priorities.rules.criteria import MET, PARTLY, UNDETERMINED, UNMET, Criterion, Reading
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.logic import completions
from priorities.rules.rule_set import PLAN_2006, Outcome, RuleSet

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
ZERO = Decimal(0)


@dataclass(frozen=True)
class Component:
    """A part of a project: its money in 万元 and its own answers; what it leaves out it inherits."""

    name: str
    amount_wan: Decimal
    facts: Mapping[Fact, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The trace of one clause."""

    clause: str
    text: str
    result: str
    because: tuple[Fact, ...]
    components: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Assessment:
    """What 8.3 says. `cut_wan`: money certainly hit, 0 where the whole is not funded."""

    rule_set: str
    outcome: Outcome
    trace: tuple[Step, ...]
    missing_facts: tuple[Fact, ...]
    needs_decision: tuple[str, ...]
    cut_wan: Decimal
    case: _Case | None = field(default=None, repr=False, compare=False)

    @property
    def settle_alone(self) -> tuple[Fact, ...]:
        """The missing facts of which one answer alone would settle the outcome; worked out when it is asked for."""
        return tuple(f for f in self.missing_facts if self.case.settles(f))

    def clauses(self, result: str) -> list[str]:
        return [s.clause for s in self.trace if s.result == result]


def assess(
    facts: Mapping[Fact, Answer],
    components: Iterable[Component] = (),
    rule_set: RuleSet = PLAN_2006,
    decisions: Mapping[str, bool] | None = None,
) -> Assessment:
    """Assess under a rule set. `decisions`: the reviewer's yes or no on clauses that are partly met."""
    return _Case(facts, tuple(components), rule_set, dict(decisions or {})).assess()


@dataclass(frozen=True, slots=True)
class _Looked:
    """A clause under one set of answers: whether it may hold, its step of the trace, the unknown facts that matter."""

    holds: frozenset[bool]
    step: Step
    matter: tuple[Fact, ...]


_LOOKED: dict[tuple, _Looked] = {}


class _Case:
    """One assessment under way."""

    def __init__(self, facts, components, rule_set, decisions) -> None:
        self.facts, self.components, self.rules, self.decisions = facts, components, rule_set, decisions
        self.parts = bool(components)
        self.total = sum((c.amount_wan for c in components), ZERO)
        self.plain = [(c, r) for c, r in rule_set.chosen if not (self.parts and c.on_components)]
        self.parted = [(c, r) for c, r in rule_set.chosen if self.parts and c.on_components]
        self._parted_facts = {f for c, _ in self.parted for f in c.facts}

    def assess(self) -> Assessment:
        trace = tuple(self._step(c, r) for c, r in self.rules.chosen)
        outcomes = self._outcomes()
        settled = len(outcomes) == 1
        outcome = next(iter(outcomes)) if settled else Outcome.UNDETERMINED
        missing = () if settled else self._missing()
        partly = tuple(s.clause for s in trace if s.result == PARTLY and s.clause not in self.decisions)
        sure = ZERO if outcome is Outcome.NO_CITY_FUNDING else self._sure_money()
        return Assessment(self.rules.id, outcome, trace, missing, partly, sure, self)

    def settles(self, fact: Fact) -> bool:
        """Whether one answer to the fact alone would settle the outcome."""
        return any(len(self._with(fact, answer)._outcomes()) == 1 for answer in (YES, NO))

    # --- one clause -----------------------------------------------------------------------------------------------

    def _look(self, criterion: Criterion, reading: Reading) -> _Looked:
        """A clause under the submission's answers, remembered: a clause has at most 3⁴ sets of answers."""
        facts, answers = reading.facts, self.facts
        key = (id(reading), self.decisions.get(criterion.clause) if self.decisions else None,
               *[answers.get(f, UNKNOWN) for f in facts])  # fmt: skip
        looked = _LOOKED.get(key)
        if looked is None:
            done = tuple(completions(facts, self.facts))
            results = frozenset(criterion.judge(reading, c) for c in done)
            holds = frozenset(self._holds(criterion, reading, c) for c in done)
            result = next(iter(results)) if len(results) == 1 else UNDETERMINED
            matter = tuple(
                f for f in facts
                if self.facts.get(f, UNKNOWN) is UNKNOWN and self._matters(criterion, reading, f)
            )  # fmt: skip
            because = self._because(reading, answers, result)
            step = Step(criterion.clause, criterion.text, result, because, (), self._note(criterion, reading, result, because))
            looked = _LOOKED[key] = _Looked(holds, step, matter)
        return looked

    def _holds(self, criterion: Criterion, reading: Reading, answers) -> bool:
        """Whether the clause moves the outcome under complete answers; a partly one by the reviewer's decision."""
        result = criterion.judge(reading, answers)
        return result == MET or (result == PARTLY and self.decisions.get(criterion.clause, False))

    def _results(self, criterion: Criterion, reading: Reading, answers) -> set[str]:
        return {criterion.judge(reading, c) for c in completions(reading.met_when.facts(), answers)}

    def _step(self, criterion: Criterion, reading: Reading) -> Step:
        if self.parts and criterion.on_components:
            return self._step_of_parts(criterion, reading)
        return self._look(criterion, reading).step

    def _note(self, criterion: Criterion, reading: Reading, result: str, because: tuple[Fact, ...]) -> str:
        note = ""
        if criterion.note_single and result == MET and reading.key == "any" and len(because) == 1:
            note = "仅一项"
        if result == PARTLY:
            note = {True: "疑似，审核人计为成立", False: "疑似，审核人不计"}.get(
                self.decisions.get(criterion.clause), "四项占两项，疑似，由审核人决定"
            )
        return note

    def _step_of_parts(self, criterion: Criterion, reading: Reading) -> Step:
        by_result: dict[str, list[tuple[Component, Mapping]]] = {MET: [], UNDETERMINED: [], UNMET: []}
        for component in self.components:
            answers = self._answers_of(component, {})
            results = self._results(criterion, reading, answers)
            by_result[next(iter(results)) if len(results) == 1 else UNDETERMINED].append((component, answers))
        result = next(r for r in (MET, UNDETERMINED, UNMET) if by_result[r])
        deciding = by_result[result]
        found = {f for _, answers in deciding for f in self._because(reading, answers, result)}
        names = tuple(dict.fromkeys(c.name for c, _ in deciding)) if result != UNMET else ()
        return Step(criterion.clause, criterion.text, result, tuple(f for f in Fact if f in found), names)

    def _because(self, reading: Reading, answers, result: str) -> tuple[Fact, ...]:
        """The facts that speak for the result: for met and partly those that push towards it, for unmet those against,
        for undetermined the unknown ones."""
        facts = [f for f in Fact if f in set(reading.met_when.facts())]
        if result == UNDETERMINED:
            return tuple(f for f in facts if answers.get(f, UNKNOWN) is UNKNOWN)
        wanted = result in (MET, PARTLY)
        return tuple(f for f in facts if (a := answers.get(f, UNKNOWN)) is not UNKNOWN and _pushes(reading, f, a) == wanted)

    # --- components -----------------------------------------------------------------------------------------------

    def _answers_of(self, component: Component, shared: Mapping[Fact, Answer]) -> dict[Fact, Answer]:
        """A component's answers: its own, an explicit unknown included; what it leaves out from the whole."""
        answers = {}
        for fact in COMPONENT_FACTS:
            if fact in component.facts:
                answers[fact] = component.facts[fact]
            else:
                answers[fact] = shared.get(fact, self.facts.get(fact, UNKNOWN))
        return answers

    def _own_unknowns(self, component: Component) -> tuple[Fact, ...]:
        return tuple(f for f in self._parted_facts if component.facts.get(f) is UNKNOWN)

    def _shared_unknowns(self) -> tuple[Fact, ...]:
        """Unknown facts of the whole that at least one component inherits."""
        return tuple(
            f for f in COMPONENT_FACTS
            if f in self._parted_facts
            and self.facts.get(f, UNKNOWN) is UNKNOWN
            and any(f not in c.facts for c in self.components)
        )  # fmt: skip

    def _hit(self, answers) -> bool:
        return any(r.met_when.evaluate(answers) is YES for _, r in self.parted)

    def _hits(self, component: Component, shared) -> set[bool]:
        """Whether the component is hit, over its own unknowns."""
        answers = self._answers_of(component, shared)
        return {self._hit(c) for c in completions(tuple(answers), answers)}

    def _whole(self, hit_money: Decimal, any_hit: bool) -> bool:
        return any_hit if self.total == ZERO else hit_money * 2 >= self.total and any_hit

    def _whole_values(self) -> set[bool]:
        """Whether the hit parts make the whole 市财政不支持, over all completions."""
        if not self.parted:
            return {False}
        values: set[bool] = set()
        for shared in self._assignments(self._shared_unknowns()):
            hits = [(c, self._hits(c, shared)) for c in self.components]
            sure = sum((c.amount_wan for c, h in hits if h == {True}), ZERO)
            most = sum((c.amount_wan for c, h in hits if True in h), ZERO)
            values.add(self._whole(sure, any(h == {True} for _, h in hits)))
            values.add(self._whole(most, any(True in h for _, h in hits)))
        return values

    @staticmethod
    def _assignments(facts):
        for values in product((YES, NO), repeat=len(facts)):
            yield dict(zip(facts, values, strict=True))

    def _sure_money(self) -> Decimal:
        """The money of the components that are hit whatever is still answered."""
        if not self.parted:
            return ZERO
        sure = ZERO
        for component in self.components:
            answers = self._answers_of(component, {})
            if all(self._hit(c) for c in completions(tuple(answers), answers)):
                sure += component.amount_wan
        return sure

    # --- the outcome ----------------------------------------------------------------------------------------------

    def _flags(self) -> dict[str, list[tuple[str, frozenset[bool] | set[bool]]]]:
        """Per heading its independent parts, each with the values that it can take."""
        parts: dict[str, list[tuple[str, frozenset[bool] | set[bool]]]] = {"8.3.1": [], "8.3.2": [], "8.3.3": []}
        for criterion, reading in self.plain:
            parts[criterion.heading].append((criterion.clause, self._look(criterion, reading).holds))
        if self.parted:
            parts["8.3.3"].append(("parts", self._whole_values()))
        return parts

    def _outcomes(self) -> set[Outcome]:
        return self._reachable(self._flags())

    def _reachable(self, parts, fixed: Mapping[str, bool] | None = None) -> set[Outcome]:
        heads = {}
        for heading, rows in parts.items():
            if fixed and heading in fixed:
                heads[heading] = {fixed[heading]}
                continue
            can = {any(True in v for _, v in rows)}
            must = {any(v == {True} for _, v in rows)}
            heads[heading] = can | must
        names = list(heads)
        return {
            self.rules.strongest(dict(zip(names, values, strict=True)))
            for values in product(*(heads[n] for n in names))
        }

    def _missing(self) -> tuple[Fact, ...]:
        """Every unknown fact whose answer can still change the outcome, whatever the others turn out to be."""
        parts = self._flags()
        found: set[Fact] = set()
        for criterion, reading in self.plain:
            if not self._tips(parts, criterion.heading, criterion.clause):
                continue
            found.update(self._look(criterion, reading).matter)
        if self.parted and self._tips(parts, "8.3.3", "parts"):
            found |= self._missing_of_parts()
        return tuple(f for f in Fact if f in found)

    def _tips(self, parts, heading: str, name: str) -> bool:
        """Whether one part of a heading, going from no to yes, can change the outcome."""
        others = [v for n, v in parts[heading] if n != name]
        if any(v == {True} for v in others):
            return False
        rest = {h: rows for h, rows in parts.items() if h != heading}
        heads = list(rest)
        options = []
        for h in heads:
            can = any(True in v for _, v in rest[h])
            must = any(v == {True} for _, v in rest[h])
            options.append({can, must})
        for values in product(*options):
            flags = dict(zip(heads, values, strict=True))
            if self.rules.strongest(flags | {heading: True}) != self.rules.strongest(flags | {heading: False}):
                return True
        return False

    def _matters(self, criterion: Criterion, reading: Reading, fact: Fact) -> bool:
        others = tuple(f for f in reading.met_when.facts() if f is not fact)
        return any(
            self._holds(criterion, reading, c | {fact: YES}) != self._holds(criterion, reading, c | {fact: NO})
            for c in completions(others, self.facts)
        )

    def _missing_of_parts(self) -> set[Fact]:
        shared = self._shared_unknowns()
        found: set[Fact] = set()
        for fact in shared:
            others = tuple(f for f in shared if f is not fact)
            for assignment in self._assignments(others):
                pairs = [self._pairs(c, assignment, fact) for c in self.components]
                if self._can_flip(pairs):
                    found.add(fact)
                    break
        for at, component in enumerate(self.components):
            for fact in self._own_unknowns(component):
                if fact not in found and self._own_flips(at, component, fact, shared):
                    found.add(fact)
        return found

    def _pairs(self, component: Component, shared, fact: Fact) -> set[tuple[bool, bool]]:
        """`(hit when no, hit when yes)` over the component's own unknowns."""
        own = self._own_unknowns(component)
        found = set()
        for values in self._assignments(own):
            low = self._answers_of(component, {**shared, fact: NO}) | values
            high = self._answers_of(component, {**shared, fact: YES}) | values
            found.add((self._hit(low), self._hit(high)))
        return found

    def _own_flips(self, at: int, component: Component, fact: Fact, shared) -> bool:
        others = tuple(f for f in self._own_unknowns(component) if f is not fact)
        for assignment in self._assignments(shared):
            here = set()
            for values in self._assignments(others):
                answers = self._answers_of(component, assignment) | values
                here.add((self._hit(answers | {fact: NO}), self._hit(answers | {fact: YES})))
            pairs = [
                here if i == at else {(h, h) for h in self._hits(c, assignment)} for i, c in enumerate(self.components)
            ]
            if self._can_flip(pairs):
                return True
        return False

    def _can_flip(self, pairs: list[set[tuple[bool, bool]]]) -> bool:
        """Whether some choice of one pair per component gives another whole for no than for yes."""
        reached = {(ZERO, False, ZERO, False)}
        for component, options in zip(self.components, pairs, strict=True):
            amount = component.amount_wan
            reached = {
                (low + amount * a, low_any or a, high + amount * b, high_any or b)
                for low, low_any, high, high_any in reached
                for a, b in options
            }
        return any(self._whole(low, la) != self._whole(high, ha) for low, la, high, ha in reached)

    def _with(self, fact: Fact, answer: Answer) -> _Case:
        """The case with one unknown answered, in the whole and wherever a component states it unknown."""
        parts = tuple(
            Component(c.name, c.amount_wan, {**c.facts, fact: answer}) if c.facts.get(fact) is UNKNOWN else c
            for c in self.components
        )
        return _Case({**self.facts, fact: answer} if self.facts.get(fact, UNKNOWN) is UNKNOWN else self.facts, parts,
                     self.rules, self.decisions)  # fmt: skip


def _pushes(reading: Reading, fact: Fact, answer: Answer) -> bool:
    """Whether an answer speaks for the condition: the facts of 8.3 each push one way (negated ones the other)."""
    others = tuple(f for f in reading.met_when.facts() if f is not fact)
    for rest in completions(others, {}):
        yes = reading.met_when.evaluate(rest | {fact: YES}) is YES
        no = reading.met_when.evaluate(rest | {fact: NO}) is YES
        if yes != no:
            return yes if answer is YES else no
    return False
