"""Which projects fit a call and why: rules as data, unknown facts named and never a no."""

from __future__ import annotations

import datetime as dt

import pytest

from budgets.funds import fit
from budgets.models import FundingCall
from projects.models import Project


def call(*rules: dict) -> FundingCall:
    days = {"opens": dt.date(2007, 8, 1), "closes": dt.date(2007, 9, 30)}
    return FundingCall(issuer="省信息办", kind="province", title="专项", rules=list(rules), **days)


def answers(rules: list[dict], code: str = "P17") -> tuple[str, list[str]]:
    found = fit.fits(call(*rules), Project.objects.filter(code=code))[0]
    return found.answer, [one.answer for one in found.checks]


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ({"fact": "words", "value": ["卫生"]}, "yes"),
        ({"fact": "words", "value": ["农村", "旅游"]}, "no"),
        ({"fact": "mandate", "value": ["state"]}, "unknown"),
        ({"fact": "investment_type", "value": ["government"]}, "unknown"),
        ({"fact": "stage", "value": ["before"]}, "yes"),
        ({"fact": "stage", "value": ["finished"]}, "no"),
        ({"fact": "least_wan", "value": "380.00"}, "yes"),
        ({"fact": "most_wan", "value": "379.99"}, "no"),
        ({"fact": "year", "value": 2009}, "yes"),
        ({"fact": "year", "value": 2010}, "no"),
        ({"fact": "protection_level", "value": 2}, "unknown"),
        ({"fact": "goals", "value": True}, "yes"),
        ({"fact": "city_money", "value": True}, "unknown"),
    ],
)
def test_each_rule_asks_one_fact(plan, rule, answer):
    assert answers([rule]) == (answer, [answer])


def test_one_no_settles_it_and_an_unknown_says_who_can_answer(plan):
    unknown, no, yes = ({"fact": "mandate", "value": ["state"]}, {"fact": "year", "value": 2010}, {"fact": "goals"})
    assert answers([unknown, no])[0] == "no"
    assert answers([unknown, yes | {"value": True}])[0] == "unknown"
    check = fit.fits(call(unknown), Project.objects.filter(code="P17"))[0].checks[0]
    assert (check.word, check.who) == ("不明", "市信息办核定")


def test_every_project_is_held_against_the_rules_those_that_fit_first(plan):
    found = fit.fits(call({"fact": "words", "value": ["地理信息系统"]}))
    order = [one.answer for one in found]
    assert len(found) == 27
    assert order == sorted(order, key=("yes", "unknown", "no").index)
    assert {one.project.code for one in found if one.answer == "yes"} >= {"P19", "P26"}


def test_a_rule_is_said_in_words(plan):
    assert fit.asked_of([{"fact": "least_wan", "value": "20.00"}]) == ["概算：不低于 20.00 万元"]
