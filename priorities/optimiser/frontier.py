"""Value against ceiling: every step is an optimum of its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from priorities.optimiser.problem import Problem, cents, wan
from priorities.optimiser.solver import solve


@dataclass(frozen=True)
class Step:
    """With this ceiling the best plan has this value and takes this much of its money, what is held included."""

    ceiling_wan: Decimal
    value: int
    used_wan: Decimal
    chosen: frozenset[str]
    proven: bool


def frontier(problem: Problem, key: tuple[int, str], *, steps: int = 24, seconds: float = 4.0) -> list[Step]:
    """The best value for ceilings of (year, source) from what is held up to what would take everything.

    A ceiling below which nothing fits has no step. Growth does not bind here: a floor on money says nothing about
    value."""
    year_money = [cents(option.costs.get(key, Decimal(0))) for item in problem.items for option in item.options[:1]]
    low = cents(problem.held.get(key, Decimal(0)))
    high = low + sum(year_money)
    if high == low:
        return []
    found: list[Step] = []
    for number in range(steps + 1):
        ceiling = low + (high - low) * number // steps
        if found and number < steps and ceiling <= cents(found[-1].ceiling_wan):
            continue
        best = solve(
            problem.but(ceilings={**problem.ceilings, key: wan(ceiling)}, growth=None), seconds=seconds / steps
        )
        if best.value is None:
            continue
        used = low + sum(_costs(problem, k, start, key) for k, start in best.chosen.items())
        if found and best.value < found[-1].value:  # what fitted under less fits under more: the search was cut short
            best_value, used, chosen = found[-1].value, cents(found[-1].used_wan), found[-1].chosen
        else:
            best_value, chosen = best.value, frozenset(best.chosen)
        found.append(Step(wan(ceiling), best_value, wan(used), chosen, best.proven))
    return found


def _costs(problem: Problem, item: str, start: int, key: tuple[int, str]) -> int:
    option = next(o for o in problem.item(item).options if o.start == start)
    return cents(option.costs.get(key, Decimal(0)))
