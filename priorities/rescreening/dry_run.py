"""A draft's dry run as it is shown and exported: what it reads otherwise, from what to what, who, how much money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from governance import charts
from governance.web.entry import one_of
from governance.workbooks.writer import Book
from priorities.labels import OUTCOME_TONES, OUTCOMES
from priorities.models import RuleSetRecord
from priorities.rescreening.portfolio import (
    CASE,
    ROW,
    SHOWN,
    Cell,
    Change,
    Flip,
    Judged,
    Portfolio,
    Weight,
    grid,
    lacking,
    taken_over,
)
from priorities.rule_sets import repository
from priorities.rules.rule_set import PLAN_2006, RuleSet

MOST = 200  # flips on the page; all of them stand in the export


@dataclass(frozen=True)
class Group:
    """The flips of one kind, 优先建设 → 缓建, with their number and money."""

    was: str
    now: str
    flips: list[tuple[Flip, tuple[tuple[str, str], ...]]]
    count: int
    amount_wan: Decimal


@dataclass(frozen=True)
class DryRun:
    """A rule set against the one that holds (or held before it)."""

    old: RuleSet
    new: RuleSet
    portfolio: Portfolio
    changes: list[Change]
    cells: list[Cell]
    flips: list[Flip]
    weights: list[Weight]

    @property
    def amount_wan(self) -> Decimal:
        return sum((f.what.amount_wan for f in self.flips), Decimal(0))

    @property
    def cases(self) -> int:
        return self.portfolio.cases

    @property
    def plan_rows(self) -> int:
        return len(self.portfolio.rows) - self.portfolio.cases

    @property
    def worsened_rows(self) -> list[Flip]:
        """Rows of the plan itself that the draft would put off or refuse (D20)."""
        return [f for f in self.flips if f.worsens_the_plan]

    @property
    def worsened_wan(self) -> Decimal:
        return sum((f.what.amount_wan for f in self.worsened_rows), Decimal(0))

    @property
    def grid(self) -> dict:
        return grid(self.cells)

    @property
    def groups(self) -> list[Group]:
        """The flips by kind, the most money first, the first `MOST` of them."""
        kinds: dict[tuple[str, str], list[Flip]] = {}
        for flip in self.flips:
            kinds.setdefault((flip.was, flip.now), []).append(flip)
        left, found = MOST, []
        for (was, now), mine in sorted(kinds.items(), key=lambda k: -sum(f.what.amount_wan for f in k[1])):
            some = [(f, self.portfolio.because(f, self.old, self.new)) for f in mine[:left]]
            left -= len(some)
            found.append(Group(was, now, some, len(mine), sum((f.what.amount_wan for f in mine), Decimal(0))))
        return found

    @property
    def is_cut_short(self) -> bool:
        return len(self.flips) > MOST

    def picture(self) -> charts.flows:
        """钱往哪里去."""
        found = [
            charts.Flow(c.was, c.now, float(c.amount_wan), f"{c.count} 件 {c.amount_wan:,.0f}") for c in self.cells
        ]
        notes = {}
        for side in (0, 1):
            for outcome in map(str, SHOWN):
                held = [c for c in self.cells if (c.was, c.now)[side] == outcome]
                money = sum((c.amount_wan for c in held), Decimal(0))
                notes[outcome, side] = f"{sum(c.count for c in held)} 件 {money:,.0f}"
        return charts.flows(
            found,
            order=[str(o) for o in SHOWN],
            labels={code: (word, OUTCOME_TONES[code]) for code, word in OUTCOMES.items()},
            notes=notes,
            title="改判的件数和万元",
            heads=(f"{self.old.id}", f"{self.new.id}"),
        )


@dataclass(frozen=True)
class Behind:
    """What one number of the dry run counts, the first `MOST` of them."""

    words: str
    rows: list[tuple[Judged, str, str]]
    count: int
    amount_wan: Decimal

    @property
    def is_cut_short(self) -> bool:
        return self.count > len(self.rows)


def behind(found: DryRun, params: Mapping) -> Behind | None:
    """`?was=&now=` a cell or sum of the grid, `&kind=` of the cases or the plan's rows alone; `?alone=CLAUSE` who
    flips by one change, `?without=CLAUSE` who would without a clause, `?met=CLAUSE` whoever meets it. None where
    nothing is asked."""
    clauses = [w.clause for w in found.weights]
    alone = one_of(params, "alone", [c.key for c in found.changes])
    without, met = one_of(params, "without", clauses), one_of(params, "met", clauses)
    asked = {name: one_of(params, name, map(str, SHOWN)) for name in ("was", "now")} | {
        "kind": one_of(params, "kind", (CASE, ROW, "all"))
    }
    if not (alone or without or met or any(asked.values())):
        return None
    old, new, words = found.old, found.new, ""
    if alone:
        new, words = taken_over(old, new, alone), f"单独改{alone if alone in clauses else '效力次序'}"
    elif without:
        old, new, words = new, lacking(new, without), f"没有 {without}"
    elif met:
        words = f"{met} 成立"
    rows = found.portfolio.listed(old, new)
    if alone or without:
        rows = [r for r in rows if r[1] != r[2]]
    elif met:
        codes = found.portfolio.meeting(new, met)
        rows = [(judged, now, now) for judged, _, now in rows if judged.code in codes]
    return listed(rows, asked, words)


def listed(rows: list[tuple[Judged, str, str]], asked: Mapping[str, str], words: str) -> Behind:
    """Those of a kind that go from what to what, as `asked` says; the most money first."""
    kind = "" if asked["kind"] == "all" else asked["kind"]
    mine = [r for r in rows if asked["was"] in ("", r[1]) and asked["now"] in ("", r[2]) and kind in ("", r[0].kind)]
    mine.sort(key=lambda r: -r[0].amount_wan)
    said = [
        words,
        {CASE: "申报", ROW: "规划项目"}.get(kind, ""),
        *(OUTCOMES[asked[n]] + end for n, end in (("was", " 改前"), ("now", " 改后")) if asked[n]),
    ]
    return Behind(
        "，".join(filter(None, said)) or "全部",
        mine[:MOST],
        len(mine),
        sum((r[0].amount_wan for r in mine), Decimal(0)),
    )


def against(record: RuleSetRecord, day: dt.date) -> RuleSet:
    """What a rule set is compared with: a draft with the one in force, an adopted one with the one before it."""
    if record.state == "draft":
        return repository.in_force_on(day)
    before = RuleSetRecord.objects.filter(state="in_force", from_day__lt=record.from_day).order_by("-from_day").first()
    return repository.build(before) if before else PLAN_2006


def run(record: RuleSetRecord, day: dt.date) -> DryRun:
    """Everything judged under both; stores nothing."""
    old, new, everything = against(record, day), repository.build(record), Portfolio()
    return DryRun(
        old,
        new,
        everything,
        everything.changes(old, new),
        everything.table(old, new),
        everything.flips(old, new),
        everything.weights(new),
    )


def workbook(found: DryRun, record: RuleSetRecord, day: dt.date) -> bytes:
    """The dry run as a workbook: 改判, 从什么到什么, 单独的影响, 条款敏感度."""
    book = Book()
    sheet(
        book,
        "改判",
        ("编号", "项目或申报", "牵头或申报单位", "类别", "由", "改为", "因条款", "万元"),
        [_flip_row(f) for f in found.flips],
        total=True,
    )
    sheet(
        book,
        "从什么到什么",
        (found.old.id, found.new.id, "件", "万元"),
        [(OUTCOMES[c.was], OUTCOMES[c.now], c.count, c.amount_wan) for c in found.cells],
        total=True,
    )
    sheet(
        book,
        "单独改这条的影响",
        ("条款", "原文", "现行读法", "草案读法", "改判件", "万元"),
        [(c.clause or "效力次序", c.text, c.was, c.now, c.count, c.amount_wan) for c in found.changes],
    )
    sheet(
        book,
        "条款敏感度",
        ("条款", "原文", "成立件", "没有这条就改判的件", "万元"),
        [(w.clause, w.text, w.holds, w.count, w.amount_wan) for w in found.weights],
    )
    return book.content(day=day, title=f"规则集 {record.key} 试算")


def _flip_row(flip: Flip) -> tuple:
    what, kind = flip.what, "申报" if flip.what.kind == CASE else "规划项目"
    because = "、".join(flip.clauses) or "效力次序"
    return what.code, what.name, what.unit, kind, OUTCOMES[flip.was], OUTCOMES[flip.now], because, what.amount_wan


def sheet(book: Book, name: str, heads: Sequence[str], rows: Sequence[tuple], *, total: bool = False) -> None:
    """A sheet of the book: heads, rows, and the live sum of the last column where asked."""
    page = book.sheet(name)
    letters = "ABCDEFGHIJ"[: len(heads)]
    for letter, head in zip(letters, heads, strict=True):
        book.text(page, f"{letter}1", head, "head", fill="head", across="center")
        page.column_dimensions[letter].width = 48 if head in ("原文", "项目或申报", "现行读法", "草案读法") else 22
    page.freeze_panes, page.print_title_rows = "A2", "1:1"
    for number, row in enumerate(rows, 2):
        for letter, value in zip(letters, row, strict=True):
            if isinstance(value, Decimal):
                book.number(page, f"{letter}{number}", value)
            elif isinstance(value, int):
                book.number(page, f"{letter}{number}", value, form="0")
            else:
                book.text(page, f"{letter}{number}", value, wrap=True)
    if total and rows:
        last, letter = len(rows) + 1, letters[-1]
        book.text(page, f"A{last + 1}", "合计", "bold")
        formula = f"=SUM({letter}2:{letter}{last})"
        book.formula(page, f"{letter}{last + 1}", formula, sum((r[-1] for r in rows), Decimal(0)), "bold")
