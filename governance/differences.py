"""What is not the same in two reports, by stable id: figures by section and id, table rows by their code. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from governance.figures import Report, plain


@dataclass(frozen=True)
class Difference:
    """One figure or cell: where it stands, whose row it is, and both values (None: unfilled or not there)."""

    section: str
    what: str  # the figure's label, or the table's title and column
    row: str  # the row's id, "" for a figure
    name: str
    was: object
    now: object


def between(before: Report, after: Report) -> list[Difference]:
    """Every value that differs, in the order of the newer report; rows that only one of them has count as well."""
    then = {(s.id, f.id): f for s in before.sections for f in s.figures}
    tables = {(s.id, t.id): t for s in before.sections for t in s.tables}
    found = []
    for section in after.sections:
        for figure in section.figures:
            old = then.get((section.id, figure.id))
            was, now = plain(old.value) if old else None, plain(figure.value)
            if was != now:
                unit = f"（{figure.unit}）" if figure.unit else ""
                found.append(Difference(section.title, f"{figure.label}{unit}", "", "", was, now))
        for table in section.tables:
            old = tables.get((section.id, table.id))
            found += _rows(section.title, table, old) if old else []
    return found


def _rows(section: str, table, old) -> list[Difference]:
    """Cells of the columns that both tables have; a row is known by its first column."""
    if not table.columns:
        return []
    key = table.columns[0].id
    shared = [c for c in table.columns[1:] if c.id in {o.id for o in old.columns}]
    before, after = ({str(r[key]): r for r in t.rows if r.get(key) is not None} for t in (old, table))
    found = []
    for row_id in dict.fromkeys((*after, *before)):
        was, now = before.get(row_id, {}), after.get(row_id, {})
        name = str((now or was).get("name") or (now or was).get("text") or "")
        found += [
            Difference(section, f"{table.title} · {c.label}", row_id, name, plain(was.get(c.id)), plain(now.get(c.id)))
            for c in shared
            if c.id not in ("name", "text") and plain(was.get(c.id)) != plain(now.get(c.id))
        ]
    return found
