"""The workbook of a working copy, filled in with what is there, with lists to choose from and hints."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from governance.workbooks import writer
from governance.workbooks.writer import Book, letter
from priorities import proposal as proposals
from priorities.labels import ANSWERS
from priorities.models import Submission
from priorities.rules.facts import FACTS
from priorities.rules.plan_2006 import CLAUSE_OF
from priorities.submissions import filing_form, merging
from priorities.submissions.offline import layout
from priorities.submissions.offline.layout import (
    CHUNK,
    FIRST,
    FORM,
    GOALS,
    MANDATORY,
    META,
    MONEY,
    OWN_FACTS,
    PART_FACTS,
    QUESTIONS,
    ROWS,
    SHARED,
    SHARED_COLUMNS,
)


def _held(document: dict, path: str) -> str:
    if path.startswith("security.commitments."):
        return ANSWERS["yes"] if path.rpartition(".")[2] in document["security"]["commitments"] else ""
    value = merging.split(document).get(path)
    return "" if value is None else str(value)


def template(row: Submission, day: dt.date) -> bytes:
    """The workbook of a working copy, filled in with what is there; equal content on a day gives equal bytes."""
    book, document = Book(), row.proposal
    _guide(book, row)
    _form_sheet(book, document)
    _goal_sheet(book, document)
    _money_sheet(book, row, document)
    _shared_sheet(book, document)
    _fact_sheet(book, document)
    meta = book.sheet(META, hidden=True)
    text = proposals.canonical(document)
    for number, value in enumerate((row.reference, str(row.pk), proposals.FORM_VERSION), 1):
        book.text(meta, f"A{number}", value)
    for number, at in enumerate(range(0, len(text), CHUNK), 4):
        book.text(meta, f"A{number}", text[at : at + CHUNK])
    return book.content(day=day, title=f"项目申报书 {row.reference}")


def _guide(book: Book, row: Submission) -> None:
    sheet = book.sheet("说明")
    sheet.column_dimensions["A"].width = 110
    book.text(
        sheet, "A1", f"项目申报书（离线填写）　{row.reference}　表式 {proposals.FORM_VERSION}", "title", grid=False
    )
    lines = (
        "黄色的格可以填，其余锁定。有下拉箭头的只能从列表选；选中一格会出现提示。",
        "金额单位万元，两位小数；没有的留空，空不等于零。",
        "填好后在申报页面“Excel 离线填写”上传：先列出每一处错误和将要改动的地方，确认后整份写入，或一处也不写。",
        "离线期间别人在网上改过的内容会保留；同一处两边都改过的，上传时列出，由您决定。",
        "带 * 的是提交申报前必填的；离线时可以先不填全。",
        "涉密内容不得写入本表。",
    )
    for number, line in enumerate(lines, 3):
        book.text(sheet, f"A{number}", line, wrap=True, grid=False)


def _form_sheet(book: Book, document: dict) -> None:
    sheet = book.sheet(FORM)
    for column, width in zip("ABCD", (4, 26, 80, 44), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.column_dimensions["A"].hidden = True
    book.text(sheet, "B1", "申报书", "title", grid=False)
    for column, head in zip("ABCD", ("键", "字段", "填写", "提示"), strict=True):
        book.text(sheet, f"{column}2", head, "head", fill="head")
    for number, (path, choices, hint) in enumerate(ROWS, FIRST):
        book.text(sheet, f"A{number}", path)
        must = path in MANDATORY or path.startswith("security.commitments.")
        book.text(sheet, f"B{number}", layout.label(path) + (" *" if must else ""), fill="locked")
        value = _held(document, path)
        shown = choices.get(value, value) if isinstance(choices, dict) else value
        cell = book.text(sheet, f"C{number}", shown, fill="open", unlocked=True, wrap=True)
        cell.number_format = "@"
        book.text(sheet, f"D{number}", hint, "note", wrap=True)
        if isinstance(choices, dict):
            writer.choose(sheet, [f"C{number}"], tuple(choices.values()), layout.label(path), hint)
        else:
            writer.hint(sheet, [f"C{number}"], layout.label(path), hint)
    sheet.freeze_panes = "C3"
    writer.protect(sheet)


def _goal_sheet(book: Book, document: dict) -> None:
    sheet = book.sheet(GOALS)
    heads = ("指标", "现值", "目标值", "年度")
    book.text(sheet, "A1", "可度量目标 *", "title", grid=False)
    for column, head, width in zip("ABCD", heads, (50, 20, 20, 10), strict=True):
        book.text(sheet, f"{column}2", head, "head", fill="head")
        sheet.column_dimensions[column].width = width
    for number in range(proposals.MAX_GOALS):
        goal = document["goals"][number] if number < len(document["goals"]) else {}
        for column, key in zip("ABCD", merging.GOAL, strict=True):
            value = goal.get(key)
            book.text(
                sheet, f"{column}{FIRST + number}", "" if value is None else value, fill="open", unlocked=True
            ).number_format = "@"
    last = FIRST + proposals.MAX_GOALS - 1
    writer.hint(sheet, [f"A{FIRST}:A{last}"], "指标", "可以度量的，如“建档率”；至少一行写全指标、目标值、年度")
    writer.hint(sheet, [f"D{FIRST}:D{last}"], "年度", "四位，如 2009")
    writer.protect(sheet)


def _money_columns(row: Submission, document: dict) -> list[tuple[int, str]]:
    table = filing_form.money_table(document, row.kind)
    years = table["years"] or [row.plan_year, row.plan_year + 1]
    return [(year, source) for year in years for source in table["sources"]]


def _money_sheet(book: Book, row: Submission, document: dict) -> None:
    sheet = book.sheet(MONEY)
    columns = _money_columns(row, document)
    heads = [("id", "键", 4), ("name", "组成部分（万元）", 34), ("kind", "类别", 12)]
    heads += [(f"money.{y}.{s}", f"{y} 年{proposals.SOURCE_LABELS[s]}", 14) for y, s in columns]
    heads += [(f"facts.{f}", f"{FACTS[f].question}（{CLAUSE_OF[f]}）", 18) for f in PART_FACTS]
    for number, (key, label, width) in enumerate(heads, 1):
        book.text(sheet, f"{letter(number)}1", key)
        book.text(sheet, f"{letter(number)}2", label, "head", fill="head", wrap=True)
        sheet.column_dimensions[letter(number)].width = width
    sheet.row_dimensions[1].hidden = True  # the keys of the columns
    sheet.row_dimensions[2].height = 60
    sheet.column_dimensions["A"].hidden = True
    last = FIRST + min(proposals.MAX_COMPONENTS, len(document["components"]) + layout.SPARE_PARTS) - 1
    for number in range(FIRST, last + 1):
        part = document["components"][number - FIRST] if number - FIRST < len(document["components"]) else None
        _part_row(book, sheet, number, part, columns)
    words = tuple(proposals.COMPONENT_KINDS.values())
    writer.choose(sheet, [f"C{FIRST}:C{last}"], words, "类别", "按类别决定要回答哪些事实：网络、数据库、机房")
    if columns:
        writer.amounts_only(sheet, [f"D{FIRST}:{letter(3 + len(columns))}{last}"])
    begin = 4 + len(columns)
    for at in range(begin, begin + len(PART_FACTS)):
        question = FACTS[PART_FACTS[at - begin]]
        kinds = "、".join(proposals.COMPONENT_KINDS[k] for k in question.kinds)
        text = f"只有类别为{kinds}的要答"
        writer.choose(sheet, [f"{letter(at)}{FIRST}:{letter(at)}{last}"], tuple(ANSWERS.values()), "判定事实", text)
    sheet.freeze_panes = "D3"
    writer.protect(sheet)


def _part_row(book: Book, sheet, number: int, part: dict | None, columns: list[tuple[int, str]]) -> None:
    part = part or {"id": "", "name": "", "kind": "", "facts": {}, "money": []}
    amounts = {(m["fiscal_year"], m["source"]): m["amount_wan"] for m in part["money"]}
    book.text(sheet, f"A{number}", part["id"])
    book.text(sheet, f"B{number}", part["name"], fill="open", unlocked=True, wrap=True)
    book.text(sheet, f"C{number}", proposals.COMPONENT_KINDS.get(part["kind"], ""), fill="open", unlocked=True)
    for at, key in enumerate(columns, 4):
        value = Decimal(amounts[key]) if key in amounts else None
        book.number(sheet, f"{letter(at)}{number}", value, fill="open", unlocked=True)
    for at, fact in enumerate(PART_FACTS, 4 + len(columns)):
        answer = ANSWERS.get(part["facts"].get(fact, ""), "")
        book.text(sheet, f"{letter(at)}{number}", answer, fill="open", unlocked=True)


def _shared_sheet(book: Book, document: dict) -> None:
    sheet = book.sheet(SHARED)
    book.text(sheet, "A1", "项目使用和提供的数据（选填；共享目录里有的写编号，如 GX-001）", "title", grid=False)
    rows, last = proposals.sharing_of(document), FIRST + proposals.MAX_SHARING - 1
    for column, (key, head, choices, width) in zip("ABCD", SHARED_COLUMNS, strict=True):
        book.text(sheet, f"{column}2", head, "head", fill="head")
        sheet.column_dimensions[column].width = width
        for number in range(proposals.MAX_SHARING):
            value = rows[number][key] if number < len(rows) else ""
            shown = choices.get(value, value) if choices else value
            cell = book.text(sheet, f"{column}{FIRST + number}", shown, fill="open", unlocked=True)
            cell.number_format = "@"
        if choices:
            writer.choose(sheet, [f"{column}{FIRST}:{column}{last}"], tuple(choices.values()), head, head)
    writer.hint(sheet, [f"B{FIRST}:B{last}"], "数据", "目录里的写编号；没有的写名称，提交后作为新条目提出")
    writer.protect(sheet)


def _fact_sheet(book: Book, document: dict) -> None:
    sheet = book.sheet(QUESTIONS)
    for column, width in zip("ABCDE", (4, 54, 10, 56, 12), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.column_dimensions["A"].hidden = True
    book.text(sheet, "B1", "判定事实（8.3）：不明就答不明，不当作否", "title", grid=False)
    for column, head in zip("ABCDE", ("键", "问题", "回答", "证据", "条款"), strict=True):
        book.text(sheet, f"{column}2", head, "head", fill="head")
    for number, fact in enumerate(OWN_FACTS, FIRST):
        held = document["facts"].get(fact, {})
        book.text(sheet, f"A{number}", fact)
        book.text(sheet, f"B{number}", FACTS[fact].question, fill="locked", wrap=True)
        book.text(sheet, f"C{number}", ANSWERS.get(held.get("value", ""), ""), fill="open", unlocked=True)
        book.text(sheet, f"D{number}", held.get("evidence", ""), fill="open", unlocked=True, wrap=True)
        book.text(sheet, f"E{number}", CLAUSE_OF[fact], "note")
    last = FIRST + len(OWN_FACTS) - 1
    writer.choose(sheet, [f"C{FIRST}:C{last}"], tuple(ANSWERS.values()), "回答", "、".join(ANSWERS.values()))
    writer.hint(sheet, [f"D{FIRST}:D{last}"], "证据", "文件、页码或章节")
    sheet.freeze_panes = "C3"
    writer.protect(sheet)
