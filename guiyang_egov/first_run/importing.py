"""Reading, rehearsing and registering a first-run book: all of its rows or none, each by its own verb."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import holders
from governance.kernel.access import Actor
from governance.kernel.verbs import frame
from governance.workbooks import writer
from guiyang_egov.first_run.sheets import SHEETS, Row, Sheet

Tables = dict[str, list[list[str]]]


@dataclass
class Outcome:
    """What became of a book: a line a row `(sheet, row, words)`, those refused apart, and the sheets left to others."""

    done: list[tuple[str, int, str]] = field(default_factory=list)
    refused: list[tuple[str, int, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class _TakenBack(Exception):
    """Ends the transaction of a rehearsal, or of a book with a refused row."""


def template() -> bytes:
    """An empty workbook with the sheets and their headings."""
    book = writer.Book()
    for sheet in SHEETS:
        page = book.sheet(sheet.name)
        for number, head in enumerate(sheet.heads, 1):
            book.text(page, f"{writer.letter(number)}1", head, "head")
    return book.content(day=clock.today(), title="初次启用工作簿")


def read(path: Path) -> Tables:
    """The sheets of an .xlsx, or of a .csv (UTF-8) that is named by its sheet. Raises Invalid."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Invalid(f"读不了 {path}（{error.strerror}）。") from None
    if path.suffix.lower() == ".csv":
        try:
            return {path.stem: list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))}
        except (UnicodeDecodeError, csv.Error):
            raise Invalid(f"{path.name} 不是 UTF-8 的 CSV；请另存为“CSV UTF-8”再交。") from None
    try:
        return writer.read_safely(content)
    except writer.UnsafeWorkbook as error:
        raise Invalid(str(error)) from None


def bring(tables: Tables, by: Actor, *, registers: bool) -> Outcome:
    """Do every row of the sheets that `by` may bring. Nothing stays where it is a rehearsal or a row was refused.

    Raises Invalid for a sheet that is none of SHEETS or has other headings.
    """
    known = {sheet.name: sheet for sheet in SHEETS}
    if strange := [name for name in tables if name not in known]:
        raise Invalid(f"没有名为“{strange[0]}”的表；有：{'、'.join(known)}。")
    outcome = Outcome()
    try:
        with frame():
            for sheet in SHEETS:
                rows = list(_rows(sheet, tables.get(sheet.name, [])))
                if rows and by.scope(sheet.permission) is None:
                    outcome.others.append(f"{sheet.name}（{len(rows)} 行）由{'、'.join(holders(sheet.permission))}导入")
                    continue
                for number, row in rows:
                    _do(sheet, number, row, by, outcome)
            if outcome.refused or not registers:
                raise _TakenBack
    except _TakenBack:
        pass
    return outcome


def _rows(sheet: Sheet, table: list[list]) -> Iterator[tuple[int, Row]]:
    if not table:
        return
    names = [head.rstrip("*") for head in sheet.heads]
    found = [str(cell).strip().rstrip("*") for cell in table[0]]
    if missing := [name for name in names if name not in found]:
        raise Invalid(f"“{sheet.name}”第一行缺少列：{'、'.join(missing)}。")
    for number, cells in enumerate(table[1:], 2):
        typed = {name: _plain(cell) for name, cell in zip(found, cells, strict=False)}
        if any(typed.values()):
            yield number, {name: typed.get(name, "") for name in names}


def _plain(cell: object) -> str:
    """A cell as it was typed: a whole number without the point that Excel gives it."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _do(sheet: Sheet, number: int, row: Row, by: Actor, outcome: Outcome) -> None:
    lacking = [head[:-1] for head in sheet.heads if head.endswith("*") and not row[head[:-1]]]
    try:
        if lacking:
            raise Invalid(f"缺{'、'.join(lacking)}。")
        words = sheet.act(by, row)
    except Refused as refusal:
        outcome.refused.append((sheet.name, number, refusal.sentence))
    else:
        outcome.done.append((sheet.name, number, f"{next(iter(row.values()))}：{words}"))
