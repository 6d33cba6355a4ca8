"""No file of the house imports in a circle, late imports inside functions included."""

from __future__ import annotations

import grimp
import pytest

APPS = ("guiyang_egov", "priorities", "budgets", "projects", "governance")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*APPS, cache_dir=None)


def circles(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """Who imports whom in circles: what is left once all that imports nothing, and all that nothing imports, has been
    taken away again and again."""
    left = {name: set(found) & set(imports) for name, found in imports.items()}
    while gone := {n for n, found in left.items() if not found} | (set(left) - set().union(*left.values())):
        left = {n: found - gone for n, found in left.items() if n not in gone}
    return left


def test_no_files_import_in_a_circle(graph):
    assert circles({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}) == {}


def test_a_circle_would_be_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == {}
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == {"b": {"c"}, "c": {"b"}}
