"""Business days. Leases, sessions and throttles use real time (`now`), everything that people date uses `today`.

`today` is the real local date (Asia/Shanghai) unless GUIYANG_TODAY or, in a demonstration, the date kept with the
data says otherwise; `at(day)` is how load_demo replays its story and how tests choose their day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

_at: ContextVar[dt.date | None] = ContextVar("business_day", default=None)
_readers: list[Callable[[], dt.date | None]] = []
_kept: list[dt.date | None] = []  # the demonstration's date, read once per process


def now() -> dt.datetime:
    """Real time, aware."""
    return timezone.now()


def today() -> dt.date:
    """The business day."""
    if day := _at.get():
        return day
    if settings.GUIYANG_TODAY:
        try:
            return dt.date.fromisoformat(settings.GUIYANG_TODAY)
        except ValueError:
            raise ImproperlyConfigured(
                f"GUIYANG_TODAY={settings.GUIYANG_TODAY} 不是日期，应写作 2007-08-20。"
            ) from None
    return demonstration_day() or timezone.localdate()


def ask_for_demonstration_day(read: Callable[[], dt.date | None]) -> None:
    """Let the rows above say which date a demonstration's data keep (governance.kernel.demonstration)."""
    _readers[:] = [read]


def demonstration_day() -> dt.date | None:
    """The date kept with a demonstration's data, None where there is none."""
    if not settings.EMBEDDED:
        return None
    if not _kept:
        _kept.extend(read() for read in _readers)
    return _kept[0] if _kept else None


def forget_demonstration_day() -> None:
    """The kept date changed: it is read again."""
    _kept.clear()


def is_demonstration() -> bool:
    """Whether the top bar must say 演示日期."""
    return bool(settings.GUIYANG_TODAY) or demonstration_day() is not None


@contextmanager
def at(day: dt.date) -> Iterator[None]:
    """Let `today()` be `day` inside the block."""
    token = _at.set(day)
    try:
        yield
    finally:
        _at.reset(token)


def last_of_month(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return (dt.date(year + month // 12, month % 12 + 1, 1)) - dt.timedelta(days=1)
