"""校准: how department, criteria and reviewers agree, and who drifts; for the leading group and the auditors."""

from __future__ import annotations

from django.shortcuts import render

from governance import web
from governance.roles import Permission
from priorities import calibrating, calibration
from priorities.rules.plan_2006 import CRITERIA


@web.page(Permission.READ_CALIBRATION, methods=("GET", "HEAD"))
def page(request):
    """Agreement per clause, drift per reviewer, from the confirmed screenings."""
    rows, clauses = calibrating.judged(), [c.clause for c in CRITERIA]
    texts = {c.clause: c.text for c in CRITERIA}
    agreements = [(a, texts[a.clause]) for a in calibration.agreements(rows, clauses)]
    return render(
        request,
        "priorities/calibration.html",
        {"agreements": agreements, "drifts": calibration.drifts(rows, clauses), "cases": len(rows),
         "least": calibration.LEAST, "clear": calibration.CLEAR},
    )  # fmt: skip
