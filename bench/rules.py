"""One screening with its full trace against the bare three-valued predicates of the same 17 clauses, in one run.

python bench/rules.py        prints both times and their ratio (target: at most 6), first for a usual case, then for
                             one with nothing answered and one of six components (its bare predicates: three
                             clauses for each component, fourteen for the whole)
"""

from __future__ import annotations

import random
import sys
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from priorities.rules.assess import Component, assess
from priorities.rules.facts import COMPONENT_FACTS, Answer, Fact
from priorities.rules.plan_2006 import CRITERIA

ROUNDS = 3000
ANSWERS = (
    Answer.YES,
    Answer.NO,
    Answer.NO,
    Answer.YES,
    Answer.NO,
    Answer.YES,
    Answer.NO,
    Answer.NO,
    Answer.YES,
    Answer.UNKNOWN,
)
Case = tuple[dict, tuple[Component, ...]]


def usual(seed: int) -> list[Case]:
    """A thousand cases, one answer in ten unknown."""
    rng = random.Random(seed)
    return [({f: rng.choice(ANSWERS) for f in Fact}, ()) for _ in range(1000)]


def of_components(seed: int) -> list[Case]:
    """The same with six components, each with two answers of its own."""
    rng = random.Random(seed)
    return [
        (
            facts,
            tuple(
                Component(
                    f"{i}",
                    Decimal(rng.randint(1, 500)),
                    {f: rng.choice(ANSWERS) for f in rng.sample(COMPONENT_FACTS, 2)},
                )
                for i in range(6)
            ),
        )
        for facts, _ in usual(seed)
    ]


def bare(case: Case) -> list[Answer]:
    """The predicates alone: three values a clause, or a clause and component."""
    facts, components = case
    if not components:
        return [condition.evaluate(facts) for condition, _ in CONDITIONS]
    found = [condition.evaluate(facts) for condition, on_components in CONDITIONS if not on_components]
    for component in components:
        answers = {**facts, **component.facts}
        found += [condition.evaluate(answers) for condition, on_components in CONDITIONS if on_components]
    return found


CONDITIONS = [(c.readings[0].met_when, c.on_components) for c in CRITERIA]


def measure(name: str, cases: list[Case]) -> None:
    for case in cases:  # warm
        bare(case)
        assess(*case)
    best = {}
    for _ in range(2):
        for key, run in (("bare", bare), ("trace", lambda case: assess(*case))):
            start = time.process_time()
            for i in range(ROUNDS):
                run(cases[i % len(cases)])
            took = (time.process_time() - start) / ROUNDS * 1e6
            best[key] = min(best.get(key, took), took)
    print(
        f"{name}: bare predicates {best['bare']:.1f} us, with trace {best['trace']:.1f} us, "
        f"ratio {best['trace'] / best['bare']:.2f}"
    )


def main() -> None:
    measure("one in ten unknown", usual(83))
    measure("nothing answered", [({}, ())])
    measure("six components", of_components(83))


if __name__ == "__main__":
    main()
