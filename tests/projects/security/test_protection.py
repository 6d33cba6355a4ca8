"""Names of the levels, and when the next assessment is due."""

from __future__ import annotations

import datetime as dt

import pytest

from projects.security import protection

D = dt.date


DAY = D(2007, 8, 20)


def test_both_name_sets_stand_side_by_side_until_d51_is_decided():
    assert protection.names(3) == "3 级（安全标记保护级／监督保护级）"
    assert protection.names(3, "b") == "3 级（安全标记保护级）"
    assert protection.names(3, "c") == "3 级（监督保护级）"
    assert protection.names(None) == ""


@pytest.mark.parametrize(
    ("level", "due"),
    [(1, D(2010, 8, 20)), (2, D(2009, 8, 20)), (3, D(2008, 8, 20)), (5, D(2008, 2, 20)), (None, D(2009, 8, 20))],
)
def test_the_next_assessment_is_due_by_level(level, due):
    assert protection.next_due(DAY, level) == due
