"""Whatever the documents and docstrings name exists: files, modules, functions, commands, addresses,
and words in backquotes.

Names are looked up in the sources as they stand, by import and by syntax tree,
so that moving a module moves nothing here.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = settings.BASE_DIR
APPS = ("governance", "projects", "budgets", "priorities", "guiyang_egov")
APART = {".git", ".venv", "var", "__pycache__", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"}


def inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name not in APART:
            yield path
            if path.is_dir():
                yield from inside(path)


FILES = list(inside(ROOT))
PATHS = {p.relative_to(ROOT).as_posix() for p in FILES}
SOURCES = [p for app in APPS for p in FILES if p.suffix == ".py" and p.is_relative_to(ROOT / app)]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *(p for p in FILES if p.suffix == ".md" and p.is_relative_to(ROOT / "docs")),
]
OF_RUN = {"test", "help"}  # what ./run answers itself

QUOTED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
DOTTED = re.compile(rf"(?<![\w./@-])(?:{'|'.join(APPS)})(?:\.[A-Za-z_]\w*)+(?![\w/])")
OF_MODULE = re.compile(r"(?<![\w./@'\"-])([a-z_]+)\.([A-Za-z_]\w*)(?![\w./-])", re.ASCII)
FILE = re.compile(
    r"(?<![\w./:<-])[\w./-]*\w\.(?:py|md|html|css|js|sh|toml|lock|yml|json|txt|svg|png)(?![\w(])", re.ASCII
)
COMMAND = re.compile(
    r"(?:^|`)[ >]*(?:[A-Z_]+=\S+ )*(?:python |docker compose exec \w+ )?(?:\./run|manage\.py) ([a-z]\w*)", re.M
)
ADDRESS = re.compile(r'[`"](/(?:[a-z][\w./-]*/)?)[`"]')
SNAKE = re.compile(r"(?<![\w./-])[a-z]+(?:_[a-z]+)+(?![\w/-])", re.ASCII)
WORD = re.compile(r"[@.]?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|[a-z]+(?:-[a-z]+)+)(?:\(.*\))?")


def docstrings(tree: ast.AST) -> list[ast.Constant]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body and ast.get_docstring(node) is not None
    ]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def words() -> frozenset[str]:
    """Every name and every word of a text that the programs hold, comments and docstrings apart."""
    found: set[str] = {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}
    for path in SOURCES:
        said = {id(node) for node in docstrings(tree_of(path))}
        for node in ast.walk(tree_of(path)):
            if id(node) in said:
                continue
            for field in ("id", "attr", "name", "arg", "asname"):
                if isinstance(text := getattr(node, field, None), str):
                    found |= {text, *text.split(".")}
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, *re.findall(r"[A-Za-z_][\w.-]*", node.value)}
    for path in FILES:
        if path.is_file() and (path.suffix in (".html", ".js", ".yml", ".toml", ".json") or path.name in OTHERS):
            found |= set(re.findall(r"[A-Za-z_][\w-]*", path.read_text()))
    return frozenset(found)


OTHERS = ("run", "Dockerfile", ".env.example", "requirements.txt", "requirements-dev.txt")


@cache
def modules() -> dict[str, list[str]]:
    """Dotted names of our modules by their last part."""
    found = defaultdict(list)
    for path in SOURCES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if "migrations" not in parts and "__main__" not in parts:
            found[parts[-1]].append(".".join(parts))
    return found


@cache
def methods() -> frozenset[str]:
    """What a variable named like a module (`submission`) may be asked for."""
    classes = [c for path in SOURCES for c in ast.walk(tree_of(path)) if isinstance(c, ast.ClassDef)]
    return frozenset(f.name for c in classes for f in c.body if isinstance(f, ast.FunctionDef))


@cache
def exists(dotted: str) -> bool:
    """Whether `governance.basics.clock.today` is a module of ours, or a name of one; `projects.Project` is a model."""
    parts = dotted.split(".")
    if parts[0] not in APPS:
        return False
    if len(parts) == 2 and parts[1].lower() in apps.all_models[parts[0]]:
        return True
    for cut in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def is_file(name: str) -> bool:
    """A path from the root, the end of one, or one that the programs write themselves (manifest.json, var/)."""
    name = name.removeprefix("./").rstrip("/")
    top = name.split("/")[0]
    return name in PATHS or any(p.endswith("/" + name) for p in PATHS) or (top not in PATHS and top in words())


def is_address(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def finds_something(command: str) -> bool:
    return bool(subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, check=False).stdout)


def missing(text: str) -> list[str]:
    """What a text names that is not there."""
    wrong = [n for n in DOTTED.findall(text) if not exists(n) and n not in words() and not is_file(n)]
    wrong += [f for f in FILE.findall(text) if not is_file(f) and not Path(f).stem.isupper()]  # FILE.json: any
    wrong += [a for a in ADDRESS.findall(text) if not is_address(a)]
    wrong += [c for c in COMMAND.findall(text) if c not in get_commands() and c not in OF_RUN]
    wrong += [name for name in SNAKE.findall(text) if name not in words()]
    for module, name in OF_MODULE.findall(text):
        found = modules().get(module)
        known = name in methods() or is_file(f"{module}.{name}")
        if found and not known and not any(exists(f"{m}.{name}") for m in found):
            wrong.append(f"{module}.{name}")
    for token in QUOTED.findall(text):
        if token.startswith("grep "):
            wrong += [] if finds_something(token) else [token]
        elif "://" not in token and re.fullmatch(r"[\w.-]+(?:/[\w.-]*)+", token) and not re.match(r"\d", token):
            wrong += [] if is_file(token) else [token]
        elif (word := WORD.fullmatch(token)) and not FILE.fullmatch(token):
            name = word[1]
            known = exists(name) or all(part in words() for part in name.split("."))
            wrong += [] if known or is_file(name) else [token]
        elif setting := re.match(r"([A-Z][A-Z_]+)=", token):
            wrong += [] if setting[1] in words() or setting[1].startswith("PIP_") else [token]
    return wrong


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_a_document_names_exists(path):
    text = re.sub(r"```(?:console|ini)\n.*?```", "", path.read_text(), flags=re.S)  # other programs of the host
    if path.name == "CONTRIBUTING.md":  # what a recipe makes is not there yet: tests/house/test_recipes.py makes it
        text = re.sub(r"^\*\*新文件 [^\n]*$|^```\w+\n.*?^```$", "", text, flags=re.S | re.M)
    if path.name == "CHANGELOG.md":
        text = "".join(text.split("\n## ")[:2])  # what a released version was like is history
    assert missing(text) == []


def test_what_docstrings_name_exists():
    wrong = []
    for path in SOURCES:
        for node in docstrings(tree_of(path)):
            wrong += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in missing(node.value)]
    assert wrong == []


def test_what_comments_name_exists():
    wrong = []
    for path in SOURCES:
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.COMMENT:
                    wrong += [f"{path.relative_to(ROOT)}:{token.start[0]} {name}" for name in missing(token.string)]
    assert wrong == []


def test_pictures_and_links_of_the_documents_are_there():
    wrong = []
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                wrong.append(f"{path.name}: {target}")
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "see governance.clock.yesterday",
        "`governance/nowhere.py`",
        "`plan_1906.py`",
        "`no_such_name_anywhere`",
        "`./run no_such_command`",
        '"/no/such/address/"',
        "clock.yesterday()",
        '`grep -rnF "8.3.9(9)" priorities/rules`',
        "`NO_SUCH_SETTING_AT_ALL=1`",
    ],
)
def test_what_does_not_exist_is_noticed(text):
    assert missing(text)
