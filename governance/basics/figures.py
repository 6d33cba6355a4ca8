"""A report is figures first: frozen dataclasses from one consistent snapshot; PDF, XLSX and JSON only print them. Pure.

Amounts are Decimal in 万元 (printed with two decimals), unknown is None (printed 未填, JSON null, never 0).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

RENDERER = "2"  # raised when the printed form of the same figures changes


@dataclass(frozen=True)
class Figure:
    """One number with its unit and the clauses it comes from; `about` is its docstring on paper, `rows` the table of
    the same report that holds the rows behind it."""

    id: str
    label: str
    value: Decimal | int | str | None
    unit: str = ""
    clauses: tuple[str, ...] = ()
    about: str = ""
    rows: str = ""


@dataclass(frozen=True)
class Column:
    """A column: `kind` wan, int, percent or text; `width` in percent of the table."""

    id: str
    label: str
    kind: str = "text"
    width: int = 10


def table_columns(text: str) -> tuple[Column, ...]:
    """A table's columns, parted by commas: key, heading, type and width of each."""
    parts = (column.split() for column in text.split(","))
    return tuple(Column(key, heading, type_, int(width)) for key, heading, type_, width in parts)


def rows_of(columns: tuple[Column, ...], values: Iterable[tuple]) -> tuple[dict, ...]:
    """A table's rows: each one's values in the order of the columns."""
    keys = [column.id for column in columns]
    return tuple(dict(zip(keys, row, strict=True)) for row in values)


@dataclass(frozen=True)
class Table:
    """Rows are dicts by column id; a row with only `_group` is a group's head. `totals` is the last line."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[dict, ...]
    unit: str = ""
    totals: dict | None = None
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A numbered section: paragraphs, figures, tables and pictures in this order; subsections have `level` 2."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[tuple[str, object], ...] = ()  # (caption, a chart of governance.charts)
    level: int = 1
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """What part of the register a report is about: `codes` of its projects, None for everything."""

    key: str = ""
    name: str = ""
    codes: frozenset[str] | None = None

    def __contains__(self, code: str) -> bool:
        return self.codes is None or code in self.codes

    @property
    def is_whole(self) -> bool:
        return self.codes is None

    @property
    def suffix(self) -> str:
        """What a title says after itself: nothing for the whole city."""
        return f"（{self.name}）" if self.name else ""


@dataclass(frozen=True)
class Report:
    """A whole report. `basis` says how totals count; `notes` are footnotes `(D06, sentence)`."""

    kind: str
    year: int
    title: str
    day: dt.date
    issuer: tuple[str, ...]
    basis: str
    rule_set: str
    sections: tuple[Section, ...]
    notes: tuple[tuple[str, str], ...] = ()
    subtitle: str = ""
    is_demo: bool = False
    is_brief: bool = False  # one page without cover and contents
    city: str = ""

    def as_json(self) -> dict:
        """The contract's JSON, `snapshot` included: sha256 over the canonical figures and the renderer's version."""
        body = {
            "kind": self.kind,
            "year": self.year,
            "title": self.title,
            "rule_set": self.rule_set,
            "basis": self.basis,
            "day": self.day.isoformat(),
            "sections": [_section(s) for s in self.sections],
            "notes": [{"code": c, "text": t} for c, t in self.notes],
        }
        text = json.dumps(body | {"renderer": RENDERER}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return {
            "kind": body.pop("kind"),
            "year": body.pop("year"),
            "title": body.pop("title"),
            "snapshot": hashlib.sha256(text.encode()).hexdigest(),
        } | body

    @property
    def heading(self) -> str:
        """The title on the cover, without the house's name before it."""
        return self.title.removeprefix(f"{self.city}电子政务项目")

    @property
    def has_money(self) -> bool:
        """Whether any amount in 万元 stands in it, which every page's head then says."""
        amounts = any(f.unit == "万元" for s in self.sections for f in s.figures)
        return amounts or any(c.kind == "wan" for s in self.sections for t in s.tables for c in t.columns)

    @property
    def snapshot(self) -> str:
        return self.as_json()["snapshot"]


def _section(section: Section) -> dict:
    return {
        "id": section.id,
        "title": section.title,
        "figures": [
            {"id": f.id, "label": f.label, "value": plain(f.value), "unit": f.unit, "clauses": list(f.clauses)}
            | ({"rows": f.rows} if f.rows else {})
            for f in section.figures
        ],
        "tables": [
            {
                "id": t.id,
                "title": t.title,
                "unit": t.unit,
                "columns": [{"id": c.id, "label": c.label} for c in t.columns],
                "rows": [{c.id: plain(r.get(c.id)) for c in t.columns} for r in t.rows if "_group" not in r],
                "totals": {c.id: plain(t.totals.get(c.id)) for c in t.columns} if t.totals else {},
            }
            for t in section.tables
        ],
    }


def plain(value):
    """A figure as JSON: Decimal as text with two decimals, dates as ISO text."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
