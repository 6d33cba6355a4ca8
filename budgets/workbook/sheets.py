"""The budget workbook's sheets: what stands in which cell. Places follow from COLUMNS, the import reads by name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from budgets.models import SOURCES
from budgets.workbook.content import SOURCE_LABELS, STAGE_KEYS, ZERO, Content, Group, Sums
from governance.workbooks.writer import (
    PERCENT,
    WAN,
    WAN_SUM,
    Book,
    RowWriter,
    amounts_only,
    letter,
    look_of,
    protect,
    warn,
)

MAIN, META = "预算", "_meta"
HEAD_ROW = 3
KEY = "键"
COLUMNS = [  # (id, head, width)
    ("number", "序", 5),
    ("code", "编号", 9),
    ("name", "项目", 50),
    ("lead", "第一牵头", 24),
    ("time_raw", "时间（原文）", 27),
    ("year", "年度", 7),
    ("source", "来源", 18),
    ("total", "总概算", 12),
    ("estimate", "概算", 12),
    ("approved", "批复", 12),
    ("appropriated", "下达", 12),
    ("spent", "支出", 12),
    ("left", "未下达", 12),
    ("rate", "支出/批复", 10),
    ("unit_code", "预算单位代码", 14),
    ("function_code", "功能科目", 11),
    ("economic_code", "经济科目", 11),
    ("key", KEY, 4),
    ("filed", "申报", 12),  # these two last, so that every other column keeps its letter
    ("paper", "文号", 22),  # of what is changed in the row; empty when it leaves
]
CODE_KEYS = ("unit_code", "function_code", "economic_code")
SUMMED = ("total", *STAGE_KEYS, "left")


def columns(scope: str) -> list[tuple[str, str, int]]:
    """A year's sheet has no column 年度."""
    return [c for c in COLUMNS if c[0] != "year" or scope == "all"]


def draw(content: Content, key: str) -> bytes:
    """The workbook's bytes."""
    book = Book()
    main = _Main(book, content, key)
    main.draw()
    _programmes(book, main)
    _by(
        book,
        main,
        "按牵头单位",
        "lead",
        "第一牵头",
        dict(sorted(content.by_lead.items())),
        "口径：按第一牵头，一个项目的钱只记在第一牵头名下，不分摊、不重复（D43）。",
    )
    sources = {label: content.by_source[s] for s, label in SOURCES if s in content.by_source}
    _by(book, main, "按来源", "source", "来源", sources, "总概算未分来源（D08），本表只汇总各行金额。", skip=("total",))
    _notes(book, content)
    _meta(book, content, key)
    return book.content(day=content.day, title=f"{content.title} {key}")


