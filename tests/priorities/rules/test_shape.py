"""The picture of a clause and the verdict are one thing: boxes, shortest answers and truth table as screened."""

from __future__ import annotations

from itertools import product

import pytest

from priorities.rules.facts import FACTS, Answer, Fact, on_screen
from priorities.rules.plan_2006 import CRITERIA
from priorities.rules.shape import Wanted, boxes, grid, shortest, ways
from priorities.rules.tables import Table

Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN
TABLES = [Table(c, r) for c in CRITERIA for r in c.readings]
NAMES = [f"{t.clause}-{t.reading.key}" for t in TABLES]


def all_answers(table, values=(Y, N, U)):
    for chosen in product(values, repeat=len(table.facts)):
        yield dict(zip(table.facts, chosen, strict=True))


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_the_boxes_of_every_reading_all_hold_exactly_where_the_clause_is_met(table):
    drawn = boxes(table.reading.met_when)
    for answers in all_answers(table, (Y, N)):
        held = all(sum(answers[w.fact] is w.answer for w in box.wanted) >= box.need for box in drawn)
        assert held == (table.result(answers) == "met"), answers


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_every_settled_result_contains_one_of_its_shortest_answers_and_no_other_does(table):
    for answers in all_answers(table):
        for result in ("met", "partly", "unmet"):
            inside = any(all(answers[w.fact] is w.answer for w in way) for way in shortest(table, result))
            assert inside == (table.result(answers) == result), (answers, result)


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_leaving_one_of_the_shortest_answers_out_settles_nothing(table):
    for result in ("met", "partly", "unmet"):
        for way in shortest(table, result):
            for left in way:
                assert table.result({w.fact: w.answer for w in way if w is not left}) != result


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_a_row_of_the_picture_is_one_of_the_shortest_answers_as_the_screen_asks_it(table):
    drawn = [
        (result, {f: Answer(on_screen(f, a)) for f, a in zip(table.facts, row, strict=True) if a})
        for result, rows in ways(table)
        for row in rows
    ]
    assert drawn == [
        (r, {w.fact: w.answer for w in way}) for r in ("met", "partly", "unmet") for way in shortest(table, r)
    ]
    assert {result for result, _ in drawn} >= {"met", "unmet"}


@pytest.mark.parametrize(
    "table",
    [t for t in TABLES if len(t.facts) <= 2],
    ids=[n for n, t in zip(NAMES, TABLES, strict=True) if len(t.facts) <= 2],
)
def test_a_cell_of_the_truth_table_is_what_screening_says_of_those_answers(table):
    drawn = grid(table)
    for first, results in drawn.rows:
        for head, result in zip(drawn.heads or (None,), results, strict=True):
            given = {table.facts[0]: Answer(on_screen(table.facts[0], first))}
            if head is not None:
                given[table.facts[1]] = Answer(on_screen(table.facts[1], head))
            assert table.result(given) == result


def test_a_clause_of_three_facts_has_no_truth_table():
    assert all(grid(t) is None for t in TABLES if len(t.facts) > 2)


def test_a_fault_is_wanted_as_the_opposite_answer_to_its_question():
    narrow = next(t for t in TABLES if t.clause == "8.3.2(2)")
    box = boxes(narrow.reading.met_when)[0]
    assert box.need == 3
    assert [w.shown for w in box.wanted] == ["no"] * 4


def test_what_is_wanted_of_a_fact_is_asked_in_its_own_words():
    assert Wanted(Fact.NARROW_SCOPE, Answer.YES).question == FACTS[Fact.NARROW_SCOPE].question
