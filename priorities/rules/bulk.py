"""The same clauses over bits: a case as three whole numbers, a rule set as tests of bits that read alike in SQL, numpy
and Python.

    says_yes, says_no   a bit a fact (in the order of Fact), set where it is answered so; above them, in `says_yes`,
                        a bit for each clause that the reviewer counts as met although it is only partly
    parts     what the clauses judged on components come to on these, or on the whole where there are none: for every
              choice of their readings whether they may and must turn the whole, and the result of each reading

Conditions are not written a second time: they are taken apart as they stand in plan_2006.py, each part into the bits
that make it certain. That is exact, because each fact pushes a clause one way alone (tables.py refuses any other).
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product

from priorities.rules.assess import Component
from priorities.rules.criteria import MET, PARTLY, UNDETERMINED, UNMET, Criterion, Outcome, Reading
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.logic import Any, AtLeast, Condition, Is, Not
from priorities.rules.parts import Parts
from priorities.rules.plan_2006 import CRITERIA, UNFUNDED
from priorities.rules.rule_set import RuleSet, table_of

CODES = {  # stored, so that a number once given stays
    Outcome.UNDETERMINED: 0,
    Outcome.ORDINARY: 1,
    Outcome.PRIORITY: 2,
    Outcome.DEFER: 3,
    Outcome.NO_CITY_FUNDING: 4,
}
OUTCOME_OF = {code: outcome for outcome, code in CODES.items()}
RESULTS = (UNMET, UNDETERMINED, PARTLY, MET)

# --- a case as bits ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bits:
    """A case: `says_yes`, `says_no` and `parts` as said above."""

    says_yes: int
    says_no: int
    parts: int


class Layout:
    """Which bit stands for what, of facts and criteria in their order. What was stored under one layout says
    something else under another: `digest` names it, so that such bits are worked out anew."""

    def __init__(self, facts: tuple[Fact, ...], criteria: tuple[Criterion, ...]) -> None:
        self.clauses = tuple(c.clause for c in criteria)
        self.bit = {fact: 1 << i for i, fact in enumerate(facts)}
        doubtful = [c.clause for c in criteria if any(r.partly_when for r in c.readings)]
        self.decided = {clause: 1 << (len(facts) + i) for i, clause in enumerate(doubtful)}
        on_parts = [c for c in criteria if c.on_components]
        self.readings = tuple((c, r) for c in on_parts for r in c.readings)
        self._tables = tuple(table_of(c, r) for c, r in self.readings)
        # Every way to have each of them switched off or read in one way: places in `readings`.
        ways = [(None, *(i for i, (c, _) in enumerate(self.readings) if c is one)) for one in on_parts]
        self.choices = tuple(tuple(i for i in choice if i is not None) for choice in product(*ways))
        self._results_from = 2 * len(self.choices)
        if max(len(facts) + len(doubtful), self._results_from + 2 * len(self.readings)) > 63:
            raise RuntimeError("事实或读法太多，63 位放不下。")
        self._of_the_whole: dict[tuple[Answer, ...], int] = {}
        read = [(c.clause, r.key, repr(r.met_when), repr(r.partly_when)) for c, r in self.readings]
        text = repr((list(map(str, facts)), self.clauses, doubtful, read))
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:12]

    def pack(
        self, facts: Mapping[Fact, Answer], components: Iterable[Component], decisions: Mapping[str, bool] | None
    ) -> Bits:
        """A case as bits. Decisions on other clauses than those that can be partly met are idle."""
        yes = no = 0
        for fact, answer in facts.items():
            if answer is Answer.YES:
                yes |= self.bit.get(fact, 0)
            elif answer is Answer.NO:
                no |= self.bit.get(fact, 0)
        for clause, held in (decisions or {}).items():
            yes |= self.decided.get(clause, 0) if held else 0
        components = tuple(components)
        if components:
            parts = Parts(components, facts, self._tables)
            return Bits(yes, no, self._pack_parts(parts.answers, parts.reaches_half))
        said = tuple(facts.get(f, Answer.UNKNOWN) for f in COMPONENT_FACTS)
        if said not in self._of_the_whole:
            self._of_the_whole[said] = self._pack_parts([dict(zip(COMPONENT_FACTS, said, strict=True))], any)
        return Bits(yes, no, self._of_the_whole[said])

    def unpack(self, says_yes: int, says_no: int) -> dict[Fact, Answer]:
        """The facts of the whole that are answered."""
        said = {f: Answer.YES for f, bit in self.bit.items() if says_yes & bit}
        return said | {f: Answer.NO for f, bit in self.bit.items() if says_no & bit}

    def _pack_parts(self, answers: Sequence[Mapping[Fact, Answer]], whole: Callable[[Iterable[bool]], bool]) -> int:
        looks = [[t.look(a) for t in self._tables] for a in answers]
        bits = 0
        for i, choice in enumerate(self.choices):
            can = whole(any(own[r].can for r in choice) for own in looks)
            must = whole(any(own[r].must for r in choice) for own in looks)
            bits |= (can << 2 * i) | (must << 2 * i + 1)
        for r in range(len(self.readings)):
            results = {own[r].step.result for own in looks}
            result = next(x for x in (MET, UNDETERMINED, UNMET) if x in results)
            bits |= ((result == MET) | (result == UNDETERMINED) << 1) << self._results_from + 2 * r
        return bits

    def place(self, criterion: Criterion, reading: Reading) -> int:
        """Where a reading stands among `readings`."""
        named = (criterion.clause, reading.key)
        return next(i for i, (c, r) in enumerate(self.readings) if (c.clause, r.key) == named)

    def result_at(self, criterion: Criterion, reading: Reading) -> int:
        """The first of the two bits of `parts` that hold the result of a reading: met, undetermined."""
        return self._results_from + 2 * self.place(criterion, reading)


LAYOUT = Layout(tuple(Fact), CRITERIA)


def pack(
    facts: Mapping[Fact, Answer], components: Iterable[Component] = (), decisions: Mapping[str, bool] | None = None
) -> Bits:
    """A case as bits in today's layout."""
    return LAYOUT.pack(facts, components, decisions)


