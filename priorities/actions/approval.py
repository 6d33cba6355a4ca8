"""The signing bodies: sign, refuse, take a signature back."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch, Q

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Answer, Clause, Round, Seat, StoredFile
from governance.signing import rounds
from governance.signing import shown as what
from governance.signing.paper import BY_HIMSELF, PaperSignature
from priorities.actions.decisions import issue_letter
from priorities.actions.telling import record, tell_office, tell_seat
from priorities.approval import seats
from priorities.approval import shown as approved
from priorities.case import decision, guards
from priorities.labels import REFUSALS
from priorities.models import Conclusion, Submission
from priorities.screening import conclusions, decided, shares, verdicts
from priorities.submissions import workflow


@verb("priorities.submission.sign", signs=True)
def sign(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    kind: str = "agree",
    text: str = "",
    condition: str = "",
    condition_due: dt.date | None = None,
    amounts: list[dict] | None = None,
    paper: PaperSignature = BY_HIMSELF,
    seat: str | None = None,
    shown: str | None = None,
) -> Submission:
    """同意 or 附条件同意 of one's seat; the last one concludes the case as proposed.

    `amounts` with 附条件同意 changes the 审定 amounts and reopens the seats that signed before. `paper` records what
    was signed on paper; who is only 委托 enters such signatures alone. Signing alone leaves the version as it is, so
    that seats may sign at the same time."""
    access.require(by, Permission.SIGN)
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    row = guards.enter(by=by, submission=submission, verb="sign", version=version)
    condition = _condition(kind, condition)
    round_ = rounds.lock(guards.open_round(row).pk)
    mine = rounds.seat_for(round_, by, seat)
    shown = what.check(shown, approved.of(row))
    if amounts is not None:
        if kind != rounds.CONDITIONAL:
            raise Invalid("改动审定金额要用附条件同意，写明条件。", fields={"kind": ["改动金额要附条件同意"]})
        _change_amounts(by, row, round_, amounts)
    paper = paper.stored(by)
    text = clean_text(text, limit=1000, field="意见")
    due = condition_due if kind == rounds.CONDITIONAL else None
    reply = rounds.Reply(kind, text, condition=condition, condition_due=due, shown=shown)
    result = rounds.answer(by=by, round_=round_, seat=mine, reply=reply, paper=paper)
    by_whom = paper.said(by)
    if result == rounds.CONCLUDED:
        _conclude(by, row, round_, f"{mine.label}最后签署{by_whom}")
    else:
        word = "附条件同意" if kind == rounds.CONDITIONAL else "同意"
        record(by, row, "sign", f"{mine.label}签署{word}{by_whom}", now=kind)
    return row


def _condition(kind: str, condition: str) -> str:
    if kind not in (rounds.AGREE, rounds.CONDITIONAL):
        raise Invalid("请选择同意或附条件同意；不同意请用“不同意”。", fields={"kind": ["请选择一项"]})
    condition = clean_text(condition, limit=1000, field="条件")
    if condition and kind == rounds.AGREE:
        raise Invalid("同意不带条件；写了条件请用附条件同意。", fields={"condition": ["有条件要附条件同意"]})
    return condition


def _conclude(by: Actor, row: Submission, round_: Round, reason: str) -> None:
    """The last signature: the conclusion holds, the case goes where it says."""
    conclusion = conclusions.in_force(row)
    conclusion.settled_day = clock.today()
    conclusion.save(update_fields=["settled_day"])
    row.re_review_on = conclusion.re_review_on
    row.save(update_fields=["re_review_on"])
    workflow.advance(by=by, submission=row, verb="sign", to=conclusion.kind, reason=reason)
    content = decision.of_conclusion(row, conclusion, clock.today())
    issue_letter(by=by, row=row, key=f"round:{round_.pk}", content=content)
    said = "，".join(filter(None, (conclusion.get_kind_display(), decided.of_conclusion(row, conclusion).sentence)))
    sentence = f"{row.number}“{row.title}”联合会签通过：{said}。"
    tell_office(row, f"concluded-office:{round_.pk}", sentence)


@verb("priorities.submission.refuse", signs=True)
def refuse(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    reason: str,
    clause: str = "",
    text: str = "",
    paper: PaperSignature = BY_HIMSELF,
    seat: str | None = None,
    shown: str | None = None,
) -> Submission:
    """不同意 with reason and clause: the round closes and the case goes back to review.

    `reason`: a code of labels.REFUSALS (its clause counts where none is named; 其他 asks for `text`) or own words.
    """
    access.require(by, Permission.SIGN)
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    row = guards.enter(by=by, submission=submission, verb="refuse", version=version)
    reason, clause, text = _grounds(reason, clause, text)
    round_ = rounds.lock(guards.open_round(row).pk)
    mine = rounds.seat_for(round_, by, seat)
    shown = what.check(shown, approved.of(row))
    paper = paper.stored(by)
    reply = rounds.Reply(rounds.REFUSE, text, reason=reason[:100], clause=clause, shown=shown)
    rounds.answer(by=by, round_=round_, seat=mine, reply=reply, paper=paper)
    grounds = text.replace("\n", "，")
    why = f"{mine.label}不同意（{clause}）：{grounds}{paper.said(by)}"
    workflow.advance(by=by, submission=row, verb="refuse", to=workflow.UNDER_REVIEW, reason=why)
    tell_office(row, f"refused:{round_.pk}", f"{mine.label}不同意 {row.number}“{row.title}”（{clause}）：{grounds}")
    content = decision.of_refusal(row, mine.answers.get(in_force=True), clock.today())
    issue_letter(by=by, row=row, key=f"round:{round_.pk}", content=content)
    return row


def _grounds(reason: str, clause: str, text: str) -> tuple[str, str, str]:
    """Reason and clause of a refusal, and the whole of what is said; Invalid where one of the two is missing."""
    reason = clean_text(reason, limit=1000, field="不同意的理由")
    clause = clean_text(clause, limit=20, field="条款")
    more = clean_text(text, limit=1000, field="意见")
    if reason == "other":
        reason = more
    elif reason in REFUSALS:
        reason, of_reason = REFUSALS[reason]
        if clause and clause != of_reason and not clause.startswith(f"{of_reason}("):
            why = f"“{reason}”的依据是 {of_reason}，不是 {clause}；依据别的条款请选“其他”并写明理由。"
            raise Invalid(why, fields={"clause": [why]})
        clause = clause or of_reason
    fields = {}
    if not reason:
        fields["reason"] = ["请写明不同意的理由。"]
    if not clause:
        fields["clause"] = ["请写明依据的条款，如 8.3.2(3)。"]
    elif not _is_a_clause(clause):
        fields["clause"] = [f"规划里没有可以依据的 {clause}；请写 8.1 至 8.3 或第九章的条款，如 8.3.2(3)。"]
    if fields:
        raise Invalid("不同意要写明理由和条款：" + "".join(sum(fields.values(), [])), fields=fields)
    return reason, clause, reason if more in ("", reason) else f"{reason}\n{more}"


@verb("priorities.submission.withdraw_signature", signs=True)
def withdraw_signature(
    *, by: Actor, submission: Submission, version: int, text: str = "", seat: str | None = None
) -> Submission:
    """Take one's unit's answer back while the round is open; both rows stay."""
    access.require(by, Permission.SIGN)
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    row = guards.enter(by=by, submission=submission, verb="withdraw_signature", version=version)
    round_ = rounds.lock(guards.open_round(row).pk)
    mine = rounds.seat_for(round_, by, seat) if seat else seats.answered_by(row, by)
    rounds.withdraw_answer(by=by, round_=round_, seat=mine, text=clean_text(text, limit=500, field="说明"))
    record(by, row, "withdraw_signature", f"{mine.label}撤回签署")
    return row


def _is_a_clause(clause: str) -> bool:
    """A clause that the product cites, or the section that holds some (8.1)."""
    known = Q(clause=clause) | Q(clause__startswith=f"{clause}(") | Q(clause__startswith=f"{clause}.")
    return clause in {meant for _, meant in REFUSALS.values()} or Clause.objects.filter(known).exists()


def rounds_of(submission: Submission) -> list[Round]:
    """Every round about the submission, newest first, with seats and answers: joint approvals and opinions."""
    rows = Round.objects.filter(about=submission.audit_key).order_by("-pk")
    return list(rows.prefetch_related(Prefetch("seats", Seat.objects.select_related("organisation")), "seats__answers"))


def _change_amounts(by: Actor, row: Submission, round_: Round, amounts: list[dict]) -> None:
    """A changed amount reopens earlier seats: they signed something else."""
    old = conclusions.in_force(row)
    settled = conclusions.settle(old.version.proposal, amounts, old.kind)
    if settled == old.amounts:
        return
    Conclusion.objects.filter(pk=old.pk).update(in_force=False)
    fields = ("kind", "reason", "clause", "lacking", "re_review_on", "is_demo")
    changed = Conclusion(
        submission=row,
        version=old.version,
        amounts=settled,
        payers=shares.settle(row, old.version.proposal, settled, shares.typed(old)),
        by_text=by.text,
        **{f: getattr(old, f) for f in fields},
    )
    if unmet := conclusions.unmet(row, changed, verdicts.confirmed(row)):
        raise Refused("；".join(unmet) + "。", blockers=[(u, guards.reviewer(clock.today())) for u in unmet])
    changed.save()
    row.version += 1
    row.save(update_fields=["version"])
    for seat in round_.seats.filter(answers__in_force=True).distinct():
        rounds.withdraw_answer(by=by, round_=round_, seat=seat, text="审定金额有改动，须重新签署")
        tell_seat(row, seat, f"reopened:{row.version}", f"{row.number}“{row.title}”的审定金额有改动，请重新会签。")
    record(by, row, "change_amounts", "会签中改动审定金额，已签的席位须重新签署", was=old.amounts, now=settled)


@verb("priorities.submission.download_scan")
def download_scan(*, by: Actor, submission: Submission, answer: Answer) -> StoredFile:
    """Hand out the scan of a paper signature to whoever may see the submission; every download is audited."""
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    sentence = f"下载 {submission.reference} {answer.seat.label}的签字扫描件"
    audit.record(by=by, about=submission, now=answer.scan.sha256, sentence=sentence)
    return answer.scan
