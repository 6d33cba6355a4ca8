"""Gantt chart of the portfolio on the years of the plan, whole and row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.charts.scale import Band, Scale, block_bands, fit, text_width, year_bands


@dataclass(frozen=True, slots=True)
class Milestone:
    """Words of the plan with the stretch that they name (a whole year where only the year is stated)."""

    label: str
    start: dt.date
    end: dt.date
    precision: str = "year"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stage of a project that the plan dates by itself (D34)."""

    label: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Mark:
    """A discrepancy beside a row; `strong` where it shows in the picture."""

    code: str
    url: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A project of the Gantt chart. `done` is 0–1 of the window, None where nothing has been reported."""

    code: str
    label: str
    url: str
    start: dt.date
    end: dt.date
    done: float | None = None
    milestones: tuple[Milestone, ...] = ()
    phases: tuple[Phase, ...] = ()
    amount: str = ""
    state: str = ""
    progress: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A programme and its rows; `count` and `amount` are words of its head line."""

    title: str
    rows: tuple[Row, ...]
    count: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    tone: str = "plan"
    label: str = ""
    label_tone: str = "ink"


@dataclass(frozen=True, slots=True)
class Diamond:
    """A milestone: white inside the window, amber outside, there with the dashed line `from_x … x`.

    `label` is what fits of its words, "" where there is no room; `title` always has them whole."""

    x: float
    label: str
    title: str
    outside: bool
    label_x: float = 0.0
    anchor: str = ""  # start, end, or "" without a label
    tone: str = "ink"
    from_x: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn row: head of a group (`is_head`) or project."""

    y: float
    middle: float
    baseline: float
    code: str
    label: str
    url: str
    title: str
    is_head: bool = False
    count: str = ""
    amount: str = ""
    state: str = ""
    progress: str = ""
    bars: tuple[Bar, ...] = ()
    done: tuple[Bar, ...] = ()
    diamonds: tuple[Diamond, ...] = ()
    marks: tuple[tuple[Mark, float, float], ...] = ()  # with x and width


@dataclass(frozen=True, slots=True)
class Gantt:
    kind = "gantt"
    width: float
    height: float
    title: str
    head: dict[str, float]
    columns: dict[str, float]
    years: tuple[Band, ...]
    blocks: tuple[Band, ...]
    lines: tuple[Line, ...]
    row_height: float
    left: float
    right: float
    top: float
    bottom: float
    today_x: float | None
    today_label: str
    today_left: float
    today_width: float
    total_y: float
    total_label: str
    total_amount: str
    total_note: str
    yearly_y: float
    yearly_label: str
    yearly: tuple[tuple[float, str], ...]
    yearly_total: str


def windows(row: Row) -> tuple[tuple[dt.date, dt.date], ...]:
    """The stretches of a row's bar: its phases, or the one window."""
    return tuple((p.start, p.end) for p in row.phases) or ((row.start, row.end),)


def is_outside(milestone: Milestone, start: dt.date, end: dt.date) -> bool:
    """Whether the whole stretch that a milestone names lies outside the window (D27)."""
    return milestone.end < start or milestone.start > end


def done_until(start: dt.date, end: dt.date, done: float | None) -> dt.date | None:
    """The last day of the finished part of a window; None where nothing is finished."""
    if not done or done <= 0:
        return None
    whole = (end - start).days + 1
    return start + dt.timedelta(days=max(round(whole * min(done, 1.0)) - 1, 0))


def _bars(row: Row, scale: Scale, labels: bool) -> tuple[tuple[Bar, ...], tuple[Bar, ...]]:
    until = done_until(row.start, row.end, row.done)
    plan, done = [], []
    for index, (start, end) in enumerate(windows(row)):
        x, width = scale.span(start, end)
        if index:
            x, width = round(x + 1, 1), round(width - 1, 1)
        name = row.phases[index].label if labels and row.phases else ""
        stones = [scale.middle(m.start, m.end) for m in row.milestones]
        room = min([s - x - 14 for s in stones if s > x + 6] + [width - 10])
        if text_width(name, 12) > room:
            name = fit(name.split("（")[0], room, 12)
        finished = scale.span(start, min(until, end))[1] if until and until >= start else 0.0
        dark = finished >= text_width(name, 12) + 6
        plan.append(Bar(x, width, "plan", name, "white" if dark else "brand"))
        if finished:
            done.append(Bar(x, min(finished, width), "done"))
    return tuple(plan), tuple(done)


