"""Verbs about the plan's open questions and its nine instruments."""

from __future__ import annotations

import datetime as dt

from governance import access, audit, clock
from governance.access import Actor
from governance.models import Discrepancy, ReadingDecision, Regulation
from governance.refusal import Invalid, Stale
from governance.roles import Permission
from governance.verbs import verb


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


@verb("governance.regulation.set_state")
def set_regulation_state(
    *, by: Actor, regulation: Regulation, version: int, state: str, issued_on: dt.date | None = None, document_number: str = ""
) -> None:
    """Say how far an instrument of 9.2 has come; 印发 needs its day and 文号 (D55: none is in force in the text)."""
    access.require(by, Permission.MANAGE_CALENDAR)
    row = Regulation.objects.select_for_update().get(pk=regulation.pk)
    labels = dict(Regulation.STATES)
    if row.version != version:
        raise Stale(f"{row.title}刚被别人改过，请看过现在的内容再改。",
                    current={"状态": row.get_state_display(), "印发日期": row.issued_on, "文号": row.document_number})  # fmt: skip
    if state not in labels:
        raise Invalid("请选择状态。", fields={"state": ["请选择一种状态"]})
    fields: dict[str, list[str]] = {}
    if state == "issued" and issued_on is None:
        fields["issued_on"] = ["印发要写明日期"]
    if state == "issued" and not document_number:
        fields["document_number"] = ["印发要写明文号"]
    if issued_on and issued_on > clock.today():
        fields["issued_on"] = ["印发日期不能在今天之后"]
    if fields:
        raise Invalid("印发的制度要写明日期和文号。", fields=fields)
    was = row.get_state_display()
    row.state, row.version = state, row.version + 1
    row.issued_on = issued_on if state == "issued" else None
    row.document_number = document_number if state == "issued" else ""
    row.save()
    end = f"，{issued_on} {document_number}" if state == "issued" else ""
    audit.record(by=by, event="governance.regulation.set_state", about=row, was=was, now=labels[state],
                 sentence=f"{row.clause} {row.title}：{was} → {labels[state]}{end}", address="/governance/regulations/")  # fmt: skip
