"""One reading of a workbook against its snapshot and the database, cell by cell. Reads and locks, stores nothing.

A row that came back as it left is known by one comparison of tuples; only the others are looked at cell by cell, and
only their lines are read and locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Sum

from budgets.ledger import booking
from budgets.models import SOURCES, STAGES, BudgetLine, Entry, ExportSnapshot, Kept, StageLock
from budgets.workbook.import_plan import STAGE_LABELS, Choices, Difference, Plan
from budgets.workbook.sheets import CODE_KEYS, COLUMNS, KEY, MAIN, META, STAGE_KEYS
from governance.basics.text import NotAnAmount, clean_text, parse_wan, quantise
from governance.kernel import audit
from governance.workbooks.writer import letter
from projects.models import Project

HEADS = {name: head for name, head, _ in COLUMNS}
SOURCE_LABELS = dict(SOURCES)
LOCKED = ("code", "name", "lead", "time_raw", "source", "total")  # and in a sheet of all years the year
OPTIONAL = ("number", "filed", "left", "rate", "paper")  # columns that may be missing
ZERO = Decimal(0)
AT_ONCE = 5000  # projects that a query names
EMPTY = (None,) * len(STAGE_KEYS)


class Held(NamedTuple):
    """A line as the database holds it; `amounts` by STAGES, `codes` by CODE_KEYS."""

    pk: int
    project: int
    amounts: tuple[Decimal | None, ...]
    codes: tuple[str, ...]
    version: int


class Row(NamedTuple):
    """A row that did not come back as it left: its number as Excel counts, its cells (locked ones, amounts, codes), the
    row that left and its cells."""

    number: int
    cells: tuple
    kept: Kept
    left: tuple


class Cell(NamedTuple):
    """A cell of such a row by its column: what the database holds and what the file says, None for 未填."""

    row: Row
    name: str
    old: str | None
    new: str | None


class Comparison:
    """One reading of a workbook against its snapshot and the database; `lock` holds the projects and lines that differ
    until the verb ends."""

    def __init__(self, sheets: dict[str, list[list]], *, lock: bool = False, choices: Choices | None = None):
        self.sheets, self.lock, self.choices = sheets, lock, choices or {}
        self.found = Plan()
        self.columns: dict[str, int] = {}
        self.letters: dict[str, str] = {}
        self.lines: dict[str, Held] = {}
        self.locks: set[tuple[int, str]] = set()  # (year, stage)
        self.read: tuple[set[str], set[int], set[str]] = set(), set(), set()  # projects, years, sources of the sheet
        self.row: list[Difference] = []  # of the row under way
        self.is_new = False  # its line is not there yet

    def plan(self) -> Plan:
        snapshot, head = self._snapshot(), self._heads()
        if snapshot is None or head is None:
            return self.found
        rows, missing = self._match(snapshot, self._rows(head))
        self.lines = self._lines(rows)
        self.locks = set(StageLock.objects.values_list("fiscal_year", "stage"))
        for row in rows:
            self._row(row, self.lines.get(row.kept.key))
        for kept in missing:
            self.found.refuse(
                f"“{MAIN}”表缺少 {_name(kept)} 这一行。删行不等于改数；"
                f"请从快照 {snapshot.key} 的工作簿重新填，或重新导出。",
                field=KEY,
                project=kept.code,
                old=kept.key,
                key=kept.key,
            )
        self._tell_who()
        if not self.lock and self.found.clean and self.found.changes:
            self._add_up()
        return self.found

    def _snapshot(self) -> ExportSnapshot | None:
        meta = self.sheets.get(META)
        if meta is None:
            self.found.refuse(
                f"缺少工作表“{META}”，不知道从哪个快照导出；请用本系统导出的工作簿填写，不要另建。", sheet=META
            )
            return None
        facts = {str(row[0]): str(row[1]) for row in meta[:6] if len(row) > 1}
        key = facts.get("快照", "")[:40]
        snapshot = ExportSnapshot.objects.filter(key=key).first()
        if snapshot is None or snapshot.sha256 != facts.get("sha256"):
            said = f"“{META}”表 B1 的快照“{key}”在本系统没有，或内容已被改过；请重新导出后再填。"
            self.found.refuse(said, sheet=META, cell="B1", field="快照", new=key)
            return None
        self.found.snapshot, self.found.scope = snapshot.key, snapshot.scope
        return snapshot

    def _heads(self) -> int | None:
        """The row of the heads, from 0; columns are found by name, so that a moved column is no mistake."""
        main = self.sheets.get(MAIN)
        if main is None:
            self.found.refuse(f"缺少工作表“{MAIN}”；请用本系统导出的工作簿填写，不要改表名。")
            return None
        names = {head: name for name, head in HEADS.items()}
        number = 0
        for number, row in enumerate(main[:20]):  # noqa: B007 – the row that the loop stops at
            texts = [str(v).strip() for v in row]
            if KEY in texts and HEADS["approved"] in texts:
                self.columns = {names[t]: n for n, t in reversed(list(enumerate(texts))) if t in names}
                self.letters = {name: letter(n + 1) for name, n in self.columns.items()}
                break
        else:
            self.found.refuse(
                f"“{MAIN}”表里找不到表头（{KEY}、编号、概算、批复、下达、支出那一行）；请用导出的工作簿填写。"
            )
            return None
        needed = [n for n in HEADS if n not in OPTIONAL and (n != "year" or self._has_years)]
        if missing := [HEADS[n] for n in needed if n not in self.columns]:
            self.found.refuse(
                f"“{MAIN}”表第 {number + 1} 行的表头缺少：{'、'.join(missing)}；表头是锁定的，请用导出的工作簿填写。",
                cell=f"A{number + 1}",
            )
            return None
        return number

    @property
    def _has_years(self) -> bool:
        return self.found.scope == "all"

    @property
    def _locked(self) -> tuple[str, ...]:
        return (*LOCKED, "year") if self._has_years else LOCKED

    def _rows(self, head: int) -> dict[str, list[tuple[int, list]]]:
        """Rows by key with their number as Excel counts; a key that stands twice has both."""
        rows: dict[str, list[tuple[int, list]]] = {}
        code, key_column = self.columns["code"], self.columns["key"]
        for number, row in enumerate(self.sheets[MAIN][head + 1 :], head + 2):
            key, project = _text(_at(row, key_column)), _text(_at(row, code))[:20]
            if key:
                rows.setdefault(key, []).append((number, row))
            elif self._holds_money(row):  # sums and notes have no key; a row with money has lost or never had one
                self.found.refuse(
                    f"“{MAIN}”表第 {number} 行（{project or '没有编号'}）没有键，不知道是哪一行；"
                    "要加一个来源，请先在网页预算表上填这个来源，再导出。",
                    cell=self._place("key", number),
                    field=KEY,
                    project=project,
                )
        return rows

    def _holds_money(self, row: list) -> bool:
        """Whether a row without a key is one that somebody filled, and not one of the sheet's own sums or notes."""
        name = _text(_at(row, self.columns["name"]))
        if name.startswith("核对：") or "计（" in name:
            return False
        cells = [_at(row, self.columns[s]) for s in STAGE_KEYS]
        return any(isinstance(v, int | float) for v in cells) or bool(
            _text(_at(row, self.columns["code"])) and any(map(_text, cells))
        )

    def _match(self, snapshot: ExportSnapshot, rows: dict[str, list[tuple[int, list]]]) -> tuple[list[Row], list[Kept]]:
        """The rows that did not come back as they left, by number, and those that did not come back."""
        places = [self.columns[name] for name in (*self._locked, *STAGE_KEYS, *CODE_KEYS)]
        cells_of, width = itemgetter(*places), max(places) + 1
        codes, years, sources = self.read
        differ, missing = [], []
        for kept in snapshot.kept():
            codes.add(kept.code)
            years.add(kept.year)
            sources.add(kept.source)
            at = rows.pop(kept.key, None)
            if at is None:
                missing.append(kept)
                continue
            self.found.read += 1
            number, row = at[0]
            for again, _ in at[1:]:
                self.found.refuse(
                    f"“{MAIN}”表第 {again} 行与第 {number} 行是同一行（{_name(kept)}），"
                    "不知道以哪一行为准；请删去一行。",
                    cell=self._place("key", again),
                    field=KEY,
                    project=kept.code,
                    new=kept.key,
                    key=kept.key,
                )
            row += [""] * (width - len(row))
            left, back = self._as_cells(kept), cells_of(row)
            if back != left or bool in map(type, back):  # True is equal to 1, and no amount
                differ.append(Row(number, back, kept, left))
        for key, at in rows.items():
            for number, _ in at:
                self.found.refuse(
                    f"“{MAIN}”表第 {number} 行的键“{key[:40]}”不在快照 {self.found.snapshot} 里；请重新导出后再填。",
                    cell=self._place("key", number),
                    field=KEY,
                    project=key.split("|")[0][:20],
                    new=key[:40],
                )
        return sorted(differ, key=itemgetter(0)), missing

    def _as_cells(self, kept: Kept) -> tuple:
        """What left, as the reader gives it back: locked cells, amounts, codes. An amount is the same float."""
        amounts = ["" if a is None else float(a) for a in kept.amounts]
        total = float(kept.total) if kept.total else ""
        year = (float(kept.year),) if self._has_years else ()
        return (*kept[:4], SOURCE_LABELS[kept.source], total, *year, *amounts, *kept.codes)

    def _lines(self, rows: list[Row]) -> dict[str, Held]:
        found = {}
        years, codes = {row.kept.year for row in rows}, _projects({row.kept.code for row in rows})
        for ids in batched(codes, AT_ONCE):
            if self.lock:
                booking.lock_projects(*ids)
            lines = BudgetLine.objects.filter(project_id__in=ids, fiscal_year__in=years).order_by("pk")
            lines = lines.select_for_update() if self.lock else lines
            fields = ("pk", "project_id", "fiscal_year", "source", "version", *booking.FIELD.values(), *CODE_KEYS)
            for pk, project, year, source, version, *more in lines.values_list(*fields):
                size = len(STAGE_KEYS)
                found[f"{codes[project]}|{year}|{source}"] = Held(
                    pk, project, tuple(more[:size]), tuple(more[size:]), version
                )
        return found

    def _row(self, row: Row, line: Held | None) -> None:
        self.row, self.is_new = [], line is None
        locked, codes = len(self._locked), -len(CODE_KEYS)
        if row.cells[:locked] != row.left[:locked]:
            self._locked_cells(row)
        after, touched = dict(zip(STAGE_KEYS, line.amounts if line else EMPTY, strict=True)), []
        for stage, raw, left in zip(STAGE_KEYS, row.cells[locked:codes], row.left[locked:codes], strict=True):
            if raw == left and not isinstance(raw, bool):
                continue
            change = self._amount(row, stage, after[stage], raw)
            if change is not None:
                after[stage] = Decimal(change.new)
                touched.append((stage, change))
        if touched:
            self._order(row, touched, after)
        self._paper(row)
        if row.cells[codes:] != row.left[codes:]:
            now = line.codes if line else ("",) * len(CODE_KEYS)
            for code, held, left, raw in zip(CODE_KEYS, now, row.left[codes:], row.cells[codes:], strict=True):
                self._code(row, code, held, left, raw)
        self.found.differences += self.row

    def _paper(self, row: Row) -> None:
        """Put the row's 文号, where it names one, to the amounts that it changes."""
        if "paper" not in self.columns or not self.row:
            return
        raw = _at(self.sheets[MAIN][row.number - 1], self.columns["paper"])
        try:
            number = clean_text(_text(raw), limit=60, field=HEADS["paper"])
        except ValueError as error:
            self._refuse(Cell(row, "paper", "", _text(raw)[:60]), str(error).rstrip("。"))
            return
        self.row = [found._replace(paper=number) for found in self.row]

    def _locked_cells(self, row: Row) -> None:
        kept = row.kept
        texts = (*kept[:4], SOURCE_LABELS[kept.source], kept.total, str(kept.year))
        for name, was, raw in zip(self._locked, texts, row.cells, strict=False):
            same = _same_amount(was, raw) if name == "total" else was == _text(raw) or _plain(was) == _plain(_text(raw))
            if not same:
                said = f"“{shown}”" if (shown := _text(raw)[:60]) else ""
                self._refuse(Cell(row, name, was, shown), f"{said}是锁定的格，不从工作簿改；请恢复原样，或重新导出")

    def _amount(self, row: Row, stage: str, now: Decimal | None, raw) -> Difference | None:
        """The change of one amount, None where there is none or it is refused."""
        kept = row.kept
        text = kept.amounts[STAGE_KEYS.index(stage)]
        was = None if text is None else Decimal(text)
        try:
            typed = parse_wan(raw if not isinstance(raw, str) else raw.strip())
        except NotAnAmount as error:
            why = str(error).rstrip("。")
            if isinstance(raw, str) and raw.startswith("="):
                why = f"公式“{raw[:40]}”没有算出的值；请填数值"
            self._refuse(Cell(row, stage, _wan(now), _text(raw)[:60]), why)
            return None
        if typed in (was, now):
            return None  # untouched, or what the database holds anyway
        cell = Cell(row, stage, _wan(now), _wan(typed))
        if typed is None:
            held = f"已有 {now or was:,.2f} 万元，不能改成空"
            self._refuse(cell, f"{held}；空不等于零，要改为零请填 0，记错了请在网页上冲正")
        elif (kept.year, stage) in self.locks:
            label = STAGE_LABELS[stage]
            self._refuse(cell, f"不能改：{kept.year} 年的{label}已冻结，市财政局解冻后可以改")
        elif now != was:
            said = f"导出时 {_shown(was)}，线上已改为 {_shown(now)}，文件里是 {_shown(typed)}"
            return self._both(cell, _wan(was), said)
        else:
            return self._add(cell, "change", f"{_shown(now)} 改为 {_shown(typed)}")
        return None

    def _order(self, row: Row, touched: list[tuple[str, Difference]], after: dict) -> None:
        """支出 ≤ 下达 ≤ 批复 on the row as it would be; the changed cells that break it are refused instead."""
        for lower, upper in (("spent", "appropriated"), ("appropriated", "approved")):
            low, high = after[lower] or ZERO, after[upper] or ZERO
            if low <= high:
                continue
            guilty = [c for s, c in touched if s == lower] or [c for s, c in touched if s == upper]
            for change in guilty:
                if change in self.row:
                    self.row.remove(change)
                    self.found.refuse(
                        f"{change.sheet}表第 {row.number} 行{change.field}列（{_name(row.kept)}）"
                        f"“{change.new}”：{STAGE_LABELS[lower]} {low:,.2f} 超过{STAGE_LABELS[upper]} {high:,.2f}，"
                        f"多出 {low - high:,.2f} 万元；"
                        f"{STAGE_LABELS[lower]}不得大于{STAGE_LABELS[upper]}，专款专用（9.2.2）。",
                        cell=change.cell,
                        field=change.field,
                        project=change.project,
                        old=change.old,
                        new=change.new,
                        key=row.kept.key,
                        name=change.name,
                    )

    def _code(self, row: Row, code: str, now: str, was: str, raw) -> None:
        try:
            typed = clean_text(_text(raw), limit=20, field=HEADS[code])
        except ValueError as error:
            self._refuse(Cell(row, code, now, _text(raw)[:60]), str(error).rstrip("。"))
            return
        cell = Cell(row, code, now, typed)
        if typed in (was, now):
            return
        if now != was:
            self._both(cell, was, f"导出时“{was}”，线上已改为“{now}”，文件里是“{typed}”")
        else:
            self._add(cell, "change", f"“{now}”改为“{typed}”")

    def _both(self, cell: Cell, was: str | None, values: str) -> Difference | None:
        """A cell that both sides changed since `was` left, settled where somebody chose and nothing has moved since.

        The change, if it is one."""
        said = f"两边都改过：{values}"
        choice = self.choices.get((cell.row.kept.key, HEADS[cell.name]))
        if choice is None or choice.online != (cell.old or ""):
            again = "；您选择以后线上又改过" if choice else ""
            why = f"{said}{again}；请选用文件或留线上，或与改动的人核对后重新导出再填"
            self._add(cell, "conflict", why, exported=was)
            return None
        if not choice.use_file:
            self._add(cell, "kept", f"{said}；已选留线上，这一格不写入", exported=was)
            return None
        return self._add(cell, "change", f"{said}；已选用文件", exported=was, settled=True)

    def _tell_who(self) -> None:
        """Put to each cell that both sides changed who changed it online last, and when."""
        lines = {d.key: self.lines[d.key].pk for d in self.found.of("conflict") if d.key in self.lines}
        if not lines:
            return
        stages = {label: stage for stage, label in STAGES}
        last = {}
        for pks in batched(lines.values(), AT_ONCE):
            entries = Entry.objects.filter(line__in=pks).order_by("pk")
            last |= {
                (line, stage): (who, day)
                for line, stage, who, day in entries.values_list("line_id", "stage", "by_text", "day")
            }
        for number, found in enumerate(self.found.differences):
            if found.status != "conflict" or found.key not in lines:
                continue
            line = lines[found.key]
            who = last.get((line, stages[found.field])) if found.field in stages else self._who_set_code(line, found)
            if who:
                self.found.differences[number] = found._replace(changed_by=f"{who[0]} {who[1].isoformat()}")

    def _who_set_code(self, line: int, found: Difference) -> tuple | None:
        _, year, source = found.key.split("|")
        name = f"{year} 年{SOURCE_LABELS[source]}{found.field}"  # as an import names the cell
        for row in audit.history(BudgetLine(pk=line)):
            if row.event == "budgets.line.set_codes" or (row.event == "budgets.line.import" and name in row.now):
                return row.by_text, row.day
        return None

    def _add_up(self) -> None:
        """What the database holds for the sheet's projects, years and sources, and what it would hold."""
        codes, years, sources = self.read
        before = dict.fromkeys(STAGE_KEYS, ZERO)
        for ids in batched(_projects(codes), AT_ONCE):
            lines = BudgetLine.objects.filter(project_id__in=ids, fiscal_year__in=years, source__in=sources)
            for stage, amount in lines.aggregate(**{s: Sum(field) for s, field in booking.FIELD.items()}).items():
                before[stage] += quantise(amount or ZERO)
        stages, after = {label: stage for stage, label in STAGES}, dict(before)
        for change in self.found.changes:
            if stage := stages.get(change.field):
                after[stage] += change.difference or ZERO
        self.found.before, self.found.after = before, after

    def _place(self, name: str, number: int) -> str:
        return f"{self.letters[name]}{number}"

    def _add(self, cell: Cell, status: str, why: str, *, exported: str | None = None, settled=False) -> Difference:
        head, row, kept = HEADS[cell.name], cell.row, cell.row.kept
        made = Difference(
            status,
            f"{MAIN}表第 {row.number} 行{head}列（{_name(kept)}）：{why}。",
            cell=self._place(cell.name, row.number),
            field=head,
            project=kept.code,
            old=cell.old,
            new=cell.new,
            key=kept.key,
            exported=exported,
            name=f"{kept.name} · {SOURCE_LABELS[kept.source]}",
            is_new=self.is_new,
            settled=settled,
        )
        self.row.append(made)
        return made

    def _refuse(self, cell: Cell, why: str) -> None:
        self._add(cell, "refused", why)


