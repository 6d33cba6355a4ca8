"""The house has rooms: few loose modules, one form of each room, short functions, and documents that show them all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from docs import draw

ROOT = Path(settings.BASE_DIR)
FLATS = tuple(draw.HOUSE)
MOST_LOOSE, LONGEST = 12, 60
FOLDERS = ("actions", "api", "forms", "hooks", "models", "panels", "reports", "views")  # never a module of that name
MODULES = ("apps", "urls")  # always one
OF_TESTS = {"drill"}  # programs of the tests, no mirror of a room


def sources() -> Iterator[Path]:
    for flat in FLATS:
        yield from (p for p in sorted((ROOT / flat).rglob("*.py")) if "migrations" not in p.parts)


def rooms(flat: Path) -> tuple[set[str], set[str]]:
    """Folders that hold Python, and loose modules."""
    folders = {p.parent.name for p in flat.glob("*/__init__.py")} - {"migrations"}
    return folders, {p.stem for p in flat.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("flat", FLATS)
def test_few_modules_stand_loose_in_a_flat(flat):
    assert len(rooms(ROOT / flat)[1]) <= MOST_LOOSE


def forms_besides(folders: set[str], loose: set[str]) -> set[str]:
    """What is not the one form of a room: a module beside its folder, `views.py`, `views_x.py`, `urls/`."""
    wrong = folders & loose | loose & set(FOLDERS) | folders & set(MODULES)
    return wrong | {m for m in loose if m.split("_")[0] in (*FOLDERS, *MODULES) and "_" in m}


@pytest.mark.parametrize("flat", FLATS)
def test_a_room_has_one_form_everywhere(flat):
    root_of_the_api = (
        {"api"} if flat == FLATS[0] else set()
    )  # addresses, like urls: the house has no views of its own there
    assert forms_besides(*rooms(ROOT / flat)) == root_of_the_api


@pytest.mark.parametrize("module", ["views", "views_desk", "urls_desk", "forms_accounts", "rules"])
def test_another_form_is_found(module):
    assert forms_besides({"views", "rules"}, {"apps", "urls", module}) == {module}


def test_the_tests_mirror_the_rooms():
    wrong = []
    for flat in FLATS[1:]:
        folders, _ = rooms(ROOT / flat)
        wrong += [f"tests/{flat}/{name}" for name in rooms(ROOT / "tests" / flat)[0] - folders - OF_TESTS]
    assert wrong == []


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= LONGEST:
            yield node.name


def test_a_function_fits_on_a_screen():
    """Outside governance/charts, whose functions set down a picture from top to bottom."""
    charts = ROOT / "governance" / "charts"
    apart = [p for p in sources() if not p.is_relative_to(charts)]
    found = {f"{p.relative_to(ROOT)}: {name}" for p in apart for name in long_functions(p)}
    assert found == set()


def test_a_longer_function_is_found(tmp_path):
    for lines, found in ((LONGEST, []), (LONGEST + 1, ["act"])):
        (tmp_path / "one.py").write_text("def act():\n" + "    pass\n" * (lines - 1))
        assert list(long_functions(tmp_path / "one.py")) == found


def test_every_module_says_in_its_first_line_what_it_holds():
    trees = {p: ast.parse(p.read_text(encoding="utf-8")) for p in sources()}
    silent = [
        p for p, tree in trees.items() if tree.body and not (ast.get_docstring(tree) or "").split("\n")[0].strip()
    ]
    assert [str(p.relative_to(ROOT)) for p in silent] == []


# --- the documents show the house as it is ------------------------------------------------------------------------


def test_the_picture_is_the_one_that_the_imports_draw():
    assert draw.PICTURE.read_text(encoding="utf-8") == draw.draw(), "python -m docs.draw draws it again"


@pytest.mark.parametrize("flat", FLATS)
def test_the_picture_has_a_box_for_every_room_and_no_other(flat):
    folders, loose = rooms(ROOT / flat)
    assert {r.name for r in draw.rooms_of(flat)} == folders | loose


def test_the_picture_asks_for_nothing_from_elsewhere():
    text = draw.PICTURE.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|@import|@font-face|<image|href=|<script", text)


@pytest.mark.parametrize("flat", FLATS)
def test_the_document_has_a_line_for_every_room_and_no_other(flat):
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    part = text.partition(f"楼 `{flat}/`")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    folders, loose = rooms(ROOT / flat)
    named = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    assert sorted(named) == sorted([f"{n}/" for n in folders] + [f"{n}.py" for n in loose])


def test_what_the_picture_calls_plain_python_does_not_know_django():
    wrong = []
    for flat in FLATS:
        plain = {room.name for room in draw.rooms_of(flat) if draw.HOUSE[flat][2][room.row][0] == draw.PLAIN}
        for path in (p for p in sources() if p.relative_to(ROOT).parts[0] == flat):
            room = path.relative_to(ROOT).with_suffix("").parts[1]
            imports = re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.M)
            wrong += [str(path.relative_to(ROOT)) for name in imports if room in plain and name == "django"]
    assert wrong == []


def test_an_arrow_that_others_imply_is_left_out():
    assert draw.needed([("a", "b"), ("b", "c"), ("a", "c")]) == [("a", "b"), ("b", "c")]
