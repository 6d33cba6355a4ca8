"""What the beat asks for: everything that the apps registered to be done often and daily (governance.jobs.kinds)."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from governance.jobs import kinds
from governance.jobs.queue import request_scheduled

logger = logging.getLogger("guiyang.jobs")


def tick() -> None:
    """What the beat does often, each app on its own: what fails is logged and does not stop the others."""
    for function in kinds.called_often:
        try:
            function()
        except Exception:
            logger.exception("often %s", function.__name__)


def daily(day: dt.date) -> dict[str, str]:
    """Everything due on the day, each app on its own: what fails is logged and does not stop the others.

    Returns what failed, by name.
    """
    failed: dict[str, str] = {}
    calls: list[tuple[str, Callable]] = [
        (f"{f.__module__}.{f.__name__}", lambda f=f: f(day)) for f in kinds.called_daily
    ]
    calls += [
        (f"schedule {kind}", lambda k=kind, r=rule: request_scheduled(k, r(day))) for kind, rule in kinds.schedules
    ]
    for name, call in calls:
        try:
            call()
        except Exception as error:
            logger.exception("daily %s", name)
            failed[name] = type(error).__name__
    return failed
