"""Bar of how long somebody waits, against the limit."""

from __future__ import annotations

from dataclasses import dataclass

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
