"""A goal's words read as numbers, and how much of what was promised a measured value delivers. Pure.

The plan asks for goals that can be measured (8.1(6)) and says neither how they are written nor how a part of one
counts: the reading is ours, 系统默认. What cannot be read as a number stays words, and whoever measures says whether it
is reached.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from governance.basics.text import parse_wan

AT_LEAST, MORE, AT_MOST, LESS = "ge", "gt", "le", "lt"
SIGNS = {AT_LEAST: "≥", MORE: ">", AT_MOST: "≤", LESS: "<"}
HALF = "过半数"
_WORDS = {
    AT_LEAST: ("≥", ">=", "不低于", "不少于", "至少", "以上", "达到", "达"),
    MORE: (">", "超过", "大于", "高于", "多于"),
    AT_MOST: ("≤", "<=", "不超过", "不高于", "不多于", "以内", "以下", "之内", "内", "降至", "降到"),
    LESS: ("<", "低于", "少于", "小于"),
}
_BY_WORD = {word: way for way, words in _WORDS.items() for word in words}
_ANY = "|".join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True))
_SHAPE = re.compile(
    rf"(?P<before>{_ANY})?约?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?P<unit>[^\d,.]{{0,12}}?)(?P<after>{_ANY})?"
)
_PERCENT = re.compile(r"百分之([〇零一二三四五六七八九十百]+)")
_TIMES = ("秒", "分钟", "小时", "天", "日", "工作日", "个工作日", "周", "个月", "月")  # of these less is better
MOST = Decimal(10) ** 12
WHOLE, ALMOST = Decimal(100), Decimal("99.9")


@dataclass(frozen=True)
class Quantity:
    """A number with its unit (percentages as %), and what is asked of it where the words say so (`way`, else "")."""

    value: Decimal
    unit: str
    way: str = ""


def read(text: str) -> Quantity | None:
    """90%以上, 百分之百, 过半数, ≤ 2 小时, 6 万人次, 30家; None where it is not one number."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if plain == HALF:
        return Quantity(Decimal(50), "%", MORE)
    plain = _PERCENT.sub(lambda m: f"{parse_wan('一百' if m[1] == '百' else m[1]):f}%", plain)
    found = _SHAPE.fullmatch(plain)
    if found is None or (value := Decimal(found["number"].replace(",", ""))) > MOST:
        return None
    way = _BY_WORD.get(found["before"] or found["after"] or "", "")
    return Quantity(value.normalize(), found["unit"], way)


@dataclass(frozen=True)
class Goal:
    """What is promised in numbers: from `baseline` (None: not stated) to `target`, kept as `way` says."""

    target: Decimal
    unit: str
    way: str
    baseline: Decimal | None = None

    @property
    def words(self) -> str:
        return f"{SIGNS[self.way]} {self.target:f}{self.unit}"

    def is_reached(self, value: Decimal) -> bool:
        return {
            AT_LEAST: value >= self.target,
            MORE: value > self.target,
            AT_MOST: value <= self.target,
            LESS: value < self.target,
        }[self.way]

    def points(self, value: Decimal) -> Decimal:
        """0–100, one decimal rounded down: the share of the way from the baseline to the target, without a baseline of
        the target itself; 100 only where it is reached."""
        if self.is_reached(value):
            return WHOLE
        start = self.baseline
        if start is not None and start != self.target:
            share = (value - start) / (self.target - start)
        elif self.way in (AT_LEAST, MORE):
            share = value / self.target if self.target else Decimal(0)
        else:
            share = self.target / value if value else Decimal(0)
        share = min(max(share * 100, Decimal(0)), ALMOST)
        return share.quantize(Decimal("0.1"), rounding=ROUND_DOWN)


def goal(target: str, baseline: str = "") -> Goal | None:
    """The goal that the words state; None where its target is no number. Without a word that says so, it falls where
    the baseline in the same unit is above it, or, without a baseline, where it is a time; it rises else."""
    wanted, held = read(target), read(baseline)
    if wanted is None:
        return None
    start = held.value if held and held.unit in (wanted.unit, "") else None
    falls = wanted.unit in _TIMES if start is None else start > wanted.value
    return Goal(wanted.value, wanted.unit, wanted.way or (AT_MOST if falls else AT_LEAST), start)


def measured(text: str, of: Goal) -> Decimal | None:
    """A measured value in the goal's unit (which may be left out); None where it is no such number."""
    found = read(text)
    return found.value if found and not found.way and found.unit in (of.unit, "") else None
