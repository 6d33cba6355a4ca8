"""References (`submission:12`) are made and read by governance.basics.refs alone."""

from __future__ import annotations

import ast

from tests.house.test_floors import SOURCES

# Text with a colon that is no reference.
NO_REFERENCE = {
    "governance/api/manners.py": "the key of a count",
    "projects/actions/collaboration.py": "the key of a notice",
    "projects/actions/documents.py": "the key of a notice",
    "projects/actions/needs.py": "the key of a notice",
    "priorities/actions/rule_sets.py": "the key of a notice",
    "priorities/annual_plan/optimiser_inputs.py": "a ceiling's year and source",
    "priorities/annual_plan/scenarios.py": "a ceiling's year and source, and the names of its fields in the form",
    "priorities/views/scenarios.py": "the names of the ceilings' fields in the form",
    "priorities/views/batches.py": "a case's number and version in the form",
}
REFS = "governance/basics/refs.py"


def _places(base):
    return {path.relative_to(base).as_posix(): ast.parse(path.read_text()) for path in SOURCES}


def _is_call(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names


def test_nobody_takes_a_reference_apart(settings):
    wrong = set()
    for name, tree in _places(settings.BASE_DIR).items():
        for node in ast.walk(tree):
            if _is_call(node, "partition", "rpartition", "split", "rsplit") and node.args:
                if getattr(node.args[0], "value", None) == ":":
                    wrong.add(name)
    assert wrong - set(NO_REFERENCE) == {REFS}


def test_nobody_puts_a_reference_together(settings):
    trees = _places(settings.BASE_DIR)
    nodes = [(name, node) for name, tree in trees.items() for node in ast.walk(tree)]
    first = [node.args[0] for _, node in nodes if _is_call(node, "ref", "all_of") and node.args]
    begin = tuple(f"{kind.value}:" for kind in first if isinstance(kind, ast.Constant))
    assert len(set(begin)) > 20
    made = {name for name, node in nodes if isinstance(node, ast.JoinedStr) and _start(node).startswith(begin)}
    made |= {name for name, node in nodes if isinstance(node, ast.Constant) and node.value in begin}
    assert made - set(NO_REFERENCE) == set()


def _start(text: ast.JoinedStr) -> str:
    return str(text.values[0].value) if text.values and isinstance(text.values[0], ast.Constant) else ""