# --- tests of bits -----------------------------------------------------------------------------------------------


Array = typing.Any  # of numpy, which is loaded only when arrays are asked for
Columns = Mapping[str, typing.Any]  # whole numbers or arrays of them by column
Whether = typing.Any  # a bool or an array of them


class Test:
    """A test of the three columns. `sql` and `python` as expressions over the names says_yes, says_no and parts."""

    __test__ = False  # no test case of pytest

    def sql(self) -> str:
        raise NotImplementedError

    def holds(self, bits: Columns) -> Whether:
        """Over whole numbers or numpy arrays alike; gives a bool or an array of them."""
        raise NotImplementedError


@dataclass(frozen=True)
class Has(Test):
    """Every (or any) bit of the mask is set."""

    column: str
    mask: int
    every: bool = True

    def sql(self) -> str:
        return f"({self.column} & {self.mask}) = {self.mask}" if self.every else f"({self.column} & {self.mask}) <> 0"

    def holds(self, bits: Columns) -> Whether:
        found = bits[self.column] & self.mask
        return found == self.mask if self.every else found != 0


@dataclass(frozen=True)
class Opposite(Test):
    part: Test

    def sql(self) -> str:
        if isinstance(self.part, Has):
            sign = "<>" if self.part.every else "="
            return f"({self.part.column} & {self.part.mask}) {sign} {self.part.mask if self.part.every else 0}"
        return f"NOT ({self.part.sql()})"

    def holds(self, bits: Columns) -> Whether:
        return self.part.holds(bits) == False  # noqa: E712  (arrays too)


@dataclass(frozen=True)
class Both(Test):
    parts: tuple[Test, ...]

    def sql(self) -> str:
        return "(" + " AND ".join(p.sql() for p in self.parts) + ")" if self.parts else "1 = 1"

    def holds(self, bits: Columns) -> Whether:
        return reduce(lambda a, b: a & b, (p.holds(bits) for p in self.parts), bits["says_yes"] == bits["says_yes"])


