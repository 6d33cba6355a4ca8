"""Why an item is out, what more money buys, what a choice by hand would cost: each against a search of every choice."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import pytest

from priorities import optimiser
from priorities.optimiser import Growth, Item, Option, Problem

KEY = (2008, "city")


def item(key: str, cost: str, value: int, **more) -> Item:
    return Item(key, f"项目{key}", (Option(2008, {KEY: Decimal(cost)}, value),), **more)


def under(ceiling: str, *items: Item, **more) -> Problem:
    return Problem(items, {KEY: Decimal(ceiling)}, source_names={"city": "市财政", "county": "区县"}, **more)


A, B, C, D = item("甲", "10", 100), item("乙", "50", 200), item("丙", "40", 120), item("丁", "20", 80)


def sentences(problem: Problem, *chosen: str) -> dict[str, list[str]]:
    found = optimiser.lacks(problem, dict.fromkeys(chosen, 2008))
    return {key: [lack.sentence for lack in rows] for key, rows in found.items()}


def test_what_was_left_out_says_by_how_much_the_money_falls_short():
    assert sentences(under("65", A, B, C, D), "甲", "乙") == {
        "丙": ["2008 年市财政差 35.00 万元（要 40.00，余 5.00）"],
        "丁": ["2008 年市财政差 15.00 万元（要 20.00，余 5.00）"],
    }


def test_the_fund_that_falls_short_is_named():
    county = Item("县", "县", (Option(2008, {KEY: Decimal(1), (2008, "county"): Decimal(9)}, 5),))
    problem = under("65", A, county).but(ceilings={KEY: Decimal(65), (2008, "county"): Decimal(4)})
    assert sentences(problem, "甲") == {"县": ["2008 年区县差 5.00 万元（要 9.00，余 4.00）"]}


def test_what_waits_for_a_phase_a_lead_or_was_put_out_by_hand_says_so_and_what_fits_lacks_nothing():
    second, first = item("二", "1", 9, after=("一",)), item("一", "1", 1)
    assert sentences(under("60", second, first)) == {"二": ["须先列入前期“项目一”"], "一": []}
    busy = item("己", "1", 1, lead="局")
    assert sentences(under("60", busy, load=1, running={"局": 1})) == {"己": ["局同时牵头已满 1 项"]}
    assert sentences(under("60", A, forced_out=frozenset("甲"))) == {"甲": ["手工不列"]}


def test_a_start_that_makes_the_next_year_grow_too_little_names_the_money_and_the_floor_that_would_hold():
    held = {(2007, "city"): Decimal(50), KEY: Decimal(60), (2009, "city"): Decimal(110)}
    problem = under("500", item("甲", "40", 9), held=held, growth=Growth((2008, 2009)))
    (sentence,) = sentences(problem)["甲"]
    assert sentence == "2009 年市财政按增幅下限 20% 差 10.00 万元，或下限降到 10.00%"
    kept = problem.but(held={**held, (2009, "city"): Decimal(120)})
    assert sentences(kept)["甲"] == []


def test_the_next_amounts_are_the_least_with_which_more_can_be_had():
    problem = under("60", A, B, C, D)
    gains = optimiser.gains(problem, KEY, optimiser.solve(problem))
    assert [(g.more_wan, g.value, g.enter, g.leave) for g in gains] == [
        (Decimal(20), 380, ("丁",), ()),
        (Decimal(40), 420, ("丙",), ()),
        (Decimal(60), 500, ("丁", "丙"), ()),
    ]
    assert optimiser.gains(problem.but(ceilings={}), KEY, optimiser.solve(problem)) == ()


@pytest.mark.parametrize("seed", range(6))
def test_random_amounts_agree_with_a_search_of_all_choices(seed):
    dice = random.Random(seed)
    items = [item(str(n), f"{dice.randint(100, 4000) / 100:.2f}", dice.randint(1, 40)) for n in range(7)]
    problem = under("55.5", *items)
    costs = {i.key: i.options[0].costs[KEY] for i in items}
    values = {i.key: i.options[0].value for i in items}
    choices = [c for n in range(8) for c in itertools.combinations(costs, n)]
    best = optimiser.solve(problem)
    worth, expected = best.value, []
    while better := [sum(costs[k] for k in c) for c in choices if sum(values[k] for k in c) > worth]:
        least = min(better)
        worth = max(sum(values[k] for k in c) for c in choices if sum(costs[k] for k in c) <= least)
        expected.append((least - Decimal("55.5"), worth))
    gains = optimiser.gains(problem, KEY, best)
    assert [(g.more_wan, g.value) for g in gains] == expected[:5]
    for price in optimiser.forced(problem, best, costs):
        kept = [
            c
            for c in choices
            if (price.key in c) is (price.kind == "in") and sum(costs[k] for k in c) <= Decimal("55.5")
        ]
        assert price.cost_value == worth_of_best(kept, values, best.value)


def worth_of_best(choices, values, best: int) -> int | None:
    return best - max(sum(values[k] for k in c) for c in choices) if choices else None


def test_a_choice_by_hand_has_the_price_that_it_has_once_made():
    problem = under("60", A, B, C, D)
    (before,) = optimiser.forced(problem, optimiser.solve(problem), ["丙"])
    (after,) = optimiser.prices(problem.but(forced_in=frozenset("丙")))
    assert (before.kind, before.cost_value, before.cost_wan) == (after.kind, after.cost_value, after.cost_wan)
    must = under("60", item("续", "45", 1, must="续建"))
    (price,) = optimiser.forced(must, optimiser.solve(must), ["续"])
    assert (price.kind, price.cost_value) == ("out", None)
