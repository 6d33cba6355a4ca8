"""`screen`'s format and refusals; advice and flips."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from priorities.rules.explain import contradictions
from priorities.rules.facts import Answer, Fact
from priorities.rules.plan_2006 import CLAUSES
from priorities.rules.screen import InputError, parse_items, parse_text, screen

READY = {"leadership_committed": "yes", "operators_qualified": "yes", "technical_environment_ready": "yes"}
CALM = {str(f): "no" for f in Fact} | READY


def one(**item) -> dict:
    return next(screen(parse_items([{"id": "a", **item}])))


def test_the_keys_stand_as_the_contract_lists_them():
    assert list(one()) == [
        "id",
        "outcome",
        "met",
        "partly",
        "undetermined",
        "needs_decision",
        "missing_facts",
        "cut_wan",
        "rule_set",
        "trace",
    ]
    assert list(one()["trace"][0]) == ["clause", "text", "result", "because", "components", "note"]


def test_items_come_in_input_order_and_other_keys_are_ignored():
    rows = list(screen(parse_items([{"id": "z", "colour": 1}, {"id": 7}])))
    assert [r["id"] for r in rows] == ["z", "7"]


def test_lists_follow_the_table_s_order_and_a_clause_stands_in_one_list():
    row = one(facts={**CALM, "narrow_scope": "yes", "complex_technology": "yes", "raises_tax_revenue": "unknown"})
    assert row["partly"] == ["8.3.2(2)"] == row["needs_decision"]
    assert row["undetermined"] == ["8.3.1(2)"]
    assert [t["clause"] for t in row["trace"]] == list(CLAUSES)
    assert not set(row["met"]) & set(row["partly"]) & set(row["undetermined"])


def test_undetermined_clauses_are_listed_though_the_outcome_is_settled():
    row = one(facts={"severely_duplicates": "yes"})
    assert row["outcome"] == "no_city_funding"
    assert row["missing_facts"] == []
    assert len(row["undetermined"]) == 16


def test_cut_money_has_two_decimals_and_is_zero_for_an_unfunded_whole():
    parts = [
        {"name": "机房", "amount_wan": 26, "facts": {"new_department_machine_room": "yes"}},
        {"name": "应用", "amount_wan": "100.5"},
    ]
    assert one(facts=CALM, components=parts)["cut_wan"] == "26.00"
    assert one(facts=CALM, components=parts[:1])["cut_wan"] == "0.00"


def test_because_names_the_facts_that_speak_for_the_result():
    row = one(facts={**CALM, "business_system": "yes", "vertical_network": "yes", "closed_and_independent": "unknown"})
    because = {t["clause"]: t["because"] for t in row["trace"]}
    assert because["8.3.2(3)"] == ["business_system", "exchangeable"]
    assert because["8.3.3(1)"] == ["closed_and_independent"]
    assert because["8.3.1(7)"] == ["required_by_state", "important"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "列表"),
        ([3], "第 1 项"),
        ([{"title": "x"}], "id"),
        ([{"id": "a"}, {"id": "a"}], "重复"),
        ([{"id": "a", "facts": {"colour": "yes"}}], "colour"),
        ([{"id": "a", "facts": {"important": "maybe"}}], "maybe"),
        ([{"id": "a", "facts": {"important": True}}], "important"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": -1}]}], "amount_wan"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": "abc"}]}], "amount_wan"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": True}]}], "amount_wan"),
        ([{"id": "a", "components": [{"name": "x"}]}], "amount_wan"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": 1, "facts": {"important": "yes"}}]}], "important"),
        ([{"id": "a", "components": {}}], "components"),
        ([{"id": "a", "facts": []}], "facts"),
        ([{"id": "  "}], "id"),
        ([{"id": 7}, {"id": "7"}], "重复"),
        ([{"id": "\ud800"}], "代理字符"),
        ([{"id": "a", "components": [{"name": "\ud800", "amount_wan": 1}]}], "name"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": "1_000"}]}], "1_000"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": float("inf")}]}], "amount_wan"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": "1e400"}]}], "amount_wan"),
    ],
)
def test_what_cannot_be_understood_is_refused_naming_item_and_key(data, words):
    with pytest.raises(InputError, match=words):
        parse_items(data)


@pytest.mark.parametrize("text", ["", "[", "[NaN]", '[{"id": "a", "id": "b"}]', "[" * 100_000])
def test_broken_json_is_refused(text):
    with pytest.raises(InputError):
        parse_text(text)


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "-Infinity", "1e400", "-5", "1" + "0" * 5000, '"３e"', "true", "null", '""']
)
def test_an_amount_that_is_none_is_refused_by_item_and_key(amount):
    with pytest.raises(InputError, match=r"第 2 项（id b）.*amount_wan"):
        parse_text('[{"id": "a"}, {"id": "b", "components": [{"name": "x", "amount_wan": %s}]}]' % amount)  # noqa: UP031


@pytest.mark.parametrize(
    ("amount", "read"), [('"３００"', "300"), ("1e3", "1000"), ("-0.0", "0"), ("26.005", "26.005"), ('" 12 "', "12")]
)
def test_an_amount_is_read_as_the_number_that_it_is(amount, read):
    item = parse_text('[{"id": "a", "components": [{"name": "x", "amount_wan": %s}]}]' % amount)[0]  # noqa: UP031
    assert (item.components[0].amount_wan, item.components[0].amount_wan.is_signed()) == (Decimal(read), False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"id": "a", "facts": {"important": "yes", "important": "no"}}]', r"id a.*facts.*important"),
        ('[{"id": "a", "components": [{"amount_wan": 1, "amount_wan": 2}]}]', r"id a.*components.*amount_wan"),
        ('[{"id": "a", "other": NaN}]', "NaN"),
    ],
)
def test_a_repeated_key_is_refused_by_item_and_key_and_nan_everywhere(text, words):
    with pytest.raises(InputError, match=words):
        parse_text(text)


def test_cut_money_is_rounded_half_up():
    parts = [
        {"name": "机房", "amount_wan": "26.005", "facts": {"new_department_machine_room": "yes"}},
        {"name": "应用", "amount_wan": 100},
    ]
    assert one(facts=CALM, components=parts)["cut_wan"] == "26.01"


def test_a_wrong_item_at_the_end_prints_nothing():
    with pytest.raises(InputError, match="第 2 项"):
        list(screen(parse_text(json.dumps([{"id": "a"}, {"id": "b", "facts": {"x": "yes"}}]))))


def test_contradicting_answers_are_flagged_not_refused():
    both = {Fact.PURE_DATABASE: Answer.YES, Fact.HAS_APPLICATION: Answer.YES}
    assert contradictions(both) == ["是纯数据库，又说有应用"]


def test_a_title_is_text_or_left_out():
    assert [i.title for i in parse_items([{"id": "a", "title": "平台"}, {"id": "b"}, {"id": "c", "title": None}])] == [
        "平台",
        "",
        "",
    ]
    with pytest.raises(InputError, match="title 应是文字"):
        parse_items([{"id": "a", "title": 5}])
