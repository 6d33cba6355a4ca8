"""Who pays, question by question: the payer of 8.1, the clauses read, who owes matching money, what stays open."""

from __future__ import annotations

import pytest

from budgets.payers import COUNTY_FUNDS, OTHERS, PRINCIPLES, TYPES, PayerQuestion, who_pays

CITY, COUNTY, OWN = "市财政", "县（市、区）财政", "建设单位自筹"
CITY_WITH_MATCHING, STATE = "市财政，市县配套由县（市、区）财政", "国家资金，地方配套由市级与县（市、区）财政"


@pytest.mark.parametrize(
    ("question", "payer", "clauses", "conflicts"),
    [
        (PayerQuestion(), CITY, ("8.1(2)",), ()),
        (PayerQuestion(mandate="own"), CITY, ("8.1(2)",), ()),
        (PayerQuestion(mandate="province"), CITY, ("8.1(2)",), ("D13",)),
        (PayerQuestion(mandate="city"), CITY_WITH_MATCHING, ("8.1(4)",), ("D12",)),
        (PayerQuestion(mandate="state"), STATE, ("8.1(3)",), ("D12",)),
        (PayerQuestion(mandate="state", is_district=True), STATE, ("8.1(3)",), ("D12",)),
        (PayerQuestion(is_district=True), COUNTY, (COUNTY_FUNDS[0],), ("D12",)),
        (PayerQuestion(mandate="city", is_district=True), COUNTY, ("8.1(4)",), ("D12",)),
        (PayerQuestion(mandate="province", is_district=True), COUNTY, (COUNTY_FUNDS[0],), ("D12", "D13")),
        (PayerQuestion(mandate="state", is_district=True, is_self_funded=True), OWN, ("8.1(5)",), ()),
        (PayerQuestion(investment_type="government"), CITY, ("8.1(2)", "8.2(1)"), ()),
        (PayerQuestion(investment_type="market"), CITY, ("8.1(2)", "8.2(2)"), ("D11",)),
        (
            PayerQuestion(mandate="city", investment_type="public_good"),
            CITY_WITH_MATCHING,
            ("8.1(4)", "8.2(3)"),
            ("D12", "D11"),
        ),
        (PayerQuestion(is_district=True, investment_type="market"), COUNTY, (COUNTY_FUNDS[0], "8.2(2)"), ("D12",)),
        (PayerQuestion(is_self_funded=True, investment_type="market"), OWN, ("8.1(5)", "8.2(2)"), ()),
        (PayerQuestion(investment_type="unheard of"), CITY, ("8.1(2)",), ()),
    ],
)
def test_a_question_has_one_payer_its_clauses_and_exactly_the_conflicts_that_stay_open(
    question, payer, clauses, conflicts
):
    answer = who_pays(question)
    assert (answer.payer, answer.clauses, tuple(code for code, _ in answer.conflicts)) == (payer, clauses, conflicts)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (PayerQuestion(mandate="state"), "国家要求建设的，地方配套资金"),
        (PayerQuestion(mandate="city"), "市级要求建设且需要配套的"),
        (PayerQuestion(mandate="city", is_district=True), "市级要求建设的，市县配套资金"),
        (PayerQuestion(is_district=True), ""),
        (PayerQuestion(mandate="city", is_self_funded=True), ""),
    ],
)
def test_who_owes_matching_money_is_said_where_the_plan_asks_for_it(question, said):
    matching = who_pays(question).matching
    assert matching.startswith(said)
    assert bool(matching) == bool(said)


def test_what_8_1_2_names_is_quoted_in_full_and_anything_else_by_its_end():
    assert who_pays(PayerQuestion(on_shared_list=True)).quotes == (("8.1(2)", PRINCIPLES["8.1(2)"]),)
    assert who_pays(PayerQuestion()).quotes == (("8.1(2)", OTHERS),)
    assert who_pays(PayerQuestion(investment_type="market")).quotes[1] == ("8.2(2)", TYPES["market"][2])


@pytest.mark.parametrize(
    ("question", "mix"),
    [
        (PayerQuestion(mandate="city", investment_type="public_good"), "city main, county matching, own main"),
        (PayerQuestion(is_district=True, investment_type="public_good"), "county main, own main, city start"),
        (
            PayerQuestion(mandate="state", investment_type="public_good"),
            "state main, city matching, county matching, own main",
        ),
        (PayerQuestion(is_self_funded=True, investment_type="market"), "own main, enterprise main"),
    ],
)
def test_a_payer_of_8_1_keeps_its_part_where_8_2_names_others(question, mix):
    assert ", ".join(f"{part.source} {part.role}" for part in who_pays(question).mix) == mix
