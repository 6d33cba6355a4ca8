"""What the seats of a joint approval sign: the version filed, the conclusion with its amounts, others' conditions."""

from __future__ import annotations

from collections.abc import Iterable

from governance.basics.refs import pk_of
from governance.kernel.access import Actor
from governance.models import Answer, Round
from governance.signing import shown
from priorities.models import Conclusion, Submission, SubmissionVersion
from priorities.screening import conclusions

KIND = "joint_approval"


def of(row: Submission) -> str:
    """The digest; a mere 同意 of another seat leaves it as it is."""
    opened = Round.objects.filter(about=row.audit_key, kind=KIND, state="open").last()
    answers = Answer.objects.filter(seat__round=opened, in_force=True).select_related("seat") if opened else ()
    version = row.versions.filter(number=row.current_version).first()
    return _digest(version, conclusions.in_force(row), _conditions(answers))


def _digest(version: SubmissionVersion | None, conclusion: Conclusion | None, conditions: list) -> str:
    return shown.digest(version, conclusion, more=conditions)


def see(actor: Actor, answer: Answer) -> shown.Standing | None:
    """The same of one signature, from the records as they stand today: the version of its round, the conclusion then
    proposed on it, the conditions of those who had signed before."""
    round_ = answer.seat.round
    row = Submission.objects.visible_to(actor).filter(pk=pk_of(round_.about)).first()
    if row is None:
        return None
    version = row.versions.filter(number=int(round_.about_version or row.current_version)).first()
    conditions = _conditions_before(answer)
    proposed = row.conclusions.filter(version=version, recorded_at__lte=answer.recorded_at).order_by("-pk")
    digests = [_digest(version, conclusion, conditions) for conclusion in proposed] or [
        _digest(version, None, conditions)
    ]
    now = answer.shown if answer.shown in digests else digests[0]
    return shown.Standing(f"申报书第 {round_.about_version} 版、拟定的结论和审定金额、先签各席的条件", now)


def _conditions_before(answer: Answer) -> list:
    """The conditions that stood in the round when the answer was given."""
    last = {}
    for a in Answer.objects.filter(seat__round=answer.seat.round_id, pk__lt=answer.pk).select_related("seat"):
        last[a.seat_id] = a
    return _conditions(last.values())


def _conditions(answers: Iterable[Answer]) -> list:
    return sorted((a.seat.key, a.condition, str(a.condition_due)) for a in answers if a.condition)
