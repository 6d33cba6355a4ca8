"""What stands in a database, as sets of plain words that two databases can be compared by: the order of columns, and
the numbers that rows were given, do not count.

    read(connection) → {"columns": {…}, "constraints": {…}, "indexes": {…}, "triggers": {…}, "rows": {…}}
"""

from __future__ import annotations

import re
import sqlite3

KINDS = ("columns", "constraints", "indexes", "triggers", "rows")
# Rows that are numbered in the order in which they came: by what they say.
BY_WORDS = {
    "django_migrations": "SELECT app, name FROM django_migrations",
    "django_content_type": "SELECT app_label, model FROM django_content_type",
    "auth_permission": "SELECT c.app_label, c.model, p.codename, p.name FROM auth_permission p"
    " JOIN django_content_type c ON c.id = p.content_type_id",
}
OURS = "relnamespace = 'public'::regnamespace"
POSTGRESQL = {
    "columns": "SELECT table_name, column_name, udt_name, character_maximum_length, numeric_precision, numeric_scale,"
    " is_nullable, column_default, is_identity, identity_generation, collation_name"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    f" UNION SELECT relname, array_to_string(reloptions, ',') FROM pg_class WHERE {OURS} AND reloptions IS NOT NULL"
    " UNION SELECT 'extension', extname FROM pg_extension",
    "triggers": "SELECT pg_get_triggerdef(t.oid), p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE NOT tgisinternal"
    f" UNION SELECT relname, relacl::text FROM pg_class WHERE {OURS} AND relacl IS NOT NULL",
}


def read(connection) -> dict[str, set]:
    cursor = connection.cursor()

    def ask(sql: str) -> list[tuple]:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]

    if isinstance(connection, sqlite3.Connection):
        found, tables = _sqlite(ask)
    else:
        found = {kind: set(ask(sql)) for kind, sql in POSTGRESQL.items()}
        tables = [t for (t,) in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    found["rows"] = set()
    for table in tables:
        rows = ask(BY_WORDS.get(table, f'SELECT * FROM "{table}"'))
        names = [column[0] for column in cursor.description]
        found["rows"] |= {(table, *sorted(zip(names, map(repr, row), strict=True))) for row in rows}
    return found


def _sqlite(ask) -> tuple[dict[str, set], list[str]]:
    """SQLite keeps the words of each statement: a table's are a column or a constraint each."""
    found: dict[str, set] = {kind: set() for kind in KINDS}
    tables = []
    for kind, name, sql in ask("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"):
        words = re.sub(r"\s+", " ", sql)
        if kind == "table":
            tables.append(name)
            for part in _parts(words):
                found["constraints" if part.startswith("CONSTRAINT") else "columns"].add((name, part))
        else:
            found["indexes" if kind == "index" else "triggers"].add((name, words))
    return found, tables


def _parts(sql: str) -> list[str]:
    """What stands between the commas of a CREATE TABLE, those within parentheses and quotes left out."""
    body, parts, depth, quote = sql[sql.index("(") + 1 : sql.rindex(")")], [""], 0, ""
    for sign in body:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]
