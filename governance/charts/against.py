"""A stretch that was asked for above the stretch that is planned: a task's block above its project's window."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.charts.scale import Scale, year_bands


@dataclass(frozen=True, slots=True)
class Against:
    """`asked` and `planned` are `(x, width)`; `title` says both in words."""

    kind = "against"
    width: float
    height: float
    title: str
    grid: tuple[float, ...]
    asked: tuple[float, float]
    planned: tuple[float, float]


def against(
    title: str,
    asked: tuple[dt.date, dt.date],
    planned: tuple[dt.date, dt.date],
    *,
    first: dt.date,
    last: dt.date,
    width: float = 120,
) -> Against:
    """Both stretches on the years `first` to `last`, as a cell of a table."""
    scale = Scale(first, last, 2.0, width - 2)
    grid = tuple(band.x for band in year_bands(scale)[1:])
    return Against(width, 26, title, grid, scale.span(*asked), scale.span(*planned))
