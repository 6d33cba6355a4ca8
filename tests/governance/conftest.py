"""Databases of their own for processes that tests start."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests import databases


@pytest.fixture
def empty_databases() -> Iterator[Callable[[], str]]:
    with databases.empty_ones() as make:
        yield make
