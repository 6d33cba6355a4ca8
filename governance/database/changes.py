"""Whether a transaction has written anything, as the database itself counts it.

    before = changes.mark()
    …
    if changes.since(before): …

On PostgreSQL a transaction has a number once it writes (or locks a row, which counts too); SQLite counts rows of the
connection. Both may say yes where nothing stays, never no where something does.
"""

from __future__ import annotations

from django.db import connection


def mark() -> int:
    """Where the transaction stands now; at its beginning, it is the count to compare with."""
    return 0 if connection.vendor == "postgresql" else connection.connection.total_changes


def since(before: int) -> bool:
    """Whether the transaction under way has written since `mark`."""
    if connection.vendor != "postgresql":
        return connection.connection.total_changes != before
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current_if_assigned()")
        return cursor.fetchone()[0] is not None
