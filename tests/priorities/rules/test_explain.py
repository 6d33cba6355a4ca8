"""Minimal causes, fewest settling answers and smallest changes, each against brute force."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal

import pytest

from priorities.rules.advice import RANK, Apart, Move, advise, applied, settlements
from priorities.rules.assess import Case, Component, assess
from priorities.rules.explain import causes
from priorities.rules.facts import COMPONENT_FACTS, FACTS, OFFICE_FACTS, Answer, Fact
from priorities.rules.rule_set import PLAN_2006, Outcome, RuleSet

Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN
READY = (Fact.LEADERSHIP_COMMITTED, Fact.OPERATORS_QUALIFIED, Fact.TECHNICAL_ENVIRONMENT_READY)
CALM = {f: N for f in Fact} | {f: Y for f in READY}
NET = {Fact.VERTICAL_NETWORK: Y, Fact.CLOSED_AND_INDEPENDENT: Y}
ROOM = {Fact.NEW_DEPARTMENT_MACHINE_ROOM: Y}
OTHER = RuleSet(
    "other", readings={"8.3.2(2)": "two_of_four"}, precedence=("priority", "defer", "no_city_funding", "ordinary")
)
MOVABLE = [f for f in Fact if FACTS[f].remedy]
CURED_BY_NO = {Fact.VERTICAL_NETWORK, Fact.CLOSED_AND_INDEPENDENT, Fact.PURE_DATABASE, Fact.NEW_DEPARTMENT_MACHINE_ROOM}
CURE = {f: N if f in CURED_BY_NO else Y for f in MOVABLE}


def result_of(clause, facts, rules=PLAN_2006):
    return next(s.result for s in assess(facts, (), rules).trace if s.clause == clause)


@pytest.mark.parametrize("rules", [PLAN_2006, OTHER], ids=["plan-2006", "other"])
def test_a_cause_is_decisive_exactly_where_another_answer_changes_the_result(rules):
    rng = random.Random(831)
    for _ in range(25):
        facts = {f: rng.choice((Y, N, U)) for f in Fact}
        for cause in causes(facts, (), rules):
            own = next(t.facts for t in rules.tables if t.clause == cause.clause)
            changing = {
                f for f in own for a in Answer if result_of(cause.clause, facts | {f: a}, rules) != cause.result
            }
            assert set(cause.decisive) == changing


def test_what_is_enough_carries_the_result_alone_and_nothing_smaller_does():
    rng = random.Random(832)
    for _ in range(25):
        facts = {f: rng.choice((Y, N, U)) for f in Fact}
        for cause in causes(facts):
            if cause.result == "undetermined":
                assert cause.enough == ()
                continue
            assert result_of(cause.clause, {f: facts[f] for f in cause.enough}) == cause.result
            own = next(t.facts for t in PLAN_2006.tables if t.clause == cause.clause)
            for fewer in itertools.combinations(own, len(cause.enough) - 1) if cause.enough else ():
                assert result_of(cause.clause, {f: facts[f] for f in fewer}) != cause.result


def test_a_cause_on_components_names_the_one_it_was_read_from():
    found = causes(CALM, (Component("专网", Decimal(10), NET), Component("应用", Decimal(30))))
    first = [c for c in found if c.clause == "8.3.3(1)"]
    assert [(c.component, c.result, set(c.decisive)) for c in first] == [("专网", "met", set(NET))]


# --- the fewest answers that settle an open outcome ---------------------------------------------------------------


def spots_of(facts, components):
    """The answers that can still be given: of the whole where somebody reads it, of a component that says unknown."""
    read = {f for f in COMPONENT_FACTS if not components or any(f not in c.facts for c in components)}
    spots = [(None, f) for f in Fact if facts.get(f, U) is U and (f not in COMPONENT_FACTS or f in read)]
    return spots + [(i, f) for i, c in enumerate(components) for f, a in c.facts.items() if a is U]


def answered(facts, components, answers):
    whole = facts | {f: a for (i, f), a in answers.items() if i is None}
    parts = tuple(
        Component(c.name, c.amount_wan, {**c.facts, **{f: a for (j, f), a in answers.items() if j == i}})
        for i, c in enumerate(components)
    )
    return whole, parts


def fewest_by_trying(facts, components, rules) -> dict[Outcome, int]:
    """Outcome → the least number of answers that settle it, over all sets of answers."""
    spots, found = spots_of(facts, components), {}
    for size in range(1, len(spots) + 1):
        for chosen in itertools.combinations(spots, size):
            for values in itertools.product((Y, N), repeat=size):
                outcome = assess(*answered(facts, components, dict(zip(chosen, values, strict=True))), rules).outcome
                if outcome is not Outcome.UNDETERMINED:
                    found.setdefault(outcome, size)
    return found


@pytest.mark.parametrize("rules", [PLAN_2006, OTHER], ids=["plan-2006", "other"])
def test_settlements_are_the_fewest_answers_that_settle_each_possible_outcome(rules):
    rng, tried = random.Random(835), 0
    while tried < 40:
        facts = CALM | {f: rng.choice((Y, N)) for f in rng.sample(list(Fact), 3)}
        facts |= {
            f: U
            for f in rng.sample(list(Fact), rng.randint(0, 3)) + rng.sample(list(COMPONENT_FACTS), rng.randint(0, 3))
        }
        components = tuple(
            Component(
                f"k{i}",
                Decimal(rng.choice((0, 3, 4, 9))),
                {f: rng.choice((Y, N, U, U)) for f in rng.sample(list(COMPONENT_FACTS), 3)},
            )
            for i in range(rng.choice((0, 2, 3)))
        )
        if len(spots_of(facts, components)) > 6 or assess(facts, components, rules).outcome is not Outcome.UNDETERMINED:
            continue
        tried += 1
        found = settlements(facts, components, rules)
        assert {s.outcome: s.size for s in found} == fewest_by_trying(facts, components, rules)
        assert {s.outcome for s in found} == set(assess(facts, components, rules).reachable)
        for s in found:
            answers = {(None, f): a for f, a in s.facts.items()} | dict(s.components)
            assert assess(*answered(facts, components, answers), rules).outcome is s.outcome


def test_a_settled_outcome_needs_no_settling():
    assert settlements(CALM, (), PLAN_2006) == []


def test_nothing_answered_is_settled_fastest_by_one_office_fact():
    first = settlements({}, (), PLAN_2006)[0]
    assert (first.outcome, first.size) == (Outcome.NO_CITY_FUNDING, 1)


# --- advice -------------------------------------------------------------------------------------------------------


def every_move(facts, components) -> list[Move]:
    """All answers that could be cured: actionable, known and not as they should be, of the whole or of a component."""
    whole = [Move(f, facts[f], CURE[f]) for f in MOVABLE if facts.get(f, U) not in (U, CURE[f])]
    own = []
    for i, c in enumerate(components):
        for f in COMPONENT_FACTS:
            was = c.facts.get(f, facts.get(f, U))
            if was not in (U, CURE[f]):
                own.append(Move(f, was, CURE[f], c.name, i))
    return whole + own


def worst(outcomes) -> int:
    return min(RANK[o] for o in outcomes)


@pytest.mark.parametrize("rules", [PLAN_2006, OTHER], ids=["plan-2006", "other"])
def test_advice_is_the_smallest_by_trying_every_change(rules):
    rng, seen, none = random.Random(833), 0, 0
    while seen < 40:
        facts = CALM | {f: rng.choice((Y, N)) for f in rng.sample(list(Fact), 9)} | {f: N for f in OFFICE_FACTS}
        facts |= {f: U for f in rng.sample(list(Fact), 2)}
        if rng.random() < 0.1:
            facts[Fact.SEVERELY_DUPLICATES] = Y
        components = tuple(
            Component(
                "同名",
                Decimal(rng.choice((0, 3, 4, 9))),
                {f: rng.choice((Y, N, U)) for f in rng.sample(list(COMPONENT_FACTS), 2)},
            )
            for _ in range(rng.choice((0, 0, 1, 2)))
        )
        case = Case(facts, components, rules, {})
        now = case.reachable()
        if len(now) > 1 or now[0] not in (Outcome.DEFER, Outcome.NO_CITY_FUNDING):
            continue
        seen += 1
        found = [a for a in advise(facts, components, rules) if not isinstance(a.moves[0], Apart)]
        moves = every_move(facts, components)
        limit = min(len(found[0].moves) if found else 3, 3)
        least = next(
            (
                n
                for n in range(1, limit + 1)
                if any(worst(applied(case, m).reachable()) > RANK[now[0]] for m in itertools.combinations(moves, n))
            ),
            None,
        )
        if found and len(found[0].moves) <= 3:
            assert least == len(found[0].moves)
        else:
            none += 1
            assert least is None
        for advice in found:
            assert {(m.fact, m.now, m.place) for m in advice.moves} <= {(m.fact, m.now, m.place) for m in moves}
            then = applied(case, advice.moves).reachable()
            assert (advice.reachable, worst(then) > RANK[now[0]]) == (then, True)
    assert 0 < none < seen


def test_what_all_components_inherit_is_changed_once_for_all():
    parts = tuple(Component(n, Decimal(10)) for n in ("甲", "乙", "丙", "丁"))
    found = advise(CALM | NET, parts, PLAN_2006)
    assert [(m.fact, m.component) for m in found[0].moves] in ([(f, "")] for f in NET)
    assert {len(a.moves) for a in found} == {1}


def test_a_room_is_moved_in_the_component_that_has_it_though_two_share_a_name():
    parts = (Component("设备", Decimal(1)), Component("设备", Decimal(9), ROOM))
    move = advise(CALM, parts, PLAN_2006)[0].moves[0]
    assert (move.place, move.now) == (1, N)
    assert move.sentence == "“设备”托管到市电子政务网络管理中心（9.1.2.1） → 8.3.3(5) 不成立"


def test_the_advice_for_a_closed_network_is_the_unified_platform():
    assert "改用统一网络平台虚拟专网（9.1.2.1） → 8.3.3(1) 不成立" in [
        m.sentence for a in advise(CALM | NET, (), PLAN_2006) for m in a.moves
    ]


def test_the_rest_may_be_filed_on_its_own_where_the_hit_part_weighs_half():
    facts = CALM | {Fact.STRENGTHENS_SUPERVISION: Y}
    found = advise(facts, (Component("专网", Decimal(6), NET), Component("应用", Decimal(4))), PLAN_2006)[-1]
    assert (found.moves, found.outcome) == ((Apart(("专网",), ("8.3.3(1)",)),), Outcome.PRIORITY)
    assert found.moves[0].sentence == "把“专网”分出，其余部分单独申报 → 8.3.3(1) 不成立"


def test_nothing_is_filed_on_its_own_where_nothing_is_left():
    found = advise(CALM, (Component("机房", Decimal(6), ROOM),), PLAN_2006)
    assert not any(isinstance(m, Apart) for a in found for m in a.moves)


def test_advice_holds_whatever_the_unknown_ones_turn_out_to_be():
    facts = CALM | NET | {Fact.BUSINESS_SYSTEM: U, Fact.EXCHANGEABLE: U}
    found = advise(facts, (), PLAN_2006)[0]
    assert (found.outcome, found.reachable) == (Outcome.UNDETERMINED, (Outcome.DEFER, Outcome.ORDINARY))


def test_advice_counts_what_the_reviewer_decided():
    facts = CALM | {Fact.NARROW_SCOPE: Y, Fact.COMPLEX_TECHNOLOGY: Y, Fact.LEADERSHIP_COMMITTED: N}
    assert advise(facts, (), PLAN_2006, {"8.3.2(2)": True}) == []
    assert advise(facts, (), PLAN_2006, {"8.3.2(2)": False})[0].outcome is Outcome.ORDINARY


def test_what_is_unknown_is_answered_not_changed():
    facts = CALM | {
        Fact.LEADERSHIP_COMMITTED: N,
        Fact.INTEGRATES_EXISTING: U,
        Fact.HIGHLY_SHARED: Y,
        Fact.HIGHLY_INTEGRATED: Y,
    }
    facts |= {Fact.MANAGED_BY_RESOURCE_DEPARTMENT: N, Fact.SEVERELY_DUPLICATES: Y, Fact.EASY_TO_USE: U}
    rules = RuleSet("x", precedence=("no_city_funding", "priority", "defer", "ordinary"))
    assert advise(facts, (), rules) == []
    lifted = advise(facts | {Fact.SEVERELY_DUPLICATES: N, Fact.INTEGRATES_EXISTING: Y}, (), rules)
    assert (lifted[0].outcome, [m.fact for m in lifted[0].moves]) == (
        Outcome.PRIORITY,
        [Fact.MANAGED_BY_RESOURCE_DEPARTMENT],
    )
    assert lifted[0].moves[0].sentence.endswith("→ 8.3.1(1) 成立")
    assert all(m.was is not U for a in advise(facts | {Fact.SEVERELY_DUPLICATES: N}, (), rules) for m in a.moves)


def test_nobody_is_advised_to_fail_one_clause_in_order_to_escape_another():
    assert OTHER.precedence.index(Outcome.DEFER) < OTHER.precedence.index(Outcome.NO_CITY_FUNDING)
    found = advise(CALM | {Fact.SEVERELY_DUPLICATES: Y}, (), OTHER)
    assert {m.now for a in found for m in a.moves} <= {Y}
    assert {m.fact for a in found for m in a.moves}.isdisjoint(READY)


def test_what_only_the_office_can_judge_has_no_advice():
    assert advise(CALM | {Fact.SEVERELY_DUPLICATES: Y}, (), PLAN_2006) == []


def test_the_department_is_told_how_to_change_its_own_facts_alone():
    assert MOVABLE
    assert not any(FACTS[f].is_office for f in MOVABLE)
    assert not set(OFFICE_FACTS) & set(MOVABLE)
