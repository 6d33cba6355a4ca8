"""A rule set tried on everything: every filed case and every row of the plan, judged under two rule sets at once. Who
flips, from what to what, by which clause, how much money; what each clause and each change alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from priorities.labels import OUTCOMES
from priorities.models import CaseMask
from priorities.rescreening import sweep
from priorities.rule_sets import masks, plan_facts
from priorities.rules import bulk
from priorities.rules.facts import FACTS, Answer, on_screen
from priorities.rules.plan_2006 import criterion
from priorities.rules.rule_set import Outcome, RuleSet

SHOWN = tuple(map(Outcome, OUTCOMES))
CASE, ROW = "submission", "plan-item"
PRECEDENCE = "precedence"


@dataclass(frozen=True)
class Judged:
    """A case (`kind` submission) or a row of the plan (plan-item) as it is listed."""

    kind: str
    code: str
    name: str
    unit: str
    address: str
    amount_wan: Decimal


@dataclass(frozen=True)
class Flip:
    """Something that comes out otherwise; `clauses`: those whose result differs, none where the precedence does it."""

    what: Judged
    was: str
    now: str
    clauses: tuple[str, ...]

    def line(self) -> dict:
        """As `rescreen` prints it."""
        way = {"id": self.what.code, "from": self.was, "to": self.now}
        return way | {"clauses": list(self.clauses), "amount_wan": f"{self.what.amount_wan:.2f}"}

    @property
    def worsens_the_plan(self) -> bool:
        """A row of the plan itself is put off or refused (D20)."""
        return self.what.kind == ROW and self.now in (Outcome.DEFER, Outcome.NO_CITY_FUNDING)


@dataclass(frozen=True)
class Cell:
    """How many of an outcome become another, and their money."""

    was: str
    now: str
    count: int
    amount_wan: Decimal

    @property
    def stays(self) -> bool:
        return self.was == self.now


class Flipping:
    """What flips by one thing alone, for whatever holds it as `flips`."""

    @property
    def count(self) -> int:
        return sum(c.count for c in self.flips)

    @property
    def amount_wan(self) -> Decimal:
        return sum((c.amount_wan for c in self.flips), Decimal(0))


@dataclass(frozen=True)
class Change(Flipping):
    """One thing that the draft reads otherwise, and what it alone would do. `was`, `now`: readings as texts."""

    clause: str
    text: str
    was: str
    now: str
    flips: tuple[Cell, ...]

    @property
    def key(self) -> str:
        """As addresses name it."""
        return self.clause or PRECEDENCE


@dataclass(frozen=True)
class Weight(Flipping):
    """What one clause alone decides: how many it is met for; those that would come out otherwise without it."""

    clause: str
    text: str
    holds: int
    flips: tuple[Cell, ...]


class Portfolio:
    """Everything that can be judged, loaded once: as many questions to the database for many as for one. `with_cases`:
    else the plan's rows alone."""

    def __init__(self, *, with_cases: bool = True) -> None:
        self.rows: list[Judged] = []
        bits: list[tuple[int, int, int]] = []
        cases = _cases() if with_cases else []
        if any(layout != bulk.LAYOUT.digest for layout, *_ in cases):
            sweep.renew()
            cases = _cases()
        for _, number, title, unit, amount, *own in cases:
            self.rows.append(Judged(CASE, number, title, unit, f"/priorities/submissions/{number}/", amount))
            bits.append(tuple(own))
        self.cases = len(self.rows)
        for row in plan_facts.as_bits():
            item = row.item
            self.rows.append(
                Judged(ROW, item.code, item.name, item.leads_raw, f"/projects/{item.code}/", row.amount_wan)
            )
            bits.append((row.bits.says_yes, row.bits.says_no, row.bits.parts))
        self._columns = masks.columns(bits)

    def outcomes(self, rules: RuleSet) -> list[str]:
        """What the rule set makes of each row."""
        return [str(bulk.OUTCOME_OF[code]) for code in bulk.Compiled(rules).outcomes(self._columns).tolist()]

    def flips(self, old: RuleSet, new: RuleSet) -> list[Flip]:
        """Who flips, in the order of the rows."""
        was, now = self.outcomes(old), self.outcomes(new)
        moved = [i for i, (a, b) in enumerate(zip(was, now, strict=True)) if a != b]
        if not moved:
            return []
        a, b = (bulk.Compiled(rules).results(self._columns) for rules in (old, new))
        changed = bulk.changed(old, new)

        def differing(i: int) -> tuple[str, ...]:
            return tuple(c for c in changed if c not in a or c not in b or a[c][i] != b[c][i])

        return [Flip(self.rows[i], was[i], now[i], differing(i)) for i in moved]

    def because(self, flip: Flip, old: RuleSet, new: RuleSet) -> tuple[tuple[str, str], ...]:
        """The questions with their answers that speak for what the flip's first clause now says (before, where it is no
        longer in force); the whole's answers alone."""
        clause = next(iter(flip.clauses), "")
        table = next((t for rules in (new, old) for t in rules.tables if t.clause == clause), None)
        if table is None:
            return ()
        i = self.rows.index(flip.what)
        said = bulk.LAYOUT.unpack(*(int(self._columns[name][i]) for name in masks.COLUMNS[:2]))
        return tuple(
            (FACTS[f].question, on_screen(f, said.get(f, Answer.UNKNOWN))) for f in table.look(said).step.because
        )

    def table(self, old: RuleSet, new: RuleSet) -> list[Cell]:
        """From what to what: every pair of outcomes that occurs."""
        sums: dict[tuple[str, str], list] = {}
        for row, pair in zip(self.rows, zip(self.outcomes(old), self.outcomes(new), strict=True), strict=True):
            cell = sums.setdefault(pair, [0, Decimal(0)])
            cell[0] += 1
            cell[1] += row.amount_wan
        return [
            Cell(was, now, *sums[was, now]) for was in map(str, SHOWN) for now in map(str, SHOWN) if (was, now) in sums
        ]

    def listed(self, old: RuleSet, new: RuleSet) -> list[tuple[Judged, str, str]]:
        """Every row with what it was and would be."""
        return list(zip(self.rows, self.outcomes(old), self.outcomes(new), strict=True))

    def meeting(self, rules: RuleSet, clause: str) -> set[str]:
        """The codes of the rows that meet a clause in force."""
        codes = bulk.Compiled(rules).results(self._columns)[clause]
        return {
            row.code for row, code in zip(self.rows, codes.tolist(), strict=True) if code == bulk.RESULTS.index("met")
        }

    def moved(self, old: RuleSet, new: RuleSet) -> tuple[Cell, ...]:
        """The pairs that differ."""
        return tuple(c for c in self.table(old, new) if not c.stays)

    def changes(self, old: RuleSet, new: RuleSet) -> list[Change]:
        """What the draft reads otherwise, each taken over alone; the precedence last."""
        found = []
        for clause in bulk.changed(old, new):
            alone = taken_over(old, new, clause)
            found.append(
                Change(
                    clause,
                    criterion(clause).text,
                    reading_of(old, clause),
                    reading_of(new, clause),
                    self.moved(old, alone),
                )
            )
        if old.precedence != new.precedence:
            alone = taken_over(old, new, PRECEDENCE)
            found.append(Change("", "效力次序", _order(old), _order(new), self.moved(old, alone)))
        return found

    def weights(self, rules: RuleSet) -> list[Weight]:
        """Clause sensitivity: each clause in force switched off alone."""
        results, found = bulk.Compiled(rules).results(self._columns), []
        for c, _ in rules.chosen:
            without = lacking(rules, c.clause)
            holds = int((results[c.clause] == bulk.RESULTS.index("met")).sum())
            found.append(Weight(c.clause, c.text, holds, self.moved(rules, without)))
        return found

    def results(self, rules: RuleSet, clause: str) -> dict[str, int]:
        """How many rows of each result a clause has; {} where it is not in force."""
        codes = bulk.Compiled(rules).results(self._columns).get(clause)
        return {} if codes is None else {r: int((codes == i).sum()) for i, r in enumerate(bulk.RESULTS)}


