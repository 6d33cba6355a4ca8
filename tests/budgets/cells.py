"""Cells filled as the finance bureau fills them, for the tests of budgets."""

from __future__ import annotations

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from projects.models import Project


def type_in(cast, project: Project, stage: str, typed: str, source="city", year=2007, **more) -> BudgetLine:
    return actions.set_cell(by=cast.finance, at=LineKey(project, year, source), stage=stage, typed=typed, **more)


def fill(cast, code: str, stage: str, typed: str, source="city", year=2007) -> BudgetLine:
    return type_in(cast, Project.objects.get(code=code), stage, typed, source, year)
