"""The demonstration's date, a row of its data; `governance.basics.clock` asks for it."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.models import Setting

KEY = "demo_today"


def kept_day() -> dt.date | None:
    value = Setting.objects.filter(key=KEY).values_list("value", flat=True).first()
    return dt.date.fromisoformat(value) if value else None


def keep_day(day: dt.date | None) -> None:
    """Keep (or with None forget) the date."""
    if day is None:
        Setting.objects.filter(key=KEY).delete()
    else:
        Setting.objects.update_or_create(key=KEY, defaults={"value": day.isoformat()})
    clock.forget_demonstration_day()
