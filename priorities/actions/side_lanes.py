"""The ways beside the annual plan: 自筹核对, 区县备案, and the way back from 缓建 and the pool."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access, numbering
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, step, verb
from priorities.actions import registering
from priorities.actions.telling import record, tell_applicant, tell_office, touch
from priorities.approval import opinions
from priorities.case import guards
from priorities.documents import filing_receipts
from priorities.models import FilingCheck, SelfFundedCheck, Submission
from priorities.radar import overlap
from priorities.screening import verdicts
from priorities.submissions import workflow


@verb("priorities.submission.check_self_funded")
def check_self_funded(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    shared_network: bool,
    exchange: bool,
    ca: bool,
    security: bool,
    note: str = "",
) -> Submission:
    """自筹核对 against 统一发展部署 (8.1(5), D18): four points. Four times yes registers the project; else the check is
    recorded, the applicant is told, and the case stays where it is."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="check_self_funded", version=version)
    _as_the_departments_say(row, exchange=exchange, ca=ca)
    check = SelfFundedCheck.objects.create(
        submission=row,
        version=row.current_version,
        shared_network=shared_network,
        exchange=exchange,
        ca=ca,
        security=security,
        note=clean_text(note, limit=500, field="说明"),
        by_text=by.text,
        is_demo=row.is_demo,
    )
    points = ("shared_network", "exchange", "ca", "security")
    lacking = [SelfFundedCheck._meta.get_field(p).verbose_name for p in points if not getattr(check, p)]
    if lacking:
        text = f"没有做到：{'、'.join(lacking)}"
        touch(row)
        record(by, row, "check_self_funded", f"自筹核对不符合统一发展部署，{text}")
        tell_applicant(
            row, f"self-funded:{check.pk}", f"{row.number}“{row.title}”的自筹核对不符合统一发展部署（8.1(5)），{text}。"
        )
        return row
    row.project = row.project or registering.register(by=by, submission=row, origin="self_funded")
    row.save(update_fields=["project"])
    workflow.advance(
        by=by, submission=row, verb="check_self_funded", to=workflow.SELF_FUNDED, reason="符合统一发展部署的四项要求"
    )
    registering.decide(by=by, project=row.project)
    tell_applicant(row, f"self-funded:{check.pk}", f"{row.number}“{row.title}”自筹核对符合统一发展部署，可以自行建设。")
    return row


def _as_the_departments_say(row: Submission, **points: bool) -> None:
    """Sharing and authentication are for the departments of 9.1.2 to say, where they gave an opinion on this
    version."""
    for point, what in (("exchange", "resource"), ("ca", "ca")):
        for asked in opinions.asked(row, what, clock.today()):
            said = (
                {"agree": True, "conditional": True, "refuse": False}.get(asked.answer.kind) if asked.answer else None
            )
            if said is not None and said != points[point]:
                label = SelfFundedCheck._meta.get_field(point).verbose_name
                raise Refused(
                    f"“{label}”由{asked.seat.label}答复：{asked.answer.get_kind_display()}（{asked.answer.day}），"
                    f"核对应记为{'是' if said else '否'}。",
                    blockers=[(f"“{label}”与答复不一致", asked.seat.label)],
                )


@verb("priorities.submission.acknowledge")
def acknowledge(*, by: Actor, submission: Submission, version: int) -> Submission:
    """备案: a complete filing of a district without city money is compared with everything known (查重), gets a receipt
    number and is registered; no approval (D50)."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="acknowledge", version=version)
    check = check_filing(by=by, row=row)
    take_receipt(by=by, row=row)
    row.project = registering.register(by=by, submission=row, origin="district")
    row.save(update_fields=["project"])
    like = (
        f"，查重相近 {len(check.overlaps)} 条，最近 {check.overlaps[0]['name']}"
        if check.overlaps
        else "，查重没有相近的"
    )
    workflow.advance(
        by=by, submission=row, verb="acknowledge", to=workflow.FILED, reason=f"回执 {row.receipt_number}{like}"
    )
    registering.decide(by=by, project=row.project)
    tell_applicant(row, f"filed:{row.pk}", f"{row.number}“{row.title}”已备案，回执号 {row.receipt_number}{like}。")
    return row


@step
def take_receipt(*, by: Actor, row: Submission) -> None:
    """The number of a filing's receipt, BA2007-001, gapless within the year, and its paper."""
    year = clock.today().year
    row.receipt_number = f"BA{year}-{numbering.take(name=f'receipt-{year}'):03d}"
    row.save(update_fields=["receipt_number"])
    filing_receipts.issue(by=by, submission=row)


@step
def check_filing(*, by: Actor, row: Submission) -> FilingCheck:
    """Freeze what a district's filing resembles today."""
    document = verdicts.document_of(row)
    found = overlap.search(row.title, document["content"], actor=by, top=5, leave_out=row.audit_key)
    like = [
        {"key": h.key, "code": h.code, "name": h.name, "score": round(h.score, 2)}
        for h in found.from_score(overlap.SUGGEST).hits
    ]
    return FilingCheck.objects.create(
        submission=row,
        version=row.current_version,
        overlaps=like,
        by_text=by.text,
        compared=sum(found.compared.values()),
        is_demo=row.is_demo,
    )


@verb("priorities.submission.re_review")
def re_review(*, by: Actor, submission: Submission, version: int, reason: str = "") -> Submission:
    """复审: a deferred case or one of the pool comes back to review; what was decided stays as history."""
    access.require(by, Permission.SCREEN, submission)
    row = guards.enter(by=by, submission=submission, verb="re_review", version=version)
    back_to_review(by=by, row=row, reason=clean_text(reason, limit=500, field="理由"))
    return row


def re_review_due(day: dt.date) -> int:
    """Bring back every deferred case whose re-review date has come (daily, idempotent); returns how many."""
    due = Submission.objects.filter(state=workflow.DEFERRED, re_review_on__lte=day).order_by("pk")
    count = 0
    for pk in list(due.values_list("pk", flat=True)):
        with frame():
            row = workflow.lock(pk)
            if row.state == workflow.DEFERRED and row.re_review_on and row.re_review_on <= day:
                back_to_review(by=None, row=row, reason=f"复审日期 {row.re_review_on} 到了")
                count += 1
    return count


@step
def back_to_review(*, by: Actor | None, row: Submission, reason: str) -> None:
    """What re-review does, by a person or on the date."""
    row.conclusions.filter(in_force=True).update(in_force=False)
    row.re_review_on = None
    row.save(update_fields=["re_review_on"])
    workflow.advance(by=by, submission=row, verb="re_review", to=workflow.UNDER_REVIEW, reason=reason)
    tell_office(row, f"re-review:{row.pk}:{row.version}", f"{row.number}“{row.title}”回到审核，等待复审。")
