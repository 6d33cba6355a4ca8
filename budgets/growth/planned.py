"""Which coming years have no adopted annual plan yet: what is approved of them is a part, and no test of 9.6.1.

Floor 4 adopts plans and says which years have one; a year that has begun is tested in any case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

_finders: list[Callable[[], set[int]]] = []


def offer(adopted: Callable[[], set[int]]) -> None:
    """Register once who knows the years with an adopted plan; called from AppConfig.ready()."""
    if adopted not in _finders:
        _finders.append(adopted)


def unplanned(years: Iterable[int], day: dt.date) -> frozenset[int]:
    """Of the years those that begin after the day and have no adopted plan; asks only where there is one."""
    coming = {year for year in years if year > day.year}
    return frozenset(coming.difference(*(find() for find in _finders))) if coming else frozenset()