@dataclass(frozen=True)
class Either(Test):
    parts: tuple[Test, ...]

    def sql(self) -> str:
        return "(" + " OR ".join(p.sql() for p in self.parts) + ")" if self.parts else "1 = 0"

    def holds(self, bits: Columns) -> Whether:
        return reduce(lambda a, b: a | b, (p.holds(bits) for p in self.parts), bits["says_yes"] != bits["says_yes"])


def _single(mask: int) -> bool:
    return mask & (mask - 1) == 0


def both(parts: Iterable[Test]) -> Test:
    """All of them; tests of one column are drawn together (De Morgan for the opposite of any)."""
    masks: dict[tuple[str, bool], int] = {}
    rest: list[Test] = []
    for part in parts:
        inner, turned = (part.part, True) if isinstance(part, Opposite) else (part, False)
        if isinstance(inner, Has) and (inner.every != turned or _single(inner.mask)):
            key = (inner.column, turned)
            masks[key] = masks.get(key, 0) | inner.mask
        elif isinstance(part, Both):
            rest += part.parts
        else:
            rest.append(part)
    drawn: list[Test] = [Opposite(Has(c, m, _single(m))) if turned else Has(c, m) for (c, turned), m in masks.items()]
    found = (*drawn, *rest)
    return found[0] if len(found) == 1 else Both(found)


def either(parts: Iterable[Test]) -> Test:
    """One of them."""
    masks: dict[tuple[str, bool], int] = {}
    rest: list[Test] = []
    for part in parts:
        inner, turned = (part.part, True) if isinstance(part, Opposite) else (part, False)
        if isinstance(inner, Has) and (inner.every == turned or _single(inner.mask)):
            key = (inner.column, turned)
            masks[key] = masks.get(key, 0) | inner.mask
        elif isinstance(part, Either):
            rest += part.parts
        else:
            rest.append(part)
    drawn: list[Test] = [Opposite(Has(c, m)) if turned else Has(c, m, _single(m)) for (c, turned), m in masks.items()]
    found = (*drawn, *rest)
    return found[0] if len(found) == 1 else Either(found)


def surely(condition: Condition, holds: bool) -> Test:
    """The bits that make a condition certain to hold, or certain not to."""
    if isinstance(condition, Is):
        return Has("says_yes" if holds else "says_no", LAYOUT.bit[condition.fact])
    if isinstance(condition, Not):
        return surely(condition.part, not holds)
    if isinstance(condition, AtLeast):
        parts = [surely(p, holds) for p in condition.parts]
        count = condition.count if holds else len(parts) - condition.count + 1
        if count <= 0:
            return Both(())
        if count == len(parts):
            return both(parts)
        return either(both(chosen) for chosen in combinations(parts, count))
    raise TypeError(f"没有这种条件：{condition!r}")


# --- a rule set as tests -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Span:
    """Whether something may and must move the outcome."""

    can: Test
    must: Test


def _of_clause(criterion: Criterion, reading: Reading) -> _Span:
    met = reading.met_when
    if reading.partly_when is None:
        return _Span(Opposite(surely(met, False)), surely(met, True))
    decided, wide = Has("says_yes", LAYOUT.decided[criterion.clause]), Any(met, reading.partly_when)
    return _Span(
        Opposite(both([surely(met, False), either([Opposite(decided), surely(wide, False)])])),
        either([surely(met, True), both([decided, surely(wide, True)])]),
    )


def _of_parts(rules: RuleSet) -> _Span | None:
    chosen = tuple(LAYOUT.place(c, r) for c, r in rules.chosen if c.on_components)
    if not chosen:
        return None
    at = LAYOUT.choices.index(chosen)
    return _Span(Has("parts", 1 << 2 * at), Has("parts", 1 << 2 * at + 1))


