"""What floor 3 asks before it tests the growth of a coming year: which years have an adopted annual plan."""

from __future__ import annotations

from priorities.models import AnnualPlan


def adopted_years() -> set[int]:
    """Years of which a version was adopted, superseded ones included."""
    return set(AnnualPlan.objects.exclude(state="draft").values_list("plan_year", flat=True))
