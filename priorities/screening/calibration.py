"""How the department, the criteria and the reviewers agree, clause by clause, and who drifts from the others. Pure
figures from frozen screenings: the facts as stated, the facts as reviewed, what the reviewer decided or departed
from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from priorities.rules.criteria import MET, PARTLY, UNDETERMINED, heading_of
from priorities.rules.plan_2006 import PRIORITISED

LEAST = 5  # confirmed cases before anything is said of a reviewer
CLEAR = 2.0  # standard errors from the others: more than chance


@dataclass(frozen=True)
class Judged:
    """One confirmed screening: results by clause from the stated facts (`stated`) and from the reviewed ones (`rules`),
    the reviewer's decisions on partly met clauses, the clause that a departure names ("" where he took the verdict)."""

    reviewer: str
    stated: Mapping[str, str]
    rules: Mapping[str, str]
    decisions: Mapping[str, bool]
    departed_on: str = ""
    number: str = ""  # the case
    title: str = ""

    def final(self, clause: str) -> str | None:
        """What the reviewer made of the clause; None where he departed from it."""
        if clause == self.departed_on:
            return None
        result = self.rules.get(clause)
        if result == PARTLY and clause in self.decisions:
            return MET if self.decisions[clause] else "unmet"
        return result


@dataclass(frozen=True)
class Agreement:
    """A clause over all confirmed cases. `both`: cases where the department's facts settle it; `stated_as_rules`:
    of those where the reviewed facts give the same result; `taken`: cases where the reviewer took the criteria's
    result as it was; `decided`: partly met ones that he decided; `departed`: verdicts that he departed from by this
    clause."""

    clause: str
    cases: int
    both: int
    stated_as_rules: int
    taken: int
    decided: int
    departed: int


@dataclass(frozen=True)
class Drift:
    """A reviewer beside the others. `harsh`, `mild`: clauses that came out worse or better for the applicant than
    stated; `lean`: harsh less mild a clause judged; `from_others`: the same less that of all others; `errors`: that
    difference in standard errors; `trend`: his later half less his earlier half. None where there is too little to
    say."""

    reviewer: str
    cases: int
    judged: int
    harsh: int
    mild: int
    departures: int
    lean: float
    from_others: float | None
    errors: float | None
    trend: float | None
    clause: str  # where he differs most from the others

    @property
    def is_clear(self) -> bool:
        return self.errors is not None and abs(self.errors) >= CLEAR

    @property
    def word(self) -> str:
        """偏严, 偏宽, or that nothing is to be seen."""
        if self.errors is None:
            return f"不足 {LEAST} 件，不作比较"
        if not self.is_clear:
            return "与其他审核人没有明显差别"
        return "偏严" if self.errors > 0 else "偏宽"


@dataclass(frozen=True)
class Seen:
    """A case as the page's numbers count it: clauses judged harsher or milder than stated, how many can be
    compared; of one clause whether the department's facts settle it, agree, the result was taken, decided, departed
    from."""

    case: Judged
    stated: str  # results of the clause that is asked for
    ruled: str
    harsh: tuple[str, ...]
    mild: tuple[str, ...]
    judged: int
    both: bool
    agrees: bool
    taken: bool
    decided: bool
    departed: bool


def behind(rows: Iterable[Judged], clauses: Iterable[str], *, reviewer: str = "", clause: str = "") -> list[Seen]:
    """The cases of a reviewer, or those of a clause; the newest first where `rows` are in the order of time."""
    clauses, found = [clause] if clause else list(clauses), []
    for row in rows:
        mine = [c for c in clauses if c in row.rules]
        if (reviewer and row.reviewer != reviewer) or not mine:
            continue
        leans = {c: v for c in mine if (v := leaning(row, c)) is not None}
        stated, rules = row.stated.get(clause, UNDETERMINED), row.rules.get(clause)
        harsh, mild = (tuple(c for c, v in leans.items() if v * sign > 0) for sign in (1, -1))
        both, departed = stated != UNDETERMINED, row.departed_on == clause if clause else bool(row.departed_on)
        taken, decided = bool(clause) and row.final(clause) == rules, clause in row.decisions
        compared = (len(leans), both, both and stated == rules, taken, decided, departed)
        found.append(Seen(row, stated, rules or UNDETERMINED, harsh, mild, *compared))
    return found[::-1]


