"""8.3's words in templates: outcomes, results, answers. No database."""

from __future__ import annotations

from django.utils.html import strip_tags as words

from priorities import labels
from priorities.templatetags import verdicts


def test_what_is_given_to_a_badge_is_escaped():
    assert "<script" not in verdicts.outcome_badge("<script>") + verdicts.answer("<script>")


def test_every_outcome_has_a_word_beside_its_colour():
    for code, word in verdicts.OUTCOMES.items():
        badge = verdicts.outcome_badge(code)
        assert words(badge) == word
        assert f"tag-{labels.OUTCOME_TONES[code]}" in badge
    assert words(verdicts.outcome_badge("")) == "未判定"


def test_a_clause_that_holds_takes_the_colour_of_its_consequence():
    assert "result-of-red" in verdicts.result_dot("met", "8.3.3(1)")
    assert "result-of-amber" in verdicts.result_dot("met", "8.3.2(1)")
    assert "result-of-green" in verdicts.result_dot("met", "8.3.1(1)")
    assert [words(verdicts.result_dot(r)) for r in verdicts.RESULTS] == ["成立", "部分成立", "不成立", "待补"]


def test_unknown_and_unanswered_are_not_no():
    assert words(verdicts.answer("unknown")) == "不明"
    assert words(verdicts.answer(None)) == "未答"
    assert words(verdicts.answer("no")) == "否"
