"""What becomes due by itself: the revenue figure without which the second test of 9.6.1 cannot be judged, and calls for
outside money that close."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch

from budgets.models import CityRevenue, FundingApplication, FundingCall
from budgets.table import budget_table
from governance.basics.roles import Role
from governance.kernel.verbs import frame
from governance.notices import inbox

MONTH = 4  # 系统默认，非规划规定: the accounts of a year are closed by then


def daily(day: dt.date) -> int:
    """Tell each thing once; returns how many were due."""
    with frame():
        return _revenue(day) + _calls(day)


CLOSING = (14, 3)  # days before a call closes (系统默认)


def _calls(day: dt.date) -> int:
    """The office, and whoever drafts an application, two weeks and three days before a call closes (9.6.2)."""
    rows = FundingCall.objects.filter(withdrawn="", closes__gte=day, closes__lte=day + dt.timedelta(days=CLOSING[0]))
    drafts = Prefetch("applications", FundingApplication.objects.filter(state="drafting").select_related("project"))
    rows = list(rows.prefetch_related(drafts, "applications__project__leads__organisation").order_by("closes", "pk"))
    for row in rows:
        days = next(n for n in reversed(CLOSING) if (row.closes - day).days <= n)
        said = {"address": row.get_absolute_url(), "topic": "deadline", "is_demo": row.is_demo}
        sentence = f"{row}{row.closes} 截止申报，还有 {(row.closes - day).days} 天。"
        key = f"call-closes:{row.pk}:{row.closes}:{days}"
        inbox.tell(key=key, role=Role.REVIEWER, sentence=sentence, **said)
        for application in row.applications.all():
            for unit in sorted(application.belongs_to()):
                about = f"{sentence[:-1]}，{application.project.code} 的申请还没有报出。"
                inbox.tell(key=f"{key}:{unit}", organisation_id=unit, sentence=about, **said)
    return len(rows)


def _revenue(day: dt.date) -> int:
    """Tell the finance bureau once a year that last year's 财政收入 is missing (D06)."""
    year = day.year - 1
    if (
        day.month < MONTH
        or year not in budget_table.city_funds()
        or CityRevenue.objects.filter(fiscal_year=year).exists()
    ):
        return 0
    inbox.tell(
        key=f"revenue-missing:{year}",
        role=Role.FINANCE,
        address=f"/budgets/revenue/?year={year}",
        sentence=f"{year} 年市本级财政收入还没有录入，9.6.1 的第二项检验无法判定；请录入并写明依据文件。",
    )
    return 1
