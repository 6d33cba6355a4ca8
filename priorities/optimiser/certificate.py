"""Why no plan fits, in plain Chinese, and the cheapest repairs, each verified by solving again.

The certificate is a smallest set of bonds that cannot hold together (taking any one away makes the rest possible), with
what is missing. Bonds of nature (an item is taken once) are never doubted.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

import numpy as np

from priorities.optimiser.problem import Problem, cents, wan
from priorities.optimiser.rows import CEILING, CHOICE, GROWTH, IN, LOAD, MUST, OUT, PHASE, Model, Row, model_of
from priorities.optimiser.solver import INFEASIBLE, Optimum, _Search, solve

WHO = {
    CEILING: "市财政局提出，领导小组定",
    GROWTH: "领导小组写明理由（偏离 9.6.1）",
    MUST: "领导小组定",
    PHASE: "信息办复核各期关系",
    LOAD: "信息办与牵头单位商定",
    IN: "信息办撤回手工列入",
    OUT: "信息办撤回手工不列",
}


@dataclass(frozen=True)
class Repair:
    """One bond changed as little as is needed. `cost_wan` is the money asked for or given up; `plan` is the best
    plan then.

    `about` is what the bond binds (a row's), `more` how many projects more a lead is allowed.
    """

    kind: str
    sentence: str
    cost_wan: Decimal | None
    who: str
    problem: Problem
    plan: Optimum
    about: tuple = ()
    more: int = 0


@dataclass(frozen=True)
class Clash:
    """`bonds` cannot hold together; `sentences` say so step by step."""

    bonds: tuple[Row, ...]
    sentences: tuple[str, ...]
    repairs: tuple[Repair, ...]


def explain(problem: Problem, *, seconds: float = 10.0) -> Clash | None:
    """The certificate of an impossible problem; None where a plan fits or the time was not enough to tell."""
    until = time.monotonic() + seconds
    model = model_of(problem)
    if not _impossible(model, until):
        return None
    bonds = _smallest(model, until)
    repairs = [r for row in bonds if (r := _repair(problem, row, until)) is not None]
    repairs.sort(key=lambda r: (r.cost_wan is None, r.cost_wan or 0))
    return Clash(tuple(bonds), tuple(_told(problem, bonds, repairs)), tuple(repairs))


def _impossible(model: Model, until: float) -> bool:
    search = _Search(model, max(until - time.monotonic(), 0.1))
    if not search.size:
        return any(row.short(frozenset()) for row in model.rows)
    return search._mip(np.zeros(search.size))[2] == INFEASIBLE


def _smallest(model: Model, until: float) -> list[Row]:
    """Deletion filter: halves first, then one by one; what can go without making a plan possible goes."""
    kept = [row for row in model.rows if row.kind != CHOICE]
    nature = tuple(row for row in model.rows if row.kind == CHOICE)
    step = max(len(kept) // 2, 1)
    while True:
        at = 0
        while at < len(kept):
            rest = kept[:at] + kept[at + step :]
            if time.monotonic() < until and _impossible(replace(model, rows=(*rest, *nature)), until):
                kept = rest
            else:
                at += step
        if step == 1:
            return kept
        step = max(step // 2, 1)


def _repair(problem: Problem, row: Row, until: float) -> Repair | None:
    made = _changed(problem, row, until)
    return None if made is None else replace(made, about=row.about)


def _changed(problem: Problem, row: Row, until: float) -> Repair | None:
    """The least change of one bond with which a plan fits; None where changing it alone does not help."""
    kind, title = row.kind, "" if row.kind in (CEILING, GROWTH, LOAD) else problem.item(row.about[0]).title
    if kind == CEILING:
        if (short := _least(problem, row, until)) is None:
            return None
        now = problem.ceilings[row.about] + wan(short)
        changed = problem.but(ceilings={**problem.ceilings, row.about: now})
        name = f"{row.about[0]} 年{problem.source(row.about[1])}"
        return _checked(kind, f"{name}上限提高 {wan(short):,.2f}，到 {now:,.2f} 万元", wan(short), changed, until)
    if kind == GROWTH:
        return _lower_floor(problem, row, until)
    if kind == LOAD:
        if (short := _least(problem, row, until)) is None:
            return None
        changed = problem.but(running={**problem.running, row.about[0]: problem.running.get(row.about[0], 0) - short})
        made = _checked(kind, f"允许{row.about[0]}多牵头 {short} 项", None, changed, until)
        return None if made is None else replace(made, more=short)
    if kind == MUST:
        items = tuple(replace(i, must="") if i.key == row.about[0] else i for i in problem.items)
        spared = min(o.cents for o in problem.item(row.about[0]).options)
        return _checked(kind, f"“{title}”不再必列", wan(spared), problem.but(items=items), until)
    if kind == PHASE:
        changed = problem.but(waived_phases=problem.waived_phases | {row.about[0]})
        return _checked(kind, f"“{title}”不等前期，先行建设", None, changed, until)
    taken = "列入" if kind == IN else "不列"
    changed = problem.but(**{f"forced_{kind}": getattr(problem, f"forced_{kind}") - {row.about[0]}})
    return _checked(kind, f"撤回“{title}”的手工{taken}", None, changed, until)


def _checked(kind: str, sentence: str, cost: Decimal | None, changed: Problem, until: float) -> Repair | None:
    plan = solve(changed, seconds=max(until - time.monotonic(), 0.5))
    return Repair(kind, sentence, cost, WHO[kind], changed, plan) if plan.value is not None else None


def _least(problem: Problem, row: Row, until: float) -> int | None:
    """The least by which a row has to give way, in its own unit, while all others hold."""
    model = model_of(problem)
    others = tuple(r for r in model.rows if (r.kind, r.about) != (row.kind, row.about))
    search = _Search(replace(model, rows=others), max(until - time.monotonic(), 0.5))
    weight = np.zeros(search.size)
    for v, c in row.coefficients.items():
        weight[v] = -c if row.high is not None else c
    taken, _, _ = search._mip(weight)
    return None if taken is None else row.short(taken)


def _lower_floor(problem: Problem, row: Row, until: float) -> Repair | None:
    """The highest floor, in hundredths of a percent, that a plan can meet in every year asked about."""
    growth = problem.growth
    low, high = 0, int(growth.floor * 10_000)

    def fits(hundredths: int) -> bool:
        changed = problem.but(growth=replace(growth, floor=Decimal(hundredths) / 10_000))
        return not _impossible(model_of(changed), until)

    if not fits(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    changed = problem.but(growth=replace(growth, floor=Decimal(low) / 10_000))
    percent = (Decimal(low) / 100).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    year = row.about[0]
    missing = None
    if (short := _least(problem, row, until)) is not None:  # rows of growth are in parts of 分
        missing = wan(math.ceil(Fraction(short, Fraction(growth.floor + 1).denominator)))
    more = "" if missing is None else f"（{year} 年按 {growth.floor * 100:.0f}% 还差 {missing:,.2f} 万元）"
    return _checked(GROWTH, f"增幅下限降到 {percent}%{more}", missing, changed, until)


def _told(problem: Problem, bonds: list[Row], repairs: list[Repair]) -> list[str]:
    """The clash in steps: what has to be in and its money, every other bond, then what is missing."""
    musts = [row for row in bonds if row.kind in (MUST, IN)]
    sentences = []
    if musts:
        rest = {key: sum(_cheapest(problem, row.about[0], key) for row in musts) for key in _keys(bonds)}
        money = "，".join(f"{y} 年{problem.source(s)}合计 {wan(a):,.2f}" for (y, s), a in rest.items())
        names = "、".join(problem.item(row.about[0]).title for row in musts[:6]) + ("等" if len(musts) > 6 else "")
        sentences.append(f"必列 {len(musts)} 项（{names}）{'，' + money if money else ''}")
    sentences += [row.sentence for row in bonds if row not in musts]
    missing = next((r for r in repairs if r.cost_wan is not None and r.kind in (CEILING, GROWTH)), None)
    if missing is not None:
        sentences.append(f"合起来做不到，至少差 {missing.cost_wan:,.2f} 万元")
    else:
        sentences.append(f"这 {len(bonds)} 条不能同时成立，去掉任何一条就能排出方案")
    return sentences


def _keys(bonds: list[Row]) -> list[tuple[int, str]]:
    return sorted({row.about for row in bonds if row.kind in (CEILING, GROWTH)})


def _cheapest(problem: Problem, item: str, key: tuple[int, str]) -> int:
    return min(cents(option.costs.get(key, Decimal(0))) for option in problem.item(item).options)
