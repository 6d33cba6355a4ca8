"""What becomes due by itself: the revenue figure without which the second test of 9.6.1 cannot be judged."""

from __future__ import annotations

import datetime as dt

from budgets.models import CityRevenue
from budgets.table import budget_table
from governance.basics.roles import Role
from governance.kernel.verbs import frame
from governance.notices import inbox

MONTH = 4  # 系统默认，非规划规定: the accounts of a year are closed by then


def daily(day: dt.date) -> int:
    """Tell the finance bureau once a year that last year's 财政收入 is missing (D06); returns how many were due."""
    year = day.year - 1
    if (
        day.month < MONTH
        or year not in budget_table.city_funds()
        or CityRevenue.objects.filter(fiscal_year=year).exists()
    ):
        return 0
    with frame():
        inbox.tell(
            key=f"revenue-missing:{year}",
            role=Role.FINANCE,
            address=f"/budgets/revenue/?year={year}",
            sentence=f"{year} 年市本级财政收入还没有录入，9.6.1 的第二项检验无法判定；请录入并写明依据文件。",
        )
    return 1
