"""Splitting estimates over the years of their windows so that every year holds (1 + floor) × the last (9.6.1). Pure.

`rule.whole_period` shows by a block of years why it cannot be done; here a split is made, which alone proves that it
can, and the repairs are looked for and each is checked by making its split. A split goes into no account (D08): it is
示意. Only the yearly sums are found by a linear programme (an interval of years holds at least what can lie nowhere
else); the money is then handed out window by window, earliest end first, which always succeeds, and everything is
checked exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgets.growth import rule

CENT = Decimal("0.01")
ROOM = 0.03  # 万元 that rounding the running sums to 分 can take from a year's growth
MARGIN = 1.0  # 万元 by which a year is made to exceed its floor where there is room


@dataclass(frozen=True)
class Window:
    """An estimate that may be spent in first … last year."""

    name: str
    first: int
    last: int
    wan: Decimal


@dataclass(frozen=True)
class Split:
    """Yearly sums, and the money of each window by year; `exact` where the amounts in 分 keep the floor as they stand.

    Where there is no room at all (a repair that is only just enough) the sums hold as fractions and are shown rounded.
    """

    years: tuple[int, ...]
    sums: tuple[Decimal, ...]
    parts: tuple[tuple[Window, tuple[Decimal, ...]], ...]
    exact: bool


@dataclass(frozen=True)
class Repair:
    """`kind`: extend, money or floor. `need_wan` ≤ `room_wan` in the tight years then; `split` proves it."""

    kind: str
    title: str
    sentence: str
    extra_wan: Decimal  # money beyond the estimates
    need_wan: Decimal
    room_wan: Decimal
    windows: tuple[Window, ...]
    floor: Decimal
    split: Split

    @property
    def spare_wan(self) -> Decimal:
        return self.room_wan - self.need_wan


@dataclass(frozen=True)
class Finding:
    """A split, or why there is none (`tight`, None where no single block of years explains it) and how to repair it."""

    split: Split | None
    tight: rule.WholePeriod | None
    least_wan: Decimal | None  # the least amount whose running on to the last year repairs it
    repairs: tuple[Repair, ...]


def find(windows: Sequence[Window], years: Sequence[int], floor: Decimal = rule.FLOOR) -> Finding:
    """Whether the estimates can be split; if not, what clashes and each kind's cheapest repair, proved by a split."""
    windows, years = tuple(_inside(windows, years)), tuple(years)
    made = split(windows, years, floor)
    tight = rule.whole_period([(w.first, w.last, w.wan) for w in windows], list(years), floor)
    if made is not None:
        return Finding(made, tight, None, ())
    tight = tight if tight and not tight.feasible else None
    least = least_extension(windows, years, floor, tight.early) if tight else None
    return Finding(None, tight, least, _Clash(windows, years, floor, tight).repairs())


def split(windows: Sequence[Window], years: Sequence[int], floor: Decimal = rule.FLOOR) -> Split | None:
    """A split that keeps windows and floor, near an even one; None where there is none."""
    years = tuple(years)
    held = [w for w in _inside(windows, years) if w.wan]
    sums = _sums(held, years, floor)
    return None if sums is None else _hand_out(held, years, *sums)


def _inside(windows: Sequence[Window], years: Sequence[int]) -> list[Window]:
    """What starts before the period counts in its first year (D31); what ends after it in its last."""
    first, last = years[0], years[-1]
    return [Window(w.name, min(max(w.first, first), last), max(min(w.last, last), first), w.wan) for w in windows]


def _intervals(windows: Sequence[Window], years: Sequence[int]) -> list[tuple[int, int, Decimal]]:
    """(index, index, money that can lie nowhere else) of every interval of years."""
    return [
        (a, b, sum((w.wan for w in windows if w.first >= years[a] and w.last <= years[b]), Decimal(0)))
        for a in range(len(years))
        for b in range(a, len(years))
    ]


