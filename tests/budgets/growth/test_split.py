"""Splits of estimates over their windows under a growth floor: made where there is one, else explained and repaired."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from budgets.growth import rule, split
from budgets.growth.split import Window
from projects.models import Project

YEARS = (2006, 2007, 2008, 2009, 2010)


def keeps(made: split.Split, windows, floor: Decimal) -> None:
    """Every amount lies in its window, every window is spent, the sums grow; in 分 where the split says it is exact."""
    assert len(made.parts) == len([w for w in windows if w.wan])
    slack = Decimal(0) if made.exact else Decimal("0.03")
    for window, amounts in made.parts:
        assert all(a >= 0 for a in amounts)
        assert all(a == 0 or window.first <= y <= window.last for y, a in zip(made.years, amounts, strict=True)), window
        assert abs(sum(amounts) - window.wan) <= slack
    for t, total in enumerate(made.sums):
        assert abs(sum(amounts[t] for _, amounts in made.parts) - total) <= slack * len(made.parts)
    for before, now in zip(made.sums, made.sums[1:], strict=False):
        assert now >= before * (1 + floor) - slack


def possible(windows, years, floor: Decimal) -> bool:
    """Another way to ask: one variable a window and year, no intervals."""
    from scipy.optimize import linprog

    cells = [(i, t) for i, w in enumerate(windows) for t, y in enumerate(years) if w.first <= y <= w.last]
    spent = [[float(i == j) for i, _ in cells] for j in range(len(windows))]
    grows = [[(1 + float(floor)) * (u == t) - (u == t + 1) for _, u in cells] for t in range(len(years) - 1)]
    found = linprog(
        [0.0] * len(cells), A_ub=grows, b_ub=[0.0] * len(grows), A_eq=spent, b_eq=[float(w.wan) for w in windows]
    )
    return found.status == 0


def test_120_random_plans_are_split_exactly_where_they_can_be_and_only_there():
    rng = random.Random(961)
    made_of, none_of = 0, 0
    for _ in range(120):
        windows = []
        for n in range(rng.randint(1, 9)):
            first = rng.choice(YEARS)
            last = rng.choice([y for y in YEARS if y >= first] + [2010])
            windows.append(Window(f"w{n}", first, last, Decimal(rng.randint(1, 60000)) / 100))
        floor = Decimal(rng.choice(("0.2", "0.1819", "0.05", "0")))
        made = split.split(windows, YEARS, floor)
        assert (made is not None) == possible(windows, YEARS, floor)
        if made is None:
            none_of += 1
        else:
            made_of += 1
            keeps(made, windows, floor)
    assert made_of > 24
    assert none_of > 24


@pytest.fixture
def golden(plan) -> list[Window]:
    """The plan's own 27 windows; what starts before the period counts in 2006 (P04, D31)."""
    rows = Project.objects.planned().order_by("order")
    return [Window(p.name, p.start.year, p.end.year, p.estimate_wan) for p in rows]


def test_the_plan_s_own_windows_cannot_grow_by_a_fifth_and_the_code_finds_why_and_what_helps(golden):
    found = split.find(golden, YEARS)
    assert found.split is None
    assert (found.tight.early, found.tight.locked_wan) == ((2007, 2008), Decimal(2602))
    assert (found.tight.late, found.tight.need_wan, found.tight.room_wan) == (
        (2009, 2010),
        Decimal("3746.88"),
        Decimal(3635),
    )
    assert found.tight.gap_wan == Decimal("111.88")
    assert found.least_wan == Decimal("45.86")
    extend, money, floor = found.repairs
    assert (extend.kind, extend.title) == ("extend", "党政内部信息门户延至 2010 年")
    assert (extend.need_wan, extend.room_wan, extend.spare_wan) == (Decimal(3672), Decimal(3687), Decimal(15))
    assert (money.kind, money.extra_wan, money.spare_wan) == ("money", Decimal("111.88"), Decimal(0))
    assert "6,883.00 增至 6,994.88" in money.sentence
    assert (floor.kind, floor.floor) == ("floor", Decimal("0.1819"))


def test_each_repair_of_the_plan_is_proved_by_a_split(golden):
    for repair in split.find(golden, YEARS).repairs:
        keeps(repair.split, repair.windows, repair.floor)
        assert sum(repair.split.sums) == pytest.approx(Decimal(6883) + repair.extra_wan, abs=Decimal("0.02"))
    extend, money, floor = split.find(golden, YEARS).repairs
    assert extend.split.exact
    assert floor.split.exact
    assert not money.split.exact  # just enough: it holds as fractions, not to the 分


def test_less_than_each_repair_does_not_do(golden):
    short = [*golden, Window("新增", 2009, 2010, Decimal("111.87"))]
    assert split.split(short, YEARS) is None
    assert split.split(golden, YEARS, Decimal("0.1820")) is None
    smaller = [w for w in golden if w.wan < 52 and w.last < 2010]
    assert smaller
    for w in smaller:
        moved = [Window(x.name, x.first, 2010, x.wan) if x is w else x for x in golden]
        assert split.split(moved, YEARS) is None, w.name


@pytest.mark.parametrize(("wan", "enough"), [("45.85", False), ("45.86", True)])
def test_45_86_is_the_least_that_has_to_run_on(wan, enough):
    part = Decimal(wan)
    rows = [
        Window("a", 2007, 2008, Decimal(2602) - part),
        Window("b", 2006, 2010, Decimal(3635) + part),
        Window("c", 2006, 2007, Decimal(646)),
    ]
    assert (split.split(rows, YEARS) is not None) is enough


def test_the_root_of_the_plan_s_floor_is_18_19_percent(golden):
    floor = next(r.floor for r in split.find(golden, YEARS).repairs if r.kind == "floor")
    assert (1 + Fraction(floor)) ** 2 <= Fraction(3635, 2602) < (1 + Fraction(floor) + Fraction(1, 10_000)) ** 2


def test_what_lies_outside_the_period_counts_in_its_first_or_last_year():
    found = split.find(
        [Window("a", 2004, 2005, Decimal(100)), Window("b", 2012, 2013, Decimal(400))], (2006, 2007), Decimal("0.2")
    )
    assert found.split.sums == (Decimal(100), Decimal(400))


def test_a_clash_without_one_tight_block_still_has_repairs():
    """Every block alone has room, together they have not: the linear programme says so."""
    rng = random.Random(5)
    for _ in range(400):
        windows = [
            Window(
                f"w{n}", f := rng.choice(YEARS), rng.choice([y for y in YEARS if y >= f]), Decimal(rng.randint(1, 400))
            )
            for n in range(6)
        ]
        tight = rule.whole_period([(w.first, w.last, w.wan) for w in windows], list(YEARS))
        if tight and tight.feasible and not possible(windows, YEARS, rule.FLOOR):
            found = split.find(windows, YEARS)
            assert found.split is None
            assert found.tight is None
            assert found.repairs
            for repair in found.repairs:
                keeps(repair.split, repair.windows, repair.floor)
            return
    pytest.fail("no such case among 400")


def test_no_estimates_are_a_plan_of_nothing():
    assert split.find([], YEARS).split.sums == (Decimal(0),) * 5
