"""A word, a heading, a count of 8.3 stands once, in the rules; everything else on this floor asks them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from priorities.rules.criteria import OUTCOME_WORDS, RESULT_WORDS
from priorities.rules.facts import ANSWER_WORDS
from priorities.rules.plan_2006 import CLAUSES, HEADINGS

HOUSE = Path(__file__).parents[3]
SOURCES = [p for p in (HOUSE / "priorities").rglob("*.py") if p.parent.name not in ("rules", "migrations")]


def literals(path: Path) -> set[str]:
    """The texts of a module that are no piece of a sentence."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pieces = {id(n) for s in ast.walk(tree) if isinstance(s, ast.JoinedStr) for n in ast.walk(s)}
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in pieces]
    return {n.value for n in texts if isinstance(n.value, str)}


@pytest.mark.parametrize("words", [OUTCOME_WORDS, RESULT_WORDS, ANSWER_WORDS], ids=["outcomes", "results", "answers"])
def test_no_module_writes_a_word_again(words):
    assert {p.name: found for p in SOURCES if (found := literals(p) & set(words.values()))} == {}


def test_no_module_names_a_heading_or_counts_its_clauses_by_hand():
    own = {f"{h.key}(" for h in HEADINGS} | {h.title for h in HEADINGS}
    assert {p.name: found for p in SOURCES if (found := literals(p) & own)} == {}
    pages = [p for p in (HOUSE / "templates").rglob("*.html") if f"{len(CLAUSES)} 条" in p.read_text(encoding="utf-8")]
    assert pages == []
