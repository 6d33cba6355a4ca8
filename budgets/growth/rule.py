"""The growth tests of 9.6.1: “保证逐年加大对电子政务投入在市本级财政收入的比例(增加比例不低于上年资金总额的20%)”. Pure.

Default reading c of D06: two tests, both shown with their inputs. F is the year's approved city money for e-government,
R 市本级财政收入. Without R the second says 无法判定, never 通过.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FLOOR = Decimal("0.20")
PASSED, FAILED, UNKNOWN, UNPLANNED = "passed", "failed", "unknown", "unplanned"
WORDS = {PASSED: "通过", FAILED: "未通过", UNKNOWN: "无法判定", UNPLANNED: "未编制"}


@dataclass(frozen=True)
class GrowthTest:
    """One test: its name, the result, the sentence with the inputs."""

    name: str
    result: str
    sentence: str

    @property
    def word(self) -> str:
        return WORDS[self.result]


@dataclass(frozen=True)
class YearGrowth:
    """A year's inputs and both tests."""

    year: int
    fund_wan: Decimal | None
    before_wan: Decimal | None
    revenue_wan: Decimal | None
    revenue_before_wan: Decimal | None
    growth_percent: Decimal | None  # of the fund, one decimal
    share_percent: Decimal | None  # F/R of the year
    share_before_percent: Decimal | None
    tests: tuple[GrowthTest, ...]
    need_wan: Decimal | None  # what the year would have needed to pass the first test


def percent(part: Decimal, whole: Decimal, places: str = "0.1") -> Decimal:
    """part / whole in percent, ROUND_HALF_UP."""
    return (part / whole * 100).quantize(Decimal(places), rounding=ROUND_HALF_UP)


def growth_of(
    year: int,
    funds: dict[int, Decimal | None],
    revenues: dict[int, Decimal],
    reading: str,
    unplanned: Container[int] = (),
) -> YearGrowth:
    """Both tests of a year (9.6.1) as D06 is read: a fund alone, b share × 1.2, c share rises and fund + 20 %. A year
    without an annual plan (`unplanned`) is not tested."""
    now, before = funds.get(year), funds.get(year - 1)
    r_now, r_before = revenues.get(year), revenues.get(year - 1)
    grown = percent(now - before, before) if now is not None and before else None
    need = (before * (1 + FLOOR)).quantize(Decimal("0.01")) if before else None
    share = percent(now, r_now, "0.0001") if now is not None and r_now else None
    share_before = percent(before, r_before, "0.0001") if before is not None and r_before else None
    found = []
    if reading in ("a", "c"):
        found.append(_fund_test(year, now, before, grown, need))
    if reading in ("b", "c"):
        found.append(
            _share_test(year, share, share_before, r_now, r_before, Decimal("1.2") if reading == "b" else Decimal(1))
        )
    if year in unplanned:
        why = f"{year} 年度计划还没有审定；已有的批复只是跨年项目的一部分，不作检验。"
        found = [GrowthTest(t.name, UNPLANNED, why) for t in found]
    return YearGrowth(year, now, before, r_now, r_before, grown, share, share_before, tuple(found), need)


def _fund_test(year, now, before, grown, need) -> GrowthTest:
    name = "检验一：资金增长不低于上年资金总额的 20%"
    if now is None or not before:
        missing = "、".join(f"{y} 年" for y, v in ((year - 1, before), (year, now)) if not v)
        return GrowthTest(name, UNKNOWN, f"缺 {missing}的市财政批复数，无法判定。")
    result = PASSED if now >= need else FAILED
    return GrowthTest(
        name, result, f"资金 {before:,.2f} → {now:,.2f} 万元，增长 {grown}%，下限 20%（{need:,.2f} 万元）。"
    )


