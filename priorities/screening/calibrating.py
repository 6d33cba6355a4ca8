"""The confirmed screenings of the database as calibration.py takes them, for the page of the calibration."""

from __future__ import annotations

from governance.basics import clock
from priorities.models import RuleSetRecord, Screening
from priorities.rule_sets import repository
from priorities.rules.rule_set import RuleSet
from priorities.screening import verdicts
from priorities.screening.calibration import Judged

MOST = 2000  # the latest confirmed screenings that are compared


def judged() -> list[Judged]:
    """The latest confirmed screening of each version, oldest first: three questions to the database."""
    latest: dict[int, Screening] = {}
    rows = (
        Screening.objects.filter(confirmed=True).select_related("version", "user", "submission").order_by("-pk")[:MOST]
    )
    for row in rows:
        latest.setdefault(row.version_id, row)
    known = {r.key: repository.build(r) for r in RuleSetRecord.objects.exclude(state="dropped")}
    today = repository.in_force_on(clock.today())
    return [_judged(row, known.get(row.rule_set, today)) for row in reversed(latest.values())]


def _judged(row: Screening, rules: RuleSet) -> Judged:
    facts, components = verdicts.stated_facts(row.version.proposal)
    stated = repository.assess(facts, components, rules)
    return Judged(
        reviewer=row.user.full_name if row.user else row.by_text,
        stated={t["clause"]: t["result"] for t in stated["trace"]},
        rules={t["clause"]: t["result"] for t in row.result["trace"]},
        decisions=row.decisions,
        departed_on=row.override_clause if row.override else "",
        number=row.submission.reference,
        title=row.submission.title,
    )
