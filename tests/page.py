"""A page as a browser shows it."""

from __future__ import annotations

import re
from html import unescape

_EDGE = re.compile(r"\s*(</?(?:table|thead|tbody|tfoot|tr|t[dh]|[ou]l|li|div|p|section|header|h\d)\b[^>]*>)\s*")


def words(html: str) -> str:
    """Its text: blanks at the edges of a block are nothing, any others are one."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", _EDGE.sub(r"\1", html)))).strip()
