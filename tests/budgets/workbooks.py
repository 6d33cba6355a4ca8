"""Opening, changing and breaking workbooks, for the tests of both directions."""

from __future__ import annotations

import io
import zipfile

import openpyxl

from budgets import actions
from budgets.ledger.booking import LineKey
from projects.models import Project


def opened(content: bytes):
    """The workbook as openpyxl reads it, formulas as text."""
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def heads(sheet) -> dict[str, int]:
    """Columns of the first sheet by head."""
    return {cell.value: cell.column for cell in sheet[3]}


def row_of(sheet, key: str) -> int:
    column = heads(sheet)["键"]
    return next(r for r in range(4, sheet.max_row + 1) if sheet.cell(r, column).value == key)


def changed(content: bytes, cells: dict[tuple[str, str], object]) -> bytes:
    """The workbook with (key, head) → value typed over."""
    workbook = opened(content)
    sheet = workbook["预算"]
    columns = heads(sheet)
    rows = {key: row_of(sheet, key) for key, _ in cells}
    for (key, head), value in cells.items():
        sheet.cell(rows[key], columns[head]).value = value
    return saved(workbook)


def with_part(content: bytes, parts: dict[str, bytes]) -> bytes:
    """The package with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(name, parts.pop(name, source.read(name)))
        for name, part in parts.items():
            packed.writestr(name, part)
    return out.getvalue()


def cell(by, code: str, stage: str, typed: str, *, year: int = 2007, source: str = "city"):
    return actions.set_cell(by=by, at=LineKey(Project.objects.get(code=code), year, source), stage=stage, typed=typed)
