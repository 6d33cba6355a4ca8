"""Rows made from rows, for tests of many."""

from __future__ import annotations

import copy


def twin_of(row, **changes):
    """A second row like `row` with `changes`, stored under a key of its own."""
    twin = copy.copy(row)
    twin.pk, twin._state = None, copy.copy(row._state)
    twin._state.adding = True
    for name, value in changes.items():
        setattr(twin, name, value)
    twin.save(force_insert=True)
    return twin
