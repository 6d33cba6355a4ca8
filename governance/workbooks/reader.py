"""Reading a workbook that somebody sends, in a child process with limits of memory and time: first the zip is checked,
then a parser may see it. Run as a script this file is the child.

Facts behind the limits: a file of 1.4 MB can inflate to 512 MiB; one cell at XFD1048576 takes 4 GiB; parsers raise
seven kinds of errors, whose text holds paths of the server and is therefore never shown.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import signal
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice, repeat

MIB = 1024 * 1024
MOST_ENTRIES, MOST_SHEETS = 500, 60
REQUIRED = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
PIECE = 1000  # rows handed over together
TOO_LARGE, UNSAFE = 3, 4  # exit codes of the child


@dataclass(frozen=True)
class Limits:
    """What a workbook may take: bytes of the file and of its parts inflated,
    rows and columns of a sheet (a parser lays out all that lies between, 24 bytes each), cells and shared strings,
    seconds on the wall and of the processor, bytes of the child."""

    file: int = 10 * MIB
    inflated: int = 64 * MIB
    rows: int = 20_000
    columns: int = 200
    cells: int = 1_500_000
    seconds: int = 20
    processor: int = 5
    memory: int = 1024 * MIB


FORM = Limits()


class UnsafeWorkbook(ValueError):
    """The file is no workbook that may be read; the text is one Chinese sentence for whoever sent it."""


def read_safely(content: bytes, limits: Limits = FORM, only: dict[str, int] | None = None) -> dict[str, list[list]]:
    """Sheets by name, each a list of rows from A1 of str, float, bool or "" (dates as ISO text).

    A formula without a stored value is read as its own text (`=150*2`). `only` names the sheets that are wanted and
    how many of their rows; the others are checked and not read. Raises UnsafeWorkbook.
    """
    if len(content) > limits.file:
        raise UnsafeWorkbook(f"文件有 {len(content) / MIB:.1f} MB，最多 {limits.file // MIB} MB。")
    if not content.startswith(b"PK\x03\x04"):
        raise UnsafeWorkbook("这不是 .xlsx 工作簿；请交从本系统导出、另存为 .xlsx 的文件（加密的和 .xls 不收）。")
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        asked = json.dumps({"limits": asdict(limits), "only": only})
        try:
            done = subprocess.run(
                [sys.executable, "-I", __file__, asked],
                stdin=file,
                capture_output=True,
                timeout=limits.seconds,
                check=False,
                env={},
            )
            is_late = done.returncode == -signal.SIGXCPU
        except subprocess.TimeoutExpired:
            is_late = True
    if is_late:
        raise UnsafeWorkbook(f"工作簿在 {limits.seconds} 秒内读不完，没有导入；请另存为只含预算表的 .xlsx 再交。")
    if done.returncode == TOO_LARGE:
        raise UnsafeWorkbook(
            f"工作簿太大：每张表最多 {limits.rows} 行 {limits.columns} 列，最多 {MOST_SHEETS} 张表；"
            "请删去表外的单元格再交。"
        )
    if done.returncode == UNSAFE:
        raise UnsafeWorkbook(done.stdout.decode())
    if done.returncode != 0:
        raise UnsafeWorkbook("工作簿已损坏，或含有读不了的单元格，没有导入；请用导出的工作簿另存为 .xlsx 再交。")
    sheets: dict[str, list[list]] = {}
    for piece in io.BytesIO(done.stdout):
        name, rows = json.loads(piece)
        sheets.setdefault(name, []).extend(rows)
    return sheets


# What follows runs in the child.


class _TooLarge(Exception):
    pass


Formulas = dict[tuple[int, int], str]  # by (row, column) from 0


def _child(asked: str) -> int:
    """The workbook on standard input as lines of JSON on standard output: [name of a sheet, some of its rows]."""
    import gc
    import resource

    gc.disable()  # a million cells and no cycle among them
    told = json.loads(asked)
    limits, only = Limits(**told["limits"]), told["only"]
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(
        resource.RLIMIT_CPU, (limits.processor, limits.processor + 2)
    )  # a signal that tells why, then the end
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        formulas = _checked(content, limits)
        for name, rows in _values(content, limits, only, formulas):
            text = json.dumps([name, rows], ensure_ascii=False, separators=(",", ":"), default=_plain)
            sys.stdout.buffer.write(text.encode() + b"\n")
        sys.stdout.buffer.flush()
    except _TooLarge:
        return TOO_LARGE
    except UnsafeWorkbook as unsafe:
        sys.stdout.buffer.write(str(unsafe).encode())
        return UNSAFE
    return 0


def _checked(content: bytes, limits: Limits) -> dict[str, Formulas]:
    """The check before any parser: size, names, methods, parts, inflated bytes, no DTD, no macros,
    no stray cell in a far corner. Gives the formulas without a value by part, since everything passes by here once."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_names(packed.infolist())
            return _check_parts(packed, limits)
    except UnsafeWorkbook:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        KeyError,
        IndexError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ):
        raise UnsafeWorkbook("工作簿的压缩包已损坏，没有导入；请重新导出或另存一次再交。") from None


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    names = [e.filename for e in entries]
    if len(entries) > MOST_ENTRIES:
        raise UnsafeWorkbook(f"工作簿里有 {len(entries)} 个部件，最多 {MOST_ENTRIES} 个。")
    if len({n.lower() for n in names}) != len(names):
        raise UnsafeWorkbook("工作簿里有重名的部件，没有导入。")
    if any(n.startswith("/") or "\\" in n or ":" in n or ".." in n.split("/") for n in names):
        raise UnsafeWorkbook("工作簿里的部件名不正常，没有导入。")
    if any(e.flag_bits & 1 for e in entries):
        raise UnsafeWorkbook("工作簿加了密码，读不了；请去掉密码再交。")
    if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entries):
        raise UnsafeWorkbook("工作簿的压缩方式不是 Excel 用的，没有导入。")
    if missing := [n for n in REQUIRED if n not in names]:
        raise UnsafeWorkbook(f"这个压缩包不是工作簿：缺少 {missing[0]}。")
    if any("vbaproject" in n.lower() or n.lower().endswith((".exe", ".dll", ".bat", ".js", ".vbs")) for n in names):
        raise UnsafeWorkbook("工作簿带有宏或程序，不收；请另存为不带宏的 .xlsx 再交。")


