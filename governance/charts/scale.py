"""Words and days on a line: what every picture measures with."""

from __future__ import annotations

import datetime as dt
import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TEXT = 12.5  # font size of most words, px


def text_width(text: str, size: float = TEXT) -> float:
    """Width of a text in px, estimated: a full-width character is 1 em, any other 0.56 em."""
    return round(sum(size if unicodedata.east_asian_width(c) in "WFA" else size * 0.56 for c in text), 1)


def fit(text: str, width: float, size: float = TEXT) -> str:
    """The text, or as much of it as fits the width with an ellipsis; "" where not even one character does."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…" if text else ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Days on a line: `first` stands at `left`, the day after `last` at `right`."""

    first: dt.date
    last: dt.date
    left: float
    right: float

    def x(self, day: dt.date) -> float:
        """Where a day begins, clamped to the line."""
        whole = (self.last - self.first).days + 1
        part = min(max((day - self.first).days, 0), whole)
        return round(self.left + (self.right - self.left) * part / whole, 1)

    def span(self, start: dt.date, end: dt.date) -> tuple[float, float]:
        """Left edge and width of first day … last day."""
        x = self.x(start)
        return x, round(self.x(end + dt.timedelta(days=1)) - x, 1)

    def middle(self, start: dt.date, end: dt.date) -> float:
        """The middle of a stretch: where a milestone of year or month precision stands."""
        x, width = self.span(start, end)
        return round(x + width / 2, 1)

    def holds(self, day: dt.date | None) -> bool:
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Band:
    """A labelled stretch of the head: a year, a block of the plan."""

    label: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@functools.lru_cache(maxsize=64)  # the rows of a picture share one scale
def year_bands(scale: Scale) -> tuple[Band, ...]:
    """One band a calendar year; a first year of which only December shows is labelled `2005-12`."""
    bands = []
    for year in range(scale.first.year, scale.last.year + 1):
        start, end = max(scale.first, dt.date(year, 1, 1)), min(scale.last, dt.date(year, 12, 31))
        x, width = scale.span(start, end)
        bands.append(Band(f"{year}-{start.month:02d}" if (end - start).days < 45 else str(year), x, width))
    return tuple(bands)


def block_bands(scale: Scale, blocks: Sequence[tuple[str, dt.date, dt.date]]) -> tuple[Band, ...]:
    """Blocks of the plan above the years; a label without room keeps its first word (`10.1`)."""
    bands = []
    for label, start, end in blocks:
        x, width = scale.span(max(start, scale.first), min(end, scale.last))
        bands.append(Band(label if text_width(label, 11.5) <= width - 6 else label.split(" ")[0], x, width))
    return tuple(bands)
