"""Which reading of an open question of the plan holds on a day; asked here alone: `readings.current("D06", day)`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from governance.basics import memo
from governance.database.prepared import Prepared
from governance.models import Discrepancy, ReadingDecision

# Read by code, each with the readings that the code knows; every other entry says 仅作说明.
READ_BY_CODE: dict[str, str] = {
    "D06": "预算表和年度计划里 9.6.1 的两项检验",
    "D29": "P13“2010年之前”这一节点的到期日",
    "D43": "按单位汇总用第一牵头还是按参与",
    "D44": "会签、验收、评估的利害关系与独立签署",
    "D48": "年度总结报告的到期日",
    "D51": "安全保护等级用哪套名称",
}

# Entries about 8.3: which reading holds is the rule set's business, drafted by the office and adopted by the leading
# group.
BY_RULE_SET = frozenset(f"D{number}" for number in range(13, 27))


def current(code: str, day: dt.date) -> str:
    """The reading that holds on the day: the latest decision in force, else the plan's default reading; within one page
    all of them are read at once."""
    if memo.is_one_page():
        known = memo.kept(f"readings of {day}")
        if not known:
            known.update(_ALL(day))
        if code in known:
            return str(known[code])
    return str(_in_force(day).values_list("in_force", flat=True).get(code=code))


def _in_force(day: dt.date) -> QuerySet[Any]:
    decisions = ReadingDecision.objects.filter(discrepancy=OuterRef("pk"), from_day__lte=day).order_by(
        "-from_day", "-pk"
    )
    return Discrepancy.objects.order_by().annotate(
        in_force=Coalesce(Subquery(decisions.values("reading")[:1]), "default")
    )


_ALL = Prepared(lambda day: _in_force(day).values_list("code", "in_force"))