def _diamonds(
    row: Row, scale: Scale, done: Sequence[Bar], plan: Sequence[Bar], limit: float, labels: bool, size: float = 11.5
):
    """Milestones with their labels where there is room: right of the diamond, else left, else only as title."""
    bar_left, bar_right = scale.span(row.start, row.end)[0], sum(scale.span(row.start, row.end))
    places = [(m, scale.middle(m.start, m.end), is_outside(m, row.start, row.end)) for m in row.milestones]
    taken = [(x - 6, x + 6) for _, x, _ in places]
    taken += [(b.x, b.x + 8 + text_width(b.label, 12)) for b in plan if b.label]
    edges = [b.x + b.width for b in done] + [b.x for b in plan[1:]] + [bar_left, bar_right]
    out = []
    for milestone, x, outside in places:
        anchor, at, shown = "", 0.0, ""
        shorter = (fit(milestone.label, size * em, size) for em in (7, 4.6))
        for words in dict.fromkeys((milestone.label, *shorter)) if labels else ():
            width = text_width(words, size) + 2
            sides = [("start", x + 8, x + 8 + width), ("end", x - 8 - width, x - 8)]
            if outside:  # beyond the dashed line, never on it; a little way past the grid if need be
                sides = sides[1:] if x < bar_left else sides[:1]
            for name, left, right in sides:
                free = all(right <= a or left >= b for a, b in taken if not a < x < b)
                whole = all(not left < edge < right for edge in edges)
                if free and whole and left >= scale.left - 2 and right <= limit + (26 if outside else 0):
                    anchor, at, shown = name, round(left if name == "start" else right, 1), words
                    taken.append((left, right))
                    break
            if anchor:
                break
        on_done = anchor and any(b.x <= at <= b.x + b.width for b in done)
        when = f"{milestone.start.year} 年" if milestone.precision == "year" else f"{milestone.start:%Y-%m}"
        note = "，只写明年份，画在当年中点" if milestone.precision == "year" else ""
        note += "，在项目周期之外" if outside else ""
        tone = "amber" if outside else "white" if on_done else "ink"
        from_x = (bar_left if x < bar_left else bar_right) if outside else x
        out.append(Diamond(x, shown, f"{when} {milestone.label}{note}", outside, at, anchor, tone, round(from_x, 1)))
    return tuple(out)


def _title(row: Row) -> str:
    done = f"，完成 {round(row.done * 100)}%" if row.done is not None else ""
    return f"{row.code} {row.label}：{row.start:%Y-%m} 至 {row.end:%Y-%m}{done}"


