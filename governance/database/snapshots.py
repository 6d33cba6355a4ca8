"""One consistent snapshot for a report: REPEATABLE READ on PostgreSQL; on SQLite the second, DEFERRED alias, since the
default one is IMMEDIATE and would stop every writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connections, transaction

_reading: ContextVar[bool] = ContextVar("reading_a_snapshot", default=False)


class SnapshotRouter:
    """Reads go to the `snapshot` alias inside `snapshot_read`; everything else to default."""

    def db_for_read(self, model, **hints):
        return "snapshot" if _reading.get() and "snapshot" in settings.DATABASES else None

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, a, b, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


@contextmanager
def snapshot_read() -> Iterator[None]:
    """Everything read inside is of one moment. Writes inside are a mistake and find the default connection."""
    alias = "snapshot" if "snapshot" in settings.DATABASES else "default"
    nested = connections[alias].in_atomic_block
    token = _reading.set(True)
    try:
        with transaction.atomic(using=alias):
            if connections[alias].vendor == "postgresql" and not nested:
                with connections[alias].cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        _reading.reset(token)
