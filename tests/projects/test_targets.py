"""A goal's words as a number, and how much of the promise a value delivers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from projects import targets


@pytest.mark.parametrize(
    ("text", "value", "unit", "way"),
    [
        ("90%以上", 90, "%", "ge"),
        ("百分之百", 100, "%", ""),
        ("百分之九十五", 95, "%", ""),
        ("过半数", 50, "%", "gt"),
        ("≤ ２ 小时", 2, "小时", "le"),
        ("3天内", 3, "天", "le"),
        ("6 万人次", 6, "万人次", ""),
        ("1,200.5 件", Decimal("1200.5"), "件", ""),
        ("降至1.5%", Decimal("1.5"), "%", "le"),
    ],
)
def test_one_number_is_read_with_its_unit_and_what_is_asked_of_it(text, value, unit, way):
    found = targets.read(text)
    assert (found.value, found.unit, found.way) == (value, unit, way)


@pytest.mark.parametrize("text", ["", "基本普及", "GB17859 三级", "3 天内 2 次", "9" * 14, "1,20"])
def test_what_is_not_one_number_stays_words(text):
    assert targets.read(text) is None


@pytest.mark.parametrize(
    ("target", "baseline", "way"),
    [
        ("95%", "46%", "ge"),
        ("2 小时", "24 小时", "le"),
        ("10 日", "", "le"),
        ("30家", "", "ge"),
        ("1.5%", "6.2%", "le"),
    ],
)
def test_the_baseline_or_the_unit_says_which_way_is_better(target, baseline, way):
    assert targets.goal(target, baseline).way == way


@pytest.mark.parametrize(
    ("target", "baseline", "value", "points"),
    [
        ("95%", "71%", "88", "70.8"),
        ("95%", "", "88", "92.6"),
        ("95%", "71%", "60", "0"),
        ("2 小时", "24 小时", "10", "63.6"),
        ("2 小时", "24 小时", "1", "100"),
        ("过半数", "", "50", "99.9"),
        ("过半数", "", "50.1", "100"),
        ("10 日", "", "20", "50.0"),
    ],
)
def test_points_are_the_share_of_the_way_and_100_only_where_it_is_reached(target, baseline, value, points):
    assert targets.goal(target, baseline).points(Decimal(value)) == Decimal(points)


def test_a_value_in_another_unit_is_none():
    goal = targets.goal("2 小时", "24 小时")
    assert targets.measured("90 分钟", goal) is None
    assert targets.measured("1.5", goal) == Decimal("1.5")
    assert targets.measured("90%以上", targets.goal("95%")) is None
