"""The 17 criteria, each beside the plan's words: holds, fails, unknown; a case per clause. No database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from priorities.rules.assess import assess
from priorities.rules.criteria import UnknownClause
from priorities.rules.facts import FACTS, OFFICE_FACTS, Answer, Fact, on_screen
from priorities.rules.plan_2006 import BY_CLAUSE, CLAUSE_OF, CLAUSES, CRITERIA, criterion
from priorities.rules.rule_set import OF_HEADING, PRECEDENCE, Outcome, RuleSet

TEXT = (Path(__file__).parents[3] / "fixtures" / "plan_2006.txt").read_text(encoding="utf-8")
Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN

# clause, answers that matter (in the design's order of facts), result under the default reading
CASES = [
    ("8.3.1(1)", (Y, Y, Y, Y), "met"),
    ("8.3.1(1)", (Y, Y, N, Y), "unmet"),
    ("8.3.1(1)", (Y, Y, U, Y), "undetermined"),
    ("8.3.1(1)", (N, U, U, U), "unmet"),
    ("8.3.1(2)", (Y, N), "met"),
    ("8.3.1(2)", (N, Y), "met"),
    ("8.3.1(2)", (N, N), "unmet"),
    ("8.3.1(2)", (N, U), "undetermined"),
    ("8.3.1(2)", (Y, U), "met"),
    ("8.3.1(3)", (Y, N, Y), "met"),
    ("8.3.1(3)", (Y, N, N), "unmet"),
    ("8.3.1(3)", (N, Y, Y), "unmet"),
    ("8.3.1(3)", (Y, N, U), "undetermined"),
    ("8.3.1(4)", (Y, N, N, Y), "met"),
    ("8.3.1(4)", (N, Y, Y, Y), "unmet"),
    ("8.3.1(4)", (Y, N, N, N), "unmet"),
    ("8.3.1(4)", (U, Y, N, N), "undetermined"),
    ("8.3.1(5)", (Y, Y, N, N), "met"),
    ("8.3.1(5)", (N, Y, Y, Y), "unmet"),
    ("8.3.1(5)", (Y, N, N, N), "unmet"),
    ("8.3.1(5)", (Y, N, U, N), "undetermined"),
    ("8.3.1(6)", (Y, Y), "met"),
    ("8.3.1(6)", (Y, N), "unmet"),
    ("8.3.1(6)", (Y, U), "undetermined"),
    ("8.3.1(6)", (N, U), "unmet"),
    ("8.3.1(7)", (Y, Y), "met"),
    ("8.3.1(7)", (Y, N), "unmet"),
    ("8.3.1(7)", (U, Y), "undetermined"),
    ("8.3.1(8)", (Y, Y, Y), "met"),
    ("8.3.1(8)", (Y, Y, N), "unmet"),
    ("8.3.1(8)", (Y, U, Y), "undetermined"),
    ("8.3.2(1)", (Y, Y, N), "met"),
    ("8.3.2(1)", (N, U, U), "met"),
    ("8.3.2(1)", (Y, Y, Y), "unmet"),
    ("8.3.2(1)", (Y, Y, U), "undetermined"),
    ("8.3.2(2)", (Y, Y, Y, N), "met"),
    ("8.3.2(2)", (Y, N, Y, N), "partly"),
    ("8.3.2(2)", (N, N, Y, N), "unmet"),
    ("8.3.2(2)", (Y, Y, N, U), "undetermined"),
    ("8.3.2(2)", (Y, Y, Y, U), "met"),
    ("8.3.2(2)", (N, N, N, U), "unmet"),
    ("8.3.2(3)", (Y, N), "met"),
    ("8.3.2(3)", (Y, Y), "unmet"),
    ("8.3.2(3)", (N, N), "unmet"),
    ("8.3.2(3)", (Y, U), "undetermined"),
    ("8.3.2(4)", (Y, N), "met"),
    ("8.3.2(4)", (N, N), "unmet"),
    ("8.3.2(4)", (U, N), "undetermined"),
    ("8.3.3(1)", (Y, Y), "met"),
    ("8.3.3(1)", (Y, N), "unmet"),
    ("8.3.3(1)", (Y, U), "undetermined"),
    ("8.3.3(2)", (Y,), "met"),
    ("8.3.3(2)", (N,), "unmet"),
    ("8.3.3(2)", (U,), "undetermined"),
    ("8.3.3(3)", (Y, N, N), "met"),
    ("8.3.3(3)", (Y, Y, N), "unmet"),
    ("8.3.3(3)", (Y, N, Y), "unmet"),
    ("8.3.3(3)", (Y, N, U), "undetermined"),
    ("8.3.3(4)", (Y,), "met"),
    ("8.3.3(4)", (N,), "unmet"),
    ("8.3.3(4)", (U,), "undetermined"),
    ("8.3.3(5)", (Y,), "met"),
    ("8.3.3(5)", (N,), "unmet"),
    ("8.3.3(5)", (U,), "undetermined"),
]


@pytest.mark.parametrize(("clause", "answers", "result"), CASES)
def test_a_clause_reads_its_facts_as_the_table_says(clause, answers, result):
    facts = dict(zip(BY_CLAUSE[clause].facts, answers, strict=True))
    step = next(s for s in assess(facts).trace if s.clause == clause)
    assert step.result == result


def test_every_clause_has_a_case_that_holds_one_that_fails_and_one_unknown():
    for clause in CLAUSES:
        assert {"met", "unmet", "undetermined"} <= {r for c, _, r in CASES if c == clause}, clause


def test_the_plan_names_8_4_and_5_clauses():
    counts = [sum(c.heading == h for c in CRITERIA) for h in ("8.3.1", "8.3.2", "8.3.3")]
    assert counts == [8, 4, 5]


@pytest.mark.parametrize("clause", CLAUSES)
def test_each_text_is_word_for_word_the_plan(clause):
    number = clause.partition("(")[2].rstrip(")")
    row = BY_CLAUSE[clause]
    lines = [line for line in TEXT.splitlines() if line.startswith(f"{number}、{row.text}")]
    assert lines
    assert lines[0].rstrip("。;；") == f"{number}、{row.text}"


def test_the_ninth_class_of_8_3_1_is_refused_with_the_reason():
    with pytest.raises(UnknownClause, match="实列 8 类"):
        criterion("8.3.1(9)")


def test_one_fact_of_8_3_1_2_alone_is_met_with_the_note():
    step = next(
        s for s in assess({Fact.STRENGTHENS_SUPERVISION: Y, Fact.RAISES_TAX_REVENUE: N}).trace if s.clause == "8.3.1(2)"
    )
    assert (step.result, step.note, step.because) == ("met", "仅一项", (Fact.STRENGTHENS_SUPERVISION,))


def test_every_outcome_has_a_place_in_the_precedence():
    assert set(PRECEDENCE) == set(Outcome) - {Outcome.UNDETERMINED}
    assert set(OF_HEADING.values()) | {Outcome.ORDINARY} == set(PRECEDENCE)


def test_every_fact_belongs_to_one_clause_and_has_a_question():
    for fact in Fact:
        owners = [c.clause for c in CRITERIA if fact in c.facts]
        assert owners == [CLAUSE_OF[fact]]
        assert FACTS[fact].question.endswith(("？", "）"))


def test_six_facts_are_the_office_s_alone():
    assert len(OFFICE_FACTS) == 6


def test_the_question_of_a_fault_asks_for_its_opposite_and_the_answer_shown_is_turned_round():
    """Put positively; the key keeps its answer."""
    assert {f for f in Fact if FACTS[f].turned} == set(OFFICE_FACTS)
    for fact in Fact:
        turned = FACTS[fact].turned
        assert [on_screen(fact, a) for a in ("yes", "no", "unknown", "")] == [
            "no" if turned else "yes",
            "yes" if turned else "no",
            "unknown",
            "",
        ]
        assert all(on_screen(fact, on_screen(fact, a)) == a for a in Answer)
        assert not any(fault in FACTS[fact].question for fault in ("窄小", "不清晰", "不明", "是否“复杂”"))


@pytest.mark.parametrize("readings", [{"8.3.2(2)": "nine_of_four"}, {"8.3.1(9)": "all"}])
def test_a_rule_set_refuses_what_the_criteria_do_not_know(readings):
    with pytest.raises(ValueError, match="8.3"):
        RuleSet("x", readings=readings)


def test_a_rule_set_holds_from_its_first_day_and_no_longer_on_its_last():
    rules = RuleSet("x", dt.date(2007, 1, 1), dt.date(2008, 1, 1))
    days = (dt.date(2006, 12, 31), dt.date(2007, 1, 1), dt.date(2007, 12, 31), dt.date(2008, 1, 1))
    assert [rules.in_force_on(d) for d in days] == [False, True, True, False]
    with pytest.raises(ValueError, match="晚于"):
        RuleSet("x", dt.date(2007, 1, 1), dt.date(2007, 1, 1))


def test_a_precedence_lists_each_outcome_once_and_ordinary_last():
    with pytest.raises(ValueError, match="各列一次"):
        RuleSet("x", precedence=("defer", "defer", "priority", "ordinary"))
    with pytest.raises(ValueError, match="最后"):
        RuleSet("x", precedence=("ordinary", "defer", "priority", "no_city_funding"))
