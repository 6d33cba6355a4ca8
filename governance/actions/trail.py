"""The trail handed out: rows as a workbook, and that they were; its head by mail."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Refused
from governance.basics.roles import Permission, Role
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, verb
from governance.notices import inbox
from governance.workbooks.writer import Book

MOST = 5000
HEADS = (
    "留痕号",
    "业务日期",
    "记录时间",
    "经办",
    "角色",
    "结果",
    "事项",
    "动词",
    "原",
    "现",
    "记录",
    "前一条摘要",
    "摘要",
)


@verb("governance.audit.export")
def export_trail(*, by: Actor, filters: dict) -> bytes:
    """The rows that `filters` (of governance.kernel.audit.chosen) leave, newest first, as xlsx; times are the city's.
    Refused beyond `MOST` rows. That it was handed out is a row of the trail itself."""
    access.require(by, Permission.READ_AUDIT)
    rows = audit.chosen(**filters)
    if (count := rows.count()) > MOST:
        raise Refused(
            f"符合条件的留痕有 {count} 条，一次最多导出 {MOST} 条；请按日期、经办或记录缩小范围。", status=422
        )
    book = Book()
    sheet = book.sheet("操作留痕")
    lines = [HEADS, *(_line(row) for row in rows)]
    for n, line in enumerate(lines, 1):
        for column, value in zip("ABCDEFGHIJKLM", line, strict=True):
            book.text(sheet, f"{column}{n}", value, "head" if n == 1 else "plain")
    said = "，".join(f"{name} {value}" for name, value in filters.items() if value)
    audit.record(by=by, sentence=f"导出操作留痕 {count} 条（{said or '全部'}）", address="/governance/audit/")
    return book.content(day=clock.today(), title="操作留痕")


def _line(row) -> tuple:
    moment = clock.timezone.localtime(row.recorded_at)
    done = "办成" if row.ok else "被拒"
    when = (str(row.seq), row.day.isoformat(), f"{moment:%Y-%m-%d %H:%M:%S}")
    return (
        *when,
        row.by_text,
        row.role,
        done,
        row.sentence,
        row.event,
        row.was,
        row.now,
        row.concerns,
        row.previous,
        row.hash,
    )


def tell_head(day: dt.date) -> None:
    """Daily: the chain's head to the auditors by notice and mail, so that it also lies where nobody of this machine
    reaches."""
    head = audit.chain_head().first()
    if head is None or not head.seq:
        return
    with frame():
        inbox.tell(
            key=f"audit-head:{day}",
            role=Role.AUDITOR,
            address="/governance/audit/",
            topic="account",
            sentence=f"{day} 留痕链头：第 {head.seq} 条，{head.hash}。请留存，核验时可与当时的链头比较。",
        )
