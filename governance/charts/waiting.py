"""How long somebody waits, and where the day stands in the year's calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from governance.charts.scale import text_width


@dataclass(frozen=True, slots=True)
class Wait:
    kind = "wait"
    width: float
    height: float
    title: str
    length: float
    due_x: float
    tone: str
    text: str
    text_x: float


def wait(days: int, due_days: int, *, answered: bool = False, width: float = 220) -> Wait:
    """How long a seat has waited against its term: green when answered, red past the term."""
    days = max(days, 0)
    room = width - 84
    whole = max(due_days, days, 1)
    length = round(max(room * days / whole, 3), 1)
    late = days > due_days and not answered
    words = f"{days} 天" if answered else f"已等 {days} 天"
    title = f"{'用了' if answered else '已等'} {days} 天，期限 {due_days} 个工作日"
    due_x = round(room * due_days / whole, 1)
    tone = "green" if answered else "red" if late else "done"
    hidden = length < due_x < length + 8 + text_width(words)  # the term's line would run through the words
    return Wait(width, 20, title, length, due_x, tone, words, round((due_x if hidden else length) + 8, 1))


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    when: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class DrawnStep:
    step: Step
    x: float
    width: float
    passed: float
    is_now: bool


@dataclass(frozen=True, slots=True)
class Pin:
    x: float
    label_x: float
    anchor: str
    label: str
    level: int = 0

    @property
    def y(self) -> int:
        return 83 + 20 * self.level


@dataclass(frozen=True, slots=True)
class Schedule:
    kind = "schedule"
    width: float
    height: float
    title: str
    steps: tuple[DrawnStep, ...]
    today_x: float | None
    today_label: str
    today_label_x: float
    pins: tuple[Pin, ...] = field(default=())


def schedule(
    steps: Sequence[Step],
    *,
    today: dt.date,
    pins: Sequence[tuple[dt.date, str]] = (),
    title: str = "日程",
    width: float = 1140,
) -> Schedule:
    """The steps of a year as boxes, as wide as they are long but wide enough for their words; today stands upright."""
    lengths = [max((s.end - s.start).days + 1, 1) for s in steps]
    least = max((max(text_width(s.label, 13.5), text_width(s.when, 12.5)) + 20 for s in steps), default=0)
    spare = max(width - least * len(steps) - 4 * (len(steps) - 1), 0)
    drawn, edges, x = [], [], 0.0
    for step, days in zip(steps, lengths, strict=True):
        wide = least + spare * days / sum(lengths)
        passed = min(max((today - step.start).days + 1, 0) / days, 1.0)
        drawn.append(
            DrawnStep(step, round(x, 1), round(wide, 1), round(wide * passed, 1), step.start <= today <= step.end)
        )
        edges.append((step.start, x, step.end, x + wide))
        x += wide + 4

    def at(day: dt.date) -> float | None:
        for start, left, end, right in edges:
            if start <= day <= end:
                return round(left + (right - left) * ((day - start).days + 0.5) / ((end - start).days + 1), 1)
        return None

    placed = _pins([(pin_x, label) for day, label in pins if (pin_x := at(day)) is not None], width)
    today_x = at(today)
    label = f"今天 {today.month}月{today.day}日"
    half = text_width(label, 12.5) / 2
    label_x = round(min(max(today_x or 0, half), width - half), 1)
    height = 76 + 20 * (max(p.level for p in placed) + 1) if placed else 74
    return Schedule(width, height, title, tuple(drawn), today_x, label, label_x, placed)


def _pins(pins: Sequence[tuple[float, str]], width: float) -> tuple[Pin, ...]:
    """Each label right or left of its diamond, on the first line where it covers neither label nor diamond."""
    taken = [(0, x - 8, x + 8) for x, _ in pins]
    placed = []
    for x, label in pins:
        wide = text_width(label, 12.5) + 10
        places = ((level, anchor) for level in range(len(pins)) for anchor in ("start", "end"))
        for level, anchor in places:
            left, right = (x, x + wide) if anchor == "start" else (x - wide, x)
            inside = left >= 0 and right <= width
            own = (0, x - 8, x + 8)
            if inside and all(line != level or right <= a or left >= b for line, a, b in taken if (line, a, b) != own):
                break
        taken.append((level, left, right))
        placed.append(Pin(x, round(x + (10 if anchor == "start" else -10), 1), anchor, label, level))
    return tuple(placed)
