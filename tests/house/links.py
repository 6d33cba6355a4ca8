"""Follows the links of pages as somebody with a browser would, from the home page on: some of every kind."""

from __future__ import annotations

import html
import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

HREF = re.compile(r'<a\b[^>]*?\bhref="([^"#][^"]*)"')


def kind_of(address: str) -> str:
    """Which page an address is of, and by which words it is asked."""
    parts = urlsplit(address)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        name = parts.path
    asked = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return f"{name}?{'&'.join(asked)}"


MOST = 5  # addresses of a kind that are tried


def dead_links(client) -> dict[str, str]:
    """`{link: the page it stands on}` of those that are refused or not found."""
    todo, tried, dead = [("/", "")], Counter(), {}
    seen = {"/"}
    while todo:
        address, where = todo.pop(0)
        answer = client.get(address, follow=True)
        content = b"".join(answer)  # a stream to its end: close() would end the connection that all tests share
        page = "" if answer.streaming or answer.status_code != 200 else content.decode(errors="replace")
        if answer.status_code in (403, 404):
            dead[address] = where
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else address
        for href in map(html.unescape, HREF.findall(page)):
            to = urljoin(here, href).partition("#")[0]
            kind = kind_of(to)
            if to not in seen and to.startswith("/") and not to.startswith("/static/") and tried[kind] < MOST:
                tried[kind] += 1
                seen.add(to)
                todo.append((to, here))
    return dead
