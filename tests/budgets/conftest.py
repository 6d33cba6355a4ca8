"""A project of the plan, for the tests of budgets."""

from __future__ import annotations

import pytest

from projects.models import Project


@pytest.fixture
def p06(cast) -> Project:
    return Project.objects.get(code="P06")
