"""名册和培训名单 as one workbook (9.5.2): a template to fill in, and what comes back judged cell by cell.

A row is a person; with a course also his hours and result there. Reading stores nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.db.models import Q

from governance.basics.text import clean_text
from governance.models import Attendance, Organisation, OrganisationAlias, Trainee, TrainingSession
from governance.people.training import GROUPS
from governance.workbooks import writer
from governance.workbooks.writer import Book, Limits, letter

SHEET, COURSES = "培训名单", "课程"
HEADS = ("单位", "姓名", "工号", "职务", "培训对象", "课程编号", "学时", "结果", "在册")
UNIT, NAME, NUMBER, POST, GROUP, COURSE, HOURS, RESULT, STANDING = range(len(HEADS))
FIRST = 2  # the first row under the heads
MOST_ROWS = 5000
LIMITS = Limits(rows=MOST_ROWS + 100, columns=50)
RESULTS = {label: key for key, label in Attendance.RESULTS}
KEYS_OF_GROUPS = {label: key for key, label in GROUPS.items()}
STANDINGS = {"在册": False, "调离": True}
MOST_HOURS = Decimal("999.5")


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell: row as Excel counts, column letter, its head, the value, why."""

    row: int
    column: str
    head: str
    value: str
    sentence: str
    sheet: str = SHEET


@dataclass(frozen=True)
class Line:
    """A row that can be stored, and in words what it changes (nothing: empty)."""

    row: int
    unit: Organisation
    name: str
    staff_no: str
    post: str
    group: str
    has_left: bool | None
    session: TrainingSession | None
    hours: Decimal | None
    result: str
    changes: tuple[str, ...] = ()

    @property
    def person(self) -> tuple[int, str, str]:
        return self.unit.pk, self.name, self.staff_no


@dataclass
class Roster:
    """The workbook judged: every error, else the lines; `notes` are no obstacle."""

    lines: list[Line] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if line.changes]


def template(day: dt.date) -> bytes:
    """The workbook to fill in, with the courses that are recorded; equal rows on a day give equal bytes."""
    book = Book()
    sheet = book.sheet(SHEET)
    widths = (24, 12, 12, 16, 26, 12, 10, 10, 10)
    for at, (head, width) in enumerate(zip(HEADS, widths, strict=True), 1):
        book.text(sheet, f"{letter(at)}1", head, "head", fill="head")
        sheet.column_dimensions[letter(at)].width = width
    last = FIRST + MOST_ROWS - 1
    hints = {UNIT: "规范名称或规划原文的名称", NUMBER: "同一单位有重名时填", COURSE: "见“课程”表；只登记名册的不填"}
    for at, text in hints.items():
        writer.hint(sheet, [f"{letter(at + 1)}{FIRST}:{letter(at + 1)}{last}"], HEADS[at], text)
    for at, words in ((GROUP, KEYS_OF_GROUPS), (RESULT, RESULTS), (STANDING, STANDINGS)):
        cells = [f"{letter(at + 1)}{FIRST}:{letter(at + 1)}{last}"]
        writer.choose(sheet, cells, tuple(words), HEADS[at], "从列表选")
    sheet.freeze_panes = "A2"
    listed = book.sheet(COURSES)
    for at, (head, width) in enumerate((("编号", 8), ("开始", 12), ("培训对象", 26), ("内容", 60), ("人次", 8)), 1):
        book.text(listed, f"{letter(at)}1", head, "head", fill="head")
        listed.column_dimensions[letter(at)].width = width
    for number, row in enumerate(TrainingSession.objects.filter(withdrawn="").order_by("pk"), 2):
        values = (row.pk, row.held_on.isoformat(), row.get_group_display(), row.title, row.heads)
        for at, value in enumerate(values, 1):
            book.text(listed, f"{letter(at)}{number}", str(value))
    return book.content(day=day, title="培训名单")


def rows_of(sheets: dict[str, list[list]]) -> list[list[str]]:
    """The filled rows under the heads as text, `[row as Excel counts, *cells]`; UnsafeWorkbook for another workbook."""
    found = sheets.get(SHEET)
    if found is None or [_text(v) for v in found[0][: len(HEADS)]] != list(HEADS):
        raise writer.UnsafeWorkbook(f"这不是培训名单：要有“{SHEET}”表，首行是{'、'.join(HEADS)}；请用下载的样表填写。")
    rows = []
    for number, cells in enumerate(found[1:], FIRST):
        values = [_text(v) for v in cells[: len(HEADS)]]
        if any(values):
            rows.append([str(number), *values, *[""] * (len(HEADS) - len(values))])
    if len(rows) > MOST_ROWS:
        raise writer.UnsafeWorkbook(f"名单有 {len(rows)} 行，最多 {MOST_ROWS} 行；请分几次导入。")
    return rows


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def units_named(names: Iterable[str]) -> dict[str, Organisation]:
    """Survivors by canonical name or alias."""
    names = set(names)
    aliases = OrganisationAlias.objects.filter(as_named__in=names).select_related("organisation__canonical")
    found = {a.as_named: a.organisation for a in aliases}
    found |= {o.name: o for o in Organisation.objects.filter(name__in=names).select_related("canonical")}
    return {name: o.canonical or o for name, o in found.items() if not o.is_generic}


def judge(rows: list[list[str]]) -> Roster:
    """Rows (`rows_of`) against what is stored: errors by cell, or the lines with what each changes. Five queries."""
    reading = _Reading(rows)
    for row in rows:
        reading.take(row)
    return reading.done()


