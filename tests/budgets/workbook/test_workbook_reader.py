"""What the reading child makes of a sheet that another program wrote, of a large one, and of one made to take long."""

from __future__ import annotations

import contextlib
import resource

import openpyxl
import pytest

from budgets.workbook.importing import LIMITS
from governance.workbooks.reader import UnsafeWorkbook, read_safely
from tests.budgets.workbooks import saved, with_part


def sheet_of(rows: str) -> bytes:
    """A workbook of one sheet with these rows as XML, as another program than ours might write it."""
    book = openpyxl.Workbook()
    book.active.title = "表"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}" xmlns:x="{main}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(saved(book), {"xl/worksheets/sheet1.xml": sheet.encode()})


def test_a_formula_without_a_value_is_read_as_its_text_however_it_is_written():
    rows = (
        '<row r="2"><c r="B2"><f>1+2</f></c><c r="C2"><v>7</v></c><c r="D2"><f>B2</f><v>3</v></c></row>'
        '<row r="3"><c r="B3" t="str"><f>IF(A1&lt;2,"",1)</f><v></v></c><c r="C3"><f t="shared" si="0"/></c>'
        '<c r="D3"><v>1</v></c></row>'
        '<x:row r="4"><x:c r="C4"><x:f>2*2</x:f><x:v/></x:c><x:c r="D4"><x:v>5</x:v></x:c></x:row>'
        '<row r="6"><c r="A6"><f>SUM(D2)</f></c></row>'
    )
    assert read_safely(sheet_of(rows))["表"] == [
        ["", "", "", ""],
        ["", "=1+2", 7, 3],
        ["", '=IF(A1<2,"",1)', "=", 1],
        ["", "", "=2*2", 5],
        [],
        ["=SUM(D2)"],
    ]
    assert read_safely(sheet_of("")) == {"表": []}


def test_a_hundred_thousand_rows_are_read_for_an_import_and_not_for_a_form():
    content = sheet_of("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 100_001)))
    read = read_safely(content, LIMITS)["表"]
    assert (len(read), read[-1]) == (100_000, [100_000])
    assert read_safely(content, LIMITS, {"表": 7})["表"] == [[n] for n in range(1, 8)]
    with pytest.raises(UnsafeWorkbook, match="最多 20000 行"):
        read_safely(content)


@pytest.mark.parametrize("cell", ["A120001", "AY1", "AAA1", "AX120001", "XFD1048576"])
def test_a_cell_outside_the_limits_is_refused_before_a_parser_lays_the_sheet_out(cell):
    for prefix in ("", "x:"):
        with pytest.raises(UnsafeWorkbook, match="太大"):
            read_safely(
                sheet_of(f'<{prefix}row r="1"><{prefix}c s="1" r="{cell}"><v>1</v></{prefix}c></{prefix}row>'), LIMITS
            )


@pytest.mark.parametrize(
    "rows",
    [
        "<c " * 400_000,  # tags that never end
        ":c " * 400_000,
        "f " * 400_000 + "<c/></c>",
        f"<row><c><f>1</f>{' ' * 1_000_000}</row>",
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 3_000_000}</t></is></c></row>',  # longer than any cell
        '<row r="1">' + '<c r="B1"><f>1</f></c>' * 500_000 + "</row>",
        "<row>" + "<c><v>1</v></c>" * 3_000_001 + "</row>",
    ],
    ids=["tags", "prefixes", "formulas", "spaces", "text", "empty formulas", "cells"],
)
def test_what_is_made_to_take_long_is_read_or_refused_soon(rows):
    content = sheet_of(rows)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with contextlib.suppress(UnsafeWorkbook):
        read_safely(content, LIMITS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 5