DOCTYPE = re.compile(rb"<!doctype", re.I)


def _check_parts(packed: zipfile.ZipFile, limits: Limits) -> dict[str, Formulas]:
    # Cells in columns of two letters, or in rows of as many digits as the last allowed one;
    # with a prefix they are sought only where one stands, since a pattern that begins with a plain text is three times
    # as fast.
    far = rb'c\s(?>[^<>]{0,300}?\br=")(?:([A-Z]{2,})([0-9]+)|[A-Z]([0-9]{%d,}))' % len(str(limits.rows))
    strays = {start + b"c": re.compile(start + far) for start in (b"<", b":")}
    found: dict[str, Formulas] = {}
    inflated = cells = empty = 0
    for entry in packed.infolist():
        is_text = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        rest = b""
        with packed.open(entry) as part:
            # The directory may lie about sizes: count what really comes out.
            while chunk := part.read(MIB):
                inflated += len(chunk)
                if inflated > limits.inflated:
                    raise UnsafeWorkbook(f"工作簿解开后超过 {limits.inflated // MIB} MB，没有导入。")
                if not is_text:
                    continue
                # No cell holds so long a text, and a parser would hold it several times over.
                if entry.filename.startswith("xl/") and b"<" not in chunk and len(chunk) == MIB:
                    raise _TooLarge
                cells += chunk.count(b"<c") + chunk.count(b"<si")
                if cells > limits.cells:
                    raise _TooLarge
                seen = rest + chunk.replace(b"\x00", b"")  # UTF-16 hides nothing
                if b"<!" in seen and DOCTYPE.search(seen):
                    raise UnsafeWorkbook("工作簿里含有文档类型声明（DOCTYPE），不收；请用 Excel 或 WPS 另存一次再交。")
                if entry.filename == "[Content_Types].xml" and b"macroEnabled" in seen:
                    raise UnsafeWorkbook("工作簿带有宏，不收；请另存为不带宏的 .xlsx 再交。")
                # Before any parser, which would lay out every empty cell up to a stray one in the far corner.
                for start, stray in strays.items():
                    for letters, row, plain_row in stray.findall(seen) if start in seen else ():
                        if (
                            len(letters) > 3
                            or _column(letters) > limits.columns
                            or int((row or plain_row)[:9]) > limits.rows
                        ):
                            raise _TooLarge
                end = seen.rfind(b"c>") + 2  # a cell that is cut in two is looked at with what follows
                end = end if end > len(seen) - 65_536 else len(seen) - 1024
                for place, text in _formulas(seen):
                    found.setdefault(entry.filename, {})[place] = text
                    empty += 1
                    if empty > 4 * limits.rows:
                        raise _TooLarge
                rest = seen[max(end, 0) :]
    return found


