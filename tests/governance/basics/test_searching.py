"""What somebody looks for: every word stands there, in any width, in one of the fields."""

from __future__ import annotations

import pytest

from governance.basics.searching import around, holding, matching, stands_in
from governance.basics.text import WORDS, spellings, words
from governance.models import Setting


def test_a_search_has_at_most_six_words_in_plain_width():
    assert words("ＧＩＳ　平台 1 2 3 4 5") == ["GIS", "平台", "1", "2", "3", "4"]
    assert len(words("a " * 20)) == WORDS == 6
    assert spellings("a1") == ["a1", "ａ１"]
    assert spellings("平台") == ["平台"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gis", ["one"]),
        ("平台", ["one", "two"]),
        ("平台 GIS", ["one"]),
        ("two 平台", ["two"]),
        ("(一)", ["two"]),
        ("平台 网络", []),
        ("  ", []),
    ],
)
def test_rows_hold_each_word_in_one_of_the_fields(query, found):
    Setting.objects.create(key="one", value="GIS 共享平台")
    Setting.objects.create(key="two", value="平台（一）")
    rows = Setting.objects.filter(holding(("key", "value"), query), key__in=("one", "two"))
    assert sorted(row.key for row in rows) == found


def test_a_passage_is_twice_as_long_as_its_width_and_begins_half_of_it_before_the_word():
    assert around("0123456789", "5", 4) == "…3456789"
    assert around("0123456789", "5", 2) == "…4567…"
    assert around("0123456789", "1", 2) == "0123…"
    assert around("0123456789", "x", 2) == "0123…"
    assert around("0123456789", "0 9", 2) == "0123…"
    assert around("ABCDEFGHIJ", "ｈ", 2) == "…GHIJ"


def test_every_word_has_to_be_seen():
    assert stands_in("统一（网络）平台 GIS", "gis (网络)")
    assert not stands_in("统一网络平台", "网络 GIS")


def test_rows_are_narrowed_by_each_word_as_it_is_normalised():
    class Rows:
        def __init__(self, *asked):
            self.asked = asked

        def filter(self, **condition):
            return Rows(*self.asked, condition)

    assert matching(Rows(), "ＧＩＳ 平台").asked == (
        {"search_text__contains": "gis"},
        {"search_text__contains": "平台"},
    )
    assert matching(Rows(), " ").asked == ()
