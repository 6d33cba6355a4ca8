"""What becomes due by itself: notices about summaries that did not come. Idempotent, once per project and year."""

from __future__ import annotations

import datetime as dt

from governance import notices
from governance.roles import Role
from governance.verbs import frame
from projects.panels import owing


def daily(day: dt.date) -> int:
    """Tell whoever owes a summary (the CIO of the first lead), or the office where nobody can be told; returns how many."""
    owed = owing.owed(day)
    with frame():
        for one in owed:
            key = f"progress-owed:{one.project.code}:{one.year}:{one.organisation_id or 'office'}"
            whom = {"organisation_id": one.organisation_id} if one.organisation_id else {"role": Role.REVIEWER}
            notices.tell(
                key=key, sentence=f"{one.project.code} {one.project.name}的 {one.year} 年度总结报告应于 {one.due} 前填报，还没有收到。",
                address=f"/projects/{one.project.code}/progress/", is_demo=one.project.is_demo, **whom,
            )  # fmt: skip
    return len(owed)
