"""Very many rows in one stream: COPY on PostgreSQL, executemany on SQLite. For verbs that write a hundred thousand
rows.

Nothing but the database checks the rows: no defaults, no signals, no history. Call it inside a transaction.
"""

from __future__ import annotations

import csv
import gc
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice

from django.db import connection, models

FEW = 50  # rows that are not worth a COPY
PIECE = 20_000  # rows of text that stand in memory together


@contextmanager
def without_collector() -> Iterator[None]:
    """No search for cycles while a million cells are made that have none: it would take a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def insert(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[tuple], same: Mapping[str, object] | None = None
) -> None:
    """Append rows of values in the order of `fields`; `same` are the fields whose value all rows share."""
    table, more = model._meta, {}
    for name, value in (same or {}).items():
        more[name] = table.get_field(name).get_db_prep_save(value, connection)
    columns = [table.get_field(name) for name in (*fields, *more)]
    whole = ((*row, *more.values()) for row in rows) if more else rows
    start = f'INSERT INTO "{table.db_table}" ({_names(columns)}) VALUES '
    marks = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(start + marks, list(whole))
        elif len(rows) > FEW:
            _copy(cursor, table.db_table, columns, whole)
        elif rows:
            cursor.execute(start + ", ".join([marks] * len(rows)), list(chain.from_iterable(whole)))


def update(model: type[models.Model], fields: Sequence[str], rows: Sequence[tuple]) -> None:
    """Set `fields` of the rows whose primary key comes first in each tuple."""
    table, columns = model._meta.db_table, [model._meta.get_field(name) for name in fields]
    key = model._meta.pk
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f'CREATE TEMP TABLE bulk_update AS SELECT {_names([key, *columns])} FROM "{table}" WITH NO DATA'
            )
            _copy(cursor, "bulk_update", [key, *columns], rows)
            cursor.execute("ANALYZE bulk_update")
            sets = ", ".join(f'"{f.column}" = new."{f.column}"' for f in columns)
            cursor.execute(
                f'UPDATE "{table}" AS held SET {sets} FROM bulk_update AS new '
                f'WHERE held."{key.column}" = new."{key.column}"'
            )
            cursor.execute("DROP TABLE bulk_update")
        else:
            sets = ", ".join(f'"{f.column}" = %s' for f in columns)
            cursor.executemany(
                f'UPDATE "{table}" SET {sets} WHERE "{key.column}" = %s', [(*row[1:], row[0]) for row in rows]
            )


def _copy(cursor, table: str, columns: Sequence[models.Field], rows: Iterable[tuple]) -> None:
    """CSV tells an empty text from no value only by quotes, which csv.writer sets for neither:
    columns without NULL take it as text."""
    filled = _names(f for f in columns if not f.null)
    statement = f'COPY "{table}" ({_names(columns)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))'
    rows = iter(rows)
    while piece := list(islice(rows, PIECE)):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, lineterminator="\n").writerows(piece)
        buffer.seek(0)
        cursor.copy_expert(statement, buffer)


def _names(columns: Iterable[models.Field]) -> str:
    return ", ".join(f'"{f.column}"' for f in columns)
