"""Needs of works that are built for a department (9.1.5): of which projects, what answers come to, who owes one.
Read only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from governance.models import of_unit
from projects.models import Need, NeedAnswer, Project


def why_not(project: Project) -> tuple[str, str] | None:
    """Why a department has nobody to ask, `(sentence, who lifts it)`: no builder is named, or it builds itself."""
    if project.builder_id is None:
        return (
            f"{project.code} 没有登记建设（代建）单位，需求没有对象（9.1.5、D46）",
            "市信息办（项目“分类与单位”里指定建设单位）",
        )
    if project.builder.survivor_id in project.belongs_to():
        return (
            f"{project.code} 由牵头单位自建，不是代建，需求不在这里往来（9.1.5）",
            "不需要解除；改为代建时由市信息办指定建设单位",
        )
    return None


def effect(amount_wan: Decimal | None, days: int | None) -> str:
    """What an answer means: `资金 +12.00 万元，工期 +30 天`; empty where nothing was said."""
    said = []
    if amount_wan is not None:
        said.append(f"资金 {amount_wan:+,.2f} 万元" if amount_wan else "不增减资金")
    if days is not None:
        said.append(f"工期 {days:+d} 天" if days else "不影响工期")
    return "，".join(said)


@dataclass(frozen=True)
class Agreed:
    """What the agreed answers of a project add up to."""

    number: int
    amount_wan: Decimal
    days: int

    @property
    def words(self) -> str:
        return effect(self.amount_wan, self.days)


def agreed(project: Project) -> Agreed:
    """Over the answers that the department took; one query."""
    rows = NeedAnswer.objects.filter(need__project=project, need__state="settled", objection="")
    values = list(rows.exclude(kind="decline").values_list("amount_wan", "days"))
    return Agreed(len(values), sum((a for a, _ in values if a), Decimal(0)), sum(d for _, d in values if d))


def owed(until: dt.date, *, builder: int | None = None):
    """Needs without an answer that are due before `until`, the earliest first; of one builder."""
    rows = Need.objects.filter(state="open", due__lt=until).select_related("project", "builder__canonical", "asker")
    return (rows.filter(of_unit(builder, "builder")) if builder else rows).order_by("due", "pk")


def answered(unit: int):
    """Needs whose answer waits for the unit that asked, the oldest first."""
    mine = Q(project__leads__organisation_id=unit) | Q(project__leads__organisation__canonical_id=unit)
    return Need.objects.filter(mine, state="answered").select_related("project", "builder").distinct().order_by("pk")
