"""Why an item was left out, what more money would buy, and what a choice by hand would cost before it is made."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

import numpy as np

from priorities.optimiser.compare import Override
from priorities.optimiser.problem import Problem, cents, wan
from priorities.optimiser.rows import CEILING, GROWTH, IN, LOAD, OUT, PHASE, Model, Row, model_of
from priorities.optimiser.solver import Optimum, _Search, solve

MOST_GAINS = 5


@dataclass(frozen=True)
class Lack:
    """One bond that an item would break beside the plan as it stands; `wan` is the money that is missing there."""

    kind: str
    sentence: str
    wan: Decimal | None = None


@dataclass(frozen=True)
class Gain:
    """With `more_wan` above the ceiling the optimum changes: its value, what enters and what leaves against today."""

    more_wan: Decimal
    value: int
    enter: tuple[str, ...]
    leave: tuple[str, ...]


def lacks(problem: Problem, chosen: dict[str, int]) -> dict[str, tuple[Lack, ...]]:
    """For every item that does not start in its first year: what it lacks to do so while the rest of the plan stays.

    An empty tuple means that it would fit. Exact, without a search."""
    model = model_of(problem)
    taken = model.taken(chosen)
    own: dict[str, list[int]] = {}
    for v, (i, _) in enumerate(model.variables):
        own.setdefault(problem.items[i].key, []).append(v)
    bonds = [(row, row.short(taken)) for row in model.rows if row.kind in (CEILING, GROWTH, PHASE, LOAD, OUT)]
    found = {}
    for item in problem.items:
        if not item.options or chosen.get(item.key) == item.options[0].start:
            continue
        first = own[item.key][0]
        with_it = (taken - set(own[item.key])) | {first}
        found[item.key] = tuple(
            _lack(model, row, short, with_it, first) for row, before in bonds if (short := row.short(with_it)) > before
        )
    return found


def _lack(model: Model, row: Row, short: int, taken: frozenset[int], first: int) -> Lack:
    problem = model.problem
    if row.kind == CEILING:
        year, source = row.about
        missing, asked = wan(short), wan(row.coefficients[first])
        left = max(asked - missing, Decimal(0))
        name = f"{year} 年{problem.source(source)}"
        return Lack(CEILING, f"{name}差 {missing:,.2f} 万元（要 {asked:,.2f}，余 {left:,.2f}）", missing)
    if row.kind == GROWTH and problem.growth:
        return _growth_lack(problem, row, short, taken, model)
    if row.kind == LOAD:
        return Lack(LOAD, f"{row.about[0]}同时牵头已满 {problem.load} 项")
    if row.kind == PHASE:
        return Lack(PHASE, f"须先列入前期“{problem.item(row.about[1]).title}”")
    return Lack(OUT, "手工不列")


def _growth_lack(problem: Problem, row: Row, short: int, taken: frozenset[int], model: Model) -> Lack:
    """A year that grows too little once an earlier one has taken more: the money it lacks, or the floor that holds."""
    (year, source), growth = row.about, problem.growth
    assert growth is not None  # a row of this kind comes of it
    missing = wan(math.ceil(Fraction(short, Fraction(growth.floor + 1).denominator)))
    money = dict.fromkeys((year, year - 1), 0)
    for at in money:
        money[at] = cents(problem.held.get((at, source), Decimal(0)))
        for v in taken:
            i, o = model.variables[v]
            money[at] += cents(problem.items[i].options[o].costs.get((at, source), Decimal(0)))
    sentence = (
        f"{year} 年{problem.source(source)}按增幅下限 {(growth.floor * 100).normalize():f}% 差 {missing:,.2f} 万元"
    )
    if money[year - 1]:
        percent = Decimal(money[year] - money[year - 1]) * 100 / money[year - 1]
        if percent >= 0:
            sentence += f"，或下限降到 {percent.quantize(Decimal('0.01'), rounding=ROUND_DOWN)}%"
    return Lack(GROWTH, sentence, missing)


def gains(
    problem: Problem, key: tuple[int, str], best: Optimum, *, most: int = MOST_GAINS, seconds: float = 6.0
) -> tuple[Gain, ...]:
    """The next amounts above the ceiling of (year, source) at which the optimum is worth more, the smallest first.

    Each is exact: the least money with which any plan is worth more than the one before. Fewer where the time ends."""
    ceiling = problem.ceilings.get(key)
    if ceiling is None or best.value is None:
        return ()
    until = time.monotonic() + seconds
    free = problem.but(ceilings={k: v for k, v in problem.ceilings.items() if k != key})
    model = model_of(free)
    costs = np.zeros(len(model.variables))
    for v, (i, o) in enumerate(model.variables):
        costs[v] = cents(problem.items[i].options[o].costs.get(key, Decimal(0)))
    found: list[Gain] = []
    held, value = cents(problem.held.get(key, Decimal(0))), best.value
    while model.variables and len(found) < most and (left := until - time.monotonic()) > 0:
        taken, bound, _ = _Search(model, left)._mip(-costs, at_least=value + 1)
        more = sum(int(costs[v]) for v in taken or ())
        if taken is None or bound is None or more > math.ceil(-bound - 0.5):  # not proved to be the least
            break
        need = held + more
        now = solve(problem.but(ceilings={**problem.ceilings, key: wan(need)}), seconds=max(left / 2, 0.1))
        if now.value is None or now.value <= value:
            break
        value, before, after = now.value, set(best.chosen), set(now.chosen)
        if need > cents(ceiling):  # else the search for the optimum was cut short
            enter, leave = tuple(sorted(after - before)), tuple(sorted(before - after))
            found.append(Gain(wan(need - cents(ceiling)), value, enter, leave))
    return tuple(found)


def forced(problem: Problem, best: Optimum, keys: Iterable[str], *, seconds: float = 6.0) -> tuple[Override, ...]:
    """What it would cost to put in by hand an item that is out, or to take out one that is in, in the order asked;
    an item that was decided by hand already has its price in `compare.prices`. Ends early when the time does."""
    until, found = time.monotonic() + seconds, []
    for key in keys:
        if best.value is None or best.cost_wan is None or (left := until - time.monotonic()) <= 0:
            break
        kind = OUT if key in best.chosen else IN
        field = f"forced_{kind}"
        now = solve(replace(problem, **{field: getattr(problem, field) | {key}}), seconds=left)
        if now.value is None or now.cost_wan is None:
            found.append(Override(key, kind, None, None))
            continue
        moved = tuple(sorted(set(best.chosen) ^ set(now.chosen) - {key}))
        money = now.cost_wan - best.cost_wan
        found.append(Override(key, kind, best.value - now.value, money, tuple(k for k in moved if k != key)))
    return tuple(found)
