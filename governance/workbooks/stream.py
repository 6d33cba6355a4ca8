"""Rows of a sheet that are too many to stand in memory: written as text between the rows that openpyxl drew.

A sheet is drawn as usual (heads, sums, notes, look); `RowWriter` borrows the looks of sample cells and writes one row
after the other, `merged` lays both kinds in the order of their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import merge

from openpyxl.cell.cell import Cell

from governance.basics.text import NO_TEXT

_ROW = re.compile(rb'<row r="(\d+)"(?:[^>]*/>|.*?</row>)', re.S)


@lru_cache(maxsize=20_000)
def escaped(text: str) -> str:
    """Text as XML holds it, without what a workbook cannot hold; outer spaces and line feeds are kept."""
    text = NO_TEXT.sub("", text)[:32_000]
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class RowWriter:
    """Writes `<row>` after `<row>`: `start`, the cells from left to right, `end`."""

    def __init__(self):
        self.number = 0
        self._parts: list[str] = []

    def start(self, number: int, height: float = 0) -> None:
        self.number = number
        self._parts = [f'<row r="{number}" ht="{height}" customHeight="1">' if height else f'<row r="{number}">']

    def text(self, column: str, look: int, value: str) -> None:
        """A text cell: inline, so that `=cmd` never becomes a formula (CWE-1236)."""
        if not value:
            self._parts.append(f'<c r="{column}{self.number}" s="{look}"/>')
            return
        space = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
        self._parts.append(
            f'<c r="{column}{self.number}" s="{look}" t="inlineStr"><is><t{space}>{escaped(value)}</t></is></c>'
        )

    def amount(self, column: str, look: int, value: object) -> None:
        """A number as its text; None and "" are an empty cell."""
        held = "" if value is None or value == "" else f"<v>{value}</v>"
        self._parts.append(
            f'<c r="{column}{self.number}" s="{look}">{held}</c>'
            if held
            else f'<c r="{column}{self.number}" s="{look}"/>'
        )

    def formula(self, column: str, look: int, formula: str, value: object) -> None:
        """A formula (without "=") with the value that it has now; "" is the empty text."""
        kind = ' t="str"' if isinstance(value, str) else ""
        self._parts.append(f'<c r="{column}{self.number}" s="{look}"{kind}><f>{escaped(formula)}</f><v>{value}</v></c>')

    def end(self) -> tuple[int, bytes]:
        self._parts.append("</row>")
        return self.number, "".join(self._parts).encode()


def look_of(cell: Cell) -> int:
    """The number under which the workbook keeps a cell's look; the sample cell is taken away again."""
    look = cell.style_id
    del cell.parent._cells[cell.row, cell.column]
    return look


def merged(part: bytes, rows: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """A sheet's XML with more rows (numbers rising, none that the sheet has) laid between its own,
    in pieces of some size."""
    if b"<sheetData/>" in part:
        before, after = part.split(b"<sheetData/>", 1)
        drawn: list[tuple[int, bytes]] = []
    else:
        before, inner = part.split(b"<sheetData>", 1)
        inner, after = inner.split(b"</sheetData>", 1)
        drawn = [(int(found[1]), found[0]) for found in _ROW.finditer(inner)]
    yield before + b"<sheetData>"
    held, size = [], 0
    for _, row in merge(drawn, rows, key=lambda x: x[0]):
        held.append(row)
        size += len(row)
        if size > 262_144:
            yield b"".join(held)
            held, size = [], 0
    held.append(b"</sheetData>" + after)
    yield b"".join(held)
