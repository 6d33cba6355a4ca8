"""What the office does to a case: a return names every point or none."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Invalid
from priorities import actions


def test_a_return_names_every_point_or_none(stories, cast):
    row = stories.submitted()
    for points, sentence in (
        ([], "一次写全"),
        ([("nowhere", "补")], "没有“nowhere”这个字段"),
        ([("title", " ")], "写明"),
    ):
        with pytest.raises(Invalid, match=sentence):
            actions.return_for_correction(by=cast.reviewer, submission=row, version=row.version, points=points)
