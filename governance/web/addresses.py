"""Pages of higher floors that lower ones link to: the higher floor offers the name of its address,
the lower asks for it.

addresses.offer("criterion", "priorities:criterion")  # in AppConfig.ready()
"""

from __future__ import annotations

from django.urls import reverse

_names: dict[str, str] = {}
resources: list[str] = []  # the names under /api/v1/, put in by its root (guiyang_egov.api)


def offer(page: str, url_name: str) -> None:
    """`url_name` as `reverse` takes it; its arguments are what the asking side passes to `of`, in order."""
    _names[page] = url_name


def of(page: str, *args) -> str:
    """KeyError: no floor offers such a page."""
    return reverse(_names[page], args=args)
