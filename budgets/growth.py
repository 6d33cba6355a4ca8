"""The growth tests of 9.6.1: “保证逐年加大对电子政务投入在市本级财政收入的比例(增加比例不低于上年资金总额的20%)”. Pure.

Default reading c of D06: two tests, both shown with their inputs. F is the year's approved city money for e-government,
R 市本级财政收入. Without R the second says 无法判定, never 通过.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FLOOR = Decimal("0.20")
PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"
WORDS = {PASSED: "通过", FAILED: "未通过", UNKNOWN: "无法判定"}


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


def growth_of(year: int, funds: dict[int, Decimal | None], revenues: dict[int, Decimal], reading: str) -> YearGrowth:
    """Both tests of a year (9.6.1) under a reading of D06 (a: fund alone; b: share × 1.2; c: share rises and fund + 20 %)."""
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
        found.append(_share_test(year, share, share_before, r_now, r_before, Decimal("1.2") if reading == "b" else Decimal(1)))
    return YearGrowth(year, now, before, r_now, r_before, grown, share, share_before, tuple(found), need)


def _fund_test(year, now, before, grown, need) -> GrowthTest:
    name = "检验一：资金增长不低于上年资金总额的 20%"
    if now is None or not before:
        missing = "、".join(f"{y} 年" for y, v in ((year - 1, before), (year, now)) if not v)
        return GrowthTest(name, UNKNOWN, f"缺 {missing}的市财政批复数，无法判定。")
    result = PASSED if now >= need else FAILED
    return GrowthTest(name, result, f"资金 {before:,.2f} → {now:,.2f} 万元，增长 {grown}%，下限 20%（{need:,.2f} 万元）。")


def _share_test(year, share, share_before, r_now, r_before, factor) -> GrowthTest:
    name = "检验二：占市本级财政收入的比例逐年加大"
    if r_now is None or r_before is None:
        missing = "、".join(f"{y} 年" for y, v in ((year - 1, r_before), (year, r_now)) if v is None)
        return GrowthTest(name, UNKNOWN, f"缺 {missing}的市本级财政收入，无法判定（D06）。市财政局可以录入。")
    if share is None or share_before is None:
        return GrowthTest(name, UNKNOWN, "缺两年的市财政批复数，无法判定。")
    rises = share > share_before if factor == 1 else share >= share_before * factor
    return GrowthTest(name, PASSED if rises else FAILED, f"比例 {share_before}% → {share}%。")


def even_split_feasible(windows: list[tuple[int, int, Decimal]], years: range) -> dict:
    """Whether any split of estimates inside their windows lets every year be ≥ 1.2 × the last (reading of 9.6.1 on the
    27 rows): money that can only lie early against what the later years can hold at most.

    `windows`: (first year, last year, wan). Returns {"locked_wan", "need_wan", "room_wan", "gap_wan", "feasible"} for the
    two blocks 2007–08 and 2009–10.
    """
    early = [y for y in years if y in (2007, 2008)]
    late = [y for y in years if y in (2009, 2010)]
    locked = sum((w for a, b, w in windows if a >= early[0] and b <= early[-1]), Decimal(0))
    room = sum((w for a, b, w in windows if b >= late[0]), Decimal(0))
    need = (locked * Decimal("1.44")).quantize(Decimal("0.01"))
    gap = max(need - room, Decimal(0))
    return {"locked_wan": locked, "need_wan": need, "room_wan": room, "gap_wan": gap, "feasible": gap == 0}
