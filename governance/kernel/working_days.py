"""Working days counted with the published holidays and 调休; beyond the last published year Monday to Friday."""

from __future__ import annotations

import datetime as dt

from governance.database.prepared import Prepared
from governance.models import Holiday

_HOLIDAYS = Prepared(lambda: Holiday.objects.values_list("day", "is_off"))


class WorkingDays:
    """The calendar, read once."""

    def __init__(self) -> None:
        self.off = dict(_HOLIDAYS())

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


def add(day: dt.date, days: int) -> dt.date:
    """`days` working days later, the calendar read for this once."""
    return WorkingDays().add(day, days)
