"""The problem as named linear rows over 0/1 variables, one variable an option. Everything is a whole number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from priorities.optimiser.problem import Problem, cents, wan

CHOICE, CEILING, GROWTH, MUST, PHASE, LOAD, IN, OUT = "choice ceiling growth must phase load in out".split()


@dataclass(frozen=True)
class Row:
    """low ≤ Σ coefficient × variable ≤ high (None: no bound). `about` names what it binds: (year, source), an item,
    a lead."""

    kind: str
    about: tuple
    sentence: str
    coefficients: dict[int, int]
    low: int | None = None
    high: int | None = None

    def short(self, taken: frozenset[int]) -> int:
        """By how much a choice breaks the row; 0 where it keeps it."""
        total = sum(c for i, c in self.coefficients.items() if i in taken)
        if self.low is not None and total < self.low:
            return self.low - total
        return total - self.high if self.high is not None and total > self.high else 0


@dataclass(frozen=True)
class Model:
    """Variables (item, option) in order, and the rows."""

    problem: Problem
    variables: tuple[tuple[int, int], ...]
    rows: tuple[Row, ...]

    @property
    def values(self) -> list[int]:
        return [self.problem.items[i].options[o].value for i, o in self.variables]

    @property
    def costs(self) -> list[int]:
        return [self.problem.items[i].options[o].cents for i, o in self.variables]

    def chosen(self, taken: Iterable[int]) -> dict[str, int]:
        """Starting year by item key."""
        found = {}
        for v in sorted(taken):
            i, o = self.variables[v]
            found[self.problem.items[i].key] = self.problem.items[i].options[o].start
        return found

    def taken(self, chosen: dict[str, int]) -> frozenset[int]:
        """The variables of a choice; an item without an option in that year takes its first."""
        found = set()
        for v, (i, o) in enumerate(self.variables):
            item = self.problem.items[i]
            if item.key in chosen:
                starts = [option.start for option in item.options]
                wanted = starts.index(chosen[item.key]) if chosen[item.key] in starts else 0
                if o == wanted:
                    found.add(v)
        return frozenset(found)


def model_of(problem: Problem) -> Model:
    """The rows in the order in which a clash is told: money, growth, what has to be in, phases, load, decisions by
    hand."""
    variables = tuple((i, o) for i, item in enumerate(problem.items) for o in range(len(item.options)))
    of_item: dict[str, list[int]] = defaultdict(list)
    for v, (i, _) in enumerate(variables):
        of_item[problem.items[i].key].append(v)
    costs: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for v, (i, o) in enumerate(variables):
        for key, amount in problem.items[i].options[o].costs.items():
            if amount:
                costs[key][v] = cents(amount)
    rows = [*_ceilings(problem, costs), *_growth(problem, costs), *_single(problem, of_item)]
    rows += [*_phases(problem, of_item), *_loads(problem, of_item)]
    rows += [
        Row(CHOICE, (item.key,), "", dict.fromkeys(of_item[item.key], 1), high=1)
        for item in problem.items
        if len(item.options) > 1
    ]
    return Model(problem, variables, tuple(rows))


def _ceilings(problem: Problem, costs):
    for (year, source), ceiling in sorted(problem.ceilings.items()):
        held = problem.held.get((year, source), 0)
        taken = f"，已占 {held:,.2f}，可用 {ceiling - held:,.2f}" if held else ""
        yield Row(
            CEILING,
            (year, source),
            f"{year} 年{problem.source(source)}上限 {ceiling:,.2f} 万元{taken}",
            dict(costs[year, source]),
            high=cents(ceiling) - cents(held),
        )


def _growth(problem: Problem, costs):
    growth = problem.growth
    if growth is None:
        return
    factor = Fraction(growth.floor) + 1
    up, down = factor.numerator, factor.denominator
    for year in growth.years:
        now, before = (year, growth.source), (year - 1, growth.source)
        coefficients = {v: down * c for v, c in costs[now].items()}
        for v, c in costs[before].items():
            coefficients[v] = coefficients.get(v, 0) - up * c
        held_now, held_before = (cents(problem.held.get(key, 0)) for key in (now, before))
        percent = (growth.floor * 100).normalize()
        fixed = (
            f"（{year - 1} 年 {wan(held_before):,.2f}，本年至少 {wan(-(-held_before * up // down)):,.2f}）"
            if not costs[before]
            else ""
        )
        yield Row(
            GROWTH,
            now,
            f"{year} 年{problem.source(growth.source)}不少于上年的 {float(factor):g} 倍"
            f"（9.6.1，增幅 {percent:f}%）{fixed}",
            coefficients,
            low=up * held_before - down * held_now,
        )


def _single(problem: Problem, of_item):
    for item in problem.items:
        ones = dict.fromkeys(of_item[item.key], 1)
        if item.must:
            yield Row(MUST, (item.key,), f"“{item.title}”必列（{item.must}）", ones, low=1)
    for item in problem.items:
        ones = dict.fromkeys(of_item[item.key], 1)
        if item.key in problem.forced_in:
            yield Row(IN, (item.key,), f"“{item.title}”手工列入", ones, low=1)
        if item.key in problem.forced_out:
            yield Row(OUT, (item.key,), f"“{item.title}”手工不列", ones, high=0)


def _phases(problem: Problem, of_item):
    titles = {item.key: item.title for item in problem.items}
    starts = {}
    for item in problem.items:
        starts[item.key] = [(v, option.start) for v, option in zip(of_item[item.key], item.options, strict=True)]
    for item in problem.items:
        if item.key in problem.waived_phases:
            continue
        for earlier in item.after:
            if earlier not in titles:
                continue
            for year in sorted({start for _, start in starts[item.key]}):
                coefficients = {v: 1 for v, start in starts[item.key] if start <= year}
                for v, start in starts[earlier]:
                    if start <= year:
                        coefficients[v] = -1
                yield Row(
                    PHASE,
                    (item.key, earlier, year),
                    f"“{item.title}”不得先于前期“{titles[earlier]}”",
                    coefficients,
                    high=0,
                )


def _loads(problem: Problem, of_item):
    if problem.load is None:
        return
    by_lead: dict[str, list[int]] = defaultdict(list)
    for item in problem.items:
        if item.lead:
            by_lead[item.lead] += of_item[item.key]
    for lead, found in sorted(by_lead.items()):
        running = problem.running.get(lead, 0)
        note = f"，在建 {running} 项" if running else ""
        yield Row(
            LOAD,
            (lead,),
            f"{lead}同时牵头不超过 {problem.load} 项{note}",
            dict.fromkeys(found, 1),
            high=problem.load - running,
        )
