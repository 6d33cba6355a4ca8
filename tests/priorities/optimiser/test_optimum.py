"""The optimiser against exhaustive search, written from the meaning of the bonds and not from the optimiser's rows."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from priorities import optimiser
from priorities.optimiser import Growth, Item, Option, Problem, solver

YEARS, SOURCES = (2008, 2009), ("city", "county")


def fits(problem: Problem, chosen: dict[str, int]) -> bool:
    """Whether a choice keeps every bond."""
    items = {i.key: i for i in problem.items}
    money = dict(problem.held)
    leads = dict(problem.running)
    for key, start in chosen.items():
        item = items[key]
        for at, amount in next(o for o in item.options if o.start == start).costs.items():
            money[at] = money.get(at, Decimal(0)) + amount
        leads[item.lead] = leads.get(item.lead, 0) + 1
        for earlier in () if key in problem.waived_phases else item.after:
            if earlier in items and (earlier not in chosen or chosen[earlier] > start):
                return False
    if any(money.get(at, 0) > ceiling for at, ceiling in problem.ceilings.items()):
        return False
    if any(i.must and i.key not in chosen for i in problem.items):
        return False
    if problem.forced_in - set(chosen) or problem.forced_out & set(chosen):
        return False
    if problem.load is not None and any(leads.get(i.lead, 0) > problem.load for i in problem.items if i.lead):
        return False
    growth = problem.growth
    return growth is None or all(
        Fraction(money.get((y, growth.source), 0))
        >= (1 + Fraction(growth.floor)) * Fraction(money.get((y - 1, growth.source), 0))
        for y in growth.years
    )


def exhaustive(problem: Problem):
    """(value, −cost) of the best of all choices; None where none fits."""
    best = None
    ways = [[None, *item.options] for item in problem.items]
    for picked in itertools.product(*ways):
        chosen = {i.key: o.start for i, o in zip(problem.items, picked, strict=True) if o is not None}
        value = sum(o.value for o in picked if o is not None)
        cost = sum((a for o in picked if o is not None for a in o.costs.values()), Decimal(0))
        if (best is None or (value, -cost) > best) and fits(problem, chosen):
            best = (value, -cost)
    return best


def case(rng: random.Random) -> Problem:
    """A small problem with any bonds; a third of them cannot be met."""
    several = rng.random() < 0.4
    count = rng.randint(1, 7 if several else 11)
    items = []
    for n in range(count):
        options = []
        for start in YEARS[: rng.randint(1, 2)] if several else YEARS[:1]:
            costs = {(start, "city"): Decimal(rng.randint(0, 20000)) / 100}
            if rng.random() < 0.3:
                costs[start, "county"] = Decimal(rng.randint(1, 9000)) / 100
            if rng.random() < 0.3:
                costs[start + 1, "city"] = Decimal(rng.randint(1, 9000)) / 100
            options.append(Option(start, costs, rng.choice((0, 1, 11, 110, 1023, 2114)) + (start == 2008)))
        after = (f"i{rng.randrange(n)}",) if n and rng.random() < 0.25 else ()
        items.append(
            Item(
                f"i{n}",
                f"项目{n}",
                tuple(options),
                lead=rng.choice("甲乙丙"),
                after=after,
                must="8.3.1(7)" if rng.random() < 0.12 else "",
            )
        )
    keys = [i.key for i in items]
    whole = sum(o.cents for i in items for o in i.options[:1]) or 100
    held = {(2007, "city"): Decimal(rng.randint(0, 30000)) / 100, (2008, "city"): Decimal(rng.randint(0, 20000)) / 100}
    ceilings = {(2008, "city"): held[2008, "city"] + Decimal(int(whole * rng.uniform(0.1, 0.8))) / 100}
    if rng.random() < 0.4:
        ceilings[2009, "city"] = Decimal(rng.randint(0, 30000)) / 100
    if rng.random() < 0.3:
        ceilings[2008, "county"] = Decimal(rng.randint(0, 9000)) / 100
    growth = (
        Growth(tuple(YEARS[: rng.randint(1, 2)]), Decimal(rng.choice(("0.2", "0.1819", "0.05"))))
        if rng.random() < 0.35
        else None
    )
    return Problem(
        tuple(items),
        ceilings,
        held,
        growth,
        load=rng.choice((None, None, 1, 2, 3)),
        running={"甲": 1} if rng.random() < 0.2 else {},
        forced_in=frozenset(rng.sample(keys, 1) if rng.random() < 0.2 else ()),
        forced_out=frozenset(rng.sample(keys, 1) if rng.random() < 0.2 else ()),
        source_names={"city": "市财政", "county": "县财政"},
    )


def test_260_random_plans_are_the_best_of_all_choices_and_impossible_ones_are_said_to_be():
    rng = random.Random(2008)
    impossible = 0
    for number in range(260):
        problem = case(rng)
        found, best = optimiser.solve(problem), exhaustive(problem)
        if best is None:
            impossible += 1
            assert (found.status, found.chosen) == ("infeasible", {}), number
            continue
        assert (found.value, -found.cost_wan) == best, number
        assert (found.proven, found.bound, found.fewest_wan) == (True, found.value, True), number
        assert fits(problem, found.chosen), number
    assert impossible >= 40


def test_fixing_by_reduced_costs_finds_the_same_best_plans(monkeypatch):
    """The way of large plans on small ones: hardly anything is open at first, the rest is fixed or proved."""
    monkeypatch.setattr(solver, "SMALL", 0)
    monkeypatch.setattr(solver, "CORE", 1)
    rng = random.Random(2010)
    nothing = Item("free", "不花钱", (Option(2008, {}, 0),))  # never fixed: something is always open
    for number in range(120):
        problem = case(rng)
        problem = problem.but(items=(*problem.items, nothing))
        found, best = optimiser.solve(problem), exhaustive(problem)
        if best is None:
            assert (found.status, found.chosen, found.value) == ("infeasible", {}, None), number
            continue
        assert (found.value, found.bound, found.proven) == (best[0], best[0], True), number
        assert fits(problem, found.chosen), number
        assert not found.fewest_wan or -found.cost_wan == best[1], number


def test_fifteen_projects_with_every_bond_equal_exhaustive_search():
    rng = random.Random(15)
    items = tuple(
        Item(
            f"i{n}",
            f"项目{n}",
            (Option(2008, {(2008, "city"): Decimal(rng.randint(2000, 22000)) / 100}, rng.randint(10, 60)),),
            lead="甲乙丙"[n % 3],
            after=(f"i{n - 5}",) if n % 5 == 0 and n else (),
            must="续建" if n == 3 else "",
        )
        for n in range(15)
    )
    problem = Problem(items, {(2008, "city"): Decimal(700)}, {(2007, "city"): Decimal(486)}, Growth((2008,)), load=4)
    found = optimiser.solve(problem)
    assert (found.value, -found.cost_wan) == exhaustive(problem)


@pytest.mark.parametrize("seed", range(3))
def test_a_large_plan_keeps_every_bond_and_no_small_exchange_betters_it(seed):
    """600 projects: the way with fixing. The bound is proved by the LP, so it is at least every plan's value."""
    rng = random.Random(seed)
    items = tuple(
        Item(
            f"i{n}",
            f"项目{n}",
            (Option(2008, {(2008, "city"): Decimal(rng.randint(500, 50000)) / 100}, rng.randint(1, 4000)),),
            lead=f"单位{n % 40}",
            after=(f"i{n - 1}",) if n % 10 == 9 else (),
            must="8.3.1(7)" if n % 150 == 7 else "",
        )
        for n in range(600)
    )
    problem = Problem(
        items, {(2008, "city"): Decimal(40000)}, {(2007, "city"): Decimal(20000)}, Growth((2008,)), load=9
    )
    found, by_ratio = optimiser.solve(problem, seconds=4), optimiser.greedy(problem)
    assert fits(problem, found.chosen)
    assert by_ratio.value <= found.value <= found.bound
    assert found.gap <= found.value // 1000


