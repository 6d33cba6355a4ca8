"""Excel workbooks: the only module that calls openpyxl, and the gate for those that come in.

Out: text cells are text whatever they begin with, the same content gives the same bytes, formulas carry the value they
have, so that a preview without a calculator shows numbers. In: a check of the zip before any parser sees it, then
the values are read in a child process with limits (governance/workbooks/reader.py).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable
from decimal import Decimal

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from governance.basics.figures import Report, Table
from governance.basics.text import NO_TEXT
from governance.workbooks.reader import Limits, UnsafeWorkbook, read_safely
from governance.workbooks.stream import RowWriter, look_of, merged

__all__ = [
    "MEDIA_TYPE",
    "Book",
    "Limits",
    "RowWriter",
    "UnsafeWorkbook",
    "amounts_only",
    "choose",
    "dress",
    "engine",
    "hint",
    "letter",
    "look_of",
    "protect",
    "read_safely",
    "report",
    "safe_text",
    "warn",
]

WAN = "#,##0.00"
WAN_SUM = '#,##0.00;-#,##0.00;"—"'  # a sum over nothing is no 0.00
PERCENT = "0%"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACE = "Noto Sans CJK SC"  # the documents' face; a machine without it takes its own Chinese face
THIN = Side(style="thin", color="D9DEE5")
LINE = Side(style="medium", color="3C4654")
FILLS = {
    "head": PatternFill("solid", fgColor="E9F0FA"),
    "group": PatternFill("solid", fgColor="F1F6FB"),
    "locked": PatternFill("solid", fgColor="F2F3F5"),
    "open": PatternFill("solid", fgColor="FFFBE6"),
}
NAMES = {
    "title": Font(name=FACE, size=16, bold=True),
    "head": Font(name=FACE, size=10, bold=True),
    "bold": Font(name=FACE, size=10, bold=True),
    "plain": Font(name=FACE, size=10),
    "note": Font(name=FACE, size=9, color="5B6675"),
}
letter = get_column_letter


def engine() -> str:
    """The library that wrote a workbook, kept with the document."""
    return f"openpyxl {openpyxl.__version__}"


def safe_text(value: object) -> str:
    """Text without the characters that a workbook cannot hold."""
    return NO_TEXT.sub("", "" if value is None else str(value))[:32_000]


class Book:
    """A workbook under way. Cells are set by `text`, `number` and `formula`; `content` gives the reproducible bytes."""

    def __init__(self):
        self.workbook = openpyxl.Workbook()
        self.workbook.remove(self.workbook.active)
        self.values: dict[int, dict[str, Decimal | str | None]] = {}
        self.streams: dict[int, Iterable[tuple[int, bytes]]] = {}

    def sheet(self, name: str, *, hidden: bool = False) -> Worksheet:
        """A new sheet with A3 landscape print set-up, one page wide; a hidden one cannot be shown by a click."""
        sheet = self.workbook.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", name)[:31])
        if hidden:
            sheet.sheet_state = "veryHidden"
        sheet.page_setup.paperSize, sheet.page_setup.orientation = 8, "landscape"  # 8 is A3
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.75
        sheet.page_margins.footer = 0.4
        sheet.print_options.horizontalCentered = True
        sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
        self.values[id(sheet)] = {}
        return sheet

    def text(self, sheet: Worksheet, at: str, value: object, style: str = "plain", **more) -> Cell:
        """A text cell: `=cmd` and `#REF!` stay text, because the type is set after the value (CWE-1236)."""
        cell = sheet[at]
        cleaned = safe_text(value)
        cell.value = cleaned or None
        if cleaned:
            cell.data_type = "s"
        return dress(cell, style, **more)

    def number(
        self, sheet: Worksheet, at: str, value: Decimal | int | None, style: str = "plain", form: str = WAN, **more
    ) -> Cell:
        """A number, or an empty cell for None (未填 is never 0)."""
        cell = sheet[at]
        cell.value = value
        cell.number_format = form
        return dress(cell, style, **({"across": "right"} | more))

    def formula(
        self,
        sheet: Worksheet,
        at: str,
        text: str,
        value: Decimal | str | None,
        style: str = "plain",
        form: str = WAN,
        **more,
    ) -> Cell:
        """A live formula with the value that it has now."""
        cell = sheet[at]
        cell.value = text
        cell.number_format = form
        self.values[id(sheet)][at] = value
        return dress(cell, style, **({"across": "right"} | more))

    def stream(self, sheet: Worksheet, rows: Iterable[tuple[int, bytes]]) -> None:
        """Rows that are made while the file is written (governance.workbooks.stream.RowWriter),
        between those that stand on the sheet."""
        self.streams[id(sheet)] = rows

    def content(self, *, day: dt.date, title: str) -> bytes:
        """The bytes: properties and zip entries carry the business day, never the wall clock."""
        moment = dt.datetime.combine(day, dt.time())
        properties = self.workbook.properties
        properties.title, properties.creator, properties.lastModifiedBy = (
            safe_text(title),
            "电子政务项目组合管理系统",
            "",
        )
        properties.created = properties.modified = moment
        self.workbook.calculation.fullCalcOnLoad = True
        buffer = io.BytesIO()
        self.workbook.save(buffer)
        parts = {f"xl/worksheets/sheet{n}.xml": id(s) for n, s in enumerate(self.workbook.worksheets, 1)}
        values = {part: self.values[sheet] for part, sheet in parts.items()}
        streams = {part: self.streams[sheet] for part, sheet in parts.items() if sheet in self.streams}
        return _packed(buffer.getvalue(), max(day, dt.date(1980, 1, 1)), values, streams)


def dress(
    cell: Cell,
    style: str = "plain",
    *,
    fill: str = "",
    across: str = "",
    wrap: bool = False,
    grid: bool = True,
    top: bool = False,
    unlocked: bool = False,
    down: str = "center",
) -> Cell:
    """The house's look of a cell."""
    cell.font = NAMES[style]
    cell.alignment = Alignment(
        horizontal=across or None, vertical=down, wrap_text=wrap, indent=1 if grid and across == "right" else 0
    )
    if grid:
        cell.border = Border(left=THIN, right=THIN, bottom=THIN, top=LINE if top else THIN)
    if fill:
        cell.fill = FILLS[fill]
    if unlocked:
        cell.protection = Protection(locked=False)
    return cell


