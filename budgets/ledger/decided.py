"""审定: what is approved for a project stays within what was decided on its cases (8.1). Held like a ceiling, at the
very end of the verb, so that money may move between lines and years of a project."""

from __future__ import annotations

import functools
from decimal import Decimal

from django.db.models import Sum

from budgets.models import SOURCES, BudgetLine
from governance.basics.refusal import Refused
from governance.kernel.verbs import at_close
from projects.models import Project

CITY = "city"
ZERO = Decimal(0)


def hold(*projects: int) -> None:
    """Let the verb under way end with no more approved than was decided, where a case decided something."""
    at_close(("approved", projects), functools.partial(_check, projects))


def approved(project_id: int) -> dict[str, Decimal]:
    """What is approved for a project by source, over all years."""
    lines = BudgetLine.objects.filter(project=project_id).exclude(approved_wan=None).order_by()
    return dict(lines.values_list("source").annotate(Sum("approved_wan")))


def _check(projects: tuple[int, ...]) -> None:
    for project in Project.objects.filter(pk__in=projects).exclude(decided_wan=None).order_by("pk"):
        _check_one(project)


def _check_one(project: Project) -> None:
    now = approved(project.pk)
    city = project.decided.get(CITY, {})
    limits = (
        (dict(SOURCES)[CITY], now.get(CITY, ZERO), allowed(city)),
        ("各来源", sum(now.values(), ZERO), sum((allowed(a) for a in project.decided.values()), ZERO)),
    )
    for label, total, most in limits:
        if (over := total - most) > 0:
            raise Refused(
                f"没有保存：{project.code} {label}批复合计会到 {total:,.2f}，"
                f"超过审定的 {most:,.2f}，多 {over:,.2f} 万元。"
                "增加批复先由牵头单位提出变更（预算）或追加申报，经联合会签和领导小组审定（8.1）。",
                blockers=[(f"批复减少 {over:,.2f} 万元，或先办变更、追加", "牵头单位提出，市信息办受理")],
                current={"decided_wan": f"{most:.2f}"},
            )


def allowed(amount: dict[str, str | None]) -> Decimal:
    """What was decided, on top of what had been approved before any case was, with what the joint approval left to this
    payer to find beside what was filed (8.1(3), 8.1(4))."""
    return sum((Decimal(amount.get(f"{name}_wan") or 0) for name in ("decided", "before", "beside")), ZERO)


def beside(project: Project) -> dict[str, Decimal]:
    """What payers find beside what was filed, by source."""
    return {s: Decimal(a["beside_wan"]) for s, a in project.decided.items() if a.get("beside_wan")}