def _share_test(year, share, share_before, r_now, r_before, factor) -> GrowthTest:
    name = "检验二：占市本级财政收入的比例逐年加大"
    if r_now is None or r_before is None:
        missing = "、".join(f"{y} 年" for y, v in ((year - 1, r_before), (year, r_now)) if v is None)
        return GrowthTest(name, UNKNOWN, f"缺 {missing}的市本级财政收入，无法判定（D06）。市财政局可以录入。")
    if share is None or share_before is None:
        return GrowthTest(name, UNKNOWN, "缺两年的市财政批复数，无法判定。")
    rises = share > share_before if factor == 1 else share >= share_before * factor
    return GrowthTest(name, PASSED if rises else FAILED, f"比例 {share_before}% → {share}%。")


def series(
    years,
    funds: dict[int, Decimal | None],
    revenues: dict[int, Decimal],
    reading: str,
    unplanned: Container[int] = (),
) -> tuple[YearGrowth, ...]:
    """The tests of several years, for tables and charts."""
    return tuple(growth_of(year, funds, revenues, reading, unplanned) for year in years)


@dataclass(frozen=True)
class WholePeriod:
    """Whether estimates can be split inside their windows so that every year holds ≥ (1 + floor) × the last.

    The tightest block of years decides: what can only lie in `early` forces a least sum on `late`, which can hold at
    most `room_wan`. `feasible` says that no block is too tight; only making a split proves that there is one.
    """

    feasible: bool
    early: tuple[int, int]  # first and last year of the locked block
    late: tuple[int, int]
    locked_wan: Decimal
    need_wan: Decimal
    room_wan: Decimal
    gap_wan: Decimal


def whole_period(
    windows: list[tuple[int, int, Decimal]], years: list[int], floor: Decimal = FLOOR
) -> WholePeriod | None:
    """The tightest block (9.6.1 as growth of the fund, D07). `windows`: (first year, last year, wan); None without any.

    A block of n years that holds at least L ends, under growth g, with a year of at least L / (1 + 1/g + … + 1/gⁿ⁻¹);
    each later year needs g times the one before.
    """
    return max(blocks(windows, years, floor), key=lambda b: b.need_wan - b.room_wan, default=None)


def blocks(windows: list[tuple[int, int, Decimal]], years: list[int], floor: Decimal = FLOOR) -> list[WholePeriod]:
    """Every block of years that locks money, with what it forces on the years after it and what these can hold."""
    g = Fraction(1 + floor)
    found = []
    for last in years[:-1]:
        late = [y for y in years if y > last]
        room = sum((w for _, b, w in windows if b >= late[0]), Decimal(0))
        for first in [y for y in years if y <= last]:
            locked = sum((w for a, b, w in windows if a >= first and b <= last), Decimal(0))
            if not locked:
                continue
            ends_with = Fraction(locked) / sum(1 / g**i for i in range(last - first + 1))
            need = _wan(ends_with * sum(g**i for i in range(1, len(late) + 1)))
            gap = max(need - room, Decimal(0))
            found.append(WholePeriod(need <= room, (first, last), (late[0], late[-1]), locked, need, room, gap))
    return found


def smallest_extension(
    windows: list[tuple[int, int, Decimal, str]], years: list[int], floor: Decimal = FLOOR
) -> tuple[str, Decimal] | None:
    """The cheapest project whose running on to the last year leaves no block too tight: (name, wan), or None."""
    for index, (first, last, wan, name) in sorted(enumerate(windows), key=lambda x: x[1][2]):
        if last == years[-1]:
            continue
        moved = [w[:3] for w in windows]
        moved[index] = (first, years[-1], wan)
        if whole_period(moved, years, floor).feasible:
            return name, wan
    return None


def highest_floor(windows: list[tuple[int, int, Decimal]], years: list[int]) -> Decimal:
    """The highest growth in percent, two decimals rounded down, that no block forbids; 0 where not even 0 fits."""
    low, high = 0, 10_000  # hundredths of a percent
    if (found := whole_period(windows, years, Decimal(0))) is None or not found.feasible:
        return Decimal(0)
    while high - low > 1:
        middle = (low + high) // 2
        if whole_period(windows, years, Decimal(middle) / 10_000).feasible:
            low = middle
        else:
            high = middle
    return Decimal(low) / 100


def _wan(amount: Fraction) -> Decimal:
    cents = amount * 100
    return Decimal((2 * cents.numerator + cents.denominator) // (2 * cents.denominator)) / 100
