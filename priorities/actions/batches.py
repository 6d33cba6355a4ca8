"""Bulk handling: the rehearsal, the batch that waits and can be undone, and its doing, item by item.

A rehearsal runs the very verbs in a transaction that is rolled back, so that it knows every refusal and every mail. A
batch happens after a while (UNDO_S), until when nothing has happened at all; then each item is a verb of its own: what
one of them is refused for does not keep the others back, and a worker that dies leaves the rest to the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import ROLE_LABELS, Permission
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, verb
from governance.models import Appointment, Notice, Organisation, User
from governance.notices import inbox
from priorities.actions.screening import accept
from priorities.actions.settling import settle, settle_and_send, waive_and_send
from priorities.actions.side_lanes import acknowledge
from priorities.labels import OUTCOMES, STATES
from priorities.models import DeskBatch, DeskBatchItem, Submission
from priorities.screening.conclusions import in_force

UNDO_S = 120  # how long a batch can be undone
MOST = 100  # cases of a batch
TAKEN_BACK_AFTER_S = 300  # a batch whose worker is silent so long goes on with another
ONE_BY_ONE = {
    "accept": accept,
    "settle": settle,
    "acknowledge": acknowledge,
    "settle_and_send": settle_and_send,
    "waive_and_send": waive_and_send,
}
WITH_REASON = ("settle_and_send", "waive_and_send")


@dataclass(frozen=True)
class Rehearsed:
    """What would come of one case: `blockers` empty means that it would go through."""

    submission: Submission
    outcome: str
    conclusion: str
    now: str
    sentence: str
    blockers: tuple[tuple[str, str], ...]
    mails: tuple[tuple[str, str], ...]  # (to whom, text)

    @property
    def goes(self) -> bool:
        return not self.sentence


def rehearse(*, by: Actor, act: str, rows: Iterable[Submission], reason: str = "") -> list[Rehearsed]:
    """Every case tried alone and rolled back: verdict, blockers, the text of the mails. Stores nothing."""
    access.require(by, Permission.SCREEN)
    _known(act, reason)
    return [_rehearsed(by, act, row, reason) for row in rows]


def _rehearsed(by: Actor, act: str, row: Submission, reason: str) -> Rehearsed:
    refusal, mails = None, ()
    with transaction.atomic():
        last = Notice.objects.aggregate(m=Max("pk"))["m"] or 0
        try:
            with transaction.atomic():
                _do(by, act, row, row.version, reason)
        except Refused as found:
            refusal = found
        else:
            mails = tuple((_to_whom(n), n.sentence) for n in Notice.objects.filter(pk__gt=last).order_by("pk"))
        after = Submission.objects.get(pk=row.pk)
        conclusion = in_force(after)
        tried = Rehearsed(
            row,
            OUTCOMES.get(after.outcome, ""),
            conclusion.get_kind_display() if conclusion else "",
            STATES[after.state],
            refusal.sentence if refusal else "",
            tuple(refusal.blockers) if refusal else (),
            mails,
        )
        transaction.set_rollback(True)
    return tried


def _to_whom(notice: Notice) -> str:
    if notice.user_id:
        return str(User.objects.get(pk=notice.user_id))
    unit = Organisation.objects.filter(pk=notice.organisation_id).first()
    return " ".join(filter(None, [str(unit) if unit else "", ROLE_LABELS.get(notice.role, notice.role)]))


@verb("priorities.batch.plan")
def plan_batch(*, by: Actor, act: str, items: Iterable[tuple[Submission, int]], reason: str = "") -> DeskBatch:
    """批量办理: the cases at the versions that were rehearsed; it happens after UNDO_S seconds, until when it can
    be undone."""
    access.require(by, Permission.SCREEN)
    reason = _known(act, reason)
    rows = list(items)
    if not 1 <= len(rows) <= MOST:
        raise Invalid(f"请选 1—{MOST} 件申报。", fields={"case": ["请选择申报"]})
    batch = DeskBatch.objects.create(
        act=act,
        reason=reason,
        leaves_at=clock.now() + dt.timedelta(seconds=UNDO_S),
        user_id=by.user_id,
        appointment_id=by.appointment_id,
        by_text=by.text,
        is_demo=any(r.is_demo for r, _ in rows),
    )
    DeskBatchItem.objects.bulk_create(DeskBatchItem(batch=batch, submission=r, version=v) for r, v in rows)
    sentence = f"{batch}：{len(rows)} 件，{clock.timezone.localtime(batch.leaves_at):%H:%M:%S} 起办理，之前可以撤消"
    audit.record(by=by, about=(batch, *(r for r, _ in rows)), now=act, sentence=sentence)
    return batch


@verb("priorities.batch.undo")
def undo_batch(*, by: Actor, batch: DeskBatch) -> DeskBatch:
    """撤消: nothing of it happens and no mail leaves. Refused once it has begun."""
    access.require(by, Permission.SCREEN)
    row = DeskBatch.objects.select_for_update().get(pk=batch.pk)
    if row.user_id != by.user_id:
        raise NotVisible()
    if not row.is_waiting:
        raise Refused(f"{row}{row.get_state_display()}，不能再撤消；要更正请在各件上办理。")
    row.state = "undone"
    row.save(update_fields=["state"])
    row.items.update(state="undone")
    audit.record(by=by, about=row, sentence=f"撤消{row}，没有办理也没有发出通知")
    return row


@verb("priorities.batch.hurry")
def hurry_batch(*, by: Actor, batch: DeskBatch) -> DeskBatch:
    """不再等待: the undo window ends now."""
    access.require(by, Permission.SCREEN)
    row = DeskBatch.objects.select_for_update().get(pk=batch.pk)
    if row.user_id != by.user_id:
        raise NotVisible()
    if not row.is_waiting:
        raise Refused(f"{row}{row.get_state_display()}。")
    row.leaves_at = clock.now()
    row.save(update_fields=["leaves_at"])
    audit.record(by=by, about=row, sentence=f"{row}不再等待，立即办理")
    return row


def run_due() -> int:
    """Do every batch whose window is over, and what a dead worker left of one; returns how many. Called by the beat."""
    now = clock.now()
    left = Q(state="running", started_at__lt=now - dt.timedelta(seconds=TAKEN_BACK_AFTER_S))
    due = DeskBatch.objects.filter(Q(state="waiting", leaves_at__lte=now) | left).order_by("pk")
    return sum(_run(key) for key in due.values_list("pk", flat=True))


def _run(key: int) -> bool:
    now = clock.now()
    silent = Q(state="running", started_at__lt=now - dt.timedelta(seconds=TAKEN_BACK_AFTER_S))
    mine = DeskBatch.objects.filter(Q(state="waiting", leaves_at__lte=now) | silent, pk=key)
    with frame():
        if not mine.update(state="running", started_at=now):  # one UPDATE decides between two workers
            return False
    batch = DeskBatch.objects.select_related("user").get(pk=key)
    hat = Appointment.objects.in_force(clock.today()).filter(pk=batch.appointment_id, user_id=batch.user_id).exists()
    by = access.actor_for(batch.user, batch.appointment_id) if hat else None
    for item in batch.items.filter(state="waiting").select_related("submission"):
        _item(by, batch, item)
    _finish(batch)
    return True


def _item(by: Actor | None, batch: DeskBatch, item: DeskBatchItem) -> None:
    """The verb and what came of it in one transaction: killed in between, the item still waits."""
    try:
        if by is None:
            raise Refused("办理人的任职已经结束，没有办理。")
        with frame():
            if not DeskBatchItem.objects.select_for_update().filter(pk=item.pk, state="waiting").exists():
                return
            row = _do(by, batch.act, item.submission, item.version, batch.reason)
            now = STATES[row.state]
            DeskBatchItem.objects.filter(pk=item.pk).update(state="done", sentence=f"{batch.get_act_display()}：{now}")
    except Refused as refusal:
        with frame():
            DeskBatchItem.objects.filter(pk=item.pk, state="waiting").update(state="refused", sentence=refusal.sentence)


def _finish(batch: DeskBatch) -> None:
    with frame():
        if not DeskBatch.objects.filter(pk=batch.pk, state="running").update(state="done"):
            return
        refused = batch.items.filter(state="refused").count()
        done = batch.items.filter(state="done").count()
        said = f"{batch}办完：{done} 件办成" + (f"，{refused} 件没有办成" if refused else "")
        inbox.tell(
            key=batch.audit_key,
            sentence=said,
            address=batch.get_absolute_url(),
            user_id=batch.user_id,
            is_demo=batch.is_demo,
        )
        audit.record(by=None, event="priorities.batch.done", about=batch, sentence=said)


def _do(by: Actor, act: str, row: Submission, version: int, reason: str) -> Submission:
    more = {"reason": reason} if act in WITH_REASON else {}
    return ONE_BY_ONE[act](by=by, submission=row, version=version, **more)


def _known(act: str, reason: str) -> str:
    if act not in ONE_BY_ONE:
        raise Invalid("请选择怎样办理。", fields={"act": ["请选择"]})
    reason = clean_text(reason, limit=300, field="免交理由")
    if act in WITH_REASON and not reason:
        raise Invalid("送会签前免去意见或扫描件要写明理由。", fields={"reason": ["请写明理由"]})
    return reason
