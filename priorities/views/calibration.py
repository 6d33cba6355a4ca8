"""校准: how department, criteria and reviewers agree, and who drifts; for the leading group and the auditors."""

from __future__ import annotations

from urllib.parse import quote

from django.shortcuts import render

from governance.basics.roles import Permission
from governance.web import entry
from priorities.rules.plan_2006 import CRITERIA
from priorities.screening import calibrating, calibration

MOST = 500  # cases listed


@entry.page(Permission.READ_CALIBRATION, methods=("GET", "HEAD"))
def page(request):
    """Agreement per clause, drift per reviewer, from confirmed screenings; `?reviewer=` or `?clause=`: their cases."""
    rows, clauses = calibrating.judged(), [c.clause for c in CRITERIA]
    texts = {c.clause: c.text for c in CRITERIA}
    drifts = calibration.drifts(rows, clauses)
    reviewer, clause = (
        entry.one_of(request.GET, "reviewer", [d.reviewer for d in drifts]),
        entry.one_of(request.GET, "clause", clauses),
    )
    seen = calibration.behind(rows, clauses, reviewer=reviewer, clause=clause)
    agreements = [(a, texts[a.clause]) for a in calibration.agreements(rows, clauses)]
    context = {
        "agreements": agreements,
        "drifts": [(d, f"?reviewer={quote(d.reviewer)}#behind") for d in drifts],
        "cases": len(rows),
        "reviewer": reviewer,
        "clause": clause,
        "seen": seen[:MOST],
        "is_cut_short": len(seen) > MOST,
        "asked": "every" in request.GET,
        "least": calibration.LEAST,
        "clear": calibration.CLEAR,
    }
    return render(request, "priorities/calibration.html", context)
