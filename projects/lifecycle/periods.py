"""Periods of progress reports: `2007` a year, `2007H1` and `2007H2` its halves. Pure."""

from __future__ import annotations

import datetime as dt
import re

_PERIOD = re.compile(r"((?:19|20)\d\d)(?:H([12]))?")
EARLY_DAYS = 31  # a period's report may come in its last month


def parse(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of a period. ValueError with a sentence."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"“{period[:12]}”不是填报期；年度写作 2007，半年写作 2007H1、2007H2。")
    year, half = int(match[1]), match[2]
    start = dt.date(year, 7 if half == "2" else 1, 1)
    return start, dt.date(year, 6, 30) if half == "1" else dt.date(year, 12, 31)


def label(period: str) -> str:
    """`2007` → 2007 年度, `2007H1` → 2007 年上半年."""
    year, _, half = period.partition("H")
    return f"{year} 年{'上' if half == '1' else '下'}半年" if half else f"{year} 年度"


def open_on(day: dt.date) -> list[str]:
    """Periods that can be reported on a day, newest first: ended ones of this year and the last,
    and one ending soon."""
    found = []
    for year in (day.year, day.year - 1):
        for period in (str(year), f"{year}H2", f"{year}H1"):
            if can_be_filed(period, day):
                found.append(period)
    return found


def can_be_filed(period: str, day: dt.date) -> bool:
    """Whether the period has ended, or ends within its last month."""
    return parse(period)[1] - dt.timedelta(days=EARLY_DAYS) < day
