"""Sums over budget lines, for the project list and the programmes; None is 未填."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from budgets.models import ProjectYear
from budgets.table.budget_table import add
from projects.models import Project
from projects.progress import rating


def of_column(rows: Iterable[ProjectYear], name: str) -> Decimal | None:
    """The sum of what is filled in; None where nothing is."""
    return add(getattr(row, name) for row in rows)


def rated(projects: Iterable[Project], lines: Iterable[ProjectYear]) -> dict[int, rating.Money]:
    """What a rating counts, by the project's id: estimate, and approved and spent over all years."""
    of: dict[int, list[ProjectYear]] = defaultdict(list)
    for line in lines:
        of[line.project_id].append(line)
    return {
        p.pk: rating.Money(p.estimate_wan, of_column(of[p.pk], "approved_wan"), of_column(of[p.pk], "spent_wan"))
        for p in projects
    }
