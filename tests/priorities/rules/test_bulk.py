"""Cases as bits: Python, numpy and SQL over them say what the assessment says, whatever the rule set."""

from __future__ import annotations

import random
import sqlite3
from decimal import Decimal

import numpy as np
import pytest

from priorities.rules import bulk
from priorities.rules.assess import Component, assess
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.plan_2006 import CRITERIA
from priorities.rules.rule_set import PLAN_2006, RuleSet

Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN
DOUBTFUL = [c.clause for c in CRITERIA if any(r.partly_when for r in c.readings)]
ORDER = ("no_city_funding", "priority", "defer", "ordinary")


def a_rule_set(rng: random.Random) -> RuleSet:
    """Any reading of any clause, some clauses switched off, any order of the three strong outcomes."""
    readings = {c.clause: rng.choice(c.readings).key for c in CRITERIA if rng.random() < 0.5}
    off = tuple(rng.sample([c.clause for c in CRITERIA if c.clause not in readings], rng.choice((0, 0, 1, 2))))
    return RuleSet("x", readings=readings, switched_off=off, precedence=(*rng.sample(ORDER[:3], 3), ORDER[3]))


def a_case(rng: random.Random):
    facts = {f: rng.choice(rng.choice(((Y, N, U), (N, N, Y), (Y, Y, N)))) for f in Fact}
    components = tuple(
        Component(
            f"k{i}",
            Decimal(rng.choice((0, 1, 5, 10, 26))),
            {f: rng.choice((Y, N, U)) for f in rng.sample(list(COMPONENT_FACTS), rng.randint(0, 3))},
        )
        for i in range(rng.choice((0, 0, 1, 2, 3)))
    )
    return facts, components, {clause: rng.random() < 0.5 for clause in DOUBTFUL if rng.random() < 0.5}


def trail(found) -> dict[str, str]:
    return {s.clause: s.result for s in found.trace}


CASES = [a_case(random.Random(seed)) for seed in range(150)]


@pytest.fixture
def packed() -> list[bulk.Bits]:
    return [bulk.pack(facts, components, decisions) for facts, components, decisions in CASES]


def asked(packed: list[bulk.Bits], *expressions: str) -> list[tuple]:
    """The expressions for every case, by a database."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE cases (says_yes INTEGER, says_no INTEGER, parts INTEGER)")
        database.executemany("INSERT INTO cases VALUES (?, ?, ?)", [(b.says_yes, b.says_no, b.parts) for b in packed])
        rows = database.execute(f"SELECT {', '.join(expressions)} FROM cases ORDER BY rowid").fetchall()
    database.close()
    return rows


@pytest.mark.parametrize("seed", range(12))
def test_bits_say_what_the_assessment_says_in_python_in_numpy_and_in_sql(packed, seed):
    rng = random.Random(seed)
    rules, other = (a_rule_set(rng), a_rule_set(rng)) if seed else (PLAN_2006, a_rule_set(rng))
    compiled = bulk.Compiled(rules)
    columns = {
        name: np.array([getattr(b, name) for b in packed], dtype=np.int64) for name in ("says_yes", "says_no", "parts")
    }
    found = [assess(facts, components, rules, decisions) for facts, components, decisions in CASES]
    codes = [bulk.CODES[f.outcome] for f in found]
    assert [compiled.outcome(b) for b in packed] == [f.outcome for f in found]
    assert compiled.outcomes(columns).tolist() == codes
    rows = asked(packed, compiled.sql(), bulk.differs_sql(rules, other))
    assert [row[0] for row in rows] == codes
    for clause, results in compiled.results(columns).items():
        assert [bulk.RESULTS[r] for r in results] == [trail(f)[clause] for f in found], clause
    for (facts, components, decisions), one, (_, bits) in zip(CASES, found, rows, strict=True):
        was, now = trail(one), trail(assess(facts, components, other, decisions))
        differing = [c.clause for c in CRITERIA if was.get(c.clause) != now.get(c.clause)]
        assert bulk.clauses_of(bits, [c.clause for c in CRITERIA]) == differing


def test_the_same_rule_set_differs_nowhere():
    assert (bulk.changed(PLAN_2006, PLAN_2006), bulk.differs_sql(PLAN_2006, PLAN_2006)) == ([], "0")


def test_what_was_packed_is_read_back(packed):
    for (facts, _, _), bits in zip(CASES, packed, strict=True):
        assert bulk.LAYOUT.unpack(bits.says_yes, bits.says_no) == {f: a for f, a in facts.items() if a is not U}


def test_more_than_63_bits_are_refused():
    with pytest.raises(RuntimeError, match="63"):
        bulk.Layout(tuple(f"fact{n}" for n in range(64)), ())
    assert len(bulk.Layout(tuple(f"fact{n}" for n in range(63)), ()).bit) == 63
    with pytest.raises(RuntimeError, match="63"):  # a clause that can be partly met has a bit as well
        bulk.Layout(tuple(f"fact{n}" for n in range(63)), CRITERIA)


def test_a_layout_is_named_by_facts_clauses_and_what_is_read_on_components():
    facts = tuple(Fact)
    digests = [bulk.Layout(*a).digest for a in ((facts, CRITERIA), (facts[::-1], CRITERIA), (facts, CRITERIA[:-1]))]
    assert (digests[0], len(set(digests))) == (bulk.LAYOUT.digest, 3)
