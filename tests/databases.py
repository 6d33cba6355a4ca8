"""Databases of their own for processes that tests start."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def empty_ones() -> Iterator[Callable[[], str]]:
    """Makes empty databases on the suite's own PostgreSQL server and gives their addresses; gone afterwards."""
    import psycopg2

    address = os.environ["DATABASE_URL"].rpartition("/")[0] if "DATABASE_URL" in os.environ else ""
    made: list[str] = []

    def tell(sql: str) -> None:
        server = psycopg2.connect(f"{address}/postgres")
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(sql)
        server.close()

    def make() -> str:
        made.append(f"own_{os.getpid()}_{random.randrange(10**9)}")
        tell(f"CREATE DATABASE {made[-1]}")
        return f"{address}/{made[-1]}"

    try:
        yield make
    finally:
        for name in made:
            tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
