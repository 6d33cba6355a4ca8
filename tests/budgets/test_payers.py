"""Who pays by 8.1 and 8.2: the clause, the plan's words, what stays open."""

from __future__ import annotations

import itertools

import pytest

from budgets import payers


@pytest.mark.parametrize(
    ("question", "clause", "conflict"),
    [
        (payers.PayerQuestion(mandate="state"), "8.1(3)", "D12"),
        (payers.PayerQuestion(mandate="city"), "8.1(4)", "D12"),
        (payers.PayerQuestion(on_shared_list=True), "8.1(2)", ""),
        (payers.PayerQuestion(investment_type="government"), "8.2(1)", ""),
        (payers.PayerQuestion(is_district=True, mandate="state"), "8.1(3)", "D12"),
        (payers.PayerQuestion(is_district=True, mandate="city"), "8.1(4)", "D12"),
        (payers.PayerQuestion(mandate="city", investment_type="market"), "8.2(2)", "D11"),
        (payers.PayerQuestion(mandate="province"), "8.1(2)", "D13"),
        (payers.PayerQuestion(mandate="own", investment_type="market"), "8.2(2)", "D11"),
        (payers.PayerQuestion(mandate="own", investment_type="public_good"), "8.2(3)", "D11"),
        (payers.PayerQuestion(is_self_funded=True), "8.1(5)", ""),
        (payers.PayerQuestion(is_district=True), "", "D12"),
    ],
)
def test_who_pays_names_the_clause_and_flags_what_is_open(question, clause, conflict):
    answer = payers.who_pays(question)
    assert not clause or clause in answer.clauses
    assert (conflict in {code for code, _ in answer.conflicts}) if conflict else not answer.conflicts


def test_payers_quote_the_plan_word_for_word(settings):
    text = (settings.BASE_DIR / "fixtures" / "plan_2006.txt").read_text()
    every = itertools.product(
        ("", "state", "province", "city", "own"), ("", *payers.TYPES), (False, True), (False, True), (False, True)
    )
    said = {words for q in every for _, words in payers.who_pays(payers.PayerQuestion(*q)).quotes}
    assert len(said) == 10
    assert all(words in text for words in said | {payers.CHANNELS[1], payers.PRINCIPLES["8.1(1)"]})


@pytest.mark.parametrize(
    ("question", "mix"),
    [
        (payers.PayerQuestion(), [("city", "main")]),
        (payers.PayerQuestion(mandate="state"), [("state", "main"), ("city", "matching"), ("county", "matching")]),
        (payers.PayerQuestion(mandate="city"), [("city", "main"), ("county", "matching")]),
        (payers.PayerQuestion(investment_type="market"), [("city", "main"), ("own", "main"), ("enterprise", "main")]),
        (payers.PayerQuestion(investment_type="public_good"), [("city", "start"), ("own", "main")]),
        (payers.PayerQuestion(is_self_funded=True, investment_type="public_good"), [("own", "main")]),
        (payers.PayerQuestion(is_district=True), [("county", "main")]),
    ],
)
def test_the_mix_names_every_payer_once_with_what_it_is_for(question, mix):
    assert [(p.source, p.role) for p in payers.who_pays(question).mix] == mix


def test_matching_and_start_up_money_are_named_only_where_the_plan_names_them():
    state, public = (
        payers.who_pays(payers.PayerQuestion(mandate="state")),
        payers.who_pays(payers.PayerQuestion(investment_type="public_good")),
    )
    assert state.matching.startswith("国家要求建设的")
    assert not state.start_up
    assert "启动资金" in public.start_up
    assert not public.matching
    assert [code for code, _ in public.notes] == ["D10"]