def test_where_everything_of_a_large_plan_fits_everything_is_taken():
    items = tuple(Item(f"i{n}", "x", (Option(2008, {(2008, "city"): Decimal(10)}, 1 + n),)) for n in range(201))
    found = optimiser.solve(Problem(items, {(2008, "city"): Decimal(2010)}))
    assert (len(found.chosen), found.proven) == (201, True)


def test_phases_are_never_taken_out_of_order():
    one, two, three = (
        Item(
            f"p{n}",
            f"统一网络平台{n}期",
            (Option(2008, {(2008, "city"): Decimal(cost)}, value),),
            after=(f"p{n - 1}",) if n > 1 else (),
        )
        for n, cost, value in ((1, 100, 1), (2, 100, 1), (3, 50, 5000))
    )
    problem = Problem((one, two, three), {(2008, "city"): Decimal(200)})
    assert optimiser.solve(problem).chosen.keys() == {"p1", "p2"}
    assert optimiser.solve(problem.but(ceilings={(2008, "city"): Decimal(250)})).value == 5002
    assert set(optimiser.greedy(problem).chosen) <= {"p1", "p2"}


def test_ties_go_to_fewer_wan():
    dear, cheap = (Item(k, k, (Option(2008, {(2008, "city"): Decimal(w)}, 7),)) for k, w in (("贵", 30), ("廉", 20)))
    found = optimiser.solve(Problem((dear, cheap), {(2008, "city"): Decimal(40)}))
    assert (found.chosen, found.cost_wan) == ({"廉": 2008}, Decimal(20))


