"""Chart of one project's time: window, milestones, tasks, progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from governance.charts.gantt import Phase, Row, is_outside
from governance.charts.scale import Band, Scale, block_bands, fit, text_width, year_bands


@dataclass(frozen=True, slots=True)
class Piece:
    """A labelled stretch of a lane; tone plan, task (white), gap (amber, dashed), note (grey)."""

    x: float
    width: float
    label: str
    title: str
    tone: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A milestone with the stretch that it names; its words stand `level` lines below it."""

    x: float
    from_x: float
    to_x: float
    label: str
    label_x: float
    title: str
    outside: bool
    level: int = 0

    @property
    def label_dy(self) -> int:
        return 22 + 16 * self.level


@dataclass(frozen=True, slots=True)
class Lane:
    y: float
    middle: float
    label: str
    sub: str
    pieces: tuple[Piece, ...] = ()
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectTime:
    kind = "project_time"
    width: float
    height: float
    title: str
    left: float
    right: float
    top: float
    bottom: float
    years: tuple[Band, ...]
    blocks: tuple[Band, ...]
    lanes: tuple[Lane, ...]
    today_x: float | None
    done_y: float
    done_label: str
    done_sub: str
    done_x: float
    done_width: float
    track_x: float
    track_width: float
    note: str
    note_x: float


def project_time(
    row: Row,
    *,
    first: dt.date,
    last: dt.date,
    today: dt.date | None = None,
    done_on: dt.date | None = None,
    blocks: Sequence[tuple[str, dt.date, dt.date]] = (),
    tasks: Sequence[tuple[str, str, dt.date, dt.date]] = (),
    gaps: Sequence[tuple[str, dt.date, dt.date]] = (),
    original: tuple[dt.date, dt.date] | None = None,
    sub: str = "",
    note: str = "",
    width: float = 780,
    left: float = 132.0,
) -> ProjectTime:
    """Window, milestones, tasks of the yearly programmes and progress of one project, one under the other.

    `tasks` are (label, address, first day, last day); `gaps` (label, first, last) are years of the window that no task
    covers. `note` stands beside today. `original`: the first window, drawn above where a new baseline has replaced it.
    `left` is the room for the lanes' names. `done_on` is the day that `row.done` describes: what is gone of the window
    is counted to it, else to today.
    """
    right = round(width - 24, 1)
    scale = Scale(first, last, left, right)
    top = 54.0 if blocks else 32.0
    moved = original is not None and original != (row.start, row.end)
    window_y = top + (38 if moved else 10)
    spots_y = window_y + 42
    pieces = []
    for phase in row.phases or (Phase(f"{row.start:%Y-%m} 至 {row.end:%Y-%m}", row.start, row.end),):
        x, wide = scale.span(phase.start, phase.end)
        pieces.append(
            Piece(
                x,
                wide - 1,
                fit(phase.label, wide - 12),
                f"{phase.label}：{phase.start:%Y-%m} 至 {phase.end:%Y-%m}",
                "plan",
            )
        )
    lanes = [Lane(window_y, window_y + 11, "最新基线" if moved else "规划周期", "" if moved else sub, tuple(pieces))]
    if moved:
        x, wide = scale.span(*original)
        words = f"{original[0]:%Y-%m} 至 {original[1]:%Y-%m}"
        lanes.insert(
            0,
            Lane(
                top + 10,
                top + 21,
                "原基线",
                "",
                (Piece(x, wide - 1, fit(words, wide - 12), f"原基线：{words}", "note"),),
            ),
        )
    spots = _spots(row, scale)
    if spots:
        lanes.append(Lane(spots_y, spots_y + 6, "规划节点", "", spots=spots))
    tasks_y = spots_y + 34 + 16 * (max(s.level for s in spots) + 1) if spots else spots_y
    bottom = tasks_y
    if tasks or gaps:
        drawn = []
        for label, url, start, end in tasks:
            x, wide = scale.span(start, end)
            drawn.append(Piece(x, wide, fit(label, wide - 12), label, "task", url))
        for label, start, end in gaps:
            x, wide = scale.span(start, end)
            drawn.append(Piece(x, wide, fit(label, wide - 8), label, "gap"))
        for index, lane in enumerate(_stack(drawn)):
            lanes.append(
                Lane(tasks_y + index * 28, tasks_y + index * 28 + 10, "" if index else "推进计划任务", "", tuple(lane))
            )
            bottom = tasks_y + index * 28 + 28
    done_y = bottom + 14
    x, wide = scale.span(row.start, row.end)
    days = (row.end - row.start).days + 1
    on = done_on or today
    gone = min(max((on - row.start).days + 1, 0) / days, 1.0) if on else 0.0
    today_x = scale.x(today) if scale.holds(today) else None
    at = (today_x or x) + 6
    if at + text_width(note) > right:
        at = max(left, right - text_width(note))
    until = f"到 {done_on} " if done_on else ""
    gone_words = f"{until}{'最新' if moved else ''}周期已过 {round(gone * 100)} %" if on else ""
    return ProjectTime(
        width,
        done_y + 44,
        f"{row.code} {row.label} 时间",
        left,
        right,
        top,
        done_y + 14,
        year_bands(scale),
        block_bands(scale, blocks),
        tuple(lanes),
        today_x,
        done_y,
        f"完成 {round(row.done * 100)} %" if row.done is not None else "完成 未填",
        gone_words,
        x,
        round(wide * min(max(row.done or 0, 0), 1), 1),
        x,
        wide,
        note,
        round(at, 1),
    )


def _spots(row: Row, scale: Scale) -> tuple[Spot, ...]:
    """Milestones with their words below, each on the first line where it covers no other."""
    spots: list[Spot] = []
    taken: list[tuple[int, float, float]] = []
    for milestone in row.milestones:
        x = scale.middle(milestone.start, milestone.end)
        start, wide = scale.span(milestone.start, milestone.end)
        label = fit(milestone.label, scale.right - scale.left)
        half = text_width(label) / 2
        at = round(min(max(x, scale.left + half), scale.right - half), 1)
        level = 0
        while any(line == level and at - half < right + 8 and at + half > left - 8 for line, left, right in taken):
            level += 1
        taken.append((level, at - half, at + half))
        outside = is_outside(milestone, row.start, row.end)
        title = milestone.label + ("，在项目周期之外" if outside else "")
        spots.append(Spot(x, start + 2, round(start + wide - 2, 1), label, at, title, outside, level))
    return tuple(spots)


def _stack(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on as few lanes as they need without covering each other."""
    lanes: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.x):
        for lane in lanes:
            if lane[-1].x + lane[-1].width <= piece.x + 0.5:
                lane.append(piece)
                break
        else:
            lanes.append([piece])
    return lanes
