"""A workbook that comes back, read cell by cell against its case: errors by sheet, row and column, or the changes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from governance.basics.refusal import Invalid
from governance.workbooks.writer import letter
from priorities import proposal as proposals
from priorities.labels import ANSWERS
from priorities.models import Submission
from priorities.rules.facts import COMPONENT_FACTS
from priorities.submissions import merging, returned
from priorities.submissions.offline import layout
from priorities.submissions.offline.layout import (
    FIRST,
    FORM,
    GOALS,
    META,
    MONEY,
    OWN_FACTS,
    PART_FACTS,
    QUESTIONS,
    ROWS,
    SHARED,
    SHARED_COLUMNS,
)

MOST_SHOWN = 100


@dataclass(frozen=True)
class CellError:
    """What is wrong in one cell: sheet, row (as Excel counts), column letter, the column's head, the value, why."""

    sheet: str
    row: int
    column: str
    head: str
    value: str
    sentence: str


@dataclass
class Returned:
    """A workbook read against its case: errors first, else the document to save on `base` and what that changes."""

    base: dict
    document: dict
    errors: list[CellError] = field(default_factory=list)
    changes: list[merging.Difference] = field(default_factory=list)
    is_untouched: bool = False  # as it was downloaded
    later: int = 0  # fields that were changed online since the download

    @property
    def shown(self) -> list[CellError]:
        return self.errors[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.errors) - MOST_SHOWN)


class _Sheets:
    """The cells of a workbook; remembers where each field of the proposal stands."""

    def __init__(self, sheets: dict[str, list[list]]):
        self.sheets = sheets
        self.places: dict[str, tuple[str, int, int, str]] = {}
        self.errors: list[CellError] = []

    def text(self, sheet: str, row: int, column: int) -> str:
        rows = self.sheets.get(sheet, [])
        if row > len(rows) or column > len(rows[row - 1]):
            return ""
        value = rows[row - 1][column - 1]
        if isinstance(value, bool):
            return ANSWERS["yes" if value else "no"]
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return str(value).strip()

    def height(self, sheet: str) -> int:
        return len(self.sheets.get(sheet, []))

    def wrong(self, place: tuple[str, int, int, str], sentence: str) -> None:
        sheet, row, column, head = place
        value = self.text(sheet, row, column)[:60] if row else ""
        self.errors.append(CellError(sheet, row, letter(column) if column else "", head, value, sentence))

    def choice(self, place: tuple[str, int, int, str], choices: dict) -> str:
        """The code of a chosen word; a word that is not in the list is an error."""
        word = self.text(*place[:3])
        code = next((key for key, label in choices.items() if word in (label, key)), "")
        if word and not code:
            self.wrong(place, f"只能选：{'、'.join(choices.values())}。")
        return code


def read(row: Submission, sheets: dict[str, list[list]]) -> Returned:
    """The workbook against the case as it is now. Raises Invalid (422) for a workbook that is not this case's."""
    book = _Sheets(sheets)
    base = _base(row, book)
    raw = _raw(book)
    document, errors = proposals.clean(raw)
    for path, sentences in errors.items():
        for sentence in sentences:
            book.wrong(_place(book, path, raw), sentence)
    # What the workbook does not ask for stays as it is.
    kept = {
        p: v
        for p, v in merging.split(base).items()
        if p == "precision"
        or (p.startswith("sharing.") and SHARED not in book.sheets)  # a workbook from before there was a catalogue
        or p.startswith("facts.")
        and p.split(".")[1] in COMPONENT_FACTS
    }
    document = proposals.clean(merging.join(kept | merging.split(document)))[0] if not errors else document
    workbook = Returned(base, document, book.errors)
    if workbook.errors:
        return workbook
    workbook.is_untouched = not merging.compare(base, document)
    workbook.later = len(merging.compare(base, row.proposal))
    merged = merging.merge(base, document, row.proposal)
    for clash in merged.conflicts:
        book.wrong(
            _field_place(book, clash.path, document),
            f"两边都改过：线上现为“{clash.old or '空'}”，本表为“{clash.new or '空'}”。请改成一样，或重新下载。",
        )
    after = proposals.clean(merged.document)[0]
    workbook.changes = merging.compare(row.proposal, after)
    asked = returned.open_fields(row)
    for change in workbook.changes:
        if not returned.is_open(merging.by_place(row.proposal, change.path), asked):
            book.wrong(_field_place(book, change.path, document), "退回补正没有要求改这里；请恢复原来的内容。")
    return workbook


def _base(row: Submission, book: _Sheets) -> dict:
    if META not in book.sheets:
        raise Invalid("这不是本系统下载的申报书工作簿（缺少识别页）；请在本页重新下载再填。")
    reference, key, version = (book.text(META, n, 1) for n in (1, 2, 3))
    if key != str(row.pk):
        raise Invalid(f"这份工作簿是 {reference or '另一件申报'} 的，不是本件的；请在本件页面下载。")
    if version != proposals.FORM_VERSION:
        raise Invalid(f"这份工作簿是旧表式 {version}，现在是 {proposals.FORM_VERSION}；请重新下载再填。")
    try:
        base, errors = proposals.clean(
            json.loads("".join(book.text(META, n, 1) for n in range(4, book.height(META) + 1)))
        )
    except (ValueError, RecursionError):
        base, errors = {}, {"": ["坏"]}
    if errors:
        raise Invalid("工作簿的识别页被改动了，认不出下载时的内容；请重新下载再填。")
    return base


