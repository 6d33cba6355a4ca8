"""The demonstration: accounts and a coherent story at 2007-08-20, everything marked 演示数据 and removable.

What it says is data in fixtures/demo/; the modules here read it, replay it through the verbs and take it away again.
"""

from __future__ import annotations

from django.conf import settings

from governance.plan.entries import Entry, read_list


def read(name: str) -> tuple[Entry, ...]:
    """The rows of one file of fixtures/demo/. Raises FixtureError (file, row, what is wrong)."""
    return read_list(settings.PLAN_FOLDER, f"demo/{name}")
