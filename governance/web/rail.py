"""The left rail: every app offers its links, in groups; an actor sees those that his role may enter.

rail.offer("报告", "报告", "/governance/documents/", Permission.USE, count=documents.waiting, rows="#jobs", order=10)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from governance.basics.roles import Permission

GROUPS = ("我的工作", "项目总册", "资金", "依据", "报告", "系统管理")


@dataclass(frozen=True)
class Offer:
    group: str
    label: str
    url: str
    permission: Permission
    count: Callable | None = None  # (actor) -> int | None
    rows: str = ""  # where on that page the counted rows stand: #queue
    order: int = 100
    roles: tuple = ()  # only these roles, where the permission alone says too little


_offers: list[Offer] = []


def offer(
    group: str, label: str, url: str, permission: Permission, *, count=None, rows: str = "", order: int = 100, roles=()
) -> None:
    """Register a link once; called from AppConfig.ready()."""
    assert group in GROUPS, group
    entry = Offer(group, label, url, permission, count, rows, order, tuple(roles))
    if not any(o.url == url and o.label == label for o in _offers):
        _offers.append(entry)


def for_actor(actor, path: str) -> list[dict]:
    """`[{"title", "links": [{"url", "rows", "label", "count", "current"}]}]` in the order of GROUPS."""
    mine = [o for o in _offers if actor.scope(o.permission) and (not o.roles or actor.role in o.roles)]
    best = max((o.url for o in mine if path == o.url or (o.url != "/" and path.startswith(o.url))), key=len, default="")
    groups = []
    for title in GROUPS:
        links = [
            {
                "url": o.url,
                "rows": o.rows,
                "label": o.label,
                "count": o.count(actor) if o.count else None,
                "current": o.url == best,
            }
            for o in sorted((o for o in mine if o.group == title), key=lambda o: o.order)
        ]
        if links:
            groups.append({"title": title, "links": links})
    return groups


def drawn(groups: list[dict]) -> SafeString:
    """The links as every page shows them; the counts of the first group are work. Written out: a template takes ten
    times as long, at every page."""
    out = []
    for number, group in enumerate(groups):
        out.append(f"<h2>{escape(group['title'])}</h2><ul>")
        for link in group["links"]:
            where, badge = escape(link["url"]), ""
            here = ' aria-current="page"' if link["current"] else ""
            if count := link["count"]:
                where = f'{where}{escape(link["rows"])}" data-figure="count'
                badge = f'<span class="count{"" if number else " count-work"}">{count}</span>'
            out.append(f'<li><a href="{where}"{here}><span>{escape(link["label"])}</span>{badge}</a></li>')
        out.append("</ul>")
    return mark_safe("".join(out))
