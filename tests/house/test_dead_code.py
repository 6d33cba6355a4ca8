"""What nothing in the product uses goes: names in Python (vulture), templates and their parts, tags, static files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from vulture import Vulture

ROOT = Path(settings.BASE_DIR)
FOUND = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vulture"]
TEMPLATES = {p.relative_to(ROOT / "templates").as_posix(): p.read_text() for p in ROOT.glob("templates/**/*.*")}
PYTHON = "".join(p.read_text() for app in FOUND["paths"] for p in sorted((ROOT / app).rglob("*.py")))
BY_DJANGO = {"400.html", "500.html"}  # rendered by its own handlers


def dead(*sources: str) -> list[str]:
    """What vulture finds in the product, or in `sources` alone, less what a template names."""
    vulture = Vulture(ignore_names=FOUND["ignore_names"], ignore_decorators=FOUND["ignore_decorators"])
    if sources:
        for source in sources:
            vulture.scan(source)
    else:
        vulture.scavenge([str(ROOT / app) for app in FOUND["paths"]], FOUND["exclude"])
    for text in TEMPLATES.values():
        for tag in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, re.DOTALL):
            vulture.used_names.update(re.findall(r"[A-Za-z_]\w*", tag))
    return [item.get_report() for item in vulture.get_unused_code(min_confidence=FOUND["min_confidence"])]


def test_nothing_in_the_product_s_code_is_unused():
    assert dead() == []


def test_code_that_nothing_uses_is_found():
    assert len(dead("def nobody_calls_me():\n    pass\n")) == 1
    assert dead("def nobody_calls_me():\n    pass\n", "nobody_calls_me()\n") == []


def test_every_template_is_rendered_by_code_or_another_template():
    drawn = {f"svg/{kind}.svg" for kind in re.findall(r'^    kind = "(\w+)"', PYTHON, re.MULTILINE)}  # look.chart
    named = BY_DJANGO | drawn | {"report/report.css"}  # the sheet of the papers is read as a file
    for name in sorted(TEMPLATES.keys() - named):
        assert name in PYTHON or any(name in text for own, text in TEMPLATES.items() if own != name), name


@pytest.mark.parametrize("library", ["filing", "look", "report"])
def test_every_tag_and_filter_is_used_by_a_template(library):
    held = engines["django"].engine.template_libraries[library]
    words = set(re.findall(r"\w+", " ".join(TEMPLATES.values())))
    assert set(held.tags) | set(held.filters) <= words


def test_every_static_file_is_named_somewhere():
    files = [p for p in (ROOT / "static").rglob("*") if p.is_file()]
    text = PYTHON + "".join(TEMPLATES.values()) + "".join(p.read_text() for p in files if p.suffix in (".css", ".js"))
    assert [p.name for p in files if p.name not in text] == []
