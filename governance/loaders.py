"""Templates as they are sent: their indentation is for whoever edits them, and would be a third of every page."""

from __future__ import annotations

import re

from django.template.loaders import filesystem


class Lean(filesystem.Loader):
    """Line ends stay, so that an error names its line; no template holds `<pre>` or text inside `<textarea>`."""

    def get_contents(self, origin) -> str:
        return lean(super().get_contents(origin))


def lean(source: str) -> str:
    """A cell whose content is conditional stays `:empty` without it: nothing stands between its tags and that content."""
    source = re.sub(r"\n[ \t]+", "\n", source)
    return re.sub(r"\n(?=</td>)", "", re.sub(r"(<td\b(?:[^>\"]|\"[^\"]*\")*>)\n", r"\1", source))
