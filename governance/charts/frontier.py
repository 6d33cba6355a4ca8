"""Steps of value against a ceiling, with marked plans on or below them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from governance.charts.scale import text_width


@dataclass(frozen=True, slots=True)
class Spot:
    """A plan: where it lies, what is written beside it, its tone; hollow for one that is only compared."""

    x: float
    y: float
    text: str
    tone: str = "done"
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class DrawnSpot:
    spot: Spot
    x: float
    y: float
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Frontier:
    kind = "frontier"
    width: float
    height: float
    title: str
    left: float
    right: float
    top: float
    bottom: float
    path: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    spots: tuple[DrawnSpot, ...]
    limit_x: float | None
    limit_text: str
    x_label: str
    y_label: str


def frontier(
    steps: Iterable[tuple[float, float]],
    spots: Iterable[Spot] = (),
    *,
    title: str,
    limit: float | None = None,
    limit_text: str = "",
    x_label: str = "",
    y_label: str = "",
    width: float = 560,
    height: float = 280,
) -> Frontier | None:
    """The steps (x, best y from x on) as one line; None without any. Spots beyond the last step widen the picture."""
    steps, spots = sorted(steps), list(spots)
    if not steps:
        return None
    xs = [x for x, _ in steps] + [s.x for s in spots] + ([limit] if limit is not None else [])
    low, high = min(xs), max(xs)
    high = high if high > low else low + 1
    most = max([y for _, y in steps] + [s.y for s in spots]) or 1
    left, right, top, bottom = 10 + text_width(f"{most:,.0f}"), width - 16, 26.0, height - 44.0

    def x_at(x: float) -> float:
        return round(left + (right - left) * (x - low) / (high - low), 1)

    def y_at(y: float) -> float:
        return round(bottom - (bottom - top) * y / (most * 1.06), 1)

    path = f"M{x_at(steps[0][0])} {y_at(steps[0][1])}" + "".join(f"H{x_at(x)}V{y_at(y)}" for x, y in steps[1:])
    # The line climbs to the right, so the words stand together in the empty corner below it, each in its dot's colour.
    edge = (x_at(limit) if limit is not None else right) - 8
    lowest = bottom - (28 if limit is not None else 12)
    order = sorted(spots, key=lambda s: s.y)
    drawn = [DrawnSpot(s, x_at(s.x), y_at(s.y), edge, lowest - 17 * n) for n, s in enumerate(order)]
    return Frontier(
        width,
        height,
        title,
        left,
        right,
        top,
        bottom,
        path + f"H{right}",
        tuple(Tick(x_at(x), f"{x:,.0f}") for x in _round(low, high, 5)),
        tuple(Tick(y_at(y), f"{y:,.0f}") for y in _round(0, most, 4)),
        tuple(drawn),
        None if limit is None else x_at(limit),
        limit_text,
        x_label,
        y_label,
    )


def _round(low: float, high: float, most: int) -> list[float]:
    """At most `most` + 1 round numbers inside."""
    rough = (high - low) / most or 1
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= rough)
    first = math.ceil(low / step) * step
    return [first + step * n for n in range(int((high - first) / step) + 1)]