# Nothing here goes back over what it has passed (++, bounds), so that no text takes longer than its length.
_NO_VALUE = rb"\s*+(?:<(?:\w{1,20}:)?v\s*+/>|<(?:\w{1,20}:)?v>\s*+</(?:\w{1,20}:)?v>)?\s*+</(?:\w{1,20}:)?c>"
_CLOSED, _EMPTY = re.compile(rb"f>" + _NO_VALUE), re.compile(rb"f\s[^<>]{0,300}/>" + _NO_VALUE)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def _formulas(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Cells with a formula and no value: calamine tells values only, and none where the spreadsheet stored none."""
    import html

    for found in chain(_CLOSED.finditer(xml), _EMPTY.finditer(xml) if b"/></c>" in xml else ()):
        end = xml.rfind(b"<", 0, found.start())
        start = xml.rfind(b"<", 0, end) if xml[end + 1 : end + 2] == b"/" else end
        cell = _PLACE.search(xml, max(xml.rfind(b"<", 0, start), 0), start)
        if cell:
            text = xml[xml.index(b">", start) + 1 : end][:600] if end > start else b""
            yield (int(cell[2]) - 1, _column(cell[1]) - 1), html.unescape(text.decode(errors="replace"))[:60]


def _column(letters: bytes) -> int:
    """AA → 27."""
    number = 0
    for char in letters:
        number = number * 26 + char - 64
    return number


def _values(
    content: bytes, limits: Limits, only: dict[str, int] | None, formulas: dict[str, Formulas]
) -> Iterator[tuple[str, list[list]]]:
    """Sheets in pieces of rows; an empty sheet gives one empty piece."""
    import python_calamine

    book = python_calamine.load_workbook(io.BytesIO(content))
    if len(book.sheet_names) > MOST_SHEETS:
        raise _TooLarge
    parts = _parts(content) if formulas else {}
    for name in book.sheet_names:
        if only is not None and name not in only:
            continue
        sheet = book.get_sheet_by_name(name)
        if sheet.end and (sheet.end[0] >= limits.rows or sheet.end[1] >= limits.columns):
            raise _TooLarge
        rows = _with(_laid_out(sheet), formulas.get(parts.get(name, ""), {}))
        rows = rows if only is None else islice(rows, only[name])
        yield name, list(islice(rows, PIECE))
        while piece := list(islice(rows, PIECE)):
            yield name, piece


def _laid_out(sheet) -> Iterator[list]:
    """Rows from A1: calamine fills up what is empty above its first cell, and not what is left of it."""
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield left + row if left else row


def _with(rows: Iterator[list], formulas: Formulas) -> Iterator[list]:
    """Rows with the text of their formulas where there is no value."""
    if not formulas:
        yield from rows
        return
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in formulas.items():
        by_row.setdefault(row, []).append((column, text))
    last = max(by_row)
    for number, row in enumerate(chain(rows, repeat(None))):  # calamine ends at the last value
        if row is None:
            if number > last:
                return
            row = []
        for column, text in by_row.get(number, ()):
            row += [""] * (column + 1 - len(row))
            if row[column] == "":
                row[column] = f"={text}"
        yield row


def _parts(content: bytes) -> dict[str, str]:
    """The part of each sheet."""
    from xml.etree import ElementTree

    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if "xl/_rels/workbook.xml.rels" not in packed.namelist():
            return {}
        targets = {}
        for node in ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels")):
            target = node.get("Target", "")
            targets[node.get("Id")] = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            )
        sheets = ElementTree.fromstring(packed.read("xl/workbook.xml")).iter(f"{main}sheet")
        return {sheet.get("name", ""): targets.get(sheet.get(relation), "") for sheet in sheets}


def _plain(value: object) -> str:
    """What JSON does not know: dates and times as ISO text."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


if __name__ == "__main__":
    sys.exit(_child(sys.argv[1]))
