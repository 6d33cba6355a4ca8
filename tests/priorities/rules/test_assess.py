"""The assessment against brute force over all completions; components; decisions; precedence."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import pytest

from priorities.rules.assess import Component, assess
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.rule_set import PLAN_2006, Outcome, RuleSet

Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN
SPREAD = RuleSet(
    "spread",
    readings={"8.3.2(2)": "two_of_four", "8.3.1(2)": "both"},
    switched_off=("8.3.2(4)",),
    precedence=("defer", "priority", "no_city_funding", "ordinary"),
)


def outcome_of(facts, components, rules):
    """The outcome of a complete case, written again from the design: hit money, headings, precedence."""
    held = {s.clause for s in assess(facts, components, rules).trace if s.result == "met"}
    flags = {
        Outcome.PRIORITY: any(c.startswith("8.3.1") for c in held),
        Outcome.DEFER: any(c.startswith("8.3.2") for c in held),
    }
    whole = bool(held & {"8.3.3(2)", "8.3.3(4)"})
    if not components:
        whole = whole or any(c.startswith("8.3.3") for c in held)
    else:
        hit = []
        for c in components:
            own = {f: c.facts.get(f, facts.get(f)) for f in COMPONENT_FACTS}
            if (
                (own[Fact.VERTICAL_NETWORK] is Y and own[Fact.CLOSED_AND_INDEPENDENT] is Y)
                or own[Fact.NEW_DEPARTMENT_MACHINE_ROOM] is Y
                or (own[Fact.PURE_DATABASE] is Y and own[Fact.HAS_APPLICATION] is N and own[Fact.SHAREABLE] is N)
            ):
                hit.append(c)
        total = sum((c.amount_wan for c in components), Decimal(0))
        money = sum((c.amount_wan for c in hit), Decimal(0))
        whole = whole or (bool(hit) if total == 0 else bool(hit) and money * 2 >= total)
    flags[Outcome.NO_CITY_FUNDING] = whole
    return next((o for o in rules.precedence if flags.get(o)), Outcome.ORDINARY)


def every_completion(facts, components):
    """`(variables, {values: (facts, components)})` over the unknowns of the whole and of each component."""
    spots = [("", f) for f in Fact if facts.get(f, U) is U]
    spots += [(i, f) for i, c in enumerate(components) for f, v in c.facts.items() if v is U]
    cases = {}
    for values in itertools.product((Y, N), repeat=len(spots)):
        answers = dict(zip(spots, values, strict=True))
        whole = {f: answers.get(("", f), facts.get(f)) for f in Fact}
        parts = tuple(
            Component(c.name, c.amount_wan, {f: answers.get((i, f), v) for f, v in c.facts.items()})
            for i, c in enumerate(components)
        )
        cases[values] = (whole, parts)
    return spots, cases


def a_case(rng):
    facts = {f: rng.choice((Y, N, N)) for f in Fact}
    for f in rng.sample(list(Fact), rng.randint(0, 4)) + rng.sample(list(COMPONENT_FACTS), rng.randint(0, 3)):
        facts[f] = U
    components = tuple(
        Component(
            f"k{i}",
            Decimal(rng.choice((0, 1, 5, 10, 26, 50))),
            {f: rng.choice((Y, N, U)) for f in rng.sample(list(COMPONENT_FACTS), rng.randint(0, 2))},
        )
        for i in range(rng.choice((0, 0, 1, 2, 3)))
    )
    return facts, components


@pytest.mark.parametrize("rules", [PLAN_2006, SPREAD], ids=["plan-2006", "another"])
def test_outcome_and_missing_facts_equal_brute_force_over_all_completions(rules):
    rng, tried = random.Random(8031), 0
    while tried < 300:
        facts, components = a_case(rng)
        spots, cases = every_completion(facts, components)
        if len(spots) > 7:
            continue
        tried += 1
        outcomes = {values: outcome_of(*case, rules) for values, case in cases.items()}
        reached = set(outcomes.values())
        found = assess(facts, components, rules)
        assert found.outcome == (next(iter(reached)) if len(reached) == 1 else Outcome.UNDETERMINED)
        matter = set()
        for at, (_, fact) in enumerate(spots):
            for values, outcome in outcomes.items():
                other = values[:at] + (N if values[at] is Y else Y,) + values[at + 1 :]
                if outcomes[other] != outcome:
                    matter.add(fact)
                    break
        assert set(found.missing_facts) == matter


def test_answering_an_unknown_never_reverses_a_settled_outcome():
    rng = random.Random(2006)
    for _ in range(400):
        facts, components = a_case(rng)
        found = assess(facts, components)
        if found.outcome is Outcome.UNDETERMINED:
            continue
        for fact in Fact:
            if facts.get(fact, U) is U:
                for answer in (Y, N):
                    assert assess({**facts, fact: answer}, components).outcome is found.outcome


def test_an_answer_that_settles_alone_does():
    facts = {f: N for f in Fact} | {
        f: Y for f in (Fact.LEADERSHIP_COMMITTED, Fact.OPERATORS_QUALIFIED, Fact.TECHNICAL_ENVIRONMENT_READY)
    }
    facts |= {Fact.BUSINESS_SYSTEM: Y, Fact.EXCHANGEABLE: U}
    found = assess(facts)
    assert found.missing_facts == (Fact.EXCHANGEABLE,) == found.settle_alone


def test_settle_alone_names_exactly_the_facts_of_which_one_answer_settles():
    rng, open_ = random.Random(41), 0
    while open_ < 150:
        facts, components = a_case(rng)
        found = assess(facts, components)
        if found.outcome is not Outcome.UNDETERMINED:
            continue
        open_ += 1

        def settles(fact, facts=facts, components=components):
            for answer in (Y, N):
                parts = tuple(
                    Component(
                        c.name, c.amount_wan, {f: answer if f is fact and a is U else a for f, a in c.facts.items()}
                    )
                    for c in components
                )
                given = facts | ({fact: answer} if facts[fact] is U else {})
                if assess(given, parts).outcome is not Outcome.UNDETERMINED:
                    return True
            return False

        assert found.settle_alone == tuple(f for f in found.missing_facts if settles(f))


def quality_case(share: str):
    facts = {f: N for f in Fact} | {
        f: Y for f in (Fact.LEADERSHIP_COMMITTED, Fact.OPERATORS_QUALIFIED, Fact.TECHNICAL_ENVIRONMENT_READY)
    }
    facts |= {Fact.STRENGTHENS_SUPERVISION: Y}
    room = Component("机房", Decimal(share), {Fact.NEW_DEPARTMENT_MACHINE_ROOM: Y})
    return facts, (room, Component("应用", Decimal(100) - Decimal(share)))


def test_hit_money_below_half_is_cut_and_the_rest_keeps_its_outcome():
    found = assess(*quality_case("49.99"))
    assert (found.outcome, found.cut_wan) == (Outcome.PRIORITY, Decimal("49.99"))


def test_hit_money_of_half_makes_the_whole_unfunded_and_cuts_nothing():
    found = assess(*quality_case("50"))
    assert (found.outcome, found.cut_wan) == (Outcome.NO_CITY_FUNDING, Decimal(0))


def test_any_hit_makes_the_whole_unfunded_where_the_total_is_zero():
    facts, _ = quality_case("10")
    parts = (Component("机房", Decimal(0), {Fact.NEW_DEPARTMENT_MACHINE_ROOM: Y}), Component("应用", Decimal(0)))
    assert assess(facts, parts).outcome is Outcome.NO_CITY_FUNDING


def test_a_component_that_leaves_a_fact_out_inherits_and_an_explicit_unknown_replaces():
    facts = {f: N for f in Fact} | {Fact.NEW_DEPARTMENT_MACHINE_ROOM: Y}
    inherits, unknown = (
        Component("甲", Decimal(10)),
        Component("乙", Decimal(10), {Fact.NEW_DEPARTMENT_MACHINE_ROOM: U}),
    )
    result = {
        c.name: next(s for s in assess(facts, (c,)).trace if s.clause == "8.3.3(5)").result for c in (inherits, unknown)
    }
    assert result == {"甲": "met", "乙": "undetermined"}


def test_a_partly_met_clause_asks_for_a_decision_and_moves_the_outcome_only_by_it():
    facts = {f: N for f in Fact} | {
        f: Y for f in (Fact.LEADERSHIP_COMMITTED, Fact.OPERATORS_QUALIFIED, Fact.TECHNICAL_ENVIRONMENT_READY)
    }
    facts |= {Fact.NARROW_SCOPE: Y, Fact.COMPLEX_TECHNOLOGY: Y}
    open_, counted, dismissed = (
        assess(facts),
        assess(facts, decisions={"8.3.2(2)": True}),
        assess(facts, decisions={"8.3.2(2)": False}),
    )
    assert (open_.outcome, open_.needs_decision) == (Outcome.ORDINARY, ("8.3.2(2)",))
    assert (counted.outcome, counted.needs_decision, dismissed.outcome) == (Outcome.DEFER, (), Outcome.ORDINARY)


def test_all_clauses_that_hold_stay_visible_under_the_strongest_outcome():
    facts = {f: N for f in Fact} | {Fact.STRENGTHENS_SUPERVISION: Y, Fact.SEVERELY_DUPLICATES: Y}
    found = assess(facts)
    assert found.outcome is Outcome.NO_CITY_FUNDING
    assert {"8.3.1(2)", "8.3.2(1)", "8.3.3(2)"} <= set(found.clauses("met"))


def test_another_precedence_changes_exactly_the_label():
    facts = {f: N for f in Fact} | {Fact.STRENGTHENS_SUPERVISION: Y, Fact.SEVERELY_DUPLICATES: Y}
    other = assess(facts, rule_set=SPREAD)
    assert other.outcome is Outcome.DEFER
    assert [s.result for s in other.trace if s.clause.startswith("8.3.3")] == [
        s.result for s in assess(facts).trace if s.clause.startswith("8.3.3")
    ]


def test_nothing_answered_is_undetermined_with_every_fact_missing():
    found = assess({})
    assert found.outcome is Outcome.UNDETERMINED
    assert found.missing_facts == tuple(Fact)
