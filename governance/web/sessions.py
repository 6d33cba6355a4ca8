"""Sessions: half an hour without a sign of life or twelve hours in all end one, and so does the loss of a role;
one sees one's own and ends them. What is posted into an ended one is kept (governance.web.kept).

A session's own row holds when it began and was last used, from where, and the appointments that it was opened under.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from governance.models import User
from governance.web import visitor

BEGAN, SEEN, HATS, FROM, AGENT = "began_at", "seen_at", "hats", "address", "agent"
QUIET = 60  # seconds that are not written down


class WatchMiddleware:
    """After ActorMiddleware: ends what is over, keeps what goes on, and lets nobody store a private answer but what
    governance.web.fresh lets the person's own browser keep; with the session that browser forgets it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and (why := _over(request)):
            visitor.note(request, "session.ended", f"登录结束：{why}")
            request.session.flush()
            request.user, request.actor = AnonymousUser(), None
        known = request.user.is_authenticated
        answer = self.get_response(request)
        if known or request.actor:  # a token's person is known only by now
            answer.headers.setdefault("Cache-Control", "private, no-store")
        held = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if held and held != request.session.session_key and not request.user.is_authenticated:
            answer.headers["Clear-Site-Data"] = '"cache"'  # logged out, timed out, or ended from elsewhere
        return answer

    def process_view(self, request, view, args, kwargs) -> None:
        """A sign of life; what the page asks for by itself is none."""
        asks_itself = getattr(view, "is_poll", False) and request.headers.get("HX-Request")
        if request.user.is_authenticated and not asks_itself:
            _keep(request)


def _hats(request: HttpRequest) -> list[int]:
    return sorted(hat.pk for hat in request.user.hats_in_force)


def _over(request: HttpRequest) -> str:
    """Why the session is over, "" where it goes on."""
    session, now = request.session, time.time()
    began = session.get(BEGAN, now)
    if now - session.get(SEEN, now) > settings.SESSION_IDLE_SECONDS:
        return f"{settings.SESSION_IDLE_SECONDS // 60} 分钟没有操作"
    if now - began > settings.SESSION_COOKIE_AGE:
        return f"已满 {settings.SESSION_COOKIE_AGE // 3600} 小时"
    if set(session.get(HATS, ())) - set(_hats(request)):
        return "任职有了变化"
    return ""


def _keep(request: HttpRequest) -> None:
    """Write down what is new: the beginning, a sign of life once a minute, a role gained."""
    session, now, hats = request.session, int(time.time()), _hats(request)
    if BEGAN not in session:
        session[BEGAN], session[FROM] = now, visitor.address_of(request)
        session[AGENT] = request.headers.get("User-Agent", "")[:200]
    if now - session.get(SEEN, 0) > QUIET:
        session[SEEN] = now
    if session.get(HATS) != hats:
        session[HATS] = hats


@dataclass(frozen=True)
class Login:
    """One open session as its owner sees it."""

    key: str
    began: dt.datetime | None
    seen: dt.datetime | None
    address: str
    agent: str
    is_this: bool


def name_of(session_key: str) -> str:
    """How a page names a session: nobody may take it over by that."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:20]


def logins_of(user: User, this: str | None = None) -> list[Login]:
    """The open sessions of a person, the last used first."""
    found = []
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = row.get_decoded()
        if data.get("_auth_user_id") != str(user.pk) or _long_idle(data):
            continue
        found.append(
            Login(
                name_of(row.session_key),
                _moment(data.get(BEGAN)),
                _moment(data.get(SEEN)),
                data.get(FROM, ""),
                browser_of(data.get(AGENT, "")),
                row.session_key == this,
            )
        )
    return sorted(found, key=lambda x: (x.is_this, x.seen or x.began or timezone.now()), reverse=True)


def _long_idle(data: dict) -> bool:
    return SEEN in data and time.time() - data[SEEN] > settings.SESSION_IDLE_SECONDS


def _moment(seconds: float | None) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds else None


def browser_of(agent: str) -> str:
    """A few words of a User-Agent."""
    names = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Windows": "Windows", "Android": "安卓", "iPhone": "iPhone", "Mac OS": "macOS", "Linux": "Linux"}
    browser = next((word for mark, word in names.items() if mark in agent), "其他程序")
    return " · ".join(filter(None, (browser, next((word for mark, word in systems.items() if mark in agent), ""))))
