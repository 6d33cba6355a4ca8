"""The side table of bits: every filed case, kept beside its verdict, and read in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from governance.kernel.verbs import step
from priorities import proposal as proposals
from priorities.models import CaseMask, Submission
from priorities.rule_sets import repository
from priorities.rules import bulk
from priorities.rules.rule_set import Outcome

COLUMNS = ("says_yes", "says_no", "parts")


@step
def keep(
    *,
    submission: Submission,
    document: dict,
    facts: Mapping[str, str],
    components: list[dict],
    decisions: Mapping[str, bool],
    result: dict,
) -> CaseMask:
    """Put a case as it stands now into the side table: its facts as `screen` takes them, the reviewer's decisions, and
    the verdict that they come to."""
    bits = bits_of(facts, components, decisions)
    values = vars(bits) | {
        "outcome": bulk.CODES[Outcome(result["outcome"])],
        "amount_wan": proposals.total_wan(document),
        "rule_set": result["rule_set"],
    }
    return CaseMask.objects.update_or_create(submission=submission, defaults=values)[0]


def bits_of(facts: Mapping[str, str], components: list[dict], decisions: Mapping[str, bool] | None = None) -> bulk.Bits:
    """Facts and components as `screen` takes them, as bits."""
    return bulk.pack(repository.answers(facts), repository.components_of(components), decisions)


def columns(rows: Iterable[tuple[int, int, int]]) -> dict[str, object]:
    """Rows of (says_yes, says_no, parts) as numpy arrays by name."""
    import numpy as np

    table = np.array(list(rows), dtype=np.int64).reshape(-1, len(COLUMNS))
    return {name: table[:, i] for i, name in enumerate(COLUMNS)}
