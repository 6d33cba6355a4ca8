"""One reading of a workbook against its snapshot and the database, cell by cell. Reads and locks, stores nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from budgets import ledger
from budgets.import_plan import STAGE_LABELS, Choice, Difference, Plan
from budgets.models import SOURCES, STAGES, BudgetLine, Entry, ExportSnapshot, StageLock
from budgets.sheets import CODE_KEYS, COLUMNS, KEY, MAIN, META, STAGE_KEYS
from governance import audit
from governance.text import NotAnAmount, clean_text, parse_wan
from governance.workbooks import letter
from projects.models import Project

HEADS = {name: head for name, head, _ in COLUMNS}
SOURCE_LABELS = dict(SOURCES)
LOCKED = ("code", "name", "lead", "time_raw", "source", "total", "year")
ZERO = Decimal(0)


class Comparison:
    """One reading of a workbook against its snapshot and the database; `lock` holds projects and lines until the verb ends."""

    def __init__(self, sheets: dict[str, list[list]], *, lock: bool = False, choices: dict[tuple[str, str], Choice] | None = None):
        self.sheets, self.lock, self.choices = sheets, lock, choices or {}
        self.found = Plan()
        self.columns: dict[str, int] = {}
        self.lines: dict[str, BudgetLine] = {}
        self.is_new = False  # of the row under way

    def plan(self) -> Plan:
        snapshot, head = self._snapshot(), self._heads()
        if snapshot is None or head is None:
            return self.found
        kept_rows = snapshot.kept()
        rows = self._rows(head, kept_rows)
        self.lines = lines = self._lines(rows)
        locks = set(StageLock.objects.values_list("fiscal_year", "stage"))
        for key, row in rows.items():
            self._row(key, row, kept_rows[key], lines.get(key), locks)
        for key, kept in kept_rows.items():
            if key not in rows:
                self.found.refuse(
                    f"“{MAIN}”表缺少 {_name(kept)} 这一行。删行不等于改数；请从快照 {snapshot.key} 的工作簿重新填，或重新导出。",
                    field=KEY, project=kept["code"], old=key, key=key,
                )  # fmt: skip
        self._tell_who(lines)
        return self.found

    def _snapshot(self) -> ExportSnapshot | None:
        meta = self.sheets.get(META)
        if meta is None:
            self.found.refuse(f"缺少工作表“{META}”，不知道从哪个快照导出；请用本系统导出的工作簿填写，不要另建。", sheet=META)
            return None
        facts = {str(row[0]): str(row[1]) for row in meta[:6] if len(row) > 1}
        snapshot = ExportSnapshot.objects.filter(key=facts.get("快照", "")[:40]).first()
        if snapshot is None or snapshot.sha256 != facts.get("sha256"):
            self.found.refuse(
                f"“{META}”表 B1 的快照“{facts.get('快照', '')[:40]}”在本系统没有，或内容已被改过；请重新导出后再填。",
                sheet=META, cell="B1", field="快照", new=facts.get("快照", "")[:40],
            )  # fmt: skip
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
                break
        else:
            self.found.refuse(f"“{MAIN}”表里找不到表头（{KEY}、编号、概算、批复、下达、支出那一行）；请用导出的工作簿填写。")
            return None
        needed = [n for n in HEADS if n not in ("number", "left", "rate") and (n != "year" or self.found.scope == "all")]
        if missing := [HEADS[n] for n in needed if n not in self.columns]:
            self.found.refuse(f"“{MAIN}”表第 {number + 1} 行的表头缺少：{'、'.join(missing)}；表头是锁定的，请用导出的工作簿填写。",
                              cell=f"A{number + 1}")  # fmt: skip
            return None
        return number

    def _rows(self, head: int, kept: dict) -> dict[str, tuple[int, list]]:
        """Rows by key with their number as Excel counts."""
        rows: dict[str, tuple[int, list]] = {}
        code = self.columns["code"]
        for number, row in enumerate(self.sheets[MAIN][head + 1 :], head + 2):
            key = _text(_at(row, self.columns["key"]))
            place = self._place("key", number)
            if not key:
                # Sums and notes have no key; a row with a project's code has lost or never had one.
                if self._holds_money(row):
                    self.found.refuse(
                        f"“{MAIN}”表第 {number} 行（{_text(_at(row, code))[:20] or '没有编号'}）没有键，不知道是哪一行；"
                        "要加一个来源，请先在网页预算表上填这个来源，再导出。",
                        cell=place, field=KEY, project=_text(_at(row, code))[:20],
                    )  # fmt: skip
                continue
            if key not in kept:
                self.found.refuse(
                    f"“{MAIN}”表第 {number} 行的键“{key[:40]}”不在快照 {self.found.snapshot} 里；请重新导出后再填。",
                    cell=place, field=KEY, project=key.split("|")[0][:20], new=key[:40],
                )  # fmt: skip
            elif key in rows:
                self.found.refuse(
                    f"“{MAIN}”表第 {number} 行与第 {rows[key][0]} 行是同一行（{_name(kept[key])}），不知道以哪一行为准；请删去一行。",
                    cell=place, field=KEY, project=kept[key]["code"], new=key, key=key,
                )  # fmt: skip
            else:
                rows[key] = number, row
                self.found.read += 1
        return rows

    def _holds_money(self, row: list) -> bool:
        """Whether a row without a key is one that somebody filled, and not one of the sheet's own sums or notes."""
        if _text(_at(row, self.columns["name"])).startswith("核对：") or "计（" in _text(_at(row, self.columns["name"])):
            return False
        cells = [_at(row, self.columns[s]) for s in STAGE_KEYS]
        return any(isinstance(v, int | float) for v in cells) or bool(_text(_at(row, self.columns["code"])) and any(map(_text, cells)))

    def _lines(self, keys) -> dict[str, BudgetLine]:
        codes, years = {k.split("|")[0] for k in keys}, {int(k.split("|")[1]) for k in keys}
        if self.lock:
            list(Project.objects.select_for_update().filter(code__in=codes).order_by("pk").values_list("pk"))
        lines = BudgetLine.objects.filter(project__code__in=codes, fiscal_year__in=years).select_related("project").order_by("pk")
        if self.lock:
            lines = lines.select_for_update(of=("self",))
        return {f"{x.project.code}|{x.fiscal_year}|{x.source}": x for x in lines}

    def _row(self, key: str, place: tuple[int, list], kept: dict, line: BudgetLine | None, locks: set) -> None:
        number, row = place
        self.is_new = line is None
        self._locked_cells(key, number, row, kept)
        now = {s: getattr(line, ledger.FIELD[s]) if line else None for s in STAGE_KEYS}
        after, touched = dict(now), []
        for stage in STAGE_KEYS:
            change = self._amount(key, number, row, kept, stage, now[stage], (kept["year"], stage) in locks)
            if change is not None:
                after[stage] = Decimal(change.new)
                touched.append((stage, change))
        self._order(key, touched, after, kept)
        for sums, held in ((self.found.before, now), (self.found.after, after)):
            for stage in STAGE_KEYS:
                sums[stage] = sums.get(stage, ZERO) + (held[stage] or ZERO)
        for code in CODE_KEYS:
            self._code(key, number, row, kept, code, getattr(line, code) if line else "")

    def _locked_cells(self, key: str, number: int, row: list, kept: dict) -> None:
        texts = kept["texts"] | {"年度": str(kept["year"])}
        for name in LOCKED:
            if name not in self.columns or (name == "year" and self.found.scope != "all"):
                continue
            was, raw = texts[HEADS[name]], _at(row, self.columns[name])
            same = _same_amount(was, raw) if name == "total" else was == _text(raw) or _plain(was) == _plain(_text(raw))
            if not same:
                self._refuse(key, number, name, kept, was, _text(raw)[:60], "是锁定的格，不从工作簿改；请恢复原样，或重新导出")

    def _amount(self, key, number, row, kept, stage, now: Decimal | None, frozen: bool) -> Difference | None:
        """The change of one amount, None where there is none or it is refused."""
        raw = _at(row, self.columns[stage])
        was = None if kept["amounts"][stage] is None else Decimal(kept["amounts"][stage])
        try:
            typed = parse_wan(raw if not isinstance(raw, str) else raw.strip())
        except NotAnAmount as error:
            why = str(error).rstrip("。")
            if isinstance(raw, str) and raw.startswith("="):
                why = f"公式“{raw[:40]}”没有算出的值；请填数值"
            self._refuse(key, number, stage, kept, _wan(now), _text(raw)[:60], why, joined=False)
            return None
        if typed in (was, now):
            return None  # untouched, or what the database holds anyway
        if typed is None:
            self._refuse(key, number, stage, kept, _wan(now), None,
                         f"已有 {now or was:,.2f} 万元，不能改成空；空不等于零，要改为零请填 0，记错了请在网页上冲正", joined=False)  # fmt: skip
        elif frozen:
            self._refuse(key, number, stage, kept, _wan(now), _wan(typed), f"不能改：{kept['year']} 年的{STAGE_LABELS[stage]}已冻结，"
                         "市财政局解冻后可以改", joined=False)  # fmt: skip
        elif now != was:
            return self._both(key, number, stage, kept, (_wan(was), _wan(now), _wan(typed)), f"两边都改过：导出时 {_shown(was)}，"
                              f"线上已改为 {_shown(now)}，文件里是 {_shown(typed)}")  # fmt: skip
        else:
            return self._add(key, number, stage, kept, _wan(now), _wan(typed), "change", f"{_shown(now)} 改为 {_shown(typed)}")
        return None

    def _order(self, key: str, touched: list, after: dict, kept: dict) -> None:
        """支出 ≤ 下达 ≤ 批复 on the row as it would be; the changed cells that break it are refused instead."""
        for lower, upper in (("spent", "appropriated"), ("appropriated", "approved")):
            low, high = after[lower] or ZERO, after[upper] or ZERO
            if low <= high:
                continue
            guilty = [c for s, c in touched if s == lower] or [c for s, c in touched if s == upper]
            for change in guilty:
                if change in self.found.differences:
                    self.found.differences.remove(change)
                    self.found.refuse(
                        f"{change.sheet}表第 {change.cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')} 行{change.field}列（{_name(kept)}）"
                        f"“{change.new}”：{STAGE_LABELS[lower]} {low:,.2f} 超过{STAGE_LABELS[upper]} {high:,.2f}，多出 {low - high:,.2f} 万元；"
                        f"{STAGE_LABELS[lower]}不得大于{STAGE_LABELS[upper]}，专款专用（9.2.2）。",
                        cell=change.cell, field=change.field, project=change.project, old=change.old, new=change.new, key=key, name=change.name,
                    )  # fmt: skip

    def _code(self, key: str, number: int, row: list, kept: dict, code: str, now: str) -> None:
        raw, was = _at(row, self.columns[code]), kept["codes"][code]
        try:
            typed = clean_text(_text(raw), limit=20, field=HEADS[code])
        except ValueError as error:
            self._refuse(key, number, code, kept, now, _text(raw)[:60], str(error).rstrip("。"), joined=False)
            return
        if typed in (was, now):
            return
        if now != was:
            self._both(key, number, code, kept, (was, now, typed), f"两边都改过：导出时“{was}”，线上已改为“{now}”，文件里是“{typed}”")
        else:
            self._add(key, number, code, kept, now, typed, "change", f"“{now}”改为“{typed}”")

    def _both(self, key, number, name, kept, values: tuple, said: str) -> Difference | None:
        """A cell that both sides changed, settled where somebody chose and nothing has moved since; the change, if it is one."""
        was, now, typed = values
        choice = self.choices.get((key, HEADS[name]))
        if choice is None or choice.online != (now or ""):
            again = "；您选择以后线上又改过" if choice else ""
            self._add(key, number, name, kept, now, typed, "conflict", f"{said}{again}；请选用文件或留线上，或与改动的人核对后重新导出再填",
                      exported=was)  # fmt: skip
            return None
        if not choice.use_file:
            self._add(key, number, name, kept, now, typed, "kept", f"{said}；已选留线上，这一格不写入", exported=was)
            return None
        return self._add(key, number, name, kept, now, typed, "change", f"{said}；已选用文件", exported=was, settled=True)

    def _tell_who(self, lines: dict[str, BudgetLine]) -> None:
        """Put to each cell that both sides changed who changed it online last, and when."""
        open_ones = [d for d in self.found.differences if d.status == "conflict" and d.key in lines]
        if not open_ones:
            return
        stages = {label: stage for stage, label in STAGES}
        entries = Entry.objects.filter(line__in={lines[d.key].pk for d in open_ones}).order_by("pk")
        last = {(line, stage): (who, day) for line, stage, who, day in entries.values_list("line_id", "stage", "by_text", "day")}
        for number, found in enumerate(self.found.differences):
            if found not in open_ones:
                continue
            line = lines[found.key]
            if found.field in stages:
                who = last.get((line.pk, stages[found.field]))
            else:
                who = next(((row.by_text, row.day) for row in audit.history(line) if row.event == "budgets.line.set_codes"), None)
            if who:
                self.found.differences[number] = replace(found, changed_by=f"{who[0]} {who[1].isoformat()}")

    def _place(self, name: str, number: int) -> str:
        return f"{letter(self.columns[name] + 1)}{number}"

    def _add(self, key, number, name, kept, old, new, status, why, *, exported=None, settled=False) -> Difference:
        head = HEADS[name]
        message = f"{MAIN}表第 {number} 行{head}列（{_name(kept)}）：{why}。"
        made = Difference(MAIN, self._place(name, number), head, kept["code"], old, new, status, message, key, exported,
                          f"{kept['texts']['项目']} · {SOURCE_LABELS[kept['source']]}", self.is_new, settled)  # fmt: skip
        self.found.differences.append(made)
        return made

    def _refuse(self, key, number, name, kept, old, new, why: str, *, joined: bool = True) -> None:
        said = "" if new in (None, "") or not joined else f"“{new}”"
        self._add(key, number, name, kept, old, new, "refused", f"{said}{why}")


def _name(kept: dict) -> str:
    return f"{kept['code']} {kept['year']} 年{SOURCE_LABELS[kept['source']]}"


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