class _Reading:
    """One workbook under judgement."""

    def __init__(self, rows: list[list[str]]):
        self.units = units_named(r[1 + UNIT] for r in rows)
        keys = {int(r[1 + COURSE]) for r in rows if r[1 + COURSE].isascii() and r[1 + COURSE].isdigit()}
        keys = {key for key in keys if key < 10**9}
        self.sessions = TrainingSession.objects.filter(withdrawn="").in_bulk(keys)
        units = [o.pk for o in self.units.values()]
        known = Trainee.objects.filter(Q(organisation__in=units) | Q(organisation__canonical__in=units))
        self.people = {
            (t.organisation.survivor_id, t.name, t.staff_no): t for t in known.select_related("organisation")
        }
        held = Attendance.objects.filter(session_id__in=self.sessions)
        self.held = {(a.session_id, a.trainee_id): a for a in held}
        self.seen: dict[tuple, int] = {}
        self.roster = Roster()

    def take(self, row: list[str]) -> None:
        number, cells = int(row[0]), row[1:]
        wrong: dict[int, str] = {}
        unit = self.units.get(cells[UNIT])
        if unit is None:
            wrong[UNIT] = "没有这个单位，写规范名称或规划原文的名称；缺的请先在“机构与别名”登记。"
        texts = {}
        for at, limit in ((NAME, 60), (NUMBER, 30), (POST, 60)):
            try:
                texts[at] = clean_text(cells[at], limit=limit, field=HEADS[at])
            except ValueError as error:
                wrong[at] = str(error)
        if not cells[NAME]:
            wrong[NAME] = "写明姓名。"
        session, hours = self._course(cells, wrong)
        group = self._chosen(cells, GROUP, KEYS_OF_GROUPS, wrong)
        result = self._chosen(cells, RESULT, RESULTS, wrong)
        left = self._chosen(cells, STANDING, STANDINGS, wrong)
        if not wrong and unit:
            known = self.people.get((unit.pk, texts[NAME], texts[NUMBER]))
            group = group or (known.group if known else session.group if session else "")
            if not group:
                wrong[GROUP] = "名册里还没有这个人，写明属哪一类培训对象。"
            key = (unit.pk, texts[NAME], texts[NUMBER], session.pk if session else None)
            if key in self.seen:
                wrong[NAME] = f"与第 {self.seen[key]} 行重复；同单位重名的请填工号。"
            self.seen[key] = number
        if wrong or unit is None:
            self.roster.errors += [
                CellError(number, letter(at + 1), HEADS[at], cells[at][:60], said) for at, said in sorted(wrong.items())
            ]
            return
        line = Line(
            number, unit, texts[NAME], texts[NUMBER], texts[POST], group, left, session, hours, result or "attended"
        )
        self.roster.lines.append(self._compared(line))

    def _course(self, cells: list[str], wrong: dict[int, str]) -> tuple[TrainingSession | None, Decimal | None]:
        if not cells[COURSE]:
            wrong |= {at: "没有写课程编号，只登记名册；请补编号或清空这一格。" for at in (HOURS, RESULT) if cells[at]}
            return None, None
        key = int(cells[COURSE]) if cells[COURSE].isascii() and cells[COURSE].isdigit() else 0
        session = self.sessions.get(key)
        if session is None:
            wrong[COURSE] = "没有这个编号的培训，或已撤回；编号见“课程”表，没有的先登记培训。"
        try:
            hours = Decimal(cells[HOURS]).quantize(Decimal("0.1"))
        except InvalidOperation:
            hours = Decimal(0)
        if not 0 < hours <= MOST_HOURS:
            wrong[HOURS] = f"学时应是大于 0、不超过 {MOST_HOURS} 的数。"
        return session, hours

    def _chosen(self, cells: list[str], at: int, words: dict, wrong: dict[int, str]):
        if not cells[at]:
            return None
        if cells[at] not in words:
            wrong[at] = f"只能写：{'、'.join(words)}。"
            return None
        return words[cells[at]]

    def _compared(self, line: Line) -> Line:
        """The line with what it changes: the person, then his course."""
        known, said = self.people.get(line.person), []
        if known is None:
            said.append(f"新登记，{GROUPS[line.group]}")
        else:
            if line.post and line.post != known.post:
                said.append(f"职务 {known.post or '未填'} → {line.post}")
            if line.group != known.group:
                said.append(f"培训对象 {GROUPS[known.group]} → {GROUPS[line.group]}")
        if line.has_left is not None and line.has_left != (known.has_left if known else False):
            said.append("调离" if line.has_left else "回到名册")
        if line.session is not None:
            old = self.held.get((line.session.pk, known.pk)) if known else None
            now = f"{line.hours} 学时 {dict(Attendance.RESULTS)[line.result]}"
            if old is None:
                said.append(f"{line.session.pk} {line.session.title}：{now}")
            elif (old.hours, old.result) != (line.hours, line.result):
                said.append(
                    f"{line.session.pk} {line.session.title}：{old.hours} 学时 {old.get_result_display()} → {now}"
                )
        return Line(**{**vars(line), "changes": tuple(said)})

    def done(self) -> Roster:
        """With a note on every course that would have more people than heads were recorded."""
        if not self.roster.errors:
            listed = Counter(a.session_id for a in self.held.values() if a.result != "withdrawn")
            people = {key: t.pk for key, t in self.people.items()}
            listed.update(
                line.session.pk
                for line in self.roster.lines
                if line.session and (line.session.pk, people.get(line.person)) not in self.held
            )
            for key, count in sorted(listed.items()):
                if count > (row := self.sessions[key]).heads:
                    self.roster.notes.append(
                        f"{key} {row.title}：名单 {count} 人，多于登记的 {row.heads} 人次，请核对。"
                    )
        return self.roster
