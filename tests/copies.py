"""What a command leaves in the database, made once a process and copied in for every later test that asks for it."""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model
from psycopg2.extras import execute_values

OF_THE_MIGRATIONS = ("contenttypes", "auth")  # filled when the database is made, and by nobody else


class Copy:
    """The rows of all our tables as `make` left them. Only for a database in which nothing but migrations wrote."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make
        self.rows: dict[str, tuple[list[str], list[tuple]]] = {}  # table → columns, rows

    def put(self) -> None:
        """As after `make`: its rows, and sequences that go on behind them."""
        if self.rows:
            self._write()
            return
        self.make()
        with connection.cursor() as cursor:
            for model in _models():
                table = model._meta.db_table
                cursor.execute(f'SELECT * FROM "{table}"')
                if rows := [tuple(row) for row in cursor.fetchall()]:
                    self.rows[table] = [column[0] for column in cursor.description], rows

    def _write(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are checked at the end
            for table, (columns, rows) in self.rows.items():
                cursor.execute(f'DELETE FROM "{table}"')  # the few that migrations wrote stand among the rows
                names = ", ".join(f'"{column}"' for column in columns)
                into = f'INSERT INTO "{table}" ({names}) VALUES '
                if connection.vendor == "postgresql":
                    execute_values(cursor.cursor, into + "%s", rows, page_size=1000)
                else:
                    cursor.executemany(f"{into}({', '.join(['%s'] * len(columns))})", rows)
            number_on()


def number_on() -> None:
    """Every sequence goes on behind the rows that stand in its table."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(sql)


def _models() -> list[type[Model]]:
    every = apps.get_models(include_auto_created=True)
    return [m for m in every if m._meta.managed and m._meta.app_label not in OF_THE_MIGRATIONS]
