"""One screening with its full trace against the bare three-valued predicates of the same 17 clauses, in one run.

    python bench/rules.py        prints both times and their ratio (target: at most 6)
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from priorities.rules.assess import assess
from priorities.rules.facts import Answer, Fact
from priorities.rules.plan_2006 import CRITERIA

ROUNDS = 3000


def cases(seed: int) -> list[dict]:
    """Answers of a thousand cases, one in ten unknown."""
    rng = random.Random(seed)
    answers = (Answer.YES, Answer.NO, Answer.NO, Answer.YES, Answer.NO, Answer.YES, Answer.NO, Answer.NO, Answer.YES, Answer.UNKNOWN)
    return [{f: rng.choice(answers) for f in Fact} for _ in range(1000)]


def main() -> None:
    facts = cases(83)
    conditions = [c.readings[0].met_when for c in CRITERIA]

    def bare(answers: dict) -> list[Answer]:
        return [condition.evaluate(answers) for condition in conditions]

    for one in facts:  # warm
        assess(one)
        bare(one)
    times = {}
    for name, run in (("bare", bare), ("trace", assess), ("bare again", bare), ("trace again", assess)):
        start = time.process_time()
        for i in range(ROUNDS):
            run(facts[i % len(facts)])
        times[name] = (time.process_time() - start) / ROUNDS * 1e6
    floor, ours = min(times["bare"], times["bare again"]), min(times["trace"], times["trace again"])
    print(f"bare predicates {floor:.1f} us, with trace {ours:.1f} us, ratio {ours / floor:.2f}")


if __name__ == "__main__":
    main()