def agreements(rows: Iterable[Judged], clauses: Iterable[str]) -> list[Agreement]:
    """One a clause, in the plan's order."""
    rows, found = list(rows), []
    for clause in clauses:
        mine = [r for r in rows if clause in r.rules]
        both = [r for r in mine if r.stated.get(clause, UNDETERMINED) != UNDETERMINED]
        agree = sum(r.stated[clause] == r.rules[clause] for r in both)
        taken, decided = sum(r.final(clause) == r.rules[clause] for r in mine), sum(clause in r.decisions for r in mine)
        departed = sum(r.departed_on == clause for r in mine)
        found.append(Agreement(clause, len(mine), len(both), agree, taken, decided, departed))
    return found


def leaning(row: Judged, clause: str) -> int | None:
    """+1 where the reviewer made the clause worse for the applicant than stated, −1 better, 0 the same; None where the
    department's facts left it open. 8.3.1 is worse not met, 8.3.2 and 8.3.3 are worse met."""
    stated, final = row.stated.get(clause, UNDETERMINED), row.final(clause)
    if UNDETERMINED in (stated, final) or final is None:
        return None
    step = {MET: 2, PARTLY: 1}.get(final, 0) - {MET: 2, PARTLY: 1}.get(stated, 0)
    sign = -1 if heading_of(clause) == PRIORITISED else 1
    return (step > 0) * sign - (step < 0) * sign


def drifts(rows: Iterable[Judged], clauses: Iterable[str]) -> list[Drift]:
    """One a reviewer, who differs most first. `rows` in the order of time."""
    rows, clauses = list(rows), list(clauses)
    leans = [(r, [(c, v) for c in clauses if c in r.rules and (v := leaning(r, c)) is not None]) for r in rows]
    found = [_drift(name, leans) for name in dict.fromkeys(r.reviewer for r in rows)]
    return sorted(found, key=lambda d: -abs(d.errors or 0))


def _drift(name: str, leans: list[tuple[Judged, list[tuple[str, int]]]]) -> Drift:
    mine = [(r, own) for r, own in leans if r.reviewer == name]
    others = [v for r, own in leans if r.reviewer != name for _, v in own]
    values = [v for _, own in mine for _, v in own]
    lean = _mean(values)
    from_others = errors = trend = None
    if len(mine) >= LEAST and others and values:
        from_others = lean - _mean(others)
        spread = math.sqrt(_variance(values) / len(values) + _variance(others) / len(others))
        errors = from_others / spread if spread else 0.0
        half = len(mine) // 2
        early, late = ([v for _, own in part for _, v in own] for part in (mine[:half], mine[half:]))
        trend = _mean(late) - _mean(early)
    counted = (len(mine), len(values), values.count(1), values.count(-1), sum(bool(r.departed_on) for r, _ in mine))
    return Drift(name, *counted, lean, from_others, errors, trend, _most_different(name, leans))


def _most_different(name: str, leans: list[tuple[Judged, list[tuple[str, int]]]]) -> str:
    sums: dict[str, tuple[list[int], list[int]]] = {}
    for row, own in leans:
        for clause, value in own:
            sums.setdefault(clause, ([], []))[row.reviewer != name].append(value)
    gaps = {c: abs(_mean(a) - _mean(b)) for c, (a, b) in sums.items() if a and b}
    clause = max(gaps, key=gaps.get, default="")
    return clause if gaps.get(clause) else ""


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0


def _variance(values: list[int]) -> float:
    """Of the mean's sample; one case at least is taken as spread, so that few equal cases do not look certain."""
    mean = _mean(values)
    return (sum((v - mean) ** 2 for v in values) + 1) / max(len(values) - 1, 1)
