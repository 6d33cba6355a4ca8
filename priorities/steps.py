"""What load_plan and the floors above call of floor 4 inside their own verb."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from governance.kernel.verbs import step
from priorities.models import FilingWindow, RuleSetRecord
from priorities.rule_sets import plan_facts
from priorities.submissions import filing_windows

RULE_SET = {"key": "plan-2006", "title": "《规划》8.3 默认读法", "from_day": dt.date(2006, 1, 1)}
WINDOW_YEARS = range(2006, 2012)


@step
def load_plan(*, plan=None, folder: Path | None = None) -> dict[str, int]:
    """The rule set of the plan in force from its first day, the default filing windows (系统默认, D49), and what the
    plan's folder says about the facts of its rows (it may say nothing).

    Idempotent; what people changed is left alone. Returns how many rows were made.
    """
    made = 0
    _, created = RuleSetRecord.objects.get_or_create(
        key=RULE_SET["key"],
        defaults={
            "title": RULE_SET["title"],
            "base": RULE_SET["key"],
            "state": "in_force",
            "from_day": RULE_SET["from_day"],
            "reason": "规划默认读法（D13—D26）",
            "by_text": "载入规划",
            "day": RULE_SET["from_day"],
        },
    )
    made += created
    windows_made = 0
    for year in WINDOW_YEARS:
        opens, closes = filing_windows.default_dates(year)
        windows_made += FilingWindow.objects.get_or_create(plan_year=year, defaults={"opens": opens, "closes": closes})[
            1
        ]
    facts = (
        plan_facts.load(plan_facts.read(folder, plan.lines), plan.key).created
        if plan is not None and folder is not None
        else 0
    )
    return {"规则集": int(made), "申报窗口": windows_made, "项目行的判定事实": facts}
