"""Money in pictures: sources stacked by year, the four stages of many projects as bullets,
sums that grow over the years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.charts.scale import fit, text_width

TONES = ("done", "mid", "light", "green", "amber", "violet", "slate", "grey", "red")  # by the order of the parts


@dataclass(frozen=True, slots=True)
class Block:
    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Word:
    x: float
    y: float
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class YearStack:
    kind = "year_stack"
    width: float
    height: float
    title: str
    base: float
    blocks: tuple[Block, ...]
    totals: tuple[Word, ...]
    years: tuple[Word, ...]
    names: tuple[Word, ...]


def year_stack(
    years: Sequence[int],
    parts: Iterable[tuple[str, Sequence[float | None]]],
    *,
    title: str,
    width: float = 620,
    height: float = 240,
) -> YearStack:
    """Columns by year in parts (a source, its amount by year; None is nothing), totals on top,
    the parts named at the right."""
    parts = [(name, [float(v or 0) for v in values]) for name, values in parts]
    room = width - max((text_width(name) for name, _ in parts), default=0) - 34
    base = height - 26.0
    sums = [sum(values[i] for _, values in parts) for i in range(len(years))]
    biggest, step = max(sums, default=0.0), room / max(len(years), 1)
    wide = round(min(step * 0.56, 64), 1)
    blocks, totals, tops = [], [], [base] * len(years)
    for place, (name, values) in enumerate(parts):
        for i, value in enumerate(values):
            tall = round((base - 30) * value / biggest, 1) if biggest else 0.0
            if tall <= 0:
                continue
            tops[i] = round(tops[i] - tall, 1)
            blocks.append(
                Block(
                    round(step * (i + 0.5) - wide / 2, 1),
                    tops[i],
                    wide,
                    tall,
                    TONES[place % len(TONES)],
                    f"{years[i]} 年 {name} {value:,.2f}",
                )
            )
    for i, total in enumerate(sums):
        totals.append(
            Word(
                round(step * (i + 0.5), 1),
                round(tops[i] - 7, 1),
                f"{total:,.0f}" if total else "未填",
                "" if total else "muted",
            )
        )
    labels = tuple(Word(round(step * (i + 0.5), 1), base + 18, str(year)) for i, year in enumerate(years))
    names = tuple(
        Word(round(room + 10, 1), 22.0 + 22 * i, name, TONES[i % len(TONES)]) for i, (name, _) in enumerate(parts)
    )
    return YearStack(width, height, title, base, tuple(blocks), tuple(totals), labels, names)


@dataclass(frozen=True, slots=True)
class StageRow:
    label: str
    url: str
    y: float
    middle: float
    bars: tuple[Block, ...]
    mark: float | None
    amounts: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    kind = "stages"
    width: float
    height: float
    title: str
    left: float
    rows: tuple[StageRow, ...]
    heads: tuple[Word, ...]


STAGE_BARS = (("批复", "light", 16), ("下达", "mid", 10), ("支出", "done", 4))  # widest behind, narrowest in front
HEAD = 20  # the line that names the mark and the amounts


def stages(
    rows: Iterable[tuple[str, str, Sequence[float | None]]],
    *,
    title: str,
    width: float = 620,
    row_height: float = 26,
    label_width: float = 200,
) -> Stages:
    """A bullet a project: `(label, address, (estimate, approved, appropriated, spent))`.
    The upright mark is the estimate, bars of three heights are what is approved, appropriated and spent,
    all on one scale; None is 未填 and draws nothing."""
    rows = list(rows)
    biggest = max((v for _, _, values in rows for v in values if v), default=0.0)
    room, columns = width - label_width - 170, (width - 112, width - 58, width - 4)
    drawn = []
    for index, (label, url, (estimate, *held)) in enumerate(rows):
        y = HEAD + index * row_height
        middle = y + row_height / 2
        bars = tuple(
            Block(
                label_width,
                round(middle - high / 2, 1),
                round(room * value / biggest, 1),
                high,
                tone,
                f"{name} {value:,.2f}",
            )
            for value, (name, tone, high) in zip(held, STAGE_BARS, strict=True)
            if value
        )
        mark = round(label_width + room * estimate / biggest, 1) if estimate and biggest else None
        said = tuple(
            Word(x, round(middle + 4.5, 1), "—" if v is None else f"{v:,.0f}")
            for x, v in zip(columns, held, strict=True)
        )
        drawn.append(StageRow(fit(label, label_width - 10), url, y, round(middle + 4.5, 1), bars, mark, said))
    heads = tuple(Word(x, 13, name) for x, (name, *_) in zip(columns, STAGE_BARS, strict=True))
    return Stages(width, HEAD + row_height * len(rows) + 2, title, label_width, tuple(drawn), heads)


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    tone: str
    path: str
    points: tuple[Word, ...]
    end: Word


@dataclass(frozen=True, slots=True)
class Cumulative:
    kind = "cumulative"
    width: float
    height: float
    title: str
    base: float
    right: float
    ceiling: float | None
    ceiling_text: str
    curves: tuple[Curve, ...]
    years: tuple[Word, ...]


def cumulative(
    years: Sequence[int],
    series: Iterable[tuple[str, str, Sequence[float | None]]],
    *,
    title: str,
    ceiling: float | None = None,
    ceiling_text: str = "",
    width: float = 620,
    height: float = 240,
) -> Cumulative:
    """Sums up to each year: `(name, tone, amounts by year)`. A curve ends at its last year that is filled;
    `ceiling` is dashed."""
    base, right = height - 26.0, width - 130.0
    step = (right - 30) / max(len(years) - 1, 1)
    summed = []
    for name, tone, amounts in series:
        last = max((i for i, a in enumerate(amounts) if a is not None), default=-1)
        total, points = 0.0, []
        for i in range(last + 1):
            total += float(amounts[i] or 0)
            points.append((i, total))
        summed.append((name, tone, points))
    biggest = max([p[-1][1] for _, _, p in summed if p] + [ceiling or 0.0])
    curves, taken = [], []

    def height_of(value: float) -> float:
        return round(base - (base - 24) * value / biggest, 1) if biggest else base

    for name, tone, points in summed:
        if not points:
            continue
        dots = [(round(30 + step * i, 1), height_of(value), value, years[i]) for i, value in points]
        y = dots[-1][1] + 4.5
        while any(abs(y - other) < 15 for other in taken):  # names that end beside each other stand below each other
            y += 15
        taken.append(y)
        words = tuple(Word(x, at, f"{year} 年底 {name} {value:,.2f}") for x, at, value, year in dots)
        path = "M" + "L".join(f"{x} {at}" for x, at, _, _ in dots)
        curves.append(
            Curve(
                name,
                tone,
                path,
                words,
                Word(round(dots[-1][0] + 8, 1), round(y, 1), f"{name} {dots[-1][2]:,.0f}", tone),
            )
        )
    labels = tuple(Word(round(30 + step * i, 1), base + 18, str(year)) for i, year in enumerate(years))
    return Cumulative(
        width,
        height,
        title,
        base,
        right,
        None if ceiling is None else height_of(ceiling),
        ceiling_text,
        tuple(curves),
        labels,
    )
