"""The register of discrepancies as a sheet: what a paper's footnote has to say about each entry that one cites."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse

from governance.basics import clock
from governance.basics.figures import Column, Report, Section, Table
from governance.basics.roles import Permission
from governance.web.entry import page as may_enter
from governance.workbooks import writer
from guiyang_egov.pages import discrepancies
from priorities.rule_sets import repository

COLUMNS = (
    Column("code", "编号", width=6),
    Column("weight", "等级", width=5),
    Column("title", "疑义", width=24),
    Column("quotes", "原文（行号）", width=37),
    Column("reading", "现行读法", width=32),
    Column("decided", "谁定，从哪一天起", width=22),
    Column("by", "系统", width=12),
    Column("touches", "牵涉", width=24),
)
WORDS = {"code": "据此运行", "rules": "由规则集", "note": "仅作说明"}


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def download(request):
    """导出脚注表: every entry with its quotes, the reading that holds today, who decided it, what it touches."""
    day = clock.today()
    answer = HttpResponse(sheet(discrepancies.everything(day), day), content_type=writer.MEDIA_TYPE)
    answer["Content-Disposition"] = (
        f"attachment; filename=\"footnotes.xlsx\"; filename*=UTF-8''{quote(f'疑义脚注表 {day}.xlsx')}"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def sheet(found: list[discrepancies.Entry], day: dt.date) -> bytes:
    """The workbook of the rows of `discrepancies.everything`."""
    table = Table(
        "footnotes",
        "疑义脚注表",
        COLUMNS,
        tuple(map(_line, found)),
        note="没有人确认的取默认读法：系统默认，非规划规定。",
    )
    report = Report(
        "footnotes",
        day.year,
        f"{settings.PRODUCT_NAME}疑义脚注表",
        day,
        (),
        "引文照录规划原文",
        repository.in_force_on(day).id,
        (Section("footnotes", "疑义", tables=(table,)),),
        city=settings.CITY_NAME,
    )
    return writer.report(report)


def _line(shown: discrepancies.Entry) -> dict:
    entry, decided = shown.row, shown.decided
    return {
        "code": entry.code,
        "weight": entry.weight,
        "title": entry.title,
        "quotes": "\n".join(f"“{q['text']}”" + (f"（L{q['line']}）" if q.get("line") else "") for q in entry.quotes),
        "reading": shown.reading["text"] if shown.reading else entry.default_text,
        "decided": f"{decided.by_text}，{decided.from_day} 起：{decided.reason}" if decided else "默认",
        "by": WORDS[shown.by],
        "touches": "、".join([*shown.projects, *shown.tasks, *shown.clauses]),
    }
