"""What was signed of the register as it stands today, for the page that verifies a signature."""

from __future__ import annotations

from governance.basics.refs import parse
from governance.basics.roles import Permission
from governance.kernel.access import Actor
from governance.models import Answer
from governance.signing import shown
from projects.lifecycle import approvals
from projects.models import Acceptance, CollaborationSubject, Evaluation, SecurityGrading, TechnicalDocument

RECORDS = {
    "acceptance": Acceptance,
    "evaluation": Evaluation,
    "grading": SecurityGrading,
    "document": TechnicalDocument,
    "collaboration": CollaborationSubject,
}
KINDS = ("acceptance", "evaluation", "grading", "collaboration", *approvals.ROUND_KINDS)


def see(actor: Actor, answer: Answer) -> shown.Standing | None:
    """The record that the round is about; whoever reads the register reads it."""
    kind, key = parse(answer.seat.round.about)
    if kind not in RECORDS or actor.scope(Permission.READ_REGISTER) is None:
        return None
    row = RECORDS[kind].objects.filter(pk=key).first()
    return shown.Standing(f"{row}登记的全部内容", shown.digest(row)) if row else None
