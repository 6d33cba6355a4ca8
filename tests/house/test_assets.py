"""Style sheets and scripts: colours stand once, nothing shouts, nothing is left over;
what a linter would say of them."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.conf import settings

from governance.charts.colours import COLOURS

ROOT = settings.BASE_DIR
SCREEN = (ROOT / "static" / "css" / "app.css").read_text()
PAPER = (ROOT / "templates" / "report" / "report.css").read_text()
SCRIPTS = {path.name: path.read_text() for path in sorted((ROOT / "static" / "js").glob("*.js"))}
TEMPLATES = {p: p.read_text() for p in (ROOT / "templates").rglob("*") if p.suffix in (".html", ".svg")}
PYTHON = "\n".join(
    path.read_text()
    for app in ("governance", "projects", "budgets", "priorities", "guiyang_egov")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3}\b(?!-)|#[0-9a-fA-F]{6}\b|\brgba?\(|\bhsla?\(")

# What must win over Bootstrap's own !important utilities, over a table's cell rules, or on paper.
LOUD = {
    ".num",
    ".late, .warn-red",
    ".warn, .flag",
    ".good",
    ".lacking",
    ".empty",
    ".page-actions form",
    ".locked",
    ".clause form > .btn",
    ".only-narrow",
    ".facts > tbody > tr > td",
    ".cards > tbody > tr > *, .cards > tfoot > tr > *",
    ".only-wide, .panel.chart-wide",
    "*",
    ".budget input.num",
    ".table.budget > tbody > tr > td.locked:not(.wide)",
    ".depth-1",
    ".depth-2",
    ".depth-3, .depth-4",
}


def rules(css: str, at: str = "") -> list[tuple[str, str, str]]:
    """(the @media that holds it, selectors, declarations) of every rule."""
    css, found, start = re.sub(r"/\*.*?\*/", "", css, flags=re.S), [], 0
    while (opening := css.find("{", start)) >= 0:
        head, depth, end = re.sub(r"\s+", " ", css[start:opening]).strip(), 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        body = css[opening + 1 : end - 1]
        found += rules(body, head) if head.startswith("@media") else [(at, head, body)]
        start = end
    return found


RULES = rules(SCREEN)
TOKENS = dict(re.findall(r"--([\w-]+): ([^;]+);", next(body for _, head, body in RULES if head == ":root")))


def test_colours_of_the_screen_stand_only_as_tokens():
    assert [f"{head}: {body}" for _, head, body in RULES if head != ":root" and COLOUR.search(body)] == []


def test_every_token_is_used_and_every_name_used_is_a_token():
    used = set(re.findall(r"var\(--([\w-]+)\)", SCREEN))
    assert used == set(TOKENS)


def test_pictures_and_paper_take_their_colours_from_the_one_palette():
    """A PDF's engine ignores page CSS inside SVG: pictures carry attributes, whose values the palette gives."""
    named = {path.name for path, text in TEMPLATES.items() if COLOUR.search(re.sub(r'href="#\w+"', "", text))}
    assert named == set()
    assert {c.lower() for c in re.findall(r"#[0-9a-fA-F]{6}\b", PAPER)} <= set(COLOURS.values())
    assert {
        n: v for n, v in COLOURS.items() if n in TOKENS and TOKENS[n] not in (v, "#fff" if v == "#ffffff" else v)
    } == {}


def test_only_named_rules_are_important():
    loud = {head for at, head, body in RULES if "!important" in body and at != "@media print"}
    assert loud == LOUD


def test_no_selector_is_written_twice():
    for sheet in (RULES, rules(PAPER)):
        assert [
            key for key, n in Counter((at, head) for at, head, _ in sheet if head != "@font-face").items() if n > 1
        ] == []


@pytest.mark.parametrize("sheet", [SCREEN, PAPER], ids=["app.css", "report.css"])
def test_every_class_of_a_style_sheet_is_used(sheet):
    """By its name, or by a name that is put together from it (`verdict-{{ outcome }}`)."""
    sources = "\n".join([*TEMPLATES.values(), *SCRIPTS.values(), PYTHON])
    words, put_together = set(re.findall(r"[\w-]+", sources)), set(re.findall(r"([\w-]+)\{", sources))
    heads = " ".join(head for _, head, _ in rules(sheet) if not head.startswith("@"))
    unused = []
    for name in sorted(set(re.findall(r"\.(-?[A-Za-z_][\w-]*)", heads))):
        stems = {name[: m.end()] for m in re.finditer("-", name)} | {re.sub(r"\d+$", "", name)}
        if name not in words and not stems & put_together:
            unused.append(name)
    assert unused == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_strict_and_puts_no_data_into_markup(name):
    script = SCRIPTS[name]
    assert '"use strict";' in script
    assert not re.search(r"\bvar\b|\bconsole\.|\balert\(|outerHTML|insertAdjacentHTML|[^=!]==[^=]|!=[^=]", script)
    # A template of the page itself may be copied; text goes through textContent.
    assert script.count("innerHTML =") == len(re.findall(r"innerHTML = template\.innerHTML", script))


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_name_of_a_script_is_used(name):
    script = SCRIPTS[name]
    names = re.findall(r"\b(?:function|const|let) (\w+)", script)
    assert [n for n in names if len(re.findall(rf"\b{n}\b", script)) < 2] == []