def gantt(
    groups: Iterable[Group],
    *,
    first: dt.date,
    last: dt.date,
    today: dt.date | None = None,
    blocks: Sequence[tuple[str, dt.date, dt.date]] = (),
    total_label: str = "",
    total_amount: str = "",
    total_note: str = "",
    yearly: dict[int, str] | None = None,
    yearly_label: str = "",
    yearly_total: str = "",
    title: str = "时间总图",
    width: float = 1180,
    row_height: float = 26,
) -> Gantt:
    """The portfolio by programme over the plan's years.

    `blocks` are (label, first day, last day) of the head (10.1 …); `yearly` maps a calendar year to its words in the
    hatched line of illustrative sums, "" for none.
    """
    groups = tuple(groups)
    plain = width < 900  # on paper and narrow places: no columns at the right
    left = 264.0 if not plain else 232.0
    right = round(width - (284 if not plain else 74), 1)
    columns = {"amount": right + 58, "state": right + 70, "progress": right + 158, "marks": right + 172}
    if plain:
        columns = {"amount": right + 68, "state": 0.0, "progress": 0.0, "marks": 0.0}
    columns = {k: round(v, 1) for k, v in columns.items()}
    scale = Scale(first, last, left, right)
    limit = right + 4
    top = 52.0 if blocks else 30.0
    lines: list[Line] = []
    y = top
    for group in groups:
        if group.title:
            lines.append(
                Line(
                    y,
                    y + row_height / 2,
                    y + row_height / 2 + 4.5,
                    "",
                    group.title,
                    "",
                    group.title,
                    True,
                    group.count,
                    group.amount,
                )
            )
            y += row_height
        for row in group.rows:
            bars, done = _bars(row, scale, labels=True)
            x = columns["marks"]
            marks = []
            for mark in row.marks if not plain else ():
                wide = text_width(mark.code, 12) + (8 if mark.strong else 0)
                if x + wide > width - 4:
                    break
                marks.append((mark, round(x, 1), round(wide, 1)))
                x += wide + 8
            lines.append(
                Line(
                    y,
                    y + row_height / 2,
                    y + row_height / 2 + 4.5,
                    row.code,
                    fit(row.label, left - 62, 12.5),
                    row.url,
                    _title(row),
                    amount=row.amount,
                    state=row.state if not plain else "",
                    progress=row.progress if not plain else "",
                    bars=bars,
                    done=done,
                    diamonds=_diamonds(row, scale, done, bars, limit, labels=True),
                    marks=tuple(marks),
                )
            )
            y += row_height
    bottom = y
    today_x = scale.x(today) if scale.holds(today) else None
    label = f"今 {today:%Y-%m-%d}" if today_x is not None else ""
    label_width = text_width(label, 11.5) + 12
    label_left = min(max((today_x or 0) - label_width / 2, left), right - label_width)
    total_y = bottom
    height = bottom
    if total_label or total_amount or label:
        height += row_height + 4
    yearly_y = height
    bands = year_bands(scale)
    sums = []
    if yearly:
        height += row_height + 4
        for band in bands:
            if text := yearly.get(int(band.label[:4]), ""):
                sums.append((band.middle if band.width > 40 else round(band.x + band.width, 1), text))
    return Gantt(
        width,
        round(height, 1),
        title,
        {"block": 13.0, "year": top - 10, "line": top},
        columns,
        bands,
        block_bands(scale, blocks),
        tuple(lines),
        row_height,
        left,
        right,
        top,
        bottom,
        today_x,
        label,
        round(label_left, 1),
        round(label_width, 1),
        total_y,
        total_label,
        total_amount,
        total_note,
        yearly_y,
        yearly_label,
        tuple(sums),
        yearly_total,
    )


@dataclass(frozen=True, slots=True)
class MiniGantt:
    """One project's line; `notes` are sentences about milestones outside the window."""

    kind = "gantt_row"
    row: Row
    notes: tuple[str, ...]
    width: float
    height: float
    middle: float
    title: str
    grid: tuple[float, ...]
    bars: tuple[Bar, ...]
    done: tuple[Bar, ...]
    diamonds: tuple[Diamond, ...]
    today_x: float | None


def gantt_row(
    row: Row, *, first: dt.date, last: dt.date, today: dt.date | None = None, width: float = 190, height: float = 26
) -> MiniGantt:
    """One project as a small picture: a cell of the list, a line of the phone."""
    scale = Scale(first, last, 6.0, width - 6)
    bars, done = _bars(row, scale, labels=False)
    grid = tuple(band.x for band in year_bands(scale)[1:])
    notes = tuple(f"“{m.label}”在项目周期之外" for m in row.milestones if is_outside(m, row.start, row.end))
    return MiniGantt(
        row,
        notes,
        width,
        height,
        height / 2,
        "，".join([_title(row), *notes]),
        grid,
        bars,
        done,
        _diamonds(row, scale, done, bars, width, labels=False),
        scale.x(today) if scale.holds(today) else None,
    )
