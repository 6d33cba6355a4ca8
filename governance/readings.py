"""The only switch that logic asks about an open question of the plan: `readings.current("D06", day)`."""

from __future__ import annotations

import datetime as dt

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from governance.models import Discrepancy, ReadingDecision

# Read by code, each with the readings that the code knows; every other entry says 仅作说明.
READ_BY_CODE: dict[str, str] = {
    "D06": "budgets.growth：9.6.1 的两项检验",
    "D29": "projects：P13“2010年之前”的到期日",
    "D43": "projects：第一牵头与按参与两种汇总口径",
    "D44": "priorities：利害关系与独立签署",
    "D48": "projects：年度总结报告的到期日",
    "D51": "projects：安全保护等级的名称",
}


def current(code: str, day: dt.date) -> str:
    """The reading that holds on the day: the latest decision in force, else the plan's default reading."""
    decisions = ReadingDecision.objects.filter(discrepancy=OuterRef("pk"), from_day__lte=day).order_by("-from_day", "-pk")
    decided = Subquery(decisions.values("reading")[:1])
    return Discrepancy.objects.values_list(Coalesce(decided, "default"), flat=True).get(code=code)
