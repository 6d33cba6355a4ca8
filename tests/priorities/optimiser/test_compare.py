"""Beside the optimum: what greedy takes, what a choice by hand breaks and costs, what more money brings, the values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from priorities import optimiser
from priorities.optimiser import WEIGHTS, Growth, Item, Option, Parts, Problem
from priorities.optimiser.compare import growth_percent
from priorities.optimiser.problem import cents, wan
from priorities.optimiser.value import parts_of

KEY = (2008, "city")


def item(key: str, cost: str, value: int, **more) -> Item:
    return Item(key, f"项目{key}", (Option(2008, {KEY: Decimal(cost)}, value),), **more)


def under(ceiling: str, *items: Item, **more) -> Problem:
    return Problem(items, {KEY: Decimal(ceiling)}, source_names={"city": "市财政"}, **more)


A, B, C, D = item("甲", "10", 100), item("乙", "50", 200), item("丙", "40", 120), item("丁", "20", 80)


@pytest.mark.parametrize(
    ("problem", "taken"),
    [
        (under("60", C, B, A), "甲乙"),
        (under("59.99", C, B, A), "甲丙"),
        (under("60", B, D), "丁"),  # as much value per 万元: the cheaper one first
        (under("60", B, item("免", "0", 0)), "乙免"),
        (under("60", A, B, C, forced_in=frozenset("丙")), "丙甲"),
        (under("60", A, B, C, forced_out=frozenset("乙")), "甲丙"),
        (under("60", A, B, item("续", "45", 1, must="续建")), "续甲"),
        (under("60", A, item("二", "10", 900, after=("一",)), item("一", "30", 1)), "甲一二"),
        (under("60", B, item("二", "10", 1, after=("一",), must="续建"), item("一", "30", 1)), "一二"),
        (under("200", A, B, item("己", "1", 1, lead="局"), item("庚", "1", 2, lead="局"), load=1), "甲乙庚"),
        (under("200", A, item("己", "1", 1, lead="局"), load=1, running={"局": 1}), "甲"),
    ],
)
def test_greedy_takes_what_must_be_in_and_then_the_most_value_per_wan_that_still_fits(problem, taken):
    found = optimiser.greedy(problem)
    assert found.chosen.keys() == set(taken)
    assert found.broken == ()


def test_greedy_looks_at_no_growth_floor_and_says_so():
    problem = under("60", A, held={(2007, "city"): Decimal(100)}, growth=Growth((2008,)))
    found = optimiser.greedy(problem)
    assert (found.chosen, len(found.broken)) == ({"甲": 2008}, 1)
    assert "9.6.1" in found.broken[0]


def test_a_choice_is_judged_with_its_value_its_money_and_every_bond_that_it_breaks():
    held = {KEY: Decimal(5), (2007, "city"): Decimal(20)}
    plan = optimiser.plan_of(under("60", A, B, item("续", "45", 1, must="续建"), held=held), {"甲": 2008, "乙": 2008})
    assert (plan.value, plan.cost_wan, plan.count) == (300, Decimal(60), 2)
    assert plan.money == {KEY: Decimal(65), (2007, "city"): Decimal(20)}
    assert plan.broken == ("2008 年市财政上限 60.00 万元，已占 5.00，可用 55.00", "“项目续”必列（续建）")


def test_an_item_chosen_for_a_year_that_it_does_not_offer_takes_its_first():
    late = Item("迟", "迟", (Option(2008, {KEY: Decimal(1)}, 1), Option(2009, {(2009, "city"): Decimal(2)}, 1)))
    assert optimiser.plan_of(under("60", late), {"迟": 2009}).cost_wan == 2
    assert optimiser.plan_of(under("60", late), {"迟": 2010}).chosen == {"迟": 2008}


def test_the_price_of_a_decision_is_the_value_lost_the_money_and_what_it_moves():
    x, y = item("x", "10", 10), item("y", "8", 7)
    into = optimiser.prices(under("10", x, y, forced_in=frozenset("y")))
    out = optimiser.prices(under("10", x, y, forced_out=frozenset("x")))
    assert [(p.key, p.kind, p.cost_value, p.cost_wan, p.follows) for p in (*into, *out)] == [
        ("y", "in", 3, Decimal(-2), ("x",)),
        ("x", "out", 3, Decimal(-2), ("y",)),
    ]


def test_a_decision_that_makes_the_plan_impossible_has_no_price():
    (price,) = optimiser.prices(under("7", item("y", "8", 7), forced_in=frozenset("y")))
    assert (price.cost_value, price.cost_wan, price.follows) == (None, None, ())


@pytest.mark.parametrize(
    ("before", "now", "percent"),
    [("486", "530", "9.1"), ("100", "120", "20.0"), ("100", "0", "-100.0"), ("0", "5", None), (None, "5", None)],
)
def test_growth_in_percent_has_one_decimal_and_none_without_a_year_before(before, now, percent):
    money = {KEY: Decimal(now)} | ({(2007, "city"): Decimal(before)} if before else {})
    assert growth_percent(Problem(()), money, 2008) == (Decimal(percent) if percent else None)


def test_the_frontier_s_steps_are_what_each_ceiling_allows():
    problem = under("0", item("甲", "10", 5), item("乙", "20", 8), held={KEY: Decimal(5)})
    steps = optimiser.frontier(problem, KEY, steps=3)
    assert [(s.ceiling_wan, s.value, s.used_wan, "".join(sorted(s.chosen)), s.proven) for s in steps] == [
        (5, 0, 5, "", True),
        (15, 5, 15, "甲", True),
        (25, 8, 25, "乙", True),
        (35, 13, 35, "乙甲", True),
    ]


def test_the_frontier_begins_where_something_fits_and_is_empty_where_nothing_costs():
    free = Item("自", "自筹", (Option(2008, {(2008, "own"): Decimal(7)}, 1),))
    must = under("0", item("甲", "10", 5, must="续建"), item("乙", "20", 8), free)
    assert [s.ceiling_wan for s in optimiser.frontier(must, KEY, steps=3)] == [10, 20, 30]
    assert optimiser.frontier(under("0", item("甲", "0", 5)), KEY) == []


def test_the_frontier_asks_for_no_growth():
    problem = under("0", A, held={(2007, "city"): Decimal(1000)}, growth=Growth((2008,)))
    assert optimiser.frontier(problem, KEY, steps=2)[-1].value == 100


def test_a_candidate_brings_the_clauses_of_8_3_1_and_the_facts_that_are_yes():
    facts = {"urgently_needed": "yes", "required_by_state": "unknown", "clear_benefit": "yes", "broad_benefit": "yes"}
    parts = parts_of(("8.3.1(1)", "8.3.1(7)", "8.3.2(1)"), facts | {"leadership_committed": "no"})
    assert parts == Parts(clauses=2, urgency=1, benefit=2, ease=0)
    assert optimiser.score(parts, WEIGHTS) == 2120


def test_the_strict_weight_of_a_level_is_one_more_than_all_below_it_can_bring():
    assert optimiser.strict_weights(2) == {"clauses": 315, "urgency": 63, "benefit": 7, "ease": 1}


def test_money_is_whole_hundredths_of_a_wan_inside():
    assert (cents(Decimal("12.34")), wan(1234)) == (1234, Decimal("12.34"))
    with pytest.raises(ValueError, match=r"细于 0\.01"):
        cents(Decimal("0.005"))


def test_what_must_be_in_and_cannot_be_taken_at_all_is_a_broken_bond_of_greedy():
    assert optimiser.greedy(under("60", Item("空", "空", (), must="续建"))).broken == ("“空”必列（续建）",)


@pytest.mark.parametrize(("bound", "proved"), [(10.0, 10), (9.9999999, 10), (10.4, 10), (9.99, 9)])
def test_a_bound_in_floating_point_proves_the_whole_number_that_it_means(bound, proved):
    assert optimiser.solver._floor(bound) == proved
