"""CONTRIBUTING.md does what it says: its recipes are carried out on a copy of the tree, its code blocks being the input.

A bold sentence says what happens to a file, the code block after it is what goes in:

    **新文件 `PATH`：**                     the block is the file
    **`PATH`，在 `LINE` 之前加：**          (之后加) before or after the one line that holds LINE
    **`PATH`，把 `LINE` 改成：**            instead of that line
    **`PATH`，在文件末尾加：**
    **运行：**                             each line is a command; `./run` is the product's own
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APART = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis")
STEP = re.compile(
    r"^\*\*(?:(?P<new>新文件) `(?P<file>[^`]+)`|(?P<run>运行)"
    r"|`(?P<path>[^`]+)`，(?:在 `(?P<at>[^`]+)` (?P<where>之前|之后)加|把 `(?P<old>[^`]+)` 改成|(?P<end>在文件末尾加)))：\*\*$"
)
OTHERS = (  # what held before and is changed or held to by the recipes
    "tests/priorities/rules/test_plan_2006.py::test_a_clause_reads_its_facts_as_the_table_says",
    "tests/house/test_floors.py::test_the_first_line_of_every_verb_asks_for_the_right",
    "tests/house/test_addresses.py::test_every_page_names_its_permission_or_is_public",
)
WANTED = ("事实", "角色", "年报", "页面", "动词", "后台任务", "设置")


@dataclass(frozen=True)
class Step:
    said: re.Match
    block: str

    @property
    def path(self) -> str:
        return self.said["file"] or self.said["path"] or ""


@dataclass
class Recipe:
    title: str
    steps: list[Step] = field(default_factory=list)

    @property
    def tests(self) -> list[str]:
        return [s.path for s in self.steps if s.said["new"] and s.path.startswith("tests/")]


def recipes(text: str) -> list[Recipe]:
    """The sections of 做法, step by step."""
    found: list[Recipe] = []
    said, block = None, None
    for line in text.partition("\n## 做法\n")[2].splitlines():
        if block is not None:
            if line == "```":
                found[-1].steps.append(Step(said, "".join(block)))
                said, block = None, None
            else:
                block.append(f"{line}\n")
        elif line.startswith("### "):
            found.append(Recipe(line.removeprefix("### ")))
        elif line.startswith("```"):
            assert said, f"{found[-1].title}：代码块前面没有说放到哪里"
            block = []
        elif line.startswith("**"):
            said = STEP.match(line)
            assert said, f"{found[-1].title}：看不懂“{line}”"
    return found


RECIPES = recipes((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
TITLES = [r.title for r in RECIPES]


def apply(step: Step, root: Path, run: Callable[[str], None]) -> None:
    """Do what a step says below `root`."""
    if step.said["run"]:
        for command in step.block.splitlines():
            run(command)
        return
    path = root / step.path
    if step.said["new"]:
        assert not path.exists(), f"{step.path} 已经有了"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.block, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if step.said["end"]:
        at, until = len(lines), len(lines)
    else:
        wanted = step.said["at"] or step.said["old"]
        places = [n for n, line in enumerate(lines) if wanted in line]
        assert len(places) == 1, f"{step.path} 里有 {len(places)} 行“{wanted}”，应当只有一行"
        at = places[0] + (step.said["where"] == "之后")
        until = at + (step.said["old"] is not None)
    lines[at:until] = [step.block]
    path.write_text("".join(lines), encoding="utf-8")


class Copy:
    """A copy of the tree with a data folder of its own."""

    def __init__(self, folder: Path):
        self.root = folder / "house"
        shutil.copytree(ROOT, self.root, ignore=APART)
        apart = ("DATABASE_URL", "REDIS_URL", "GUIYANG_TODAY", "DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS")
        self.environment = {k: v for k, v in os.environ.items() if k not in apart and not k.startswith("PYTEST_XDIST")}
        self.environment |= {"GUIYANG_DATA": str(folder / "data"), "GUIYANG_MODE": "embedded", "PYTHONUTF8": "1"}
        self.environment |= {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}

    def call(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True, check=False)

    def python(self, *command: str) -> None:
        done = self.call(sys.executable, *command)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"

    def tool(self, name: str, *command: str) -> None:
        done = self.call(str(Path(sys.executable).with_name(name)), *command)
        assert done.returncode == 0, f"{name} {shlex.join(command)}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"

    def product(self, command: str) -> None:
        """A line as a maintainer types it; `./run` would make the environment first, which is here already."""
        name, *rest = shlex.split(command)
        assert name == "./run", command
        self.python("manage.py", *rest)


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Copy:
    """The tree after all recipes."""
    copy = Copy(tmp_path_factory.mktemp("recipes"))
    for recipe in RECIPES:
        for step in recipe.steps:
            apply(step, copy.root, copy.product)
    return copy


@pytest.fixture(scope="module")
def ran(done) -> dict[str, list[str]]:
    """What each test file of the recipes said in one run: its failures, by path; a file without tests is missing."""
    own = [path for recipe in RECIPES for path in recipe.tests]
    report = done.root / "report.xml"
    done.call(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *own, *OTHERS)
    results: dict[str, list[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        path = next((p for p in own if case.get("classname") == p.removesuffix(".py").replace("/", ".")), "other")
        bad = [*case.iter("failure"), *case.iter("error"), *case.iter("skipped")]
        results.setdefault(path, []).extend(f"{case.get('name')}: {b.get('message')}\n{b.text}" for b in bad)
    return results


def test_what_is_asked_for_has_a_recipe():
    assert len(TITLES) == len(WANTED)
    assert all(any(word in title for title in TITLES) for word in WANTED)


@pytest.mark.parametrize("recipe", RECIPES, ids=TITLES)
def test_a_recipe_done_as_written_works(ran, recipe):
    assert recipe.tests
    assert [ran.get(path, ["没有测试"]) for path in recipe.tests] == [[] for _ in recipe.tests]


def test_what_held_of_clauses_verbs_and_pages_holds(ran):
    assert ran["other"] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=TITLES)
def test_a_recipe_needs_no_other_one(recipe, tmp_path):
    for step in recipe.steps:
        source, target = ROOT / step.path, tmp_path / step.path
        if not step.said["run"] and source.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for step in recipe.steps:
        apply(step, tmp_path, lambda command: None)


def test_after_all_recipes_the_checks_pass(done):
    """Lint, format, storeys, migrations."""
    written = sorted({s.path for r in RECIPES for s in r.steps if s.path})
    python = [p for p in written if p.endswith(".py")]
    done.tool("ruff", "check", "--no-cache", *python)
    done.tool("ruff", "format", "--no-cache", "--check", *python)
    done.tool("djangofmt", "--check", *[p for p in written if p.endswith(".html")])
    done.tool("lint-imports", "--no-cache")
    done.python("manage.py", "makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize(
    "line", ["**`a.py` 里加：**", "**新文件 a.py：**", "**`a.py`，在 `x` 后面加：**"], ids=["place", "ticks", "word"]
)
def test_a_sentence_that_cannot_be_carried_out_is_found(line):
    with pytest.raises(AssertionError, match="看不懂"):
        recipes(f"\n## 做法\n### 一个\n{line}\n```python\nx\n```\n")