class _Programme:
    """The yearly sums as a linear programme; one more variable: money added or moved, or the margin over the floor."""

    def __init__(self, windows: Sequence[Window], years: Sequence[int], floor: Decimal):
        self.intervals, self.size = _intervals(windows, years), len(years)
        self.factor, self.total = 1 + float(floor), float(sum((w.wan for w in windows), Decimal(0)))

    def least(self, *, raises=lambda a, b: 0, adds: float = 0.0) -> float | None:
        """The least of the extra variable, which raises an interval's bound and adds to the total; None: impossible."""
        found = self._solve([0.0] * self.size + [1.0], raises=raises, adds=adds)
        return None if found is None else float(found[self.size])

    def margin(self) -> float | None:
        """By how much every year can exceed its floor at once; None where not even the floor can be kept."""
        found = self._solve([0.0] * self.size + [-1.0], widens=True)
        return None if found is None else float(found[self.size])

    def corners(self):
        """Sums at corners of what is possible: where nothing else is, they are simple fractions."""
        for t in range(self.size):
            found = self._solve([0.0] * t + [1.0] + [0.0] * (self.size - t))
            if found is not None:
                yield [float(x) for x in found[: self.size]]

    def near(self, wanted: list[float], margin: float) -> list[float]:
        """The sums nearest to those wanted that exceed every floor by the margin."""
        found = self._solve([0.0] * (self.size + 1) + [1.0] * self.size, margin=margin, wanted=wanted)
        return [float(x) for x in found[: self.size]]

    def _solve(self, objective, *, raises=lambda a, b: 0, adds=0.0, widens=False, margin=0.0, wanted=None):
        from scipy.optimize import linprog

        size, wide = self.size, len(objective)
        rows, limits = [], []
        for a, b, locked in self.intervals:
            row = [0.0] * wide
            row[a : b + 1], row[size] = [-1.0] * (b - a + 1), float(raises(a, b))
            rows.append(row)
            limits.append(-float(locked))
        for t in range(size - 1):
            row = [0.0] * wide
            row[t], row[t + 1], row[size] = self.factor, -1.0, float(widens)
            rows.append(row)
            limits.append(-margin)
        for t, value in enumerate(wanted or ()):  # distance from what is wanted, either way
            for sign in (1.0, -1.0):
                row = [0.0] * wide
                row[t], row[size + 1 + t] = sign, -1.0
                rows.append(row)
                limits.append(sign * value)
        whole = [1.0] * size + [-adds] + [0.0] * (wide - size - 1)
        found = linprog(objective, A_ub=rows, b_ub=limits, A_eq=[whole], b_eq=[self.total], bounds=(0, None))
        return found.x if found.status == 0 else None


def _sums(windows: Sequence[Window], years: Sequence[int], floor: Decimal) -> tuple[list[Fraction], bool] | None:
    """Yearly sums that keep every bond, in 分 where there is room, else exact fractions; None where there are none."""
    if not windows:
        return [Fraction(0)] * len(years), True
    programme = _Programme(windows, years, floor)
    if (margin := programme.margin()) is None:
        return None
    if margin >= 2 * ROOM:
        sums = _in_cents(programme.near(_even(windows, years), min(margin / 2, MARGIN)))
        if _holds(windows, years, floor, sums):
            return sums, True
    corner = None
    for corner in programme.corners():
        sums = [Fraction(x).limit_denominator(100_000) for x in corner]
        if _holds(windows, years, floor, sums):
            return sums, False
    return (_in_cents(corner), False) if corner else None


def _in_cents(sums: list[float]) -> list[Fraction]:
    """Rounded so that the running sums are rounded: what every interval has to hold, it still holds."""
    running, found = 0.0, []
    before = 0
    for amount in sums:
        running += amount
        now = math.floor(running * 100 + 0.5)
        found.append(Fraction(now - before, 100))
        before = now
    return found


def _even(windows: Sequence[Window], years: Sequence[int]) -> list[float]:
    sums = [0.0] * len(years)
    for w in windows:
        inside = [t for t, y in enumerate(years) if w.first <= y <= w.last]
        for t in inside:
            sums[t] += float(w.wan) / len(inside)
    return sums


def _holds(windows, years, floor: Decimal, sums: list[Fraction]) -> bool:
    """Every bond, exactly: total, growth, and each interval holds at least what can lie nowhere else."""
    factor = 1 + Fraction(floor)
    return (
        min(sums) >= 0
        and sum(sums) == sum(Fraction(w.wan) for w in windows)
        and all(b >= factor * a for a, b in zip(sums, sums[1:], strict=False))
        and all(sum(sums[a : b + 1]) >= Fraction(locked) for a, b, locked in _intervals(windows, years))
    )


def _hand_out(windows, years, sums: list[Fraction], exact: bool) -> Split:
    """Fill year after year with the money that has to end first: where `_holds` says yes, nothing is left over."""
    left = [Fraction(w.wan) for w in windows]
    parts = [[Fraction(0)] * len(years) for _ in windows]
    order = sorted(range(len(windows)), key=lambda i: (windows[i].last, windows[i].first, i))
    for t, year in enumerate(years):
        room = sums[t]
        for i in order:
            if windows[i].first <= year <= windows[i].last and room and left[i]:
                given = min(room, left[i])
                parts[i][t], left[i], room = given, left[i] - given, room - given
    if any(left):
        raise RuntimeError("a split that keeps every interval can be handed out")
    rows = tuple((w, tuple(_wan(x) for x in row)) for w, row in zip(windows, parts, strict=True))
    return Split(tuple(years), tuple(_wan(x) for x in sums), rows, exact)


