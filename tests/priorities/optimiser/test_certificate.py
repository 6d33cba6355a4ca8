"""An impossible plan: a smallest clash, in Chinese with its figures, and repairs that really repair."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from priorities import optimiser
from priorities.optimiser import Growth, Item, Option, Problem
from priorities.optimiser.rows import CEILING, CHOICE, GROWTH, model_of
from tests.priorities.optimiser.test_optimum import case, exhaustive, fits

KEY = (2008, "city")


def item(key: str, wan: str, **more) -> Item:
    return Item(key, f"项目{key}", (Option(2008, {KEY: Decimal(wan)}, 1),), **more)


def test_every_random_impossible_plan_has_a_smallest_clash_and_only_repairs_that_work():
    rng = random.Random(2009)
    seen, repaired = 0, 0
    while seen < 30:
        problem = case(rng)
        clash = optimiser.explain(problem)
        if exhaustive(problem) is not None:
            assert clash is None
            continue
        seen += 1
        model = model_of(problem)
        nature = tuple(r for r in model.rows if r.kind == CHOICE)
        for row in clash.bonds:  # without any one of them the rest can hold
            rest = replace(model, rows=(*(r for r in clash.bonds if r is not row), *nature))
            assert any(not any(r.short(taken) for r in rest.rows) for taken in _choices(rest)), row.sentence
        assert all(clash.sentences)
        for repair in clash.repairs:
            repaired += 1
            assert fits(repair.problem, repair.plan.chosen), repair.sentence
            if repair.kind == CEILING:  # and one 分 less does not do
                at = next(k for k, v in repair.problem.ceilings.items() if v != problem.ceilings[k])
                less = problem.but(ceilings={**problem.ceilings, at: repair.problem.ceilings[at] - Decimal("0.01")})
                assert exhaustive(less) is None
            if repair.kind == GROWTH:
                above = replace(problem.growth, floor=repair.problem.growth.floor + Decimal("0.0001"))
                assert exhaustive(problem.but(growth=above)) is None
    assert repaired >= 30


def _choices(model):
    found = [frozenset()]
    for i, one in enumerate(model.problem.items):
        own = [v for v, (j, _) in enumerate(model.variables) if j == i]
        found = [taken | extra for taken in found for extra in (frozenset(), *(frozenset({v}) for v in own))]
        assert one
    return found


def test_must_do_projects_above_the_ceiling_name_the_missing_money():
    problem = Problem(
        (item("甲", "120", must="续建"), item("乙", "90", must="8.3.1(7)"), item("丙", "10")),
        {KEY: Decimal(260)},
        {KEY: Decimal(80)},
        source_names={"city": "市财政"},
    )
    clash = optimiser.explain(problem)
    assert clash.sentences == (
        "必列 2 项（项目甲、项目乙），2008 年市财政合计 210.00",
        "2008 年市财政上限 260.00 万元，已占 80.00，可用 180.00",
        "合起来做不到，至少差 30.00 万元",
    )
    assert [(r.sentence, r.cost_wan, r.plan.value) for r in clash.repairs] == [
        ("2008 年市财政上限提高 30.00，到 290.00 万元", Decimal(30), 2),
        ("“项目乙”不再必列", Decimal(90), 2),
        ("“项目甲”不再必列", Decimal(120), 2),
    ]


def test_a_growth_floor_above_the_ceiling_offers_the_ceiling_and_the_highest_floor():
    problem = Problem(
        (item("甲", "300"), item("乙", "400"), item("丙", "130")),
        {KEY: Decimal(550)},
        {(2007, "city"): Decimal("486")},
        Growth((2008,)),
        source_names={"city": "市财政"},
    )
    clash = optimiser.explain(problem)
    assert {r.kind for r in clash.bonds} == {CEILING, GROWTH}
    assert [r.sentence for r in clash.repairs] == [
        "增幅下限降到 9.05%（2008 年按 20% 还差 53.20 万元）",
        "2008 年市财政上限提高 150.00，到 700.00 万元",
    ]
    assert clash.repairs[0].plan.cost_wan == Decimal(530)


def test_a_problem_with_a_plan_has_no_clash():
    assert optimiser.explain(Problem((item("甲", "10"),), {KEY: Decimal(5)})) is None


def test_a_floor_that_two_years_miss_is_lowered_for_both_and_no_sum_is_named_for_one():
    held = {(year, "city"): Decimal(wan) for year, wan in ((2007, 45), (2008, 50), (2009, 55))}
    own = Item("自", "自筹", (Option(2008, {(2008, "own"): Decimal(1)}, 1),))
    clash = optimiser.explain(Problem((own,), held=held, growth=Growth((2008, 2009))))
    assert [(r.sentence, r.cost_wan) for r in clash.repairs] == [("增幅下限降到 10.00%", None)]
