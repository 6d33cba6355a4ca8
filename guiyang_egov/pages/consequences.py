"""What each reading of an open question would make of today's register: for the entries that code reads, counted, nothing
stored (试算). The other entries have only the effect that the register itself states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Sum

from budgets.growth import rule
from budgets.models import CityRevenue
from budgets.table import budget_table
from governance.basics.roles import Permission, Scope
from governance.kernel.access import Actor
from governance.models import Discrepancy, Organisation
from projects.duties.owed import due_of_year
from projects.models import Milestone, Project, ProjectLead


@dataclass(frozen=True)
class Consequence:
    """A sentence about a reading, and the page where its rows stand (empty: none)."""

    text: str
    address: str = ""


def of(row: Discrepancy, actor: Actor, day: dt.date) -> dict[str, Consequence]:
    """By reading; {} where no code reads the entry or the actor may not see what it is counted from."""
    count = _COUNTED.get(row.code)
    return count(row, actor, day) if count else {}


def _growth(row: Discrepancy, actor: Actor, day: dt.date) -> dict[str, Consequence]:
    if actor.scope(Permission.READ_BUDGET) is not Scope.CITY:
        return {}
    funds = budget_table.city_funds(budget_table.approved_money())
    revenues = dict(CityRevenue.objects.in_force().values_list("fiscal_year", "revenue_wan"))
    found = {}
    for key in _keys(row):
        tested = rule.series([y for y in settings.PLAN_YEARS if y <= day.year], funds, revenues, key)
        words = [f"{year.year} 年{'、'.join(test.word for test in year.tests)}" for year in tested if year.tests]
        found[key] = Consequence("；".join(words) or "没有可用的检验", "/budgets/all/#growth" if words else "")
    return found


def _milestones(row: Discrepancy, actor: Actor, day: dt.date) -> dict[str, Consequence]:
    rows = Milestone.objects.filter(discrepancy=row.code).select_related("project__plan_item")
    found: dict[str, list[str]] = {key: [] for key in _keys(row)}
    for milestone in rows.exclude(project__plan_item=None):
        stated = next(
            (m for m in milestone.project.plan_item.data.get("milestones", ()) if m["quote"] == milestone.quote), {}
        )
        for key, due in (stated.get("due_by_reading") or {}).items():
            found.setdefault(key, []).append(f"{milestone.project.code} 的节点 {due} 到期")
    return {key: Consequence("；".join(words) or "没有节点受影响") for key, words in found.items()}


def _leads(row: Discrepancy, actor: Actor, day: dt.date) -> dict[str, Consequence]:
    planned = Project.objects.planned()
    first = planned.aggregate(n=Count("pk"), wan=Sum("estimate_wan"))
    every = ProjectLead.objects.filter(project__in=planned, is_generic=False)
    every = every.aggregate(n=Count("pk"), wan=Sum("project__estimate_wan"))
    listed = "/projects/?origin=plan"
    return {
        "a": Consequence(f"按第一牵头汇总：{first['n']} 项 {first['wan'] or 0:,.0f} 万元，各单位相加等于合计", listed),
        "b": Consequence(f"按参与汇总：{every['n']} 项次 {every['wan'] or 0:,.0f} 万元，重复计数", listed),
    }


def _signatures(row: Discrepancy, actor: Actor, day: dt.date) -> dict[str, Consequence]:
    named = Project.objects.filter(code__in=(row.touches or {}).get("projects", ())).aggregate(
        n=Count("pk"), wan=Sum("estimate_wan")
    )
    judge = Organisation.objects.filter(key__in=(row.touches or {}).get("organisations", ())).order_by("pk").first()
    listed = f"/projects/?origin=plan&lead={judge.pk}" if judge else ""
    return {
        "a": Consequence(f"{named['n']} 项 {named['wan'] or 0:,.0f} 万元的会签、验收、评估要另有独立签署", listed),
        "b": Consequence("0 项要另有独立签署，只作提示"),
    }


def _summaries(row: Discrepancy, actor: Actor, day: dt.date) -> dict[str, Consequence]:
    return {
        key: Consequence(f"{day.year} 年度总结 {due_of_year(day.year, key)} 到期", "/projects/progress/")
        for key in _keys(row)
    }


def _keys(row: Discrepancy) -> list[str]:
    return [reading["key"] for reading in row.readings]


_COUNTED: dict[str, Callable[[Discrepancy, Actor, dt.date], dict[str, Consequence]]] = {
    "D06": _growth,
    "D29": _milestones,
    "D43": _leads,
    "D44": _signatures,
    "D48": _summaries,
}
