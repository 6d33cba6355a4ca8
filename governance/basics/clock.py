"""Business days. Leases, sessions and throttles use real time (`now`), everything that people date uses `today`.

`today` is the real local date (Asia/Shanghai) unless GUIYANG_TODAY or, in a demonstration, the date kept with the
data says otherwise; `at(day)` is how load_demo replays its story and how tests choose their day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

_at: ContextVar[dt.date | None] = ContextVar("business_day", default=None)
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


def demonstration_day() -> dt.date | None:
    """The date kept with a demonstration's data, None where there is none."""
    if not settings.EMBEDDED:
        return None
    if not _kept:
        from governance.models import Setting

        value = Setting.objects.filter(key="demo_today").values_list("value", flat=True).first()
        _kept.append(dt.date.fromisoformat(value) if value else None)
    return _kept[0]


def keep_demonstration_day(day: dt.date | None) -> None:
    """Keep (or with None forget) the demonstration's date with its data."""
    from governance.models import Setting

    if day is None:
        Setting.objects.filter(key="demo_today").delete()
    else:
        Setting.objects.update_or_create(key="demo_today", defaults={"value": day.isoformat()})
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


class WorkingDays:
    """Working days counted with the published holidays and 调休, read once; beyond the last published year Monday to
    Friday."""

    def __init__(self):
        from governance.models import Holiday

        self.off = dict(Holiday.objects.values_list("day", "is_off"))

    def is_working(self, day: dt.date) -> bool:
        return not self.off.get(day, day.weekday() >= 5)

    def add(self, day: dt.date, days: int) -> dt.date:
        """`days` working days later."""
        while days > 0:
            day += dt.timedelta(days=1)
            days -= self.is_working(day)
        return day

    def between(self, day: dt.date, due: dt.date) -> int:
        """Working days to go after `day` until `due` included; negative: how many have passed since. 400 at most."""
        first, last, sign = (day, due, 1) if due >= day else (due, day, -1)
        span = min((last - first).days, 400)
        return sign * sum(self.is_working(first + dt.timedelta(days=n)) for n in range(1, span + 1))


def add_working_days(day: dt.date, days: int) -> dt.date:
    """`days` working days later: the office's published holidays and 调休 where there are rows, else Monday to Friday."""
    from governance.models import Holiday

    exceptions = dict(
        Holiday.objects.filter(day__gt=day, day__lte=day + dt.timedelta(days=days * 3 + 30)).values_list(
            "day", "is_off"
        )
    )
    while days > 0:
        day += dt.timedelta(days=1)
        if not exceptions.get(day, day.weekday() >= 5):
            days -= 1
    return day
