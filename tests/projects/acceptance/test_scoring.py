"""The score of a project's use, and places."""

from __future__ import annotations

import datetime as dt

from projects.acceptance import scoring

D = dt.date


def measured(code: str, use=None, calls=None, goals=(None, None), satisfaction=None) -> scoring.Measures:
    return scoring.Measures(code, code, use, calls, *goals, satisfaction)


def test_what_was_not_measured_is_left_out_and_never_zero():
    full, part = scoring.rank([measured("A", 80, 100, (4, 2), 90), measured("B", 80, None, (4, 2), 90)])
    assert {full.measures.code: full.points, part.measures.code: part.points} == {"A": 76.5, "B": 70.6}
    assert scoring.score(measured("B", 80, None, (4, 2), 90), 100).missing == ("共享调用",)


def test_too_little_measured_has_no_place_and_equal_points_share_one():
    rows = scoring.rank(
        [
            measured("A", 80, None, (1, 1)),
            measured("B", 80, None, (1, 1)),
            measured("C", 10, None, (1, 0)),
            measured("D", None, 5),
        ]
    )
    assert [(r.measures.code, r.place) for r in rows] == [("A", 1), ("B", 1), ("C", 3), ("D", None)]
