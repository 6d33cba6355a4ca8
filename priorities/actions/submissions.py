"""The applicant's way: submit, withdraw, answer a corrected fact."""

from __future__ import annotations

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, numbering
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Round
from governance.signing import rounds
from priorities import proposal as proposals
from priorities.actions.drafts import write
from priorities.actions.telling import record, tell_office, tell_seat
from priorities.case import guards
from priorities.documents import filing_receipts, receipts
from priorities.models import CorrectionAnswer, Submission, SubmissionVersion
from priorities.screening import verdicts
from priorities.submissions import advised, workflow
from projects.sharing_steps import note_sharing


@verb("priorities.submission.submit")
def submit(*, by: Actor, submission: Submission, version: int) -> Submission:
    """File it: complete, within the window, confirmed by every co-applicant. Takes the number at the first submit,
    freezes a version, screens it (unconfirmed) and lets its receipt be printed."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="submit", version=version)
    day = clock.today()
    if row.number is None:
        row.number = f"SB{row.plan_year}-{numbering.take(name=f'submission-{row.plan_year}'):03d}"
    row.current_version += 1
    row.submitted_day = day
    write(row, row.proposal)
    row.save()
    shared = proposals.sharing_of(row.proposal)
    filed = SubmissionVersion.objects.create(
        submission=row,
        number=row.current_version,
        proposal=row.proposal,
        sha256=proposals.sha256(row.proposal),
        by_text=by.text,
        is_demo=row.is_demo,
    )
    workflow.advance(by=by, submission=row, verb="submit", to=workflow.SUBMITTED)
    if changed := advised.changed(row, row.proposal):
        record(
            by,
            row,
            "advised",
            f"第 {filed.number} 版有 {len(changed)} 个事实是看过建议后改动的",
            now=[
                {"component": c.component, "fact": c.fact, "answer": c.answer, "evidence": c.evidence}
                | {"shown_on": str(c.shown_on)}
                for c in changed
            ],
        )
    note_sharing(by=by, about=row.audit_key, organisation=row.organisation, rows=shared, is_demo=row.is_demo)
    verdicts.screen_automatically(by=by, submission=row)
    receipts.issue(by=by, submission=row, version=filed)
    text = f"{row.organisation}申报 {row.number}“{row.title}”（第 {filed.number} 版），等待受理。"
    if row.goes_both_ways:
        text += f"区县备案申请市财政 {row.city_wan} 万元，备案之外另按 8.1 联合审批（D50）。"
    tell_office(row, f"submitted:{row.pk}:{filed.number}", text)
    return row


@verb("priorities.submission.request_receipt")
def request_receipt(*, by: Actor, submission: Submission, number: int) -> None:
    """Print the receipt of a filed version that has none yet; one that is there or under way stays the only one."""
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    version = submission.versions.filter(number=number).first()
    if version is None:
        raise Refused("没有这一版申报书，先提交申报才有回执。", status=404)
    receipts.issue(by=by, submission=submission, version=version)


@verb("priorities.submission.request_filing_receipt")
def request_filing_receipt(*, by: Actor, submission: Submission) -> None:
    """Print the receipt of a filing that has its number and no paper yet."""
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    if not submission.receipt_number or submission.is_secret:
        raise Refused("这件备案还没有回执号，由信息办受理后出具。", status=409)
    filing_receipts.issue(by=by, submission=submission)


@verb("priorities.submission.withdraw")
def withdraw(*, by: Actor, submission: Submission, version: int, reason: str = "") -> Submission:
    """Take it back before the conclusion; with a reason once it was accepted. Closes open rounds."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="withdraw", version=version)
    reason = clean_text(reason, limit=500, field="撤回理由")
    accepted = row.transitions.filter(verb="accept").exists()
    if accepted and not reason:
        raise Invalid("已经受理的申报，撤回要写明理由。", fields={"reason": ["请写明撤回理由。"]})
    for round_ in Round.objects.select_for_update().filter(about=row.audit_key, state="open").order_by("pk"):
        rounds.close(round_=round_)
        for seat in round_.seats.all():
            tell_seat(row, seat, "withdrawn", f"{row.reference}“{row.title}”已由申报单位撤回，不用再签。")
    note_sharing(by=by, about=row.audit_key, organisation=row.organisation, rows=())
    workflow.advance(by=by, submission=row, verb="withdraw", to=workflow.WITHDRAWN, reason=reason)
    if row.number:
        tell_office(row, f"withdrawn:{row.pk}", f"{row.organisation}撤回 {row.reference}“{row.title}”。")
    return row


@verb("priorities.submission.answer_correction")
def answer_correction(
    *, by: Actor, submission: Submission, fact: str, text: str, component: str = ""
) -> CorrectionAnswer:
    """Answer a fact that the office corrected, with evidence, within five working days of the correction."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="answer_correction", version=None)
    text = clean_text(text, limit=1000, field="说明与证据")
    if not text:
        raise Invalid("请写明说明与证据。", fields={"text": ["请写明说明与证据。"]})
    corrected = next((c for c in verdicts.corrections(row) if (c.component, c.fact) == (component, fact)), None)
    if corrected is None:
        raise Refused("这个事实没有被核定改动，不用答复。")
    if clock.today() > corrected.answer_by:
        sentence = f"答复期限是 {corrected.answer_by}（核定后五个工作日），已经过了；请直接与信息办审核人联系。"
        raise Refused(sentence, blockers=[("答复期限已过", guards.reviewer(clock.today()))])
    answer = CorrectionAnswer.objects.create(
        submission=row,
        component=component,
        fact=fact,
        stated=corrected.stated,
        corrected=corrected.value,
        text=text,
        by_text=by.text,
        is_demo=row.is_demo,
    )
    record(by, row, "answer_correction", f"对“{corrected.question}”的核定作了答复", now=text)
    tell_office(
        row,
        f"correction-answer:{answer.pk}",
        f"{row.organisation}答复 {row.reference} 的核定：“{corrected.question}”。",
    )
    return answer
