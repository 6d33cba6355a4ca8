"""What was posted after the session had ended: kept while its author logs in again, then offered back.

    keep(request)       in place of losing the post; nothing for scripts, passwords or more than LIMIT characters
    held(request)       the Kept of this session, or None
    drop(request)       forget it

It lies in the anonymous session (a row of the database, at most SECONDS) and moves into the session that the login
opens. Nothing is carried out from here: the page shows what was typed, and the person posts it once more himself.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone

KEY = "kept"
LIMIT = 64 * 1024
SECONDS = 30 * 60
MACHINERY = {"once", "version", "shown", "next"}  # what a form carries and nobody types
CODE = re.compile(r"\s*[\w.,|:-]*\s*", re.ASCII)


@dataclass(frozen=True)
class Kept:
    """`fields` are (name, value) as posted, without the CSRF token; `files` the names of files that have to be chosen
    again."""

    address: str
    back: str
    fields: list[tuple[str, str]]
    files: list[str]
    at: str

    @property
    def typed(self) -> list[str]:
        """The texts that a person may want to see or copy; keys, numbers and ticks go back with the rest, unseen."""
        return [value for name, value in self.fields if name not in MACHINERY and not CODE.fullmatch(value)]


def keep(request: HttpRequest) -> None:
    """Put the post aside. The session is short until the login, and only a browser's own form is worth it."""
    accept = request.headers.get("Accept", "text/html")
    if request.method != "POST" or request.headers.get("HX-Request") or "text/html" not in accept:
        return
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
    ]
    if any("password" in name for name, _ in fields) or sum(len(n) + len(v) for n, v in fields) > LIMIT:
        return
    files = [f.name for _, several in request.FILES.lists() for f in several]
    back = urlsplit(request.headers.get("Referer", ""))
    here = back.netloc == request.get_host() and back.path.startswith("/") and not back.path.startswith("//")
    request.session[KEY] = {
        "address": request.get_full_path(),
        "back": (back.path + (f"?{back.query}" if back.query else "")) if here else "",
        "fields": fields,
        "files": files,
        "at": timezone.now().isoformat(),
    }
    request.session.set_expiry(SECONDS)


def held(request: HttpRequest) -> Kept | None:
    """What waits in this session; older than SECONDS it is forgotten."""
    raw = request.session.get(KEY)
    if raw is None:
        return None
    if timezone.now() - dt.datetime.fromisoformat(raw["at"]) > dt.timedelta(seconds=SECONDS):
        drop(request)
        return None
    return Kept(**raw | {"fields": [(name, value) for name, value in raw["fields"]]})


def drop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