class _Main:
    """The first sheet while it is drawn; keeps where things stand for the other sheets."""

    def __init__(self, book: Book, content: Content, key: str):
        self.book, self.content, self.key = book, content, key
        self.columns = columns(content.scope)
        self.at = {name: letter(n) for n, (name, _, _) in enumerate(self.columns, 1)}
        self.sheet = book.sheet(MAIN)
        self.subtotals: list[tuple[int, Group]] = []
        self.sums: dict[int, dict[str, Decimal]] = {}
        self.last = HEAD_ROW

    def draw(self) -> None:
        book, sheet, content = self.book, self.sheet, self.content
        end = letter(len(self.columns))
        book.text(sheet, "A1", content.title, "title", across="center", grid=False)
        sheet.merge_cells(f"A1:{end}1")
        sheet.row_dimensions[1].height = 32
        demo = "　含演示数据" if content.is_demo else ""
        mine = "" if content.whole else "　只含本单位牵头的项目"
        part = f"　筛选：{content.words}" if content.words else ""
        book.text(
            sheet,
            "A2",
            f"数据截至 {content.day.isoformat()}　快照 {self.key}　单位：万元　"
            f"浅黄格可填，空格是未填，不是 0{part}{mine}{demo}",
            "note",
            grid=False,
        )
        sheet.row_dimensions[2].height = 18
        for name, head, width in self.columns:
            book.text(sheet, f"{self.at[name]}{HEAD_ROW}", head, "head", fill="head", across="center", wrap=True)
            sheet.column_dimensions[self.at[name]].width = width
        sheet.row_dimensions[HEAD_ROW].height = 26
        sheet.column_dimensions[self.at["key"]].hidden = True
        sheet.freeze_panes = f"{self.at['lead']}{HEAD_ROW + 1}"
        sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
        row = HEAD_ROW + 1
        for group in content.groups:
            self.subtotal(row, group, row + group.sums.rows)
            row += 1 + group.sums.rows
        self.last = row - 1
        book.stream(sheet, self.lines(self.looks()))
        row = self.foot(row)
        sheet.print_area = f"A1:{end}{row}"
        if self.last > HEAD_ROW:
            lowest, highest = HEAD_ROW + 1, self.last
            for upper, lower in (("approved", "appropriated"), ("appropriated", "spent")):
                a, b = self.at[upper], self.at[lower]
                warn(sheet, f"{b}{lowest}:{b}{highest}", f"N({b}{lowest})>N({a}{lowest})")
            fillable = [s for s in STAGE_KEYS if any(content.is_open(year, s) for year in content.years)]
            amounts_only(sheet, [f"{self.at[s]}{lowest}:{self.at[s]}{highest}" for s in fillable])
        protect(sheet)

    def looks(self) -> dict[str, int]:
        """The looks of a row's cells, a `+` for those to be filled: borrowed from samples."""
        book, sheet = self.book, self.sheet
        found = {}
        samples = {
            "number": (book.number, {"form": "0", "across": "center"}),
            "code": (book.text, {"across": "center"}),
            "name": (book.text, {"wrap": True}),
            "source": (book.text, {}),
            "total": (book.number, {"fill": "locked"}),
            "stage": (book.number, {"fill": "locked"}),
            "stage+": (book.number, {"fill": "open", "unlocked": True}),
            "left": (book.number, {}),
            "rate": (book.number, {"form": PERCENT}),
            "account": (book.text, {}),
            "account+": (book.text, {"fill": "open", "unlocked": True}),
        }
        for name, (make, more) in samples.items():
            cell = make(sheet, "A1048576", "0" if make == book.text else 0, **more)
            if name.startswith("account"):
                cell.number_format = "@"  # 0101 keeps its zero
            found[name] = look_of(cell)
        return found

    def lines(self, looks: dict[str, int]) -> Iterator[tuple[int, bytes]]:
        """The rows of the groups, each as the file holds it."""
        content, at, writer = self.content, self.at, RowWriter()
        widths = {name: width for name, _, width in self.columns}
        account = looks["account+" if content.whole else "account"]
        lines = content.lines()
        row, number = HEAD_ROW, 0
        for group in content.groups:
            row += 1  # the group's own sums
            for line in islice(lines, group.sums.rows):
                row += 1
                number += line.first
                head, values = line.head, line.values()
                texts = (("name", head.name), ("lead", head.lead), ("time_raw", head.time_raw))
                writer.start(row, max(18, 15 * max(_lines(text, widths[name]) for name, text in texts) + 3))
                writer.amount(at["number"], looks["number"], number if line.first else None)
                writer.text(at["code"], looks["code"], head.code)
                for name, text in texts:
                    writer.text(at[name], looks["name"], text)
                if "year" in at:
                    writer.amount(at["year"], looks["number"], line.year)
                writer.text(at["source"], looks["source"], SOURCE_LABELS[line.source])
                writer.amount(at["total"], looks["total"], line.total_wan)
                for stage, amount in zip(STAGE_KEYS, line.amounts, strict=True):
                    writer.amount(at[stage], looks["stage+" if content.is_open(line.year, stage) else "stage"], amount)
                i, j, k = f"{at['approved']}{row}", f"{at['appropriated']}{row}", f"{at['spent']}{row}"
                left = values["left"]
                writer.formula(at["left"], looks["left"], f'IF({i}="","",{i}-{j})', "" if left is None else left)
                writer.formula(
                    at["rate"],
                    looks["rate"],
                    f'IF(OR(N({i})=0,{k}=""),"",{k}/{i})',
                    rate(values["approved"], values["spent"]),
                )
                for name, code in zip(CODE_KEYS, line.codes, strict=True):
                    writer.text(at[name], account, code)
                writer.text(at["key"], looks["source"], line.key)
                writer.amount(at["filed"], looks["total"], line.filed_wan)
                writer.text(at["paper"], account, "")
                yield writer.end()

    def subtotal(self, row: int, group: Group, last: int) -> None:
        sums = {name: group.sums.wan[name] for name in SUMMED}
        self.band(
            row,
            f"{group.name}　小计（{group.sums.projects} 项）",
            sums,
            lambda column: f"{column}{row + 1}:{column}{last}",
            fill="group",
        )
        self.subtotals.append((row, group))

    def band(self, row: int, label: str, sums: dict, of, *, fill: str = "", top: bool = False) -> None:
        """A row of sums: `of` gives what a column's SUM takes."""
        book, sheet = self.book, self.sheet
        for name, column in self.at.items():
            place = f"{column}{row}"
            if name == "name":
                book.text(sheet, place, label, "bold", fill=fill, top=top)
            elif name in SUMMED:
                book.formula(sheet, place, f"=SUM({of(column)})", sums[name], "bold", WAN_SUM, fill=fill, top=top)
            elif name == "rate":
                i, k = f"{self.at['approved']}{row}", f"{self.at['spent']}{row}"
                value = rate(sums["approved"] or None, sums["spent"] or None)  # a sum over nothing spent is no 0 %
                book.formula(
                    sheet, place, f'=IF(OR(N({i})=0,N({k})=0),"",{k}/{i})', value, "bold", PERCENT, fill=fill, top=top
                )
            elif name != "key":
                book.text(sheet, place, "", "bold", fill=fill, top=top)
        sheet.row_dimensions[row].height = 20
        self.sums[row] = sums

    def foot(self, row: int) -> int:
        """Totals, the check against the plan, growth, footnotes; the last row."""
        book, sheet, content, at = self.book, self.sheet, self.content, self.at
        everything = [r for r, _ in self.subtotals]
        sums = {name: sum((self.sums[r][name] for r in everything), ZERO) for name in SUMMED}
        count = content.projects
        label = "全部年度合计" if content.scope == "all" else f"{content.scope}年度合计"
        self.total = row
        self.band(
            row, f"{label}（{count} 项）", sums, lambda c: ",".join(f"{c}{r}" for r in everything) or "0", top=True
        )
        row += 1
        g, h = at["total"], at["estimate"]
        if content.whole:
            row = self.check(row)
        for name, word, sentence in content.growth:
            book.text(sheet, f"{at['name']}{row}", name, grid=False)
            book.text(sheet, f"{g}{row}", word, "bold", across="right", grid=False)
            book.text(sheet, f"{h}{row}", sentence, "note", grid=False)
            sheet.row_dimensions[row].height = 18
            row += 1
        row += 1
        first = (
            "注　总概算为规划 10.4 的业内估算，规划外项目为审定数，旁列申报数，不分年度和来源；"
            "总概算只写在每个项目的第一行，各年金额是录入数，没有平均分摊。"
        )
        for text in [first] + [f"{code}　{title}：{default}" for code, title, default in content.notes]:
            book.text(sheet, f"A{row}", text, "note", grid=False)
            row += 1
        return row - 1

    def check(self, row: int) -> int:
        """The plan's estimates against its own total, and the difference; what a filter leaves out has a row above."""
        book, sheet, content, at = self.book, self.sheet, self.content, self.at
        g, h, i, j = (at[n] for n in ("total", "estimate", "approved", "appropriated"))
        planned = [r for r, group in self.subtotals if group.planned]
        value = sum((self.sums[r]["total"] for r in planned), ZERO)
        check = f"{content.check_wan.normalize():f}"
        if content.chosen:
            book.text(sheet, f"{at['name']}{row}", f"筛选之外 {content.rest.projects} 项总概算", grid=False)
            book.number(sheet, f"{g}{row}", content.rest.wan["total"])
            value += content.rest.wan["total"]
            planned.append(row)
            row += 1
        count = content.planned + content.rest.projects
        book.text(sheet, f"{at['name']}{row}", f"核对：{count}项总概算 ＝ 规划10.4合计 {check}", "bold", grid=False)
        book.formula(sheet, f"{g}{row}", f"=SUM({','.join(f'{g}{r}' for r in planned) or '0'})", value, "bold", WAN)
        book.formula(
            sheet,
            f"{h}{row}",
            f'=IF({g}{row}={check},"相符","不符")',
            "相符" if value == content.check_wan else "不符",
            "bold",
            across="center",
        )
        book.text(sheet, f"{i}{row}", "差额", "plain", across="right")
        book.formula(sheet, f"{j}{row}", f"={g}{row}-{check}", value - content.check_wan, "plain", WAN)
        sheet.row_dimensions[row].height = 20
        return row + 1


