"""Verbs of governance."""

from __future__ import annotations

import datetime as dt

from governance import access, audit, clock, notices
from governance.access import Actor
from governance.models import Discrepancy, ReadingDecision
from governance.refusal import Invalid
from governance.roles import Permission
from governance.verbs import verb


@verb("governance.notices.read")
def mark_read(*, by: Actor) -> int:
    """Mark one's notices read; returns how many were unread."""
    access.require(by, Permission.USE)
    return notices.unread(by).update(read_at=clock.now())


@verb("governance.discrepancy.decide")
def decide_reading(*, by: Actor, code: str, reading: str, from_day: dt.date, reason: str, is_demo: bool = False) -> ReadingDecision:
    """Confirm a reading from a day on, with a reason; earlier records stay under the reading of their day."""
    access.require(by, Permission.DECIDE_READING)
    row = Discrepancy.objects.select_for_update().filter(code=code).first()
    if row is None or reading not in {r["key"] for r in row.readings}:
        raise Invalid("没有这种读法。", fields={"reading": ["请选择一种读法"]})
    if not reason:
        raise Invalid("确认读法必须写明理由。", fields={"reason": ["写明理由"]})
    if from_day is None or from_day < clock.today():
        raise Invalid("读法从今天或以后的某一天起生效，不溯及既往。", fields={"from_day": ["写今天或以后的日期"]})
    decision = ReadingDecision.objects.create(
        discrepancy=row, reading=reading, from_day=from_day, reason=reason, by_text=by.text, is_demo=is_demo
    )
    audit.record(by=by, event="governance.discrepancy.decide", about=row, now=reading,
                 sentence=f"{code} 自 {from_day} 起取读法 {reading}：{reason}")  # fmt: skip
    return decision