def protect(sheet: Worksheet) -> None:
    """Lock what is not unlocked, without a password: it guards against slips, the import guards against everything."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.autoFilter = sheet.protection.sort = False


def amounts_only(sheet: Worksheet, cells: list[str]) -> None:
    """Excel refuses what is no amount ≥ 0 while it is typed; `cells` may be ranges."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if not cells:
        return
    rule = DataValidation(
        type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True, showErrorMessage=True
    )
    rule.errorTitle, rule.error = "不是金额", "请填万元数，如 1200.50；不能小于 0。没有数的留空，空不等于零。"
    for cell in cells:
        rule.add(cell)
    sheet.add_data_validation(rule)


def choose(sheet: Worksheet, cells: list[str], options: tuple[str, ...], title: str, hint_text: str) -> None:
    """A list to choose from, with a hint while the cell is picked; Excel refuses anything else."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=f'"{",".join(options)}"', allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "不在列表里", f"只能选：{'、'.join(options)}"[:250]
    _hinted(sheet, rule, cells, title, hint_text)


def hint(sheet: Worksheet, cells: list[str], title: str, text: str) -> None:
    """A hint while the cell is picked; any text may be typed."""
    from openpyxl.worksheet.datavalidation import DataValidation

    _hinted(sheet, DataValidation(allow_blank=True), cells, title, text)


def _hinted(sheet: Worksheet, rule, cells: list[str], title: str, text: str) -> None:
    rule.showInputMessage, rule.promptTitle, rule.prompt = True, safe_text(title)[:32], safe_text(text)[:250]
    for cell in cells:
        rule.add(cell)
    sheet.add_data_validation(rule)


def warn(sheet: Worksheet, cells: str, formula: str) -> None:
    """Show cells in red while a formula about the first of them holds."""
    from openpyxl.formatting.rule import FormulaRule

    red = PatternFill("solid", bgColor="FBE3E1", fgColor="FBE3E1")
    sheet.conditional_formatting.add(
        cells, FormulaRule(formula=[formula], fill=red, font=Font(color="A1211A", bold=True))
    )


_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)><f>(.*?)</f><v ?(?:/>|></v>)</c>', re.S)


def _packed(
    content: bytes, day: dt.date, values: dict[str, dict], streams: dict[str, Iterable[tuple[int, bytes]]]
) -> bytes:
    """The same parts in the same order with fixed times, and formulas with their values."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            part = source.read(name)
            if known := values.get(name):
                part = _FORMULA.sub(lambda found, known=known: _valued(found, known), part)
            elif name == "docProps/core.xml":
                # openpyxl stamps the moment of saving over what was set.
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{day}T00:00:00Z".encode(), part)
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            with packed.open(info, "w") as out_part:
                for piece in merged(part, streams[name]) if name in streams else (part,):
                    out_part.write(piece)
    return out.getvalue()


