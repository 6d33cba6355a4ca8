"""Where a request comes from, and what is written down of it without a verb: refused, locked out, read."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.http import HttpRequest

from governance.basics.refusal import Refused
from governance.kernel import audit


def address_of(request: HttpRequest) -> str:
    """The client's address behind the proxies that GUIYANG_PROXY_COUNT counts; "" where there is none."""
    return get_client_ip_address(request) or ""


def note(request: HttpRequest, event: str, sentence: str, *, ok: bool = True) -> None:
    """Record what somebody did outside every verb, with the address that he came from."""
    actor, user = getattr(request, "actor", None), getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    audit.note(
        event=event,
        sentence=f"{sentence}（来自 {address_of(request) or '本机'}）",
        by=actor,
        by_text=str(user) if known else "未登录",
        user_id=user.pk if known else None,
        ok=ok,
    )


def note_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Every 403 is recorded: a verb's with the verb, any other here."""
    if refusal.status == 403 and not refusal.event:
        note(request, "access.refused", f"{request.method} {request.path[:300]}：{refusal.sentence}", ok=False)


def locked_out(request: HttpRequest, username: str = "", **kwargs: object) -> None:
    """django-axes says that a name is locked at an address."""
    note(request, "session.locked", f"“{username[:60]}”连续输错口令，暂时锁定", ok=False)