def _raw(book: _Sheets) -> dict:
    raw: dict = {
        "security": {"commitments": []},
        "contact": {},
        "prior_investment": {},
        "running_cost": {},
        "facts": {},
    }
    known = {path: choices for path, choices, _ in ROWS}
    for number in range(FIRST, book.height(FORM) + 1):
        path = book.text(FORM, number, 1)
        if path not in known:
            continue
        place = (FORM, number, 3, layout.label(path))
        book.places[path] = place
        choices = known[path]
        value = book.choice(place, choices) if isinstance(choices, dict) else book.text(FORM, number, 3)
        if path in ("start", "end"):
            value = value[:7] if len(value) > 7 and value[4:5] == "-" else value  # Excel made a date of it
        head, _, rest = path.partition(".")
        if path.startswith("security.commitments."):
            book.places["security.commitments"] = place
            raw["security"]["commitments"] += [path.rpartition(".")[2]] if value == "yes" else []
        elif rest:
            raw[head][rest] = value
        else:
            raw[head] = value
    if missing := [layout.label(path) for path in known if path not in book.places]:
        place = (FORM, 0, 0, "")
        book.wrong(
            place, f"少了这些行：{'、'.join(missing[:5])}{' 等' if len(missing) > 5 else ''}；行不能删，请重新下载。"
        )
    raw["goals"] = _goals(book)
    raw["components"] = _parts(book)
    raw["sharing"] = _shared(book)
    raw["facts"] = _facts(book)
    return raw


def _goals(book: _Sheets) -> list[dict]:
    rows = []
    for number in range(FIRST, min(book.height(GOALS), FIRST + 200) + 1):
        goal = {key: book.text(GOALS, number, at) for at, key in enumerate(merging.GOAL, 1)}
        if any(goal.values()):
            for at, (key, head) in enumerate(zip(merging.GOAL, ("指标", "现值", "目标值", "年度"), strict=True), 1):
                book.places[f"goals.{len(rows)}.{key}"] = (GOALS, number, at, head)
            book.places[f"goals.{len(rows)}"] = (GOALS, number, 1, "指标")
            rows.append(goal)
    return rows


def _shared(book: _Sheets) -> list[dict]:
    rows = []
    for number in range(FIRST, min(book.height(SHARED), FIRST + 200) + 1):
        row = {}
        for at, (key, head, choices, _) in enumerate(SHARED_COLUMNS, 1):
            place = (SHARED, number, at, head)
            book.places[f"sharing.{len(rows)}.{key}"] = place
            row[key] = book.choice(place, choices) if choices else book.text(SHARED, number, at)
        if any(row.values()):
            book.places[f"sharing.{len(rows)}"] = (SHARED, number, 2, "数据")
            rows.append(row)
    return rows


def _parts(book: _Sheets) -> list[dict]:
    width = len(book.sheets.get(MONEY, [[]])[0]) if book.sheets.get(MONEY) else 0
    keys = {at: book.text(MONEY, 1, at) for at in range(4, min(width, 60) + 1)}
    rows = []
    for number in range(FIRST, min(book.height(MONEY), FIRST + 200) + 1):
        if not any(book.text(MONEY, number, at) for at in range(1, width + 1)):
            continue
        at_ = f"components.{len(rows)}"
        part = {"id": book.text(MONEY, number, 1), "name": book.text(MONEY, number, 2), "facts": {}, "money": []}
        book.places[at_] = book.places[f"{at_}.name"] = (MONEY, number, 2, "组成部分")
        book.places[f"{at_}.kind"] = (MONEY, number, 3, "类别")
        part["kind"] = book.choice(book.places[f"{at_}.kind"], proposals.COMPONENT_KINDS)
        for column, key in keys.items():
            head = book.text(MONEY, 2, column)
            what, _, rest = key.partition(".")
            place = (MONEY, number, column, head)
            if what == "money" and book.text(MONEY, number, column):
                year, _, source = rest.partition(".")
                book.places[f"{at_}.money.{len(part['money'])}"] = book.places[f"{at_}.{key}"] = place
                part["money"].append(
                    {"fiscal_year": year, "source": source, "amount_wan": book.text(MONEY, number, column)}
                )
            elif what == "facts" and rest in PART_FACTS:
                book.places[f"{at_}.{key}"] = place
                if answer := book.choice(place, ANSWERS):
                    part["facts"][rest] = answer
        if part["name"] or part["kind"] or part["money"]:
            rows.append(part)
    return rows


def _facts(book: _Sheets) -> dict:
    rows = {}
    for number in range(FIRST, min(book.height(QUESTIONS), FIRST + 200) + 1):
        fact = book.text(QUESTIONS, number, 1)
        if fact in OWN_FACTS:
            place = (QUESTIONS, number, 3, "回答")
            book.places[f"facts.{fact}"] = book.places[f"facts.{fact}.value"] = place
            book.places[f"facts.{fact}.evidence"] = (QUESTIONS, number, 4, "证据")
            rows[fact] = {"value": book.choice(place, ANSWERS), "evidence": book.text(QUESTIONS, number, 4)}
    return rows


def _place(book: _Sheets, path: str, raw: dict) -> tuple[str, int, int, str]:
    """Where an error of `proposal.clean` stands: the cell of its path, else of the nearest head."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        if (found := book.places.get(".".join(parts[:length]))) is not None:
            return found
    return (
        {"goals": GOALS, "components": MONEY, "sharing": SHARED, "facts": QUESTIONS}.get(parts[0], FORM),
        0,
        0,
        merging.label(path),
    )


def _field_place(book: _Sheets, path: str, document: dict) -> tuple[str, int, int, str]:
    return _place(book, merging.by_place(document, path), {})
