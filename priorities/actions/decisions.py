"""The decision reaches the applicant: the letter is kept, its paper ordered, every applicant told where it stands."""

from __future__ import annotations

import datetime as dt

from governance.basics.refusal import Refused
from governance.basics.roles import Permission
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, step, verb
from governance.models import Round
from priorities import proposal as proposals
from priorities.actions.telling import record, tell_applicant
from priorities.case import decision
from priorities.documents import decisions
from priorities.models import Conclusion, DecisionLetter, PlanEntry, Submission
from priorities.screening import conclusions
from priorities.submissions import workflow

AT_ONCE = 200  # so many missing letters a day


@step
def issue_letter(*, by: Actor | None, row: Submission, key: str, content: dict) -> DecisionLetter:
    """Keep the letter of a decision (`key`: round:12, plan:3), let it be printed, tell applicant and co-applicants.
    Where nobody in person decides now (`by` None) its paper waits until somebody asks for it."""
    letter, made = DecisionLetter.objects.get_or_create(
        submission=row,
        key=key,
        defaults={
            "occasion": content["occasion"],
            "content": content,
            "sha256": proposals.sha256(content),
            "by_text": by.text if by else "系统补发",
            "is_demo": row.is_demo,
        },
    )
    if not made:
        return letter
    if by:
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


def issue_missing(day: dt.date) -> int:
    """The letter of every standing decision that was made before letters were kept (daily, idempotent): what was frozen
    then, dated on the day of the decision. Returns how many."""
    settled = (*dict(Conclusion.KINDS), workflow.ADOPTED)
    lacking = Submission.objects.filter(state__in=settled, letters=None, is_secret=False)
    count = 0
    for pk in list(lacking.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with frame():
            row = workflow.lock(pk)
            found = None if row.letters.exists() else _standing(row, day)
            if found is not None:
                issue_letter(by=None, row=row, key=found[0], content=found[1])
                count += 1
    return count


def _standing(row: Submission, day: dt.date) -> tuple[str, dict] | None:
    """Key and content of the letter of the decision in which a case stands: the plan's where one lists it."""
    entry = PlanEntry.objects.filter(submission=row, plan__state="adopted").select_related("plan__meeting").last()
    if row.state == workflow.ADOPTED and entry is not None and entry.plan.meeting is not None:
        meeting = entry.plan.meeting
        return f"plan:{entry.plan_id}", decision.of_plan(row, entry.plan, entry, "adopted", meeting, meeting.held_on)
    conclusion = conclusions.in_force(row)
    round_ = Round.objects.filter(about=row.audit_key, kind="joint_approval", state="concluded").last()
    if conclusion is None or round_ is None or row.state != conclusion.kind:
        return None
    decided_on = conclusion.settled_day or round_.closed_day or day
    return f"round:{round_.pk}", decision.of_conclusion(row, conclusion, decided_on)
