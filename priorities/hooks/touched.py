"""What a merge or a reform of a unit touches on floor 4 (governance.people.touched)."""

from __future__ import annotations

from governance.models import Organisation
from governance.people.touched import KEEPS, MOVES, Touch
from priorities.models import Submission
from priorities.submissions import workflow


def of_cases(unit: Organisation) -> list[Touch]:
    """Its cases: those still under way move, the others keep the name."""
    mine = Submission.objects.filter(organisation=unit)
    under_way = mine.exclude(state__in=workflow.FINAL)
    return [
        Touch("没有办结的申报", under_way.count(), MOVES),
        Touch("已经办结的申报", mine.filter(state__in=workflow.FINAL).count(), KEEPS),
    ]
