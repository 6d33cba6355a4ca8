"""What the beat asks of floor 4: once a day, deferred cases that come back on their re-review date, letters of
decisions that have none, and reminders; often, batches of the desk whose time has come. Idempotent."""

from __future__ import annotations

import datetime as dt

from priorities.actions.batches import run_due
from priorities.actions.decisions import issue_missing
from priorities.actions.side_lanes import re_review_due
from priorities.hooks import reminders


def daily(day: dt.date) -> dict[str, int]:
    """Everything due on the day; returns counts for the log."""
    return {"re_reviewed": re_review_due(day), "letters": issue_missing(day), "reminded": reminders.remind(day)}


def run_due_batches() -> int:
    return run_due()
