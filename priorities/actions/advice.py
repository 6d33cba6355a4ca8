"""What the form advised, kept when the applicant first sees it."""

from __future__ import annotations

from governance import access
from governance.access import Actor
from governance.roles import Permission
from governance.verbs import verb
from priorities import advised
from priorities.models import Submission


@verb("priorities.submission.advice_shown")
def advice_shown(*, by: Actor, submission: Submission, moves: set[tuple[str, str, str]]) -> None:
    """Remember that the form showed these changes `(component id, fact, answer)`; a fact that then reads so is marked for
    the reviewer and needs evidence."""
    access.require(by, Permission.SUBMIT, submission)
    advised.keep(by=by, submission=submission, moves=moves)
