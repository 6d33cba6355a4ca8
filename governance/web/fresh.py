"""What has not changed is not drawn again: a page or answer of the API carries an ETag, and whoever asks with it for
the same again gets 304 for what every page asks first (session, user, appointments): no view, no template.

The tag is of everything that an answer is drawn from: the state of the database (governance.kernel.state), the business
day, who asks under which appointment, his session and his form token's secret, the address and the release. The state
is asked beside the appointments, before the view reads, so that what is written meanwhile is at worst drawn once more.
Rights come first: the session, its end and the appointments are looked at as for every page; the tag is a keyed digest
that nobody can make up.

Never answered from before: what shows more than that, which says so (`entry.page(…, always_drawn=…)`); what is told
once (messages), recorded when it is read, taken away as a file, streamed; what htmx asks for; whoever is not logged in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac

from governance.basics import clock, release
from governance.kernel import audit, state
from governance.web.sessions import SEEN

KEPT = "private, no-cache"  # the browser keeps it and asks each time
MESSAGES = "_messages"  # of django.contrib.messages' session storage


class Unchanged(Exception):
    """The API's 304 (or 412): raised once its own login and rights are known."""

    def __init__(self, answer: HttpResponse):
        super().__init__(answer.status_code)
        self.answer = answer


@dataclass(frozen=True)
class Offer:
    """The tag of an answer that may be kept, and what must not have moved while it was drawn."""

    tag: str
    secret: str
    written: int


class FreshMiddleware:
    """After WatchMiddleware, which ends sessions, and before whatever a page costs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.fresh = None
        answer = self.get_response(request)
        offer = request.fresh
        if offer and (answer.status_code == 304 or _may_be_kept(request, answer, offer)):
            answer.headers["ETag"], answer.headers["Cache-Control"] = offer.tag, KEPT
        return answer

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        permission = getattr(view, "permission", None)  # the API's views know theirs later
        if request.actor is None or permission is None or request.actor.scope(permission) is None:
            return None
        return None if getattr(view, "always_drawn", "") else unchanged(request)


def unchanged(request: HttpRequest, about: object = "") -> HttpResponse | None:
    """Offer to keep the answer to a GET; 304 where the asker has it (412 where he wants another). `about`: what else
    it hangs on."""
    session = request.session
    if request.method not in ("GET", "HEAD") or "HX-Request" in request.headers or session.get(MESSAGES):
        return None
    secret = request.META.get("CSRF_COOKIE") or ""
    drawn_from = (
        (release.digest(), state.of(request.user.hats_in_force[0]), clock.today(), clock.is_demonstration()),
        (request.actor, session.session_key, sorted((k, v) for k, v in session.items() if k != SEEN), secret, about),
        (request.scheme, request.get_host(), request.get_full_path()),
    )
    digest = salted_hmac("governance.web.fresh", repr(drawn_from), algorithm="sha256").hexdigest()
    request.fresh = Offer(f'W/"{digest[:32]}"', secret, audit.written.get())
    return get_conditional_response(request, etag=request.fresh.tag)


def _may_be_kept(request: HttpRequest, answer: HttpResponse, offer: Offer) -> bool:
    """Whether what was drawn is only what the tag says."""
    told = getattr(request, "_messages", None)
    return (
        answer.status_code == 200
        and not answer.streaming
        and not answer.has_header("Cache-Control")  # its view has decided
        and not answer.has_header("Content-Disposition")
        and (request.META.get("CSRF_COOKIE") or "") == offer.secret
        and audit.written.get() == offer.written  # read and recorded
        and not (told is not None and told.added_new)
    )
