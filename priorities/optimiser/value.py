"""The value of a candidate: one integer, its weights shown and adjustable (8.3.1; 先易后难、急用先建、效益显著).

The plan gives an order and no figures, so the weights are the office's: level by level each worth ten times the next, so
that of two projects the one with more clauses of 8.3.1 always comes first, then urgency, benefit, ease. Over whole sums
that is not strict (ten projects outweigh a level); `strict_weights` gives the weights with which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

LEVELS = {"clauses": "8.3.1 成立的条数", "urgency": "急用先建", "benefit": "效益显著", "ease": "先易后难"}
WEIGHTS = {"clauses": 1000, "urgency": 100, "benefit": 10, "ease": 1}
URGENCY = ("urgently_needed", "required_by_state")
BENEFIT = ("clear_benefit", "broad_benefit", "drives_economic_development", "improves_investment_climate")
EASE = ("leadership_committed", "operators_qualified", "technical_environment_ready")
MOST = {"clauses": 8, "urgency": len(URGENCY), "benefit": len(BENEFIT), "ease": len(EASE)}
MOST_WEIGHT = 999_999_999


@dataclass(frozen=True)
class Parts:
    """What a candidate brings at each level: numbers of clauses met and of facts that are yes (an unknown one is no yes)."""

    clauses: int = 0
    urgency: int = 0
    benefit: int = 0
    ease: int = 0


def parts_of(met: Iterable[str], facts: Mapping[str, str]) -> Parts:
    """From the clauses of 8.3.1 that are met and the reviewer's facts ("yes", "no", "unknown")."""
    return Parts(
        len([c for c in met if c.startswith("8.3.1(")]),
        *(sum(facts.get(fact) == "yes" for fact in level) for level in (URGENCY, BENEFIT, EASE)),
    )


def score(parts: Parts, weights: Mapping[str, int]) -> int:
    """The integer that is maximised."""
    return sum(weights[level] * count for level, count in asdict(parts).items())


def strict_weights(count: int) -> dict[str, int]:
    """Weights under which the sums of at most `count` projects compare level by level."""
    weight, found = 1, {}
    for level in reversed(LEVELS):
        found[level] = weight
        weight += weight * MOST[level] * count
    return {level: found[level] for level in LEVELS}
