"""Reading a workbook that somebody sends: the zip is checked before any parser sees it, the values are read in a child
process with limits of memory and time. Run as a script this file is the child.

Facts behind the limits: a file of 1.4 MB can inflate to 512 MiB; one cell at XFD1048576 takes 4 GiB; parsers raise
seven kinds of errors, whose text holds paths of the server and is therefore never shown.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib

MOST_BYTES = 10 * 1024 * 1024
MOST_INFLATED = 64 * 1024 * 1024
MOST_ENTRIES = 500
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 20_000, 200, 60
SECONDS = 20
CHILD_BYTES = 1024 * 1024 * 1024
REQUIRED = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
DOCTYPE = re.compile(rb"<!doctype", re.I)


class UnsafeWorkbook(ValueError):
    """The file is no workbook that may be read; the text is one Chinese sentence for whoever sent it."""


def read_safely(content: bytes) -> dict[str, list[list]]:
    """Sheets by name, each a list of rows from A1 of str, float, bool or "" (dates as ISO text).

    A formula without a stored value is read as its own text (`=150*2`). Raises UnsafeWorkbook.
    """
    check_zip(content)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-I", __file__], stdin=file, capture_output=True, timeout=SECONDS, check=False, env={}
            )
        except subprocess.TimeoutExpired:
            raise UnsafeWorkbook(f"工作簿在 {SECONDS} 秒内读不完，没有导入；请另存为只含预算表的 .xlsx 再交。") from None
    if done.returncode == 3:
        raise UnsafeWorkbook(
            f"工作簿太大：每张表最多 {MOST_ROWS} 行 {MOST_COLUMNS} 列，最多 {MOST_SHEETS} 张表；请删去表外的单元格再交。"
        )
    if done.returncode != 0:
        raise UnsafeWorkbook("工作簿已损坏，或含有读不了的单元格，没有导入；请用导出的工作簿另存为 .xlsx 再交。")
    return json.loads(done.stdout)


def check_zip(content: bytes) -> None:
    """The check before any parser: size, names, methods, parts, inflated bytes, no DTD, no macros."""
    if len(content) > MOST_BYTES:
        raise UnsafeWorkbook(f"文件有 {len(content) / 1048576:.1f} MB，最多 10 MB。")
    if not content.startswith(b"PK\x03\x04"):
        raise UnsafeWorkbook("这不是 .xlsx 工作簿；请交从本系统导出、另存为 .xlsx 的文件（加密的和 .xls 不收）。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_parts(packed)
    except UnsafeWorkbook:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, IndexError, NotImplementedError, RuntimeError, OSError):
        raise UnsafeWorkbook("工作簿的压缩包已损坏，没有导入；请重新导出或另存一次再交。") from None


def _check_parts(packed: zipfile.ZipFile) -> None:
    entries = packed.infolist()
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
    inflated = 0
    for entry in entries:
        is_text = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        with packed.open(entry) as part:
            # The directory may lie about sizes: count what really comes out.
            while chunk := part.read(65_536):
                inflated += len(chunk)
                if inflated > MOST_INFLATED:
                    raise UnsafeWorkbook("工作簿解开后超过 64 MB，没有导入。")
                if is_text:
                    seen = tail + chunk.replace(b"\x00", b"")  # UTF-16 hides nothing
                    if DOCTYPE.search(seen):
                        raise UnsafeWorkbook("工作簿里含有文档类型声明（DOCTYPE），不收；请用 Excel 或 WPS 另存一次再交。")
                    if entry.filename == "[Content_Types].xml" and b"macroEnabled" in seen:
                        raise UnsafeWorkbook("工作簿带有宏，不收；请另存为不带宏的 .xlsx 再交。")
                    tail = seen[-16:]


class _TooLarge(Exception):
    pass


def _child() -> int:
    """Values of the workbook on standard input as JSON on standard output; exit 3 where it is too large."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        sheets = _values(content)
    except _TooLarge:
        return 3
    sys.stdout.buffer.write(json.dumps(sheets, ensure_ascii=True).encode())
    return 0


def _values(content: bytes) -> dict[str, list[list]]:
    import python_calamine

    formulas = _formulas(content)
    book = python_calamine.load_workbook(io.BytesIO(content))
    if len(book.sheet_names) > MOST_SHEETS:
        raise _TooLarge
    sheets = {}
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.end and (sheet.end[0] >= MOST_ROWS or sheet.end[1] >= MOST_COLUMNS):
            raise _TooLarge
        rows = [[_plain(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
        for (row, column), text in formulas.get(name, {}).items():
            if row >= MOST_ROWS or column >= MOST_COLUMNS:
                raise _TooLarge
            while len(rows) <= row:
                rows.append([])
            rows[row] += [""] * (column + 1 - len(rows[row]))
            if rows[row][column] == "":
                rows[row][column] = f"={text}"
        sheets[name] = rows
    return sheets


def _plain(value):
    if isinstance(value, str | bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_PLACE = re.compile(rb'<c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')


def _column(letters: bytes) -> int:
    """AA → 27."""
    number = 0
    for char in letters:
        number = number * 26 + char - 64
    return number


def _formulas(content: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Formulas by sheet and (row, column) from 0; calamine tells values only, and none where Excel stored none."""
    from xml.etree import ElementTree

    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    found: dict[str, dict] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = set(packed.namelist())
        if "xl/_rels/workbook.xml.rels" not in names:
            return found
        parts = {}
        for node in ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels")):
            target = node.get("Target", "")
            parts[node.get("Id")] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        for sheet in ElementTree.fromstring(packed.read("xl/workbook.xml")).iter(f"{main}sheet"):
            part = parts.get(sheet.get(relation), "")
            if part not in names:
                continue
            raw = packed.read(part)
            # Before calamine, which would lay out every empty cell up to a stray one in the far corner.
            if any(_column(c) > MOST_COLUMNS or int(r) > MOST_ROWS for c, r in _PLACE.findall(raw)):
                raise _TooLarge
            if b"<f" not in raw:
                continue
            held: dict[tuple[int, int], str] = {}
            for _, cell in ElementTree.iterparse(io.BytesIO(raw)):
                if cell.tag == f"{main}c":
                    formula = cell.find(f"{main}f")
                    at = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", cell.get("r", ""))
                    if formula is not None and at:
                        held[int(at[2]) - 1, _column(at[1].encode()) - 1] = (formula.text or "")[:60]
                    cell.clear()
            found[sheet.get("name", "")] = held
    return found


if __name__ == "__main__":
    sys.exit(_child())
