"""A case whose verdict the reviewer accepts, in one act each: 均无异议 with verdict and conclusion; papers waived
and sent; or all of it. Every act is the single verbs one after the other in one transaction: what one of them
refuses, nothing of the act happens."""

from __future__ import annotations

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from priorities.actions.opinions import waive_opinion
from priorities.actions.screening import accept, confirm_facts, confirm_verdict, propose_conclusion, send
from priorities.case import guards, settling
from priorities.models import Submission
from priorities.screening import conclusions, verdicts
from priorities.submissions import workflow


@verb("priorities.submission.settle")
def settle(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    decisions: dict[str, bool] | None = None,
    departure: dict | None = None,
) -> Submission:
    """采用判定: the office facts that nobody answered are 均无异议, the verdict is confirmed, the conclusion that
    follows from it is proposed (8.3, D19, D20).

    `decisions` settle partly met clauses; a `departure` (outcome, clause, reason) confirms another outcome, whose
    conclusion follows likewise, its reason being the lacking condition of 缓建.
    """
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="confirm_verdict", version=version)
    if settling.open_office_facts(row):
        row = confirm_facts(by=by, submission=row, version=row.version, nothing_to_object=True)
    if verdicts.confirmed(row) is None or departure or decisions:
        row = confirm_verdict(by=by, submission=row, version=row.version, decisions=decisions, departure=departure)
    if conclusions.in_force(row) is None or departure or decisions:
        ahead = settling.following(verdicts.confirmed(row), row, clock.today())
        row = propose_conclusion(
            by=by,
            submission=row,
            version=row.version,
            kind=ahead.kind,
            lacking=ahead.lacking,
            re_review_on=ahead.re_review_on,
        )
    return row


@verb("priorities.submission.waive_each")
def waive_each(*, by: Actor, submission: Submission, version: int, reasons: dict[str, str]) -> Submission:
    """免交: several papers in one act, each with a reason of its own."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="waive_opinion", version=version)
    if not reasons:
        raise Invalid("免去意见或扫描件要写明理由。", fields={"reason": ["请写明理由。"]})
    for what, reason in reasons.items():
        row = waive_opinion(by=by, submission=row, version=row.version, what=what, reason=reason)
    return row


@verb("priorities.submission.waive_and_send")
def waive_and_send(
    *, by: Actor, submission: Submission, version: int, reason: str = "", reasons: dict[str, str] | None = None
) -> Submission:
    """免交并送会签: what nobody was asked for and the scan that is not there are waived for one reason, and the
    case goes.

    An opinion under way is not waived by the way: the sending is refused until it is in. A large case waives each
    paper apart: `reasons` by paper, each with its own.
    """
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="waive_opinion", version=version)
    absent, apart = settling.papers_never_asked(row), reasons or {}
    if apart:
        row = waive_each(by=by, submission=row, version=row.version, reasons=apart)
    if rest := [what for what in absent if what not in apart]:
        row = waive_opinion(by=by, submission=row, version=row.version, what=rest, reason=reason)
    return send(by=by, submission=row, version=row.version)


@verb("priorities.submission.settle_and_send")
def settle_and_send(*, by: Actor, submission: Submission, version: int, reason: str) -> Submission:
    """A plain case from the queue to the joint approval: 受理 where it waits for it, 采用判定, 免交并送会签."""
    access.require(by, Permission.SCREEN, submission)
    row = workflow.lock(submission.pk)
    if version != row.version:
        raise guards.stale(row)
    if row.is_filing_alone:
        raise Refused("区县备案、不申请市财政资金的不经会签，请办理“备案”（D50）。")
    if row.state == workflow.SUBMITTED:
        row = accept(by=by, submission=row, version=row.version)
    elif row.state != workflow.UNDER_REVIEW:
        raise Refused("只有已申报和审核中的申报可以一步送会签。")
    row = settle(by=by, submission=row, version=row.version)
    return waive_and_send(by=by, submission=row, version=row.version, reason=reason)
