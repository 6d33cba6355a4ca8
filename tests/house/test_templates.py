"""How templates are written: narrow enough to read, two blanks a level, sent without their indentation; they decide
nothing, and what every form and every refusal says alike stands once."""

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
# `row.state == "draft"`, `x.job.state in …`, `actor.role != …`: a fact of the page says it (`row.is_draft`).
DECIDES = re.compile(r"\{%[^%]*?\.(?:state|role)\s*(?:==|!=|in\b|not\b)")
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


def test_templates_decide_nothing():
    found = [f"{path.relative_to(ROOT)}: {wrong[0]}" for path in FILES for wrong in DECIDES.finditer(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("written", "decides"),
    [
        ('{% if row.state == "draft" %}', True),
        ('{% if a and b.job.state in "queued running" %}', True),
        ('{% elif actor.role != "auditor" %}', True),
        ("{% if row.is_draft %}", False),
        ("{% for state in states %}", False),
        ("{% submission_state row.state %}", False),
    ],
)
def test_a_decision_is_recognised(written, decides):
    assert bool(DECIDES.search(written)) == decides


def test_what_every_form_carries_is_written_by_one_tag():
    """`form_frame`: the tokens and the version that it was read at."""
    wrong = re.compile(r'name="(?:version|once|csrfmiddlewaretoken)"')
    assert [str(path) for path in FILES if wrong.search(path.read_text())] == []


def test_a_form_of_folded_fields_sends_its_hidden_ones_too():
    """What somebody signs is a hidden field (governance.signing.shown): a form without it can never be signed."""
    asked = '{% include "projects/parts/paper_fields.html" %}'
    plain = [
        p.relative_to(ROOT) for p in FILES if asked in (t := p.read_text("utf-8")) and "form.hidden_fields" not in t
    ]
    assert [str(p) for p in plain] == ["projects/duty_form.html"]  # which prints the fields of form.html


def test_what_a_refusal_says_is_written_in_one_place():
    said = [str(path.relative_to(ROOT)) for path in FILES if "refusal.sentence" in path.read_text()]
    assert said == ["parts/refusal.html"]


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
