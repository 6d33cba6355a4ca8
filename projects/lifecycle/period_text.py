"""A stretch of time as people write it: `2007-03 至 2008-12`, `2007—2008`, `2007年3月1日-2008年6月30日`. Pure."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_ONE = r"(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2}))?[年月日]*"
_TWO = re.compile(rf"{_ONE}(?:至|到|~|—+|–|-|/){_ONE}")
FIRST, LAST = 1990, 2100
EXAMPLE = "请写作“2007-03 至 2008-12”或“2007 至 2008”"


def parse(text: str) -> tuple[dt.date, dt.date, str]:
    """First day, last day and the precision that was stated (the coarser of both). ValueError with a sentence."""
    shown = text.strip()[:40]
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    match = _TWO.fullmatch(plain)
    if match is None:
        raise ValueError(f"“{shown}”读不成起止时间，{EXAMPLE}。")
    year, month, day, year2, month2, day2 = (int(g) if g else None for g in match.groups())
    if not FIRST <= year <= LAST or not FIRST <= year2 <= LAST:
        raise ValueError(f"“{shown}”的年份应在 {FIRST}—{LAST} 之间。")
    try:
        start = dt.date(year, month or 1, day or 1)
        end = dt.date(year2, month2 or 12, 1)
        end = dt.date(year2, month2 or 12, day2) if day2 else _last(end)
    except ValueError:
        raise ValueError(f"“{shown}”里有不存在的日期，{EXAMPLE}。") from None
    if end < start:
        raise ValueError(f"“{shown}”的止期早于起期。")
    stated = "year" if not month or not month2 else "month" if not day or not day2 else "day"
    return start, end, stated


def _last(first: dt.date) -> dt.date:
    return dt.date(first.year + first.month // 12, first.month % 12 + 1, 1) - dt.timedelta(days=1)


def say(start: dt.date | None, end: dt.date | None, precision: str = "year") -> str:
    """A window at its precision: `2006—2007`, `2005-12—2006-10` (D32: never a day that nobody stated)."""
    if start is None or end is None:
        return "未定"
    form = {"year": "%Y", "month": "%Y-%m"}.get(precision, "%Y-%m-%d")
    return f"{start:{form}}—{end:{form}}"
