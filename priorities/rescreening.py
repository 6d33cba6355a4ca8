"""Screening the whole portfolio again under a rule set: who flips. What was frozen stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from governance import audit
from governance.verbs import step
from priorities import proposal as proposals
from priorities import rule_sets, screening
from priorities.models import ConfirmedFact, Screening, Submission, SubmissionVersion

OPEN = ("submitted", "under_review")  # cases whose next screening is made anyway


@dataclass(frozen=True)
class Flip:
    """A case whose outcome differs from its latest screening's; `clauses` are those whose result differs."""

    submission: Submission
    was: str
    now: str
    clauses: list[str]
    amount_wan: Decimal
    result: dict

    def line(self) -> dict:
        return {"id": self.submission.reference, "from": self.was, "to": self.now, "clauses": self.clauses,
                "amount_wan": f"{self.amount_wan:.2f}"}  # fmt: skip


def flips(rules) -> tuple[list[Flip], int]:
    """`(flips, how many were screened)` under a rule set, by number; stores nothing."""
    rows = (
        Submission.objects.exclude(current_version=0).exclude(state__in=["draft", "withdrawn"]).order_by("number")
        .select_related("organisation")
        .prefetch_related(
            Prefetch("versions", SubmissionVersion.objects.order_by("number")),
            Prefetch("confirmed_facts", ConfirmedFact.objects.order_by("pk")),
            Prefetch("screenings", Screening.objects.order_by("pk")),
        )
    )  # fmt: skip
    found, screened = [], 0
    for row in rows.iterator(chunk_size=500):
        latest = list(row.screenings.all())[-1:]
        versions = list(row.versions.all())[-1:]
        if not latest or not versions:
            continue
        screened += 1
        old, document = latest[0], versions[0].proposal
        facts, components = screening.facts_of(row, document)
        decisions = {c: d for c, d in old.decisions.items()}
        result = rule_sets.assess(facts, components, rules, decisions)
        if result["outcome"] == old.outcome:
            continue
        before = {t["clause"]: t["result"] for t in old.result["trace"]}
        after = {t["clause"]: t["result"] for t in result["trace"]}
        clauses = [c for c in dict.fromkeys([*before, *after]) if before.get(c) != after.get(c)]
        found.append(Flip(row, old.outcome, result["outcome"], clauses, proposals.total_wan(document), result))
    return found, screened


@step
def rescreen(*, rules) -> tuple[list[Flip], int]:
    """Screen again; the flips of open cases are kept as new unconfirmed screenings, nothing that stands is changed."""
    found, screened = flips(rules)
    for flip in found:
        if flip.submission.state in OPEN:
            screening.freeze(by=None, submission=flip.submission, result=flip.result)
    about = [f.submission for f in found if f.submission.state in OPEN]
    audit.record(by=None, event="priorities.rescreen", about=about,
                 sentence=f"按规则集 {rules.id} 重新判定 {screened} 件，{len(found)} 件结论改变")  # fmt: skip
    return found, screened
