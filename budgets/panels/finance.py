"""The finance bureau's home: rows of the year that are not filled, and what waits for it. Readers only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, F, Value
from django.db.models.functions import Coalesce

from budgets.models import BudgetLine, Ceiling, CityRevenue, ProjectYear
from governance.basics.roles import Permission
from governance.database.prepared import Prepared
from governance.kernel.access import Actor, may
from projects.models import Project


@dataclass(frozen=True)
class FinanceDesk:
    """Of one year: projects without an approved amount, lines with approved money that is not appropriated or with
    appropriated money that is not spent (number, 万元), and the years whose 财政收入 or ceiling is missing."""

    year: int
    unfilled: tuple[Project, ...]
    to_appropriate: tuple[int, Decimal]
    unspent: tuple[int, Decimal]
    revenue_missing: tuple[int, ...]
    ceiling_missing: int | None

    @property
    def waits(self) -> int:
        """How many kinds of things wait."""
        parts = (self.unfilled, self.to_appropriate[0], self.unspent[0], self.revenue_missing, self.ceiling_missing)
        return sum(map(bool, parts))


def finance_desk(actor: Actor, day: dt.date) -> FinanceDesk | None:
    """For whoever fills the budget; None for others. Five queries."""
    if not may(actor, Permission.EDIT_BUDGET):
        return None
    year = day.year
    held = set(_REVENUES())
    has_ceiling = bool(_CEILINGS.count(year + 1))
    return FinanceDesk(
        year,
        tuple(_UNFILLED((year,))),
        _left(year, "approved_wan", "appropriated_wan"),
        _left(year, "appropriated_wan", "spent_wan"),
        tuple(y for y in (year - 1, year) if y not in held),
        None if has_ceiling else year + 1,
    )


@Prepared
def _UNFILLED(year: tuple[int]):
    filled = ProjectYear.objects.filter(fiscal_year=year[0], approved_wan__isnull=False).values("project_id")
    return Project.objects.in_year(year[0]).exclude(pk__in=filled).order_by("order")


_REVENUES = Prepared(lambda: CityRevenue.objects.in_force().values_list("fiscal_year", flat=True))
_CEILINGS = Prepared(lambda year: Ceiling.objects.filter(fiscal_year=year, source="city").order_by().values_list("pk"))


def _left(year: int, upper: str, lower: str) -> tuple[int, Decimal]:
    """Lines on which less stands in `lower` than in `upper`, and how much less in all."""
    left = [high - low for high, low in _LEFT(year, (upper, lower))]
    return len(left), sum(left, Decimal(0))


@Prepared
def _LEFT(year: int, stages: tuple[str, str]):
    upper, lower = stages
    nothing = Coalesce(F(lower), Value(Decimal(0)), output_field=DecimalField())
    rows = BudgetLine.objects.filter(fiscal_year=year).exclude(**{upper: None}).annotate(low=nothing)
    return rows.filter(**{f"{upper}__gt": F("low")}).values_list(upper, "low")