def _wan(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(CENT)


@dataclass(frozen=True)
class _Clash:
    """Estimates that cannot be split, with the block of years that is tight, and what repairs them."""

    windows: tuple[Window, ...]
    years: tuple[int, ...]
    floor: Decimal
    tight: rule.WholePeriod | None

    def repairs(self) -> tuple[Repair, ...]:
        return tuple(r for r in (self._extension(), self._money(), self._lower_floor()) if r)

    def _extension(self) -> Repair | None:
        """The smallest project whose running on to the last year makes a split possible."""
        end = self.years[-1]
        for index, w in sorted(enumerate(self.windows), key=lambda x: (x[1].wan, x[0])):
            if w.last == end:
                continue
            moved = (*self.windows[:index], Window(w.name, w.first, end, w.wan), *self.windows[index + 1 :])
            if (made := split(moved, self.years, self.floor)) is not None:
                sentence = f"{w.wan:,.2f} 万元，工期由 {w.last} 年延到 {end} 年，不增资金（可行的最小一项）"
                return self._repair("extend", f"{w.name}延至 {end} 年", sentence, made, windows=moved)
        return None

    def _money(self) -> Repair | None:
        """The least money added in the tight years that makes a split possible."""
        late = self.tight.late if self.tight else (self.years[0], self.years[-1])
        first, last = (self.years.index(year) for year in late)
        programme = _Programme(self.windows, self.years, self.floor)
        found = programme.least(raises=lambda a, b: a <= first and last <= b, adds=1.0)
        if found is None:
            return None
        least = _up(found)
        for extra in (least, least + CENT):
            more = (*self.windows, Window("新增", *late, extra))
            if (made := split(more, self.years, self.floor)) is not None:
                name = f"{late[0]}—{late[1]}" if late[0] != late[1] else f"{late[0]}"
                total = sum((w.wan for w in self.windows), Decimal(0))
                sentence = f"新立项目或现有项目追加概算，总额由 {total:,.2f} 增至 {total + extra:,.2f} 万元"
                title = f"{name} 年增加 {extra:,.2f} 万元"
                return self._repair("money", title, sentence, made, windows=more, extra_wan=extra)
        return None

    def _lower_floor(self) -> Repair | None:
        """The highest floor, in hundredths of a percent, under which a split can be made."""
        low, high = 0, int(self.floor * 10_000)
        if split(self.windows, self.years, Decimal(0)) is None:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            fits = _Programme(self.windows, self.years, Decimal(middle) / 10_000).margin() is not None
            low, high = (middle, high) if fits else (low, middle)
        floor = Decimal(low) / 10_000
        made = split(self.windows, self.years, floor)
        title = f"增幅下限降到 {floor * 100:.2f}%"
        return self._repair("floor", title, "不动项目和资金时能做到的最高增幅", made, floor=floor)

    def _repair(
        self, kind: str, title: str, sentence: str, made: Split, *, windows=None, floor=None, extra_wan=Decimal(0)
    ) -> Repair:
        """Need and room are those of the block of years that was tight, under the repair."""
        windows, floor = windows or self.windows, self.floor if floor is None else floor
        blocks = rule.blocks([(w.first, w.last, w.wan) for w in windows], list(self.years), floor)
        same = [b for b in blocks if self.tight and (b.early, b.late) == (self.tight.early, self.tight.late)]
        block = (same or sorted(blocks, key=lambda b: b.need_wan - b.room_wan))[-1]
        return Repair(kind, title, sentence, extra_wan, block.need_wan, block.room_wan, windows, floor, made)


def least_extension(
    windows: Sequence[Window], years: Sequence[int], floor: Decimal, early: tuple[int, int]
) -> Decimal | None:
    """The least amount locked in the years `early` that would have to run on to the last year instead."""
    first, last = years.index(early[0]), years.index(early[1])
    moved = _Programme(windows, years, floor).least(
        raises=lambda a, b: -1 if a <= first and last <= b < len(years) - 1 else 0
    )
    return None if moved is None else _up(moved)


def _up(amount: float) -> Decimal:
    """The next 分 at or above an amount that a linear programme found."""
    return Decimal(math.ceil(amount * 100 - 1e-4)) / 100
