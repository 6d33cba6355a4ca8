"""Pictures of money: lengths are to scale, nothing unfilled is drawn."""

from __future__ import annotations

import pytest

from governance import charts
from governance.templatetags.look import svg


def test_a_year_s_parts_stand_on_each_other_to_scale_and_an_empty_year_says_so():
    drawn = charts.year_stack([2006, 2007], [("市财政", [30, None]), ("国家", [10, None])], title="x", height=240)
    first, second = drawn.blocks
    assert first.height == pytest.approx(3 * second.height, abs=0.2)
    assert second.y + second.height == pytest.approx(first.y)
    assert first.y + first.height == pytest.approx(drawn.base)
    assert [w.text for w in drawn.totals] == ["40", "未填"]
    assert "2006 年 国家 10.00" in svg(drawn)


def test_a_bullet_has_its_stages_on_one_scale_and_leaves_the_unfilled_out():
    drawn = charts.stages(
        [("P01", "/projects/P01/", (200, 100, 50, None)), ("P02", "", (None, None, None, None))], title="x"
    )
    approved, appropriated = drawn.rows[0].bars
    assert approved.width == pytest.approx(2 * appropriated.width, abs=0.2)
    assert approved.height > appropriated.height
    assert drawn.rows[0].mark == pytest.approx(drawn.left + 2 * approved.width, abs=0.2)
    assert [w.text for w in drawn.rows[0].amounts] == ["100", "50", "—"]
    assert [(w.text, w.x) for w in drawn.heads] == [
        (name, w.x) for name, w in zip(("批复", "下达", "支出"), drawn.rows[0].amounts, strict=True)
    ]
    assert drawn.rows[1].bars == ()
    assert 'href="/projects/P01/"' in svg(drawn)


def test_a_curve_adds_up_ends_at_its_last_filled_year_and_stays_under_the_ceiling():
    drawn = charts.cumulative(
        [2006, 2007, 2008],
        [("批复", "light", [10, None, 20]), ("支出", "done", [5, None, None])],
        title="x",
        ceiling=60,
        ceiling_text="总概算 60",
    )
    approved, spent = drawn.curves
    assert [p.text for p in approved.points] == ["2006 年底 批复 10.00", "2007 年底 批复 10.00", "2008 年底 批复 30.00"]
    assert len(spent.points) == 1
    rises = [drawn.base - p.y for p in approved.points]
    assert rises[2] == pytest.approx(3 * rises[0], abs=0.3)
    assert drawn.base - drawn.ceiling == pytest.approx(2 * rises[2], abs=0.3)


def test_nothing_filled_draws_no_curve():
    assert charts.cumulative([2006], [("批复", "light", [None])], title="x").curves == ()
    assert charts.year_stack([2006], [], title="x").blocks == ()
    assert svg(charts.stages([], title="x")).startswith("<svg")