@lru_cache(maxsize=20_000)
def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column: a Chinese character is nearly two widths of a digit."""
    taken = sum(1.0 if char.isascii() else 1.9 for char in text)
    return max(1, math.ceil(taken / (width - 1)))


def rate(approved: Decimal | None, spent: Decimal | None):
    """支出/批复 as the formula gives it."""
    return "" if not approved or spent is None else spent / approved


def _programmes(book: Book, main: _Main) -> None:
    names = {group.name: row for row, group in main.subtotals}
    _summary(
        book,
        "按工程",
        "工程",
        list(names),
        "规划外项目不计入与规划 10.4 合计的核对。",
        lambda name, item, row: (f"={MAIN}!{main.at[name]}{names[item]}", main.sums[names[item]][name]),
    )


def _by(
    book: Book, main: _Main, title: str, column: str, head: str, items: dict[str, Sums], note: str, skip=()
) -> None:
    low, high = HEAD_ROW + 1, main.last

    def cell(name: str, item: str, row: int):
        c, v = main.at[column], main.at[name]
        return f"=SUMIF({MAIN}!${c}${low}:${c}${high},$A{row},{MAIN}!{v}${low}:{v}${high})", items[item].wan[name]

    _summary(book, title, head, list(items), note, cell, skip=skip)


def _summary(book: Book, title: str, head: str, items: list[str], note: str, cell, skip=()) -> None:
    """A sheet that sums the first one by something, live."""
    sheet = book.sheet(title)
    labels = {name: label for name, label, _ in COLUMNS}
    summed = [name for name in SUMMED if name not in skip]
    book.text(sheet, "A1", title, "title", grid=False)
    sheet.row_dimensions[1].height = 28
    book.text(sheet, "A2", f"单位：万元　随“{MAIN}”表计算　{note}", "note", grid=False)
    book.text(sheet, "A3", head, "head", fill="head", across="center")
    sheet.column_dimensions["A"].width = 34
    sheet.row_dimensions[3].height = 24
    for number, name in enumerate(summed, 2):
        book.text(sheet, f"{letter(number)}3", labels[name], "head", fill="head", across="center")
        sheet.column_dimensions[letter(number)].width = 15
    sheet.freeze_panes = "B4"
    sheet.print_title_rows = "3:3"
    totals = dict.fromkeys(summed, ZERO)
    row = 4
    for item in items:
        book.text(sheet, f"A{row}", item)
        for number, name in enumerate(summed, 2):
            formula, value = cell(name, item, row)
            totals[name] += value
            book.formula(sheet, f"{letter(number)}{row}", formula, value, form=WAN_SUM)
        row += 1
    book.text(sheet, f"A{row}", "合计", "bold", top=True)
    for number, name in enumerate(summed, 2):
        column = letter(number)
        book.formula(
            sheet, f"{column}{row}", f"=SUM({column}4:{column}{row - 1})", totals[name], "bold", WAN_SUM, top=True
        )
    protect(sheet)


HOW = (
    "在“预算”表的浅黄格里填万元数，保存为 .xlsx，再到“预算表 → 导入 Excel”交回；先看预演，确认后才写入。",
    "行按隐藏的键对应，排序、筛选不影响导入；删掉的行、加出的行、改动的灰格会被指出，整份不写入。",
    "空格是未填。已有的数不能改成空；要改为零请填 0，记错了请在网页上冲正。",
    "支出不得大于下达，下达不得大于批复，专款专用（9.2.2）；冻结的阶段是灰格。",
    "“文号”可空：填了就记在这一行改动的金额上；没有改金额的行不记。",
    "导出以后线上也改过的格，导入时列为“两边都改过”，要人来定。",
    "一个项目要加一个来源：先在网页预算表上填这个来源，再导出。",
)


def _notes(book: Book, content: Content) -> None:
    sheet = book.sheet("说明与疑义")
    book.text(sheet, "A1", "说明与疑义", "title", grid=False)
    sheet.row_dimensions[1].height = 28
    row = 3
    for number, text in enumerate(HOW, 1):
        book.text(sheet, f"A{row}", number, across="center")
        book.text(sheet, f"B{row}", "填写说明")
        book.text(sheet, f"C{row}", text, wrap=True)
        row += 1
    row += 1
    for column, head in zip("ABC", ("疑义", "题目", "本系统的读法"), strict=True):
        book.text(sheet, f"{column}{row}", head, "head", fill="head", across="center")
    for code, title, default in content.notes:
        row += 1
        book.text(sheet, f"A{row}", code, across="center", down="top")
        book.text(sheet, f"B{row}", title, wrap=True, down="top")
        book.text(sheet, f"C{row}", default, wrap=True, down="top")
        sheet.row_dimensions[row].height = 16 * max(_lines(default, 120), _lines(title, 46)) + 2
    for column, width in zip("ABC", (9, 46, 120), strict=True):
        sheet.column_dimensions[column].width = width
    protect(sheet)


def _meta(book: Book, content: Content, key: str) -> None:
    """What left, for the import: the snapshot's name, hash and scope, then the keys. Their amounts as exported are kept
    with the snapshot; here they would be a third of the file."""
    sheet = book.sheet(META, hidden=True)
    head = (
        ("快照", key),
        ("sha256", content.sha256()),
        ("范围", content.scope),
        ("日期", content.day.isoformat()),
        ("行数", str(content.rows)),
    )
    for row, (name, value) in enumerate(head, 1):
        book.text(sheet, f"A{row}", name, grid=False)
        book.text(sheet, f"B{row}", value, grid=False)
    book.text(sheet, "A7", KEY, grid=False)
    look = look_of(book.text(sheet, "A1048576", "0", grid=False))
    book.stream(sheet, _kept(content, look))
    protect(sheet)


def _kept(content: Content, look: int) -> Iterator[tuple[int, bytes]]:
    writer = RowWriter()
    for row, line in enumerate(content.lines(), 8):
        writer.start(row)
        writer.text("A", look, line.key)
        yield writer.end()
