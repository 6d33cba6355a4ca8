"""What would change the outcome: the fewest answers that settle an open one, the smallest changes that better a 缓建 or
市财政不支持. Every piece was applied to be sure, and none smaller exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from priorities.rules.assess import Case, Component
from priorities.rules.criteria import MET, RESULT_WORDS, UNMET, Outcome, heading_of
from priorities.rules.facts import FACTS, Answer, Fact
from priorities.rules.parts import Parts
from priorities.rules.plan_2006 import CLAUSE_OF, PRIORITISED, UNFUNDED
from priorities.rules.rule_set import RuleSet
from priorities.rules.tables import Table

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
RANK = {
    Outcome.PRIORITY: 3,
    Outcome.ORDINARY: 2,
    Outcome.DEFER: 1,
    Outcome.NO_CITY_FUNDING: 0,
    Outcome.UNDETERMINED: -1,
}
MOST_WORK = 8_000  # sets tried × components: about a tenth of a second, for the verdict is live
MOST_ADVICE = 12


@dataclass(frozen=True)
class Move:
    """One fact answered otherwise, in the whole or in a component (`place`: which one, for two may share a name)."""

    fact: Fact
    was: Answer
    now: Answer
    component: str = ""
    place: int | None = None

    @property
    def sentence(self) -> str:
        """改用统一网络平台虚拟专网（9.1.2.1）→ 8.3.3(1) 不成立."""
        clause = CLAUSE_OF[self.fact]
        where = f"“{self.component}”" if self.component else ""
        result = RESULT_WORDS[MET if heading_of(clause) == PRIORITISED else UNMET]
        return f"{where}{FACTS[self.fact].remedy} → {clause} {result}"


@dataclass(frozen=True)
class Apart:
    """The components that are hit left out, the rest filed on its own (D17, D22)."""

    components: tuple[str, ...]
    clauses: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return (
            f"把“{'”“'.join(self.components)}”分出，其余部分单独申报 → {'、'.join(self.clauses)} {RESULT_WORDS[UNMET]}"
        )


@dataclass(frozen=True)
class Advice:
    """A smallest set of moves and the outcome that it leads to; `reachable` where that one is still open."""

    moves: tuple[Move, ...] | tuple[Apart]
    outcome: Outcome
    reachable: tuple[Outcome, ...] = ()


def advise(
    facts: Mapping[Fact, Answer],
    components: Iterable[Component],
    rule_set: RuleSet,
    decisions: Mapping[str, bool] | None = None,
) -> list[Advice]:
    """How a 缓建 or 市财政不支持 becomes something better whatever is still unknown; [] where it need not or cannot.

    Only known answers that the department can change are moved, and only the way that their remedy says: nobody is
    advised to fail 8.3.2 in order to escape 8.3.3, whatever the precedence. The sets of the smallest size are
    given, best outcome first, twelve at most; then, where components are hit, the rest filed on its own. Where too many
    sets would have to be tried (eight components and more, each hit by its own answers), that last one is all.
    """
    components, decisions = tuple(components), decisions or {}
    case = Case(facts, components, rule_set, decisions)
    now = case.reachable()
    if len(now) > 1 or now[0] not in (Outcome.DEFER, Outcome.NO_CITY_FUNDING):
        return []
    found = _smallest(case, now[0])
    if (apart := _apart(case, now[0])) is not None:
        found.append(apart)
    return found


def _smallest(case: Case, now: Outcome) -> list[Advice]:
    moves, tries = _moves(case), 0
    most = MOST_WORK // (1 + len(case.components))
    for size in range(1, len(moves) + 1):
        found = []
        for chosen in combinations(moves, size):
            tries += 1
            if tries > most:
                return []
            then = applied(case, chosen).reachable()
            if _worst(then) > RANK[now]:
                found.append(_advice(chosen, then))
        if found:
            return sorted(found, key=lambda a: -_worst(a.reachable))[:MOST_ADVICE]
    return []


def _worst(outcomes: tuple[Outcome, ...]) -> int:
    return min(RANK[o] for o in outcomes)


def _advice(moves: tuple[Move, ...] | tuple[Apart], reachable: tuple[Outcome, ...]) -> Advice:
    return Advice(moves, reachable[0] if len(reachable) == 1 else Outcome.UNDETERMINED, reachable)


def _moves(case: Case) -> list[Move]:
    """The answers that can be changed and stand in the way: those that speak for a clause of 8.3.2 or 8.3.3 that may
    hold, and those against one of 8.3.1 where that would be stronger."""
    found = []
    rank = {o: i for i, o in enumerate(case.rules.precedence)}
    now = case.reachable()[0]
    for table, look in case.looks:
        lifts = table.heading == PRIORITISED
        if lifts and (rank[Outcome.PRIORITY] > rank[now] or look.must):
            continue
        if not lifts and not look.can:
            continue
        found += _of(table, case.facts, lifts=lifts)
    if case.parts is None:
        return found
    for table in case.parts.tables:
        open_ = [i for i, answers in enumerate(case.parts.answers) if table.look(answers).can]
        heirs = {f: any(f not in case.components[i].facts for i in open_) for f in table.facts}
        found += [m for m in _of(table, case.facts, lifts=False) if heirs[m.fact]]
        for i in open_:
            found += _of(table, case.parts.answers[i], lifts=False, name=case.components[i].name, place=i)
    return found


def _of(
    table: Table, answers: Mapping[Fact, Answer], *, lifts: bool, name: str = "", place: int | None = None
) -> list[Move]:
    found = []
    for fact in table.facts:
        was = answers.get(fact, UNKNOWN)
        stands = was is not UNKNOWN and (was is table.towards[fact]) != lifts
        if stands and FACTS[fact].remedy:
            found.append(Move(fact, was, NO if was is YES else YES, name, place))
    return found


def applied(case: Case, moves: Iterable[Move]) -> Case:
    """The case with the moves made."""
    facts, parts = dict(case.facts), [dict(c.facts) for c in case.components]
    for move in moves:
        (facts if move.place is None else parts[move.place])[move.fact] = move.now
    components = tuple(Component(c.name, c.amount_wan, p) for c, p in zip(case.components, parts, strict=True))
    return Case(facts, components, case.rules, case.decisions)


def _apart(case: Case, now: Outcome) -> Advice | None:
    """The rest without the components that may be hit, judged by itself."""
    if case.parts is None or now is not Outcome.NO_CITY_FUNDING:
        return None
    out = set(case.parts.hit)
    rest = tuple(c for i, c in enumerate(case.components) if i not in out)
    if not rest or not out:
        return None
    then = Case(case.facts, rest, case.rules, case.decisions).reachable()
    if _worst(then) <= RANK[now]:
        return None
    clauses = tuple(t.clause for t in case.parts.tables if any(t.look(case.parts.answers[i]).can for i in out))
    names = tuple(dict.fromkeys(c.name for i, c in enumerate(case.components) if i in out))
    return _advice((Apart(names, clauses),), then)


@dataclass(frozen=True)
class Settlement:
    """The fewest answers that settle an open outcome so, whatever the rest turns out to be. `components`: answers of
    a component, by its place."""

    outcome: Outcome
    facts: Mapping[Fact, Answer]
    components: Mapping[tuple[int, Fact], Answer] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.facts) + len(self.components)


def settlements(
    facts: Mapping[Fact, Answer],
    components: Iterable[Component],
    rule_set: RuleSet,
    decisions: Mapping[str, bool] | None = None,
) -> list[Settlement]:
    """For each outcome that is still possible the fewest answers that settle it; the shortest first, [] where settled.

    Clauses share no fact, so that the fewest answers of the whole are those of each clause together: every stronger
    heading must be ruled out, and one clause of the outcome's own made certain.
    """
    components = tuple(components)
    case = Case(facts, components, rule_set, decisions or {})
    reachable = case.reachable()
    if len(reachable) == 1:
        return []
    found = []
    for outcome in reachable:
        needed = _needed(case, outcome)
        if needed is not None:
            found.append(
                Settlement(
                    outcome,
                    {f: a for (i, f), a in needed.items() if i is None},
                    {(i, f): a for (i, f), a in needed.items() if i is not None},
                )
            )
    return sorted(found, key=lambda s: s.size)


_Answers = dict[tuple[int | None, Fact], Answer]


def _needed(case: Case, outcome: Outcome) -> _Answers | None:
    needed: _Answers = {}
    for heading, stronger in case.rules.strongest_first:
        if stronger is outcome:
            return _least(needed, [_force(case, t, True) for t in _units(case, heading)])
        for unit in _units(case, heading):
            ruled_out = _force(case, unit, False)
            if ruled_out is None:
                return None
            needed |= ruled_out
    return needed


def _units(case: Case, heading: str) -> list[Table | Parts]:
    """The clauses of a heading, and the components together."""
    units: list[Table | Parts] = [t for t, _ in case.looks if t.heading == heading]
    return [*units, case.parts] if case.parts and heading == UNFUNDED else units


def _least(needed: _Answers, ways: list[_Answers | None]) -> _Answers | None:
    possible = [w for w in ways if w is not None]
    return needed | min(possible, key=len) if possible else None


def _force(case: Case, unit: Table | Parts, holds: bool) -> _Answers | None:
    """The fewest answers that make a clause hold, or not, for certain; None where that cannot be."""
    if isinstance(unit, Parts):
        return _force_parts(unit, holds)
    unknown = [f for f in unit.facts if case.facts.get(f, UNKNOWN) is UNKNOWN]
    return _fewest(unit, case.facts, unknown, holds, None, case.decisions.get(unit.clause))


def _fewest(
    table: Table,
    answers: Mapping[Fact, Answer],
    unknown: list[Fact],
    holds: bool,
    place: int | None,
    decided: bool | None = None,
) -> _Answers | None:
    """The fewest of the unknown facts, of the whole or of the component at `place`, that settle a clause so."""
    for size in range(len(unknown) + 1):
        for chosen in combinations(unknown, size):
            given = {f: _push(table, f, holds) for f in chosen}
            look = table.look({**answers, **given}, decided)
            if look.must if holds else not look.can:
                return {(place, f): a for f, a in given.items()}
    return None


def _push(table: Table, fact: Fact, towards: bool) -> Answer:
    answer = table.towards[fact]
    return answer if towards else (NO if answer is YES else YES)


def _force_parts(parts: Parts, holds: bool) -> _Answers | None:
    """The fewest answers, inherited or a component's own, that carry the hit money over half or keep it below. For each
    choice of inherited ones the components are taken by money and number of answers (few of each: a small knapsack)."""
    best: _Answers | None = None
    owner = {f: t for t in parts.tables for f in t.facts}
    for size in range(len(parts.shared) + 1):
        for chosen in combinations(parts.shared, size):
            given = {f: _push(owner[f], f, holds) for f in chosen}
            if best is not None and size >= len(best):
                continue
            rest = _cheapest(parts, given, holds)
            if rest is not None and (best is None or size + len(rest) < len(best)):
                best = {(None, f): a for f, a in given.items()} | rest
    return best


def _cheapest(parts: Parts, given: Mapping[Fact, Answer], holds: bool) -> _Answers | None:
    """With the inherited answers given, the fewest own answers of components that suffice."""
    # By number of answers, the most money that they carry over (or take away), and which answers.
    best: dict[int, tuple[int, int, _Answers]] = {0: (0, 0, {})}
    fixed = fixed_count = 0
    for i, component in enumerate(parts.components):
        answers = parts.answers[i] | {f: a for f, a in given.items() if f not in component.facts}
        own = _own(parts, i, answers, holds)
        amount = parts.amounts[i]
        if own is None:
            continue
        if not own:
            fixed, fixed_count = fixed + amount, fixed_count + 1
            continue
        for count, (money, number, so_far) in sorted(best.items(), reverse=True):
            new = (money + amount, number + 1, so_far | own)
            if count + len(own) not in best or best[count + len(own)][:2] < new[:2]:
                best[count + len(own)] = new
    everyone = len(parts.components)
    for count in sorted(best):
        money, number, so_far = best[count]
        money, number = money + fixed, number + fixed_count
        if not parts.total:
            enough = number > 0 if holds else number == everyone
        else:
            enough = 2 * money >= parts.total if holds else 2 * (parts.total - money) < parts.total
        if enough:
            return so_far
    return None


def _own(parts: Parts, place: int, answers: Mapping[Fact, Answer], holds: bool) -> _Answers | None:
    """The fewest own answers that make a component hit, or not, for certain; {} where it is, None where it can not."""
    stated = parts.components[place].facts
    ways = []
    for table in parts.tables:
        unknown = [f for f in table.facts if answers[f] is UNKNOWN and stated.get(f) is UNKNOWN]
        ways.append(_fewest(table, answers, unknown, holds, place))
    if holds:
        return _least({}, ways)
    needed: _Answers = {}
    for way in ways:
        if way is None:
            return None
        needed |= way
    return needed
