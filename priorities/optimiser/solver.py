"""The optimum with its proven bound: LP relaxation, fixing by reduced costs, HiGHS on what is left.

Values are whole numbers, so a plan whose value reaches the LP's bound rounded down is proved without a search;
otherwise only the variables that could still lead above it stay open. HiGHS works in floating point: every plan is
checked again in whole numbers, one that fails is cut off and the search goes on. Among plans of the highest value
the one with the fewest 万元 is taken."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from priorities.optimiser.problem import Problem, wan
from priorities.optimiser.rows import Model, model_of

OPTIMAL, FEASIBLE, INFEASIBLE, UNKNOWN = "optimal", "feasible", "infeasible", "unknown"
EPS = 1e-6
CORE = 120  # variables of the first, heuristic search
Relaxed = tuple[float, Any, Any]  # bound, x, reduced costs
SMALL = 200  # up to so many, HiGHS gets the whole


@dataclass(frozen=True)
class Optimum:
    """`chosen` is the starting year by item; `bound` no plan exceeds; `proven` says value = bound.

    `fewest_wan` says whether it is also proved that no plan of that value costs less.
    """

    status: str
    chosen: dict[str, int]
    value: int | None
    cost_wan: Decimal | None
    bound: int | None
    fewest_wan: bool
    seconds: float

    @property
    def proven(self) -> bool:
        return self.status == OPTIMAL

    @property
    def gap(self) -> int | None:
        """How much better a plan could still be at most."""
        return None if self.value is None or self.bound is None else self.bound - self.value


def solve(problem: Problem, *, seconds: float = 20.0) -> Optimum:
    """The best plan, or a proof that there is none, within about `seconds` of search."""
    return _Search(model_of(problem), seconds).run()


class _Search:
    def __init__(self, model: Model, seconds: float):
        import scipy.optimize  # noqa: F401  (to load it is no search)

        self.model, self.limit = model, seconds
        self.values, self.costs = np.array(model.values, dtype=float), np.array(model.costs, dtype=float)
        self.size = len(self.values)
        self.matrix, self.low, self.high = _matrix(model)
        self.started = time.monotonic()

    def left(self) -> float:
        return max(self.limit - (time.monotonic() - self.started), 0.05)

    def run(self) -> Optimum:
        if not self.size:
            fits = not any(row.short(frozenset()) for row in self.model.rows)
            return self._answer(
                frozenset() if fits else None, 0 if fits else None, INFEASIBLE if not fits else OPTIMAL, True
            )
        if self.size <= SMALL:
            taken, bound, status = self._mip(self.values, ())
            if taken is None:
                return self._answer(None, bound, status, False)
            return self._with_fewest(taken, _floor(bound), None)
        return self._large()

    def _large(self) -> Optimum:
        relaxed = self._relax()
        if relaxed is None:
            return self._answer(None, None, INFEASIBLE, False)
        bound, x, reduced = relaxed
        order = np.argsort(np.abs(reduced) - 10 * (np.abs(x - np.round(x)) > EPS) * (1 + np.abs(reduced).max()))
        taken, size = None, CORE
        while taken is None and size < self.size:
            fixed = order[size:]
            taken, _, status = self._mip(self.values, fixed, np.round(x[fixed]), seconds=min(self.left() / 2, 5.0))
            size *= 4
            if self.left() <= 0.05:
                break
        if taken is None:
            taken, rest, status = self._mip(self.values, ())
            if taken is None:
                return self._answer(None, None, status, False)
            return self._with_fewest(taken, min(_floor(bound), _floor(rest)), (bound, x, reduced))
        top = _floor(bound)
        value = self._value(taken)
        if value < top:  # only what could lead above stays open
            fixed = np.flatnonzero(bound - np.abs(reduced) < value + 1 - EPS)
            better, rest, status = self._mip(self.values, fixed, np.round(x[fixed]), at_least=value + 1)
            if better is not None:
                taken, top = better, min(top, _floor(rest))
            elif status == INFEASIBLE:
                top = value
            elif rest is not None:
                top = max(value, min(top, _floor(rest)))
        return self._with_fewest(taken, top, (bound, x, reduced))

    def _with_fewest(self, taken: frozenset[int], top: int, relaxed: Relaxed | None) -> Optimum:
        """Among plans of the value the one with the fewest 万元, as far as the time reaches."""
        value = self._value(taken)
        top = max(top, value)
        fixed, at = np.array([], dtype=int), np.array([])
        if relaxed is not None:
            bound, x, reduced = relaxed
            fixed = np.flatnonzero(bound - np.abs(reduced) < value - EPS)
            at = np.round(x[fixed])
        seconds = self.left() if self.size <= SMALL else min(self.left(), 1.0)
        cheaper, bound, _ = self._mip(-self.costs, fixed, at, seconds=seconds, at_least=value)
        fewest = False
        if cheaper is not None and self._cents(cheaper) <= self._cents(taken):
            taken = cheaper
            fewest = self._cents(taken) <= math.ceil(-bound - 0.5)
        status = OPTIMAL if top == self._value(taken) else FEASIBLE
        return self._answer(taken, max(top, self._value(taken)), status, fewest)

    def _answer(self, taken: frozenset[int] | None, bound: int | None, status: str, fewest: bool) -> Optimum:
        seconds = time.monotonic() - self.started
        if taken is None:
            return Optimum(status, {}, None, None, bound, False, seconds)
        return Optimum(
            status, self.model.chosen(taken), self._value(taken), wan(self._cents(taken)), bound, fewest, seconds
        )

    def _holds(self, taken: frozenset[int], at_least: int | None) -> bool:
        """Whether a plan keeps to every row and is worth at least that."""
        fits = not any(row.short(taken) for row in self.model.rows)
        return fits and (at_least is None or self._value(taken) >= at_least)

    def _value(self, taken: frozenset[int]) -> int:
        values = self.model.values
        return sum(values[v] for v in taken)

    def _cents(self, taken: frozenset[int]) -> int:
        costs = self.model.costs
        return sum(costs[v] for v in taken)

    def _relax(self) -> Relaxed | None:
        """(bound, x, reduced costs) of the LP; None where not even it can be met."""
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        upper, lower = np.isfinite(self.high), np.isfinite(self.low)
        rows = vstack([self.matrix[upper], -self.matrix[lower]])
        limits = np.concatenate([self.high[upper], -self.low[lower]])
        found = linprog(
            -self.values, A_ub=rows if rows.shape[0] else None, b_ub=limits if rows.shape[0] else None, bounds=(0, 1)
        )
        if found.status != 0:
            return None
        return -found.fun, found.x, found.lower.marginals + found.upper.marginals

    def _mip(
        self,
        objective: Any,
        fixed: Any = (),
        at: Any = (),
        *,
        seconds: float | None = None,
        at_least: int | None = None,
    ) -> tuple[Any, Any, str]:
        """(taken, bound, status) of the search with some variables fixed; a plan that fails as integers is cut off."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        open_ = np.ones(self.size, dtype=bool)
        base = np.zeros(self.size)
        if len(fixed):
            open_[fixed] = False
            base[fixed] = at
        columns = np.flatnonzero(open_)
        if not columns.size:  # all is settled, and HiGHS takes no question about nothing
            taken = _taken(base)
            return (
                (taken, float(objective @ base), OPTIMAL) if self._holds(taken, at_least) else (None, None, INFEASIBLE)
            )
        shift = self.matrix @ base
        part = self.matrix[:, columns]
        bonds = [LinearConstraint(part, self.low - shift, self.high - shift)] if part.shape[0] else []
        if at_least is not None:
            scale = max(self.values.max(), 1.0)
            bonds.append(
                LinearConstraint(self.values[columns][None, :] / scale, (at_least - self.values @ base) / scale, np.inf)
            )
        size = max(np.abs(objective).max() / 1e6, 1.0)  # HiGHS stops at an absolute gap of 1e-6
        while True:
            options = {"mip_rel_gap": 0.0, "time_limit": min(seconds or self.left(), self.left())}
            found = milp(
                -objective[columns] / size,
                constraints=bonds,
                integrality=np.ones(len(columns)),
                bounds=Bounds(0, 1),
                options=options,
            )
            if found.status == 2:
                return None, None, INFEASIBLE
            constant = float(objective @ base)
            bound = None if found.mip_dual_bound is None else -found.mip_dual_bound * size + constant
            if found.x is None:
                return None, bound, UNKNOWN
            x = base.copy()
            x[columns] = np.round(found.x)
            taken = _taken(x)
            if self._holds(taken, at_least):
                return taken, bound, OPTIMAL
            if self.left() <= 0.05:
                return None, bound, UNKNOWN
            bonds.append(LinearConstraint((1 - 2 * x[columns])[None, :], 1 - x[columns].sum(), np.inf))


def _taken(x: Any) -> frozenset[int]:
    return frozenset(int(v) for v in np.flatnonzero(x > 0.5))


def _floor(bound: float) -> int:
    """The whole number that a bound in floating point proves."""
    return math.floor(bound + max(EPS, abs(bound) * 1e-10))


def _matrix(model: Model) -> tuple[Any, Any, Any]:
    """The rows as a sparse matrix with bounds, each row divided by its largest coefficient."""
    from scipy.sparse import csr_array

    data, columns, ends, low, high = [], [], [0], [], []
    for row in model.rows:
        scale = max((abs(c) for c in row.coefficients.values()), default=1) or 1
        data += [c / scale for c in row.coefficients.values()]
        columns += list(row.coefficients)
        ends.append(len(data))
        low.append(-np.inf if row.low is None else row.low / scale)
        high.append(np.inf if row.high is None else row.high / scale)
    shape = (len(model.rows), len(model.variables))
    return (
        csr_array((np.array(data, dtype=float), np.array(columns, dtype=int), np.array(ends)), shape=shape),
        np.array(low),
        np.array(high),
    )
