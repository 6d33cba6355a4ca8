"""What the form advised, kept when the applicant first sees it."""

from __future__ import annotations

from governance.basics.roles import Permission
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from priorities.models import Submission
from priorities.submissions import advised


@verb("priorities.submission.advice_shown")
def advice_shown(*, by: Actor, submission: Submission, moves: set[tuple[str, str, str]]) -> None:
    """Remember that the form showed these changes `(component id, fact, answer)`; a fact that then reads so is
    marked for the reviewer and needs evidence."""
    access.require(by, Permission.SUBMIT, submission)
    advised.keep(by=by, submission=submission, moves=moves)