def batched(values: Iterable, size: int) -> Iterator[list]:
    """Some at a time, so that no query names more than a database takes."""
    values = iter(values)
    while some := list(islice(values, size)):
        yield some


def _projects(codes: set[str]) -> dict[int, str]:
    """Projects' codes by id, in the order in which they are locked."""
    found: list[tuple[int, str]] = []
    for some in batched(codes, AT_ONCE):
        found += Project.objects.filter(code__in=some).values_list("pk", "code")
    return dict(sorted(found))


def _name(kept: Kept) -> str:
    return f"{kept.code} {kept.year} 年{SOURCE_LABELS[kept.source]}"


def _at(row: list, column: int):
    return row[column] if column < len(row) else ""


def _text(value) -> str:
    """A cell as text; 2070101.0 is the code 2070101."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return "" if value is None else str(value).strip()


def _plain(text: str) -> str:
    try:
        return " ".join(clean_text(text).split())
    except ValueError:  # characters that cannot be stored, or far too long: certainly not what was exported
        return "\x00"


def _same_amount(was: str, raw) -> bool:
    try:
        return parse_wan(raw) == (Decimal(was) if was else None)
    except NotAnAmount:
        return False


def _wan(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _shown(amount: Decimal | None) -> str:
    return "未填" if amount is None else f"{amount:,.2f}"
