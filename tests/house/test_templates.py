"""How templates are written: narrow enough to read, two blanks a level, and sent without their indentation."""

from __future__ import annotations

import re
import unicodedata

import pytest
from django.conf import settings
from django.template.loader import get_template

from governance.web.loaders import lean

ROOT = settings.BASE_DIR / "templates"
WIDEST = 160  # columns; a Chinese character takes two
FILES = [path for path in sorted(ROOT.rglob("*")) if path.is_file()]
TEXTAREA = re.compile(r"<textarea(?:[^>\"]|\"[^\"]*\")*>(.*?)</textarea>", re.S)


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def test_no_line_is_too_wide_or_ends_in_blanks_or_holds_a_tab():
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if width(line) > WIDEST or line != line.rstrip() or "\t" in line
    ]
    assert wrong == []


def test_every_level_is_two_blanks():
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        if path.suffix in (".html", ".svg")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (len(line) - len(line.lstrip(" "))) % 2
    ]
    assert wrong == []


def test_the_blank_of_chinese_print_is_an_entity():
    """The formatter takes U+3000 for white space, breaks lines at it and would put another blank beside it."""
    tags = re.compile(r"\{[{%#].*?[}%#]\}")
    assert [str(path) for path in FILES if "\u3000" in tags.sub("", path.read_text())] == []


def test_text_that_keeps_its_blanks_holds_none_of_the_template():
    """`lean` takes indentation away wherever it stands: nothing that a browser shows as it is written may hold any."""
    for path in FILES:
        text = path.read_text()
        assert "<pre" not in text, path
        for content in TEXTAREA.findall(text):
            assert not re.search(r"\n[ \t]", content), path


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<p>\n    甲\n  </p>", "<p>\n甲\n</p>"),
        ('<td class="num">\n    {% if a %}甲{% endif %}\n  </td>', '<td class="num">{% if a %}甲{% endif %}</td>'),
        ("{% if a > b %}\n  甲{% endif %}", "{% if a > b %}\n甲{% endif %}"),
    ],
)
def test_indentation_is_not_sent(written, sent):
    assert lean(written) == sent
    assert lean(sent) == sent


def test_the_loader_sends_templates_lean():
    assert "\n " not in get_template("base.html").template.source
