"""Words found by an index on PostgreSQL (pg_trgm): three characters and more; shorter ones read the column,
as SQLite does.

    operations = [trigram.index("projects_project")]      in a migration, for a table with `search_text`

Where the server has no pg_trgm the search stays right and only reads more; the migration does nothing.
"""

from __future__ import annotations

from functools import partial

from django.db.migrations import RunPython


def index(table: str, column: str = "search_text") -> RunPython:
    """A migration's operation that makes the index, and drops it when the migration is taken back."""
    return RunPython(partial(_make, table=table, column=column), partial(_drop, table=table, column=column))


def _make(apps, schema_editor, *, table: str, column: str) -> None:
    if schema_editor.connection.vendor != "postgresql" or not _available(schema_editor.connection):
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    schema_editor.execute(
        f"CREATE INDEX IF NOT EXISTS {_name(table, column)} ON {table} USING gin ({column} gin_trgm_ops)"
    )


def _drop(apps, schema_editor, *, table: str, column: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {_name(table, column)}")


def _name(table: str, column: str) -> str:
    return f"{table}_{column}_trgm"


def _available(connection) -> bool:
    """Whether the server ships it; it is a trusted extension, so that a database's owner may add it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        return cursor.fetchone() is not None