def _valued(found: re.Match, known: dict) -> bytes:
    at, attributes, text = found.groups()
    value = known.get(at.decode())
    if value is None:
        return found[0]
    if isinstance(value, str):
        escaped = value.replace("&", "&amp;").replace("<", "&lt;").encode()
        return b'<c r="%b"%b t="str"><f>%b</f><v>%b</v></c>' % (
            at,
            re.sub(rb' t="\w+"', b"", attributes),
            text,
            escaped,
        )
    return b'<c r="%b"%b><f>%b</f><v>%b</v></c>' % (at, attributes, text, f"{value.normalize():f}".encode())


def report(report: Report) -> bytes:
    """A report as a workbook: 目录 with the figures, then a sheet a table with live totals."""
    book = Book()
    front = _a4(book.sheet("目录"))
    book.text(front, "A1", report.title, "title", grid=False)
    front.row_dimensions[1].height = 30
    book.text(
        front,
        "A2",
        f"数据截至 {report.day.isoformat()}　规则集 {report.rule_set}　快照 {report.snapshot[:12]}",
        "note",
        grid=False,
    )
    book.text(front, "A3", report.basis, "note", grid=False)
    for column, head in zip("ABCDE", ("部分", "指标", "数值", "单位", "条款"), strict=True):
        book.text(front, f"{column}5", head, "head", fill="head", across="center")
    for column, width in zip("ABCDE", (30, 48, 18, 10, 28), strict=True):
        front.column_dimensions[column].width = width
    front.freeze_panes = "A6"
    front.print_title_rows = "5:5"
    row, tables, names = 6, [], {"目录"}
    for section in report.sections:
        for figure in section.figures:
            book.text(front, f"A{row}", section.title)
            book.text(front, f"B{row}", figure.label, wrap=True)
            _figure(book, front, f"C{row}", figure.value)
            book.text(front, f"D{row}", figure.unit, across="center")
            book.text(front, f"E{row}", "、".join(figure.clauses), wrap=True)
            _grow(front, row, [figure.label, "、".join(figure.clauses)], [48, 28])
            row += 1
        tables += section.tables
    row += 1
    for number, table in enumerate(tables, 1):
        name = _sheet_name(table.title, number, names)
        cell = book.text(front, f"A{row}", f"表 {number}　{table.title}", grid=False)
        cell.hyperlink = f"#'{name}'!A1"
        row += 1
        _table_sheet(book, name, table)
    for code, sentence in report.notes:
        front.merge_cells(f"A{row}:E{row}")
        book.text(front, f"A{row}", f"{code}　{sentence}", "note", grid=False, wrap=True)
        _grow(front, row, [f"{code}　{sentence}"], [134])
        row += 1
    return book.content(day=report.day, title=report.title)