def _cases() -> list[tuple]:
    """Every filed case with the layout of its bits, what is listed of it, and its bits."""
    case = ("number", "title", "organisation__name")
    rows = CaseMask.objects.exclude(submission__state__in=sweep.NOT_COUNTED).order_by("submission__number")
    return list(rows.values_list("layout", *(f"submission__{c}" for c in case), "amount_wan", *masks.COLUMNS))


def lacking(rules: RuleSet, clause: str) -> RuleSet:
    """The rule set without one clause."""
    return replace(rules, switched_off=(*rules.switched_off, clause))


def taken_over(old: RuleSet, new: RuleSet, clause: str) -> RuleSet:
    """The old rule set with one clause (or the precedence) as the new one has it."""
    if clause == PRECEDENCE:
        return replace(old, precedence=new.precedence)
    readings = {c: r for c, r in old.readings.items() if c != clause}
    off = tuple(c for c in old.switched_off if c != clause)
    if clause in new.switched_off:
        off = (*off, clause)
    elif clause in new.readings:
        readings[clause] = new.readings[clause]
    return replace(old, readings=readings, switched_off=off)


def reading_of(rules: RuleSet, clause: str) -> str:
    """How the rule set reads a clause, as a text."""
    return next((r.text for c, r in rules.chosen if c.clause == clause), "停用这一条")


def _order(rules: RuleSet) -> str:
    return " > ".join(OUTCOMES[o] for o in rules.precedence)


def grid(cells: Iterable[Cell]) -> dict:
    """The cells as rows × columns with sums, only outcomes that occur."""
    at = {(c.was, c.now): c for c in cells}
    names = [str(o) for o in SHOWN if any(str(o) in pair for pair in at)]

    def sums(pairs: list[tuple[str, str]]) -> tuple[int, Decimal]:
        held = [at[p] for p in pairs if p in at]
        return sum(c.count for c in held), sum((c.amount_wan for c in held), Decimal(0))

    return {
        "outcomes": names,
        "rows": [
            {"was": was, "cells": [at.get((was, now)) for now in names], "sum": sums([(was, n) for n in names])}
            for was in names
        ],
        "sums": [(now, sums([(w, now) for w in names])) for now in names],
        "total": sums(list(at)),
    }
