"""Templates as they are sent: their indentation is for whoever edits them, and would be a third of every page."""

from __future__ import annotations

import re

from django.template.loaders import filesystem

from governance.charts.colours import COLOURS

# An HTML tag; template tags and quoted values inside it may hold anything.
TAG = re.compile(r"</?\w(?:\{[{%].*?[%}]\}|\"(?:\{[{%].*?[%}]\}|[^\"])*\"|[^>\"])*>", re.S)
COLOUR = re.compile(r"\{\{ '([a-z0-9-]+)'\|colour \}\}")


class Lean(filesystem.Loader):
    """No template holds `<pre>` or text inside `<textarea>`."""

    def get_contents(self, origin) -> str:
        return coloured(lean(super().get_contents(origin)))


def coloured(source: str) -> str:
    """A picture names its colours dozens of times, always the same: they are looked up once, not at every drawing."""
    return COLOUR.sub(lambda found: COLOURS[found[1]], source)


def lean(source: str) -> str:
    """A tag stands on one line. A cell whose content is conditional stays `:empty` without it:
    nothing stands between its tags and that content."""
    source = re.sub(r"\n[ \t]+", "\n", source)
    source = TAG.sub(lambda tag: re.sub(r"\n(?=/?>)", "", tag[0]).replace("\n", " "), source)
    return re.sub(r"\n(?=</td>)", "", re.sub(r"(<td\b(?:[^>\"]|\"[^\"]*\")*>)\n", r"\1", source))
