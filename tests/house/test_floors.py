"""One stair down, where import-linter does not see: foreign keys, reverse(), get_model, templates, mass assignment."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

FLOORS = {"governance": 1, "projects": 2, "budgets": 3, "priorities": 4, "guiyang_egov": 5}
SOURCES = [
    path for app in FLOORS for path in sorted((settings.BASE_DIR / app).rglob("*.py")) if "migrations" not in path.parts
]


def floor_of(path: Path) -> int:
    return FLOORS[path.relative_to(settings.BASE_DIR).parts[0]]


def test_foreign_keys_across_apps_point_down_and_have_no_reverse_name():
    wrong = []
    for model in apps.get_models():
        here = FLOORS.get(model._meta.app_label)
        if here is None or model._meta.model_name.startswith("historical"):
            continue
        for field in model._meta.get_fields():
            if (
                not isinstance(field, models.ForeignKey)
                or field.remote_field.model._meta.app_label == model._meta.app_label
            ):
                continue
            there = FLOORS.get(field.remote_field.model._meta.app_label)
            hidden = (field.remote_field.related_name or "").endswith("+")
            if there is None or there >= here or not hidden:
                wrong.append(str(field))
    assert not wrong


def test_reverse_and_redirect_name_no_higher_floor():
    wrong = []
    pattern = re.compile(r"""(?:reverse|redirect)\(\s*["']([a-z_]+):""")
    for path in SOURCES:
        for name in pattern.findall(path.read_text()):
            if FLOORS.get(name, 9) > floor_of(path):
                wrong.append(f"{path.name}: {name}")
    assert not wrong


def test_templates_of_an_app_link_by_name_only_to_their_own_floor_or_below():
    wrong = []
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        app = path.relative_to(settings.BASE_DIR / "templates").parts[0]
        here = FLOORS.get(app, 5)
        for name in re.findall(r"{%\s*url\s+[\"']([a-z_]+):", path.read_text()):
            if FLOORS.get(name, 9) > here:
                wrong.append(f"{path.name}: {name}")
    assert not wrong


# The floor whose pages begin so; what stands under no app's word belongs to the house.
SPACES = {"governance": 1, "projects": 2, "budgets": 3, "priorities": 4, "calendar": 5, "search": 5}
RAW = re.compile(rf"(?:^|(?<=[\"'=\s(]))/(?:{'|'.join(SPACES)})(?=[/?#])")
LOWEST = ("parts", "report", "svg", "registration")  # templates that every floor uses


def raw_addresses(text: str, here: int) -> list[str]:
    return [found for found in RAW.findall(text) if SPACES[found.strip("/")] > here]


def test_no_source_writes_an_address_of_a_higher_floor():
    wrong = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                wrong += [f"{path.name}:{node.lineno}: {a}" for a in raw_addresses(node.value, floor_of(path))]
    assert not wrong


def test_no_template_writes_an_address_of_a_higher_floor():
    wrong = []
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        folder = path.relative_to(settings.BASE_DIR / "templates").parts[0]
        here = 1 if folder in LOWEST else FLOORS.get(folder, 5)
        wrong += [f"{path.name}: {a}" for a in raw_addresses(path.read_text(), here)]
    assert not wrong


def test_a_raw_address_upwards_is_found():
    assert raw_addresses('<a href="/budgets/2007/">', 2) == ["/budgets"]
    assert raw_addresses("/priorities/criteria/8.3.2-3/", 1) == ["/priorities"]
    assert raw_addresses('<a href="/governance/plan/">', 1) == []


@pytest.mark.parametrize("word", ["apps.get_model", "csrf_exempt", "GenericForeignKey", "eval(", "mark_safe(request"])
def test_no_source_uses(word):
    assert [p.name for p in SOURCES if word in p.read_text()] == []


def test_no_form_or_serializer_takes_all_fields():
    wrong = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and any(
                getattr(t, "id", "") in ("fields", "exclude") for t in node.targets
            ):
                if isinstance(node.value, ast.Constant) and node.value.value == "__all__":
                    wrong.append(path.name)
    assert not wrong


def test_only_documents_calls_weasyprint_and_only_workbooks_calls_openpyxl():
    callers = {"weasyprint": set(), "openpyxl": set(), "python_calamine": set()}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                if (root := name.split(".")[0]) in callers:
                    callers[root].add(path.relative_to(settings.BASE_DIR).as_posix())
    assert all(c.startswith("governance/documents") for c in callers["weasyprint"])
    assert all(c.startswith("governance/workbook") for c in callers["openpyxl"] | callers["python_calamine"])


def verbs() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function under @verb, with its place."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(d, ast.Call) and ast.unparse(d.func).rpartition(".")[2] == "verb"
                for d in node.decorator_list
            ):
                yield f"{path.relative_to(settings.BASE_DIR)}: {node.name}", node


def asks_first(verb: ast.FunctionDef) -> bool:
    """Whether the first statement after the docstring is `access.require(by, …)`, called and not named in passing."""
    body = verb.body[1:] if ast.get_docstring(verb) else verb.body
    first = body[0]
    is_call = isinstance(first, ast.Expr) and isinstance(first.value, ast.Call)
    return is_call and ast.unparse(first).startswith("access.require(by, ")


def test_the_first_line_of_every_verb_asks_for_the_right():
    assert len(list(verbs())) > 100
    assert [place for place, node in verbs() if not asks_first(node)] == []


@pytest.mark.parametrize(
    "body",
    [
        "row = locked(project)\n    access.require(by, Permission.SUBMIT)",
        "if row.open:\n        access.require(by, Permission.SUBMIT)",
        "lambda: access.require(by, Permission.SUBMIT)",
        "access.require(other, Permission.SUBMIT)",
        "row = access.require(by, Permission.SUBMIT)",
        "require(by, Permission.SUBMIT)",
    ],
)
def test_a_verb_that_asks_later_or_in_passing_is_found(body):
    node = ast.parse(f'def act(*, by):\n    """Act."""\n    {body}').body[0]
    assert not asks_first(node)


def test_every_verb_takes_names_alone_and_who_acts_first():
    wrong = [p for p, node in verbs() if node.args.args or [a.arg for a in node.args.kwonlyargs][:1] != ["by"]]
    assert wrong == []


def test_the_import_contracts_hold():
    """Those of pyproject.toml: floors, pure modules."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
