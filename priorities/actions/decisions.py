"""The decision reaches the applicant: the letter is kept, its paper ordered, every applicant told where it stands."""

from __future__ import annotations

from governance.basics.refusal import Refused
from governance.basics.roles import Permission
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from priorities import proposal as proposals
from priorities.actions.telling import record, tell_applicant
from priorities.documents import decisions
from priorities.models import DecisionLetter, Submission


@step
def issue_letter(*, by: Actor, row: Submission, key: str, content: dict) -> DecisionLetter:
    """Keep the letter of a decision (`key`: round:12, plan:3), let it be printed, tell applicant and co-applicants."""
    letter, made = DecisionLetter.objects.get_or_create(
        submission=row,
        key=key,
        defaults={
            "occasion": content["occasion"],
            "content": content,
            "sha256": proposals.sha256(content),
            "by_text": by.text,
            "is_demo": row.is_demo,
        },
    )
    if not made:
        return letter
    decisions.issue(by=by, letter=letter)
    record(by, row, "issue_letter", f"批复通知：{content['headline']}", now=letter.sha256)
    tell_applicant(row, f"letter:{letter.pk}", content["sentence"], address=letter.get_absolute_url())
    return letter


@verb("priorities.submission.request_letter")
def request_letter(*, by: Actor, submission: Submission, letter: DecisionLetter) -> None:
    """Print the paper of a letter that has none yet; one that is there or under way stays the only one."""
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    if letter.submission_id != submission.pk:
        raise Refused("没有这份批复通知。", status=404)
    decisions.issue(by=by, letter=letter)
