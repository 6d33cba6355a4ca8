"""Projects in the states that tests need."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics import clock
from projects import actions
from projects.models import Project

BEFORE = dt.date(2007, 3, 1)


@pytest.fixture
def under_way(cast):
    """`under_way("P01", "building")`: a project of the plan, taken over in a state."""

    def make(code: str = "P01", state: str = "building", day: dt.date = dt.date(2006, 6, 1)) -> Project:
        with clock.at(BEFORE):
            project = Project.objects.get(code=code)
            return actions.take_over(
                by=cast.reviewer,
                project=project,
                version=project.version,
                state=state,
                day=day,
                document="筑府办〔2006〕12号",
            )

    return make