def test_money_outside_the_ceilings_is_free():
    item = Item("a", "自筹", (Option(2008, {(2008, "own"): Decimal(9000)}, 1),))
    assert optimiser.solve(Problem((item,), {(2008, "city"): Decimal(0)})).chosen == {"a": 2008}


def test_an_amount_of_a_cent_too_much_does_not_slip_through():
    items = tuple(Item(f"i{n}", "x", (Option(2008, {(2008, "city"): Decimal("9999999.99")}, 1),)) for n in range(3))
    for ceiling, count in (("29999999.97", 3), ("29999999.96", 2)):
        assert optimiser.solve(Problem(items, {(2008, "city"): Decimal(ceiling)})).value == count


def test_nothing_to_choose_is_an_empty_plan_or_an_impossible_one():
    assert optimiser.solve(Problem(())).value == 0
    floor = Problem((), held={(2007, "city"): Decimal(100), (2008, "city"): Decimal("119.99")}, growth=Growth((2008,)))
    assert optimiser.solve(floor).status == "infeasible"
    assert optimiser.solve(floor.but(held={(2007, "city"): Decimal(100), (2008, "city"): Decimal(120)})).value == 0


def test_taking_an_override_back_restores_what_it_cost():
    items = tuple(
        Item(f"i{n}", f"项目{n}", (Option(2008, {(2008, "city"): Decimal(20 + 7 * n)}, 13 * n % 29 + 1),))
        for n in range(12)
    )
    problem = Problem(items, {(2008, "city"): Decimal(260)})
    best = optimiser.solve(problem)
    out, into = sorted(best.chosen)[0], sorted({i.key for i in items} - set(best.chosen))[0]
    by_hand = problem.but(forced_in=frozenset({into}), forced_out=frozenset({out}))
    human = optimiser.solve(by_hand)
    for price in optimiser.prices(by_hand):
        back = by_hand.but(**{f"forced_{price.kind}": frozenset()})
        assert optimiser.solve(back).value == human.value + price.cost_value
        assert price.cost_value >= 0
    assert human.value < best.value
    assert optimiser.solve(by_hand.but(forced_in=frozenset(), forced_out=frozenset())).chosen == best.chosen


def test_strict_weights_compare_sums_level_by_level():
    weights = optimiser.strict_weights(20)
    lower = optimiser.score(optimiser.Parts(0, 2, 4, 3), weights) * 20
    assert optimiser.score(optimiser.Parts(1), weights) > lower
    assert optimiser.score(optimiser.Parts(0, 1), weights) > optimiser.score(optimiser.Parts(0, 0, 4, 3), weights) * 20


def test_the_frontier_rises_and_ends_with_everything():
    items = tuple(
        Item(f"i{n}", f"项目{n}", (Option(2008, {(2008, "city"): Decimal(20 + 7 * n)}, 13 * n % 29 + 1),))
        for n in range(12)
    )
    problem = Problem(items, {(2008, "city"): Decimal(260)}, {(2008, "city"): Decimal(40)})
    steps = optimiser.frontier(problem, (2008, "city"))
    assert [s.value for s in steps] == sorted(s.value for s in steps)
    assert (steps[0].ceiling_wan, steps[0].value) == (Decimal(40), 0)
    assert steps[-1].value == sum(i.options[0].value for i in items)
    for step in steps[::6]:
        assert step.value == optimiser.solve(problem.but(ceilings={(2008, "city"): step.ceiling_wan})).value
        assert step.used_wan <= step.ceiling_wan
