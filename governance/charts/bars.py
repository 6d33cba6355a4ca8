"""Bars: in a cell, as a chart, in parts of a whole, against what was expected, by year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.charts.scale import fit, text_width


@dataclass(frozen=True, slots=True)
class CellBar:
    kind = "bar"
    width: float
    height: float
    length: float
    tone: str


def bar(value: float, biggest: float, *, tone: str = "mid", width: float = 160, height: float = 10) -> CellBar:
    """A bar for a table cell; at least 1 px where there is anything."""
    share = value / biggest if biggest > 0 else 0.0
    length = round(width * min(max(share, 0), 1), 1)
    return CellBar(width, height, max(length, 1.0) if value > 0 else 0.0, tone)


@dataclass(frozen=True, slots=True)
class BarRow:
    """A row of a bar chart: value in the unit of the chart; `text` is how the value is written, `rows_url` leads to the
    rows that it adds up."""

    label: str
    value: float
    text: str
    count: str = ""
    url: str = ""
    tag: str = ""
    tone: str = "mid"
    rows_url: str = ""


@dataclass(frozen=True, slots=True)
class DrawnBar:
    row: BarRow
    y: float
    baseline: float
    length: float
    label: str
    text_x: float


@dataclass(frozen=True, slots=True)
class Bars:
    kind = "bars"
    width: float
    height: float
    title: str
    left: float
    row_height: float
    rows: tuple[DrawnBar, ...]
    biggest: float = 0.0


def bars(
    rows: Iterable[BarRow], *, title: str, width: float = 620, row_height: float = 28, label_width: float = 210
) -> Bars:
    """Horizontal bars with their labels: by programme, by lead."""
    rows = tuple(rows)
    biggest = max((r.value for r in rows), default=0.0)
    room = width - label_width - 44 - max((text_width(r.text) for r in rows), default=0.0) - 12
    left = label_width + 44
    drawn = []
    for index, row in enumerate(rows):
        length = bar(row.value, biggest, width=room).length
        y = index * row_height + (row_height - 10) / 2
        flag = text_width(row.tag, 11.5) + 6 if row.tag else 0
        drawn.append(
            DrawnBar(
                row,
                y,
                index * row_height + row_height / 2 + 4.5,
                length,
                fit(row.label, label_width - 8 - flag),
                round(left + length + 8, 1),
            )
        )
    return Bars(width, row_height * len(rows) + 2, title, left, row_height, tuple(drawn), biggest)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stacked bar; `hatched` for what is cut or only illustrative."""

    label: str
    value: float
    tone: str
    hatched: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSegment:
    segment: Segment
    x: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Stacked:
    kind = "stacked"
    width: float
    height: float
    title: str
    uid: str
    segments: tuple[DrawnSegment, ...]


def stacked(
    segments: Iterable[Segment],
    *,
    title: str,
    uid: str = "stacked",
    width: float = 340,
    height: float = 14,
    labels: bool = False,
) -> Stacked:
    """One bar in parts of a whole, 1 px apart. Parts of 0 are left out. `uid` must be unique on the page where
    hatched."""
    segments = [s for s in segments if s.value > 0]
    whole = sum(s.value for s in segments)
    drawn, passed = [], 0.0
    for segment in segments:
        x = width * passed / whole
        passed += segment.value
        wide = max(width * passed / whole - x - 1, 0.5)
        words = segment.label + (f" {segment.text}" if segment.text else "")
        drawn.append(
            DrawnSegment(segment, round(x, 1), round(wide, 1), fit(words, wide - 10) if labels and height >= 18 else "")
        )
    return Stacked(width, height, title, uid, tuple(drawn))


@dataclass(frozen=True, slots=True)
class YearValue:
    """A year's column. `value` None is 未填; `illustrative` is hatched and italic: shown, never stored."""

    year: int
    value: float | None
    text: str
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    year: int
    x: float
    y: float
    width: float
    height: float
    middle: float
    text: str
    illustrative: bool
    unfilled: bool


@dataclass(frozen=True, slots=True)
class Years:
    kind = "years"
    width: float
    height: float
    title: str
    uid: str
    base: float
    columns: tuple[Column, ...]


def years(
    values: Iterable[YearValue], *, title: str, uid: str = "years", width: float = 560, height: float = 200
) -> Years:
    """Columns by year with their figures on top."""
    values = tuple(values)
    base, room = height - 26.0, height - 56.0
    biggest = max((v.value or 0.0 for v in values), default=0.0)
    step = width / max(len(values), 1)
    wide = round(min(step * 0.56, 64), 1)
    out = []
    for index, value in enumerate(values):
        tall = round(room * (value.value or 0.0) / biggest, 1) if biggest > 0 else 0.0
        middle = round(step * (index + 0.5), 1)
        out.append(
            Column(
                value.year,
                round(middle - wide / 2, 1),
                round(base - tall, 1),
                wide,
                tall,
                middle,
                value.text if value.value is not None else "未填",
                value.illustrative,
                value.value is None,
            )
        )
    return Years(width, height, title, uid, base, tuple(out))
