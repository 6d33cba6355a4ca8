"""One definition, three ways to evaluate it: a case at a time in Python, arrays, and the database's own expression."""

from __future__ import annotations

import random
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection

from priorities.rule_sets.masks import COLUMNS, columns
from priorities.rules import bulk
from priorities.rules.assess import Case, Component
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.plan_2006 import CRITERIA
from priorities.rules.rule_set import PLAN_2006, PRECEDENCE, Outcome, RuleSet

CASES = 100_000
SETS = 10
ANSWERS = (Answer.YES, Answer.NO, Answer.UNKNOWN)
# Yes, no, unknown: even, faultless, faulty, hardly answered, all but settled.
MIXES = np.array([(1, 1, 1), (2, 20, 0.5), (20, 2, 0.5), (1, 1, 8), (5, 12, 0.2)])
FACTS = tuple(Fact)


def any_rule_set(rng: random.Random, number: int) -> RuleSet:
    """Any reading of each clause, a few switched off, any precedence."""
    order = list(PRECEDENCE[:3])
    rng.shuffle(order)
    return RuleSet(
        f"random-{number}",
        readings={c.clause: rng.choice(c.readings).key for c in CRITERIA},
        switched_off=tuple(c.clause for c in CRITERIA if rng.random() < 0.1),
        precedence=(*order, Outcome.ORDINARY),
    )


def random_cases(seed: int, count: int):
    """`(facts, components, decisions)`; one case in eight has components."""
    rng, fast = random.Random(seed), np.random.default_rng(seed)
    mixes = MIXES[fast.integers(len(MIXES), size=count)]
    bounds = mixes.cumsum(axis=1) / mixes.sum(axis=1, keepdims=True)
    drawn = fast.random((count, len(FACTS)))
    rows = (drawn > bounds[:, :1]).astype(int) + (drawn > bounds[:, 1:2])
    for row in rows.tolist():
        parts = ()
        if rng.random() < 0.125:
            parts = tuple(
                Component(
                    f"{i}", Decimal(rng.randint(0, 4)), {f: rng.choice(ANSWERS) for f in rng.sample(COMPONENT_FACTS, 2)}
                )
                for i in range(rng.randint(1, 3))
            )
        facts = {f: ANSWERS[a] for f, a in zip(FACTS, row, strict=True)}
        yield facts, parts, rng.choice(({}, {"8.3.2(2)": True}, {"8.3.2(2)": False}))


def said_by_python(case: Case) -> tuple[int, dict[str, str]]:
    """The outcome's code and each clause's result, as an assessment finds them."""
    reachable = case.reachable()
    results = {t.clause: k.step.result for t, k in case.looks}
    if case.parts:
        results |= {t.clause: case.parts.step(t).result for t in case.parts.tables}
    return bulk.CODES[reachable[0] if len(reachable) == 1 else Outcome.UNDETERMINED], results


@pytest.mark.django_db
def test_python_arrays_and_sql_agree_on_100_000_random_fact_sets():
    sets = [PLAN_2006, *(any_rule_set(random.Random(k), k) for k in range(1, SETS))]
    seen: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE drawn (id int, says_yes bigint, says_no bigint, parts bigint)")
        for number, rules in enumerate(sets):
            expected, results, bits = [], [], []
            for facts, parts, decisions in random_cases(number, CASES // SETS):
                code, by_clause = said_by_python(Case(facts, parts, rules, decisions))
                expected.append(code)
                results.append(by_clause)
                bits.append(bulk.pack(facts, parts, decisions))
            compiled = bulk.Compiled(rules)
            rows = [(b.says_yes, b.says_no, b.parts) for b in bits]
            table = columns(rows)
            assert compiled.outcomes(table).tolist() == expected
            for clause, codes in compiled.results(table).items():
                assert [bulk.RESULTS[c] for c in codes.tolist()] == [r[clause] for r in results], clause
            assert [bulk.CODES[compiled.outcome(b)] for b in bits[:500]] == expected[:500]
            cursor.execute("DELETE FROM drawn")
            for at in range(0, len(rows), 200):
                some = [(at + i, *row) for i, row in enumerate(rows[at : at + 200])]
                cursor.execute(
                    f"INSERT INTO drawn VALUES {', '.join(['(%s, %s, %s, %s)'] * len(some))}",
                    [v for row in some for v in row],
                )
            cursor.execute(f"SELECT {compiled.sql()} FROM drawn ORDER BY id")
            assert [code for (code,) in cursor.fetchall()] == expected
            differs = bulk.differs_sql(PLAN_2006, rules)
            cursor.execute(f"SELECT {differs} FROM drawn ORDER BY id LIMIT 300")
            plain = bulk.Compiled(PLAN_2006).results(table)
            for place, (found,) in enumerate(cursor.fetchall()):
                was = {clause: bulk.RESULTS[codes[place]] for clause, codes in plain.items()}
                both = [c.clause for c in CRITERIA if was.get(c.clause) != results[place].get(c.clause)]
                assert bulk.clauses_of(found) == both
            seen.update(expected)
        cursor.execute("DROP TABLE drawn")
    assert seen == set(bulk.OUTCOME_OF)  # every outcome came up, so that equal is not empty


def test_only_clauses_whose_reading_differs_can_come_out_otherwise():
    other = RuleSet("b", readings={"8.3.2(2)": "two_of_four"}, switched_off=("8.3.1(6)",), precedence=PRECEDENCE)
    assert bulk.changed(PLAN_2006, other) == ["8.3.1(6)", "8.3.2(2)"]
    assert bulk.changed(other, other) == []
    assert bulk.differs_sql(other, other) == "0"


def test_the_expression_stays_as_short_as_the_clauses():
    """About ten characters a bit: no enumeration of answers hides in it."""
    assert len(bulk.Compiled(PLAN_2006).sql()) < 4000
    assert set(COLUMNS) <= {w for w in bulk.Compiled(PLAN_2006).sql().replace("(", " ").split() if w.isidentifier()}
