"""Greedy and human plan beside the optimum, and what every decision by hand costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from priorities.optimiser.problem import Money, Problem, cents, wan
from priorities.optimiser.rows import IN, OUT, Model, model_of
from priorities.optimiser.solver import Optimum, solve


@dataclass(frozen=True)
class Plan:
    """A choice and what becomes of it. `broken` are the bonds that it breaks, as sentences."""

    chosen: dict[str, int]
    value: int
    cost_wan: Decimal
    money: Money  # by (year, source), what is held included
    broken: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.chosen)


def plan_of(problem: Problem, chosen: dict[str, int], model: Model | None = None) -> Plan:
    """Any choice, judged exactly."""
    model = model or model_of(problem)
    taken = model.taken(chosen)
    money = dict(problem.held)
    for v in taken:
        i, o = model.variables[v]
        for key, amount in problem.items[i].options[o].costs.items():
            money[key] = money.get(key, Decimal(0)) + amount
    values, costs = model.values, model.costs
    broken = tuple(row.sentence for row in model.rows if row.sentence and row.short(taken))
    return Plan(model.chosen(taken), sum(values[v] for v in taken), wan(sum(costs[v] for v in taken)), money, broken)


def greedy(problem: Problem) -> Plan:
    """按单位价值依次装入: what must be in first with its earlier phases, then the most value per 万元 that still fits.

    It looks neither back nor at the growth floor; where it falls short of that, `broken` says so.
    """
    model = model_of(problem)
    limits = [row for row in model.rows if row.high is not None]
    of_item: dict[str, list[int]] = {item.key: [] for item in problem.items}
    rows_of: dict[int, list[int]] = {}
    for v, (i, _) in enumerate(model.variables):
        of_item[problem.items[i].key].append(v)
    for r, row in enumerate(limits):
        for v in row.coefficients:
            rows_of.setdefault(v, []).append(r)
    room = [row.high for row in limits]
    values, costs = model.values, model.costs
    taken: set[int] = set()
    items = {item.key: item for item in problem.items}

    def fits(v: int) -> bool:
        return all(limits[r].coefficients[v] <= room[r] for r in rows_of.get(v, ()) if limits[r].coefficients[v] > 0)

    def take(v: int) -> None:
        taken.add(v)
        for r in rows_of.get(v, ()):
            room[r] -= limits[r].coefficients[v]

    def insert(key: str, forced: bool) -> None:
        if any(v in taken for v in of_item[key]):
            return
        found = next((v for v in of_item[key] if fits(v)), of_item[key][0] if forced and of_item[key] else None)
        if found is not None:
            take(found)

    def with_earlier(key: str) -> None:
        for earlier in items[key].after:
            if earlier in items:
                with_earlier(earlier)
        insert(key, True)

    for item in problem.items:
        if item.must or item.key in problem.forced_in:
            with_earlier(item.key)
    order = sorted(
        range(len(values)), key=lambda v: (-(values[v] / costs[v]) if costs[v] else -float("inf"), costs[v], v)
    )
    again = True
    while again:  # a phase fits only after the one before it
        again = False
        for v in order:
            key = problem.items[model.variables[v][0]].key
            if key not in problem.forced_out and not any(u in taken for u in of_item[key]) and fits(v):
                take(v)
                again = True
    return plan_of(problem, model.chosen(taken), model)


@dataclass(frozen=True)
class Override:
    """A decision by hand and its price: what the best plan loses by it while the other decisions stand.

    `cost_value` ≥ 0; `cost_wan` is the money that the plan takes more (negative: less). Both None where the
    decision makes the plan impossible. `follows` are the items that it pushes out or brings in beside its own."""

    key: str
    kind: str  # in | out
    cost_value: int | None
    cost_wan: Decimal | None
    follows: tuple[str, ...] = ()


def prices(problem: Problem, best: Optimum | None = None, *, seconds: float = 5.0) -> tuple[Override, ...]:
    """The price of every decision by hand. Taking one back gives `cost_value` back."""
    best = best or solve(problem, seconds=seconds)
    found = []
    for kind, keys in ((IN, problem.forced_in), (OUT, problem.forced_out)):
        for key in sorted(keys):
            without = solve(
                problem.but(forced_in=problem.forced_in - {key}, forced_out=problem.forced_out - {key}), seconds=seconds
            )
            if best.value is None or without.value is None:
                found.append(Override(key, kind, None, None))
                continue
            moved = tuple(sorted(set(best.chosen) ^ set(without.chosen) - {key}))
            found.append(
                Override(
                    key,
                    kind,
                    without.value - best.value,
                    best.cost_wan - without.cost_wan,
                    tuple(k for k in moved if k != key),
                )
            )
    return tuple(found)


def growth_percent(problem: Problem, money: Money, year: int, source: str = "city") -> Decimal | None:
    """Growth of a source against the year before in percent, one decimal; None without a year before."""
    before = money.get((year - 1, source))
    if not before:
        return None
    now = cents(money.get((year, source), Decimal(0)))
    return (Decimal(now - cents(before)) * 100 / cents(before)).quantize(Decimal("0.1"))
