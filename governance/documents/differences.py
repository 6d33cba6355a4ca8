"""What is not the same in two reports, by stable id: figures by section and id, table rows by their code. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from governance.basics.figures import Report, Section, Table, plain

TOTAL = "合计"


@dataclass(frozen=True)
class Difference:
    """One figure or cell: where it stands, whose row it is, and both values (None: unfilled or not there). `how` says
    whether its row stands in both reports (changed), in the newer alone (added) or in the older alone (dropped)."""

    section: str
    what: str  # the figure's label, or the table's title and column
    row: str  # the row's id, "" for a figure, 合计 for a table's totals
    name: str
    was: object
    now: object
    how: str = "changed"
    by: Decimal | None = None  # the newer less the older, of amounts; unfilled counts as nothing
    table: str = ""
    column: str = ""


def between(before: Report, after: Report) -> list[Difference]:
    """Every value that differs, in the order of the newer report; what only one of them has counts as well."""
    old, new = ({s.id: s for s in report.sections} for report in (before, after))
    found = []
    for key in dict.fromkeys((*new, *old)):
        then, now = old.get(key), new.get(key)
        found += _figures(then, now)
        tables = [{t.id: t for t in side.tables} if side else {} for side in (then, now)]
        for name in dict.fromkeys((*tables[1], *tables[0])):
            found += _rows((now or then).title, tables[0].get(name), tables[1].get(name))
    return found


def _figures(then: Section | None, now: Section | None) -> list[Difference]:
    old, new = ({f.id: f for f in side.figures} if side else {} for side in (then, now))
    found = []
    for key in dict.fromkeys((*new, *old)):
        figure, was, held = new.get(key) or old[key], old.get(key), new.get(key)
        values = was and was.value, held and held.value
        if plain(values[0]) != plain(values[1]):
            label = figure.label + (f"（{figure.unit}）" if figure.unit else "")
            money = figure.unit == "万元"
            found.append(
                Difference(
                    (now or then).title,
                    label,
                    "",
                    "",
                    *map(plain, values),
                    _how(was, held),
                    _by(*values) if money else None,
                )
            )
    return found


def _rows(section: str, old: Table | None, new: Table | None) -> list[Difference]:
    """Cells that differ, row by row: of a row that only one report has, those that are filled in."""
    table = new or old
    before, after = (_by_id(t) if t else {} for t in (old, new))
    columns = {c.id: c for t in (new, old) if t for c in t.columns}
    found = []
    for row_id in dict.fromkeys((*after, *before)):
        was, now = before.get(row_id), after.get(row_id)
        either = now or was
        name = str(either.get("name") or either.get("text") or "") if row_id != TOTAL else ""
        cells = len(found)
        for column in [c for c in columns.values() if c.id not in (table.columns[0].id, "name", "text")]:
            values = (was or {}).get(column.id), (now or {}).get(column.id)
            if plain(values[0]) != plain(values[1]):
                by = _by(*values) if column.kind == "wan" else None
                found.append(
                    Difference(
                        section,
                        f"{table.title} · {column.label}",
                        row_id,
                        name,
                        *map(plain, values),
                        _how(was, now),
                        by,
                        table.id,
                        column.id,
                    )
                )
        if len(found) == cells and (was is None or now is None):  # a row without a value is new, or gone, all the same
            found.append(Difference(section, table.title, row_id, name, None, None, _how(was, now), None, table.id))
    return found


def _by_id(table: Table) -> dict[str, dict]:
    """Rows by their first column; where that names several, by the next column too, and by their place at last."""
    columns = [c.id for c in table.columns]
    rows = [r for r in table.rows if columns and "_group" not in r and r.get(columns[0]) is not None]
    often = Counter(str(r[columns[0]]) for r in rows)
    found: dict[str, dict] = {}
    for row in rows:
        name = str(row[columns[0]])
        if often[name] > 1 and len(columns) > 1:
            name = f"{name} {row.get(columns[1]) or ''}".strip()
        place = sum(known == name or known.startswith(f"{name} #") for known in found)
        found[f"{name} #{place + 1}" if place else name] = row
    return found | ({TOTAL: table.totals} if table.totals else {})


def _how(was: object | None, now: object | None) -> str:
    return "added" if was is None else "dropped" if now is None else "changed"


def _by(was: object, now: object) -> Decimal | None:
    amounts = [v for v in (was, now) if v is not None]
    if not all(isinstance(v, Decimal | int) for v in amounts):
        return None
    return Decimal(now or 0) - Decimal(was or 0)
