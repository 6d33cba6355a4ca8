"""Exporting the budget workbook: a row a project × source (× year), matched on its return by a locked hidden key.

`content.collect` takes everything from the database, `sheets.draw` prints it. The snapshot's name comes from the
content's hash, so that the same state of the database on the same day gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from itertools import groupby, islice

from budgets.models import ExportPiece, ExportSnapshot
from budgets.table.chosen import Chosen
from budgets.workbook import sheets
from budgets.workbook.content import CODES, SOURCE_LABELS, Content, Line, collect
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.kernel.access import Actor, require
from governance.kernel.verbs import frame

PIECE = 2000  # rows of a snapshot kept together
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(scope: int | str, actor: Actor, day: dt.date, chosen: Chosen | None = None) -> tuple[bytes, str]:
    """The workbook of a year or of "all", and its file name. Keeps what left as ExportSnapshot.

    Raises WrongRole without the right to read budgets, Invalid for another scope.
    """
    content = _content(scope, actor, day, chosen)
    try:
        key = _keep(content, actor)
        return sheets.draw(content, key), f"{_name(content)}_{key}.xlsx"
    finally:
        content.close()


def export_csv(scope: int | str, actor: Actor, day: dt.date, chosen: Chosen | None = None) -> tuple[Iterator[str], str]:
    """The same rows as text with a BOM, piece by piece, and the file name. It is read elsewhere, never taken back."""
    content = _content(scope, actor, day, chosen)
    with frame():
        audit.record(
            by=actor,
            event="budgets.export",
            sentence=f"导出预算表 CSV（{content.scope}{'，' + content.words if content.words else ''}）",
        )
    return _csv(content), f"{_name(content)}_{content.day:%Y%m%d}.csv"


def _content(scope: int | str, actor: Actor, day: dt.date, chosen: Chosen | None) -> Content:
    require(actor, Permission.READ_BUDGET)
    if scope != "all" and not (isinstance(scope, int) and 1990 <= scope <= 2100):
        raise Invalid(f"“{str(scope)[:12]}”不是年度；请写年份（如 2007）或 all。")
    return collect(scope, actor, day, chosen)


def _name(content: Content) -> str:
    return f"{'全部年度' if content.scope == 'all' else content.scope}预算表{'（筛选）' if content.chosen else ''}"


def _csv(content: Content) -> Iterator[str]:
    """Heads and rows; what a spreadsheet would take for a formula is led by an apostrophe (CWE-1236)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(
        [
            "编号",
            "项目",
            "工程",
            "第一牵头",
            "时间（原文）",
            "年度",
            "来源",
            "总概算",
            "概算",
            "批复",
            "下达",
            "支出",
            *(n for _, n in CODES),
            "申报",
        ]
    )
    lines = content.lines()
    for group in content.groups:
        for line in islice(lines, group.sums.rows):
            head = line.head
            total = "" if line.total_wan is None else f"{line.total_wan:.2f}"
            texts = [_plain(t) for t in (head.code, head.name, group.name, head.lead, head.time_raw)]
            writer.writerow(
                [
                    *texts,
                    line.year,
                    SOURCE_LABELS[line.source],
                    total,
                    *(a or "" for a in line.amounts),
                    *map(_plain, line.codes),
                    "" if line.filed_wan is None else f"{line.filed_wan:.2f}",
                ]
            )
            if buffer.tell() > 65_536:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    content.close()
    yield buffer.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def _keep(content: Content, actor: Actor) -> str:
    sha256 = content.sha256()
    with frame():
        for size in (6, 12, 24):
            key = f"S-{content.day:%Y%m%d}-{sha256[:size]}"
            held, made = ExportSnapshot.objects.get_or_create(
                key=key, defaults={"sha256": sha256, "scope": content.scope, "rows": {}, "by_text": actor.text}
            )
            if held.sha256 == sha256:
                break
        if made:
            lines = content.lines()
            for number in range(-(-content.rows // PIECE)):
                ExportPiece.objects.create(snapshot=held, number=number, rows=_packed(islice(lines, PIECE)))
            chosen = f"，{content.words}" if content.words else ""
            audit.record(
                by=actor, event="budgets.export", sentence=f"导出预算表（{content.scope}{chosen}），快照 {key}"
            )
    return key


def _packed(lines: Iterator[Line]) -> list:
    """Rows by project, as ExportPiece keeps them: [[code, name, lead, time, total], [[year, source, amounts, codes,
    first], …]]."""
    packed = []
    for head, mine in groupby(lines, key=lambda line: line.head):
        total = "" if head.estimate_wan is None else f"{head.estimate_wan:.2f}"
        rows = [[x.year, x.source, x.amounts, x.codes, x.first] for x in mine]
        packed.append([[head.code, head.name, head.lead, head.time_raw, total], rows])
    return packed
