"""Who pays by 8.1 and 8.2: the payer, the clauses and the plan's words, who owes matching money, what stays open."""

from __future__ import annotations

import itertools

import pytest

from budgets.payers import CHANNELS, COUNTY_FUNDS, OTHERS, PRINCIPLES, TYPES, PayerQuestion, who_pays

CITY, COUNTY, OWN = "市财政", "县（市、区）财政", "建设单位自筹"
CITY_WITH_MATCHING, STATE = "市财政，市县配套由县（市、区）财政", "国家资金，地方配套由市级与县（市、区）财政"


@pytest.mark.parametrize(
    ("question", "clause", "conflict"),
    [
        (PayerQuestion(mandate="state"), "8.1(3)", "D12"),
        (PayerQuestion(mandate="city"), "8.1(4)", "D12"),
        (PayerQuestion(on_shared_list=True), "8.1(2)", ""),
        (PayerQuestion(investment_type="government"), "8.2(1)", ""),
        (PayerQuestion(is_district=True, mandate="state"), "8.1(3)", "D12"),
        (PayerQuestion(is_district=True, mandate="city"), "8.1(4)", "D12"),
        (PayerQuestion(mandate="city", investment_type="market"), "8.2(2)", "D11"),
        (PayerQuestion(mandate="province"), "8.1(2)", "D13"),
        (PayerQuestion(mandate="own", investment_type="market"), "8.2(2)", "D11"),
        (PayerQuestion(mandate="own", investment_type="public_good"), "8.2(3)", "D11"),
        (PayerQuestion(is_self_funded=True), "8.1(5)", ""),
        (PayerQuestion(is_district=True), "", "D12"),
    ],
)
def test_who_pays_names_the_clause_and_flags_what_is_open(question, clause, conflict):
    answer = who_pays(question)
    assert not clause or clause in answer.clauses
    assert (conflict in {code for code, _ in answer.conflicts}) if conflict else not answer.conflicts


def test_payers_quote_the_plan_word_for_word(settings):
    text = (settings.BASE_DIR / "fixtures" / "plan_2006.txt").read_text()
    every = itertools.product(
        ("", "state", "province", "city", "own"), ("", *TYPES), (False, True), (False, True), (False, True)
    )
    said = {words for q in every for _, words in who_pays(PayerQuestion(*q)).quotes}
    assert len(said) == 10
    assert all(words in text for words in said | {CHANNELS[1], PRINCIPLES["8.1(1)"]})


@pytest.mark.parametrize(
    ("question", "mix"),
    [
        (PayerQuestion(), [("city", "main")]),
        (PayerQuestion(mandate="state"), [("state", "main"), ("city", "matching"), ("county", "matching")]),
        (PayerQuestion(mandate="city"), [("city", "main"), ("county", "matching")]),
        (PayerQuestion(investment_type="market"), [("city", "main"), ("own", "main"), ("enterprise", "main")]),
        (PayerQuestion(investment_type="public_good"), [("city", "start"), ("own", "main")]),
        (PayerQuestion(is_self_funded=True, investment_type="public_good"), [("own", "main")]),
        (PayerQuestion(is_district=True), [("county", "main")]),
    ],
)
def test_the_mix_names_every_payer_once_with_what_it_is_for(question, mix):
    assert [(p.source, p.role) for p in who_pays(question).mix] == mix


def test_matching_and_start_up_money_are_named_only_where_the_plan_names_them():
    state, public = (
        who_pays(PayerQuestion(mandate="state")),
        who_pays(PayerQuestion(investment_type="public_good")),
    )
    assert state.matching.startswith("国家要求建设的")
    assert not state.start_up
    assert "启动资金" in public.start_up
    assert not public.matching
    assert [code for code, _ in public.notes] == ["D10"]


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