def _figure(book: Book, sheet: Worksheet, at: str, value) -> None:
    if isinstance(value, Decimal):
        book.number(sheet, at, value)
    elif isinstance(value, int) and not isinstance(value, bool):
        book.number(sheet, at, value, form="0")
    else:
        book.text(sheet, at, "未填" if value is None else value, across="right")


def _sheet_name(title: str, number: int, names: set[str]) -> str:
    name = f"{number} " + re.sub(r"[\\/*?:\[\]']", " ", safe_text(title))[:26].strip()
    names.add(name)
    return name


def _a4(sheet: Worksheet) -> Worksheet:
    sheet.page_setup.paperSize = 9
    return sheet


def _grow(sheet: Worksheet, row: int, texts: list[str], widths: list[float]) -> None:
    """A row as high as its longest wrapped text; not every program does that by itself. Widths in characters."""
    lines = max(
        sum(max(1, -(-_length(line) // max(int(width) - 1, 1))) for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )
    if lines > 1:
        sheet.row_dimensions[row].height = min(15 * lines + 3, 409)  # 409 is the most that Excel knows


def _length(text: str) -> int:
    """In widths of a digit, by which columns are measured."""
    return round(sum(1.8 if ord(c) > 0x2E7F else 1 for c in text))


def _table_sheet(book: Book, name: str, table: Table) -> None:
    """Title, unit, heads in one frozen row, rows, totals as =SUM over the columns that the table totals."""
    sheet = _a4(book.sheet(name))
    widths = [max(8, min(60, column.width * 1.6)) for column in table.columns]
    book.text(sheet, "A1", table.title, "title", grid=False)
    sheet.row_dimensions[1].height = 28
    book.text(sheet, "A2", f"单位：{table.unit}" if table.unit else "", "note", grid=False)
    for number, column in enumerate(table.columns, 1):
        book.text(sheet, f"{letter(number)}3", column.label, "head", fill="head", across="center", wrap=True)
        sheet.column_dimensions[letter(number)].width = widths[number - 1]
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    row = 4
    for values in table.rows:
        for number, column in enumerate(table.columns, 1):
            at = f"{letter(number)}{row}"
            if "_group" in values:
                book.text(sheet, at, values["_group"] if number == 1 else "", "bold", fill="group")
            else:
                _value(book, sheet, at, values.get(column.id), column.kind)
        if "_group" not in values:
            _grow(sheet, row, [safe_text(values.get(c.id)) if c.kind == "text" else "" for c in table.columns], widths)
        row += 1
    if table.totals:
        for number, column in enumerate(table.columns, 1):
            at, total = f"{letter(number)}{row}", table.totals.get(column.id)
            # Only where the column's own rows give the total: a total that counts otherwise stays as printed.
            held = [v for r in table.rows if "_group" not in r and isinstance(v := r.get(column.id), Decimal | int)]
            if column.kind in ("wan", "int") and isinstance(total, Decimal | int) and held and sum(held) == total:
                book.formula(
                    sheet,
                    at,
                    f"=SUM({letter(number)}4:{letter(number)}{row - 1})",
                    Decimal(total),
                    "bold",
                    WAN if column.kind == "wan" else "0",
                    top=True,
                )
            else:
                _value(book, sheet, at, total, column.kind, "bold", total=True)
        row += 1
    if table.note:
        sheet.merge_cells(f"A{row + 1}:{letter(len(widths))}{row + 1}")
        book.text(sheet, f"A{row + 1}", table.note, "note", grid=False, wrap=True)
        _grow(sheet, row + 1, [table.note], [sum(widths)])


def _value(
    book: Book, sheet: Worksheet, at: str, value, kind: str, style: str = "plain", *, total: bool = False
) -> None:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        form = {"wan": WAN, "int": "0", "percent": '0.0"%"'}.get(kind, "General")
        book.number(sheet, at, value, style, form, top=total)
    elif kind in ("wan", "int", "percent"):
        # An unknown amount stays empty in a workbook, so that sums and filters work; the heads say so.
        book.text(sheet, at, "" if value is None else value, style, across="right", top=total)
    else:
        book.text(sheet, at, "" if value is None else value, style, wrap=True, top=total)
