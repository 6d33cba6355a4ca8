"""What the seats of a joint approval sign: the version filed, the conclusion with its amounts, others' conditions."""

from __future__ import annotations

from governance.models import Round
from governance.signing import shown
from priorities.models import Submission
from priorities.screening import conclusions


def of(row: Submission) -> str:
    """The digest; a mere 同意 of another seat leaves it as it is."""
    opened = Round.objects.filter(about=row.audit_key, kind="joint_approval", state="open").last()
    answers = opened.seats.filter(answers__in_force=True).exclude(answers__condition="") if opened else ()
    conditions = sorted((s.key, s.standing.condition, str(s.standing.condition_due)) for s in answers)
    version = row.versions.filter(number=row.current_version).first()
    return shown.digest(version, conclusions.in_force(row), more=conditions)
