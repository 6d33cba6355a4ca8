"""The audit trail is append-only in the database itself: triggers refuse UPDATE, DELETE and TRUNCATE whoever asks.

    install()    by the migration, and by a restored database's next one
    remove()     for tests, whose tables are emptied between two of them
    missing()    the names of triggers that should be there and are not

The head of the chain may only move forward. Who owns the tables can drop the triggers: that is what the chain's key
and the anchors outside the database are for (governance.kernel.audit, governance.kernel.anchors).
"""

from __future__ import annotations

from django.db import connection

ROWS = ("governance_auditrow", "governance_auditconcern")
HEAD = "governance_audithead"
SENTENCE = "留痕只能增加，不能改动或删除"
BACKWARDS = "NEW.seq < OLD.seq OR (NEW.seq = OLD.seq AND NEW.hash <> OLD.hash)"


def _sqlite() -> dict[str, str]:
    found = {}
    for table in (*ROWS, HEAD):
        for act in ("update", "delete"):
            when = f"WHEN {BACKWARDS} " if (table, act) == (HEAD, "update") else ""
            found[f"{table}_no_{act}"] = (
                f"BEFORE {act.upper()} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            )
    return found


def _postgresql() -> dict[str, str]:
    found, call = {}, "EXECUTE FUNCTION governance_append_only()"
    for table in (*ROWS, HEAD):
        when = f"WHEN ({BACKWARDS}) " if table == HEAD else ""
        found[f"{table}_no_update"] = f"BEFORE UPDATE ON {table} FOR EACH ROW {when}{call}"
        found[f"{table}_no_delete"] = f"BEFORE DELETE ON {table} FOR EACH ROW {call}"
        found[f"{table}_no_truncate"] = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}"
    return found


def _triggers() -> dict[str, str]:
    return _postgresql() if connection.vendor == "postgresql" else _sqlite()


def install() -> None:
    """Idempotent; inside the caller's transaction where there is one."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION governance_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'insufficient_privilege'; END $$"
            )
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(ROWS)} FROM PUBLIC")
        for name in missing():
            cursor.execute(f"CREATE TRIGGER {name} {_triggers()[name]}")


def remove() -> None:
    """Idempotent."""
    with connection.cursor() as cursor:
        for name in _triggers():
            where = f" ON {name.partition('_no_')[0]}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{where}")


def missing() -> list[str]:
    """Asks the database's own catalogue; one query."""
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in _triggers() if name not in there]
