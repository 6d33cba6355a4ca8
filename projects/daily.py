"""What becomes due by itself: reports that did not come, and those due within a week. Idempotent, once per project and period."""

from __future__ import annotations

import datetime as dt

from governance import notices
from governance.roles import Role
from governance.verbs import frame
from projects.panels import owing

REMIND_DAYS = 7


def daily(day: dt.date) -> int:
    """Tell whoever owes a report or soon will (the CIO of the first lead), or the office where nobody can be told; returns
    how many are late."""
    owed = owing.owed(day, until=day + dt.timedelta(days=REMIND_DAYS + 1))
    with frame():
        for one in owed:
            late = one.due < day
            key = f"progress-{'owed' if late else 'soon'}:{one.project.code}:{one.period}:{one.organisation_id or 'office'}"
            what = f"{one.label}{'总结报告' if one.period.isdigit() else '进度'}"
            whom = {"organisation_id": one.organisation_id} if one.organisation_id else {"role": Role.REVIEWER}
            notices.tell(
                key=key, sentence=f"{one.project.code} {one.project.name}的 {what}应于 {one.due} 前填报，{'还没有收到' if late else '请按时填报'}。",
                address=f"/projects/{one.project.code}/progress/", is_demo=one.project.is_demo, **whom,
            )  # fmt: skip
    return sum(one.due < day for one in owed)
