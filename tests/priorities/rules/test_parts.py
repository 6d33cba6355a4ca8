"""Components: the window of sums, many of them at once, monotony clause by clause, tables kept apart."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import pytest

from priorities.rules.assess import Component, assess
from priorities.rules.criteria import Criterion, Reading
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.logic import All, Any, no
from priorities.rules.parts import falls_within
from priorities.rules.plan_2006 import CRITERIA
from priorities.rules.rule_set import PLAN_2006, Outcome, RuleSet
from priorities.rules.tables import Table

Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN
CALM = {f: N for f in Fact} | {
    f: Y for f in (Fact.LEADERSHIP_COMMITTED, Fact.OPERATORS_QUALIFIED, Fact.TECHNICAL_ENVIRONMENT_READY)
}
ROOM = Fact.NEW_DEPARTMENT_MACHINE_ROOM


def test_a_window_is_reached_exactly_when_some_sum_falls_into_it():
    rng = random.Random(22)
    for _ in range(3000):
        amounts = [rng.choice((0, 1, 2, 3, 5, 8, 13, 40)) for _ in range(rng.randint(0, 7))]
        low = rng.randint(-5, 60)
        high = low + rng.randint(-2, 12)
        sums = {sum(s) for n in range(len(amounts) + 1) for s in itertools.combinations(amounts, n)}
        assert falls_within(amounts, low, high) == any(low <= s < high for s in sums)


@pytest.mark.parametrize("count", [1, 3, 6, 8])
def test_an_unknown_part_matters_exactly_where_its_money_can_turn_the_whole(count):
    rng = random.Random(count)
    for _ in range(20):
        amounts = [Decimal(rng.randint(0, 300)) / 100 for _ in range(count)]
        wanted = rng.sample(COMPONENT_FACTS, 2)
        own = [{f: rng.choice((Y, N, U)) for f in wanted} | {ROOM: rng.choice((Y, N, U))} for _ in amounts]
        parts = tuple(Component(f"k{i}", a, f) for i, (a, f) in enumerate(zip(amounts, own, strict=True)))
        spots = [(i, f) for i, p in enumerate(parts) for f, a in p.facts.items() if a is U]
        if len(spots) > 8:
            continue
        outcomes = {}
        for values in itertools.product((Y, N), repeat=len(spots)):
            given = dict(zip(spots, values, strict=True))
            complete = tuple(
                Component(p.name, p.amount_wan, {f: given.get((i, f), a) for f, a in p.facts.items()})
                for i, p in enumerate(parts)
            )
            outcomes[values] = assess(CALM, complete).outcome
        matter = {
            f
            for at, (_, f) in enumerate(spots)
            for values, o in outcomes.items()
            if outcomes[values[:at] + (N if values[at] is Y else Y,) + values[at + 1 :]] is not o
        }
        found = assess(CALM, parts)
        assert set(found.missing_facts) == matter
        assert set(found.reachable) == set(outcomes.values())


def test_a_small_part_that_cannot_turn_the_whole_is_not_asked_about():
    parts = (
        Component("大", Decimal(90), {ROOM: Y}),
        Component("小", Decimal(10), {Fact.VERTICAL_NETWORK: U, Fact.CLOSED_AND_INDEPENDENT: Y}),
    )
    assert assess(CALM, parts).outcome is Outcome.NO_CITY_FUNDING
    parts = (Component("大", Decimal(90), {ROOM: N}), parts[1])
    found = assess(CALM, parts)
    assert (found.outcome, found.missing_facts, found.clauses("undetermined")) == (Outcome.ORDINARY, (), ["8.3.3(1)"])


def test_sixty_parts_with_nothing_answered_are_assessed():
    rng = random.Random(60)
    amounts = [Decimal(rng.randint(1, 10**9)) / 100 for _ in range(60)]
    parts = tuple(Component(f"k{i}", a, dict.fromkeys(COMPONENT_FACTS, U)) for i, a in enumerate(amounts))
    found = assess(CALM, parts)
    assert (found.outcome, found.missing_facts) == (Outcome.UNDETERMINED, COMPONENT_FACTS)


def test_a_fact_that_counts_only_where_another_part_is_hit_already_is_not_asked_about():
    """封闭独立 open for both: where it is so, 甲 is hit and the whole with it, whatever 乙's network is."""
    facts = CALM | {Fact.CLOSED_AND_INDEPENDENT: U}
    first = {Fact.VERTICAL_NETWORK: Y}
    for amount in (Decimal(0), Decimal(10)):
        parts = (Component("甲", amount, first), Component("乙", amount, {Fact.VERTICAL_NETWORK: U}))
        assert assess(facts, parts).missing_facts == (Fact.CLOSED_AND_INDEPENDENT,)


def test_money_is_compared_to_the_last_digit():
    parts = (Component("机房", Decimal("33.333333"), {ROOM: Y}), Component("应用", Decimal("33.333334")))
    assert assess(CALM, parts).outcome is Outcome.ORDINARY
    assert assess(CALM, (parts[0], Component("应用", Decimal("33.333333")))).outcome is Outcome.NO_CITY_FUNDING


def test_two_parts_of_one_name_are_two():
    parts = (Component("甲", Decimal(10), {ROOM: Y}), Component("甲", Decimal(30)))
    found = assess(CALM, parts)
    assert (found.outcome, found.cut_wan) == (Outcome.ORDINARY, Decimal(10))
    assert next(s for s in found.trace if s.clause == "8.3.3(5)").components == ("甲",)


@pytest.mark.parametrize(
    "table", [Table(c, r) for c in CRITERIA for r in c.readings], ids=lambda t: f"{t.clause}-{t.reading.key}"
)
def test_no_answer_reverses_a_settled_clause(table):
    """All sets of answers of every clause under every reading: what one completion says settled all of them share."""
    for values in itertools.product((Y, N, U), repeat=len(table.facts)):
        answers = dict(zip(table.facts, values, strict=True))
        look = table.look(answers)
        for fact in table.facts:
            if answers[fact] is not U:
                continue
            for answer in (Y, N):
                then = table.look(answers | {fact: answer})
                if look.step.result != "undetermined":
                    assert then.step.result == look.step.result
                assert then.can <= look.can
                assert then.must >= look.must


def test_a_reading_in_which_a_fact_speaks_both_ways_is_refused():
    odd = Reading("odd", "x", Any(All(Fact.IMPORTANT, Fact.EASY_TO_USE), All(no(Fact.IMPORTANT), Fact.BROAD_BENEFIT)))
    with pytest.raises(ValueError, match="important"):
        Table(Criterion("8.3.1(1)", "x", (odd,)), odd)


def test_another_plan_s_clause_of_the_same_name_is_another():
    mine = (Criterion("8.3.1(1)", "别的规划", (Reading("all", "x", All(Fact.IMPORTANT)),)),)
    other = RuleSet("other-city", criteria=mine)
    assert assess({Fact.IMPORTANT: Y}, (), other).clauses("met") == ["8.3.1(1)"]
    assert assess({Fact.IMPORTANT: Y}, (), PLAN_2006).clauses("met") == []
    assert len(assess({}, (), other).trace) == 1


def test_two_criteria_may_share_one_reading():
    reading = Reading("all", "x", All(Fact.IMPORTANT))
    first, second = (RuleSet(c, criteria=(Criterion(c, c, (reading,)),)) for c in ("8.3.1(1)", "8.3.2(1)"))
    assert assess({Fact.IMPORTANT: Y}, (), first).outcome is Outcome.PRIORITY
    assert assess({Fact.IMPORTANT: Y}, (), second).outcome is Outcome.DEFER