class Compiled:
    """A rule set of plan_2006's criteria over bits."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._spans: list[tuple[Outcome, _Span]] = []
        parts = _of_parts(rules)
        for heading, outcome in rules.strongest_first:
            own = [_of_clause(c, r) for c, r in rules.chosen if c.heading == heading and not c.on_components]
            own += [parts] if parts and heading == UNFUNDED else []
            self._spans.append((outcome, _Span(either(s.can for s in own), either(s.must for s in own))))

    def sql(self) -> str:
        """The outcome's code as an expression over the columns says_yes, says_no and parts."""
        open_ = CODES[Outcome.UNDETERMINED]
        whens = [
            f"WHEN {span.can.sql()} THEN CASE WHEN {span.must.sql()} THEN {CODES[outcome]} ELSE {open_} END"
            for outcome, span in self._spans
        ]
        return f"CASE {' '.join(whens)} ELSE {CODES[Outcome.ORDINARY]} END"

    def outcome(self, bits: Bits) -> Outcome:
        """Of one case."""
        columns = vars(bits)
        for outcome, span in self._spans:
            if span.can.holds(columns):
                return outcome if span.must.holds(columns) else Outcome.UNDETERMINED
        return Outcome.ORDINARY

    def outcomes(self, columns: Columns) -> Array:
        """Of many: codes, from numpy arrays says_yes, says_no and parts of one length."""
        import numpy as np

        found = np.full(len(columns["says_yes"]), CODES[Outcome.ORDINARY], dtype=np.int8)
        for outcome, span in reversed(self._spans):
            found[span.can.holds(columns)] = CODES[Outcome.UNDETERMINED]
            found[span.must.holds(columns)] = CODES[outcome]
        return found

    def results(self, columns: Columns) -> dict[str, Array]:
        """Each clause in force: an array of places in RESULTS."""
        import numpy as np

        found = {}
        for criterion, reading in self.rules.chosen:
            tests = _result_tests(criterion, reading)
            codes = np.full(len(columns["says_yes"]), RESULTS.index(UNDETERMINED), dtype=np.int8)
            for result, test in tests:
                codes[test.holds(columns)] = RESULTS.index(result)
            found[criterion.clause] = codes
        return found


def _result_tests(criterion: Criterion, reading: Reading) -> list[tuple[str, Test]]:
    """What makes a clause met, partly or unmet; undetermined where none holds."""
    if criterion.on_components:
        at = LAYOUT.result_at(criterion, reading)
        return [(MET, Has("parts", 1 << at)), (UNMET, Opposite(Has("parts", 3 << at, every=False)))]
    met, partly = reading.met_when, reading.partly_when
    if partly is None:
        return [(MET, surely(met, True)), (UNMET, surely(met, False))]
    wide = Any(met, partly)
    return [
        (MET, surely(met, True)),
        (PARTLY, both([surely(met, False), surely(wide, True)])),
        (UNMET, surely(wide, False)),
    ]


def changed(old: RuleSet, new: RuleSet) -> list[str]:
    """The clauses whose reading differs, or that are in force in one alone, in the plan's order: no other can come out
    otherwise for the same answers."""
    was = {c.clause: r.key for c, r in old.chosen}
    now = {c.clause: r.key for c, r in new.chosen}
    return [clause for clause in LAYOUT.clauses if was.get(clause) != now.get(clause)]


def differs_sql(old: RuleSet, new: RuleSet) -> str:
    """A bit (the clause's place) for each clause whose result differs, as an expression over the columns."""
    sums = []
    was, now = {c.clause: (c, r) for c, r in old.chosen}, {c.clause: (c, r) for c, r in new.chosen}
    for i, clause in enumerate(LAYOUT.clauses):
        if clause not in changed(old, new):
            continue
        if clause in was and clause in now:
            a, b = _result_sql(*was[clause]), _result_sql(*now[clause])
            sums.append(f"(CASE WHEN ({a}) <> ({b}) THEN {1 << i} ELSE 0 END)")
        else:
            sums.append(str(1 << i))
    return " + ".join(sums) or "0"


def _result_sql(criterion: Criterion, reading: Reading) -> str:
    whens = " ".join(f"WHEN {t.sql()} THEN {RESULTS.index(r)}" for r, t in _result_tests(criterion, reading))
    return f"CASE {whens} ELSE {RESULTS.index(UNDETERMINED)} END"


def clauses_of(bits: int, clauses: Sequence[str]) -> list[str]:
    """The clauses of such a number, by their order when it was worked out."""
    return [clause for i, clause in enumerate(clauses) if bits >> i & 1]
