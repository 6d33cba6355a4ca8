"""再输一次密码: a signature is an act of the person, not of an open browser.

The verb says that it signs (`@verb(…, signs=True)`, governance.kernel.verbs); whoever gave his password within the last
ten minutes goes on, anybody else is asked for it on a page that says what he is about to sign and carries what he
posted. The login counts.
"""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from governance.kernel import verbs
from governance.kernel.verbs import Unconfirmed
from governance.web import kept, throttle, visitor

KEY, FIELD, ASKED = "confirmed_at", "confirm_password", "confirm"
SECONDS = 600
WRONG = "密码不对，没有办理。"


def confirm(request: HttpRequest) -> None:
    """He has just given his password."""
    request.session[KEY] = int(time.time())
    verbs.confirmed.set(True)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the session's person gave his password lately."""
    return 0 <= time.time() - request.session.get(KEY, 0) < SECONDS


def check(request: HttpRequest) -> str:
    """Take the password of a POST: "" where it is right, else what to say. Refused 429 after too many."""
    throttle.require(f"password:{request.user.pk}", throttle.PASSWORDS)
    if request.user.check_password(request.POST.get(FIELD, "")[:200]):
        confirm(request)
        throttle.forget(f"password:{request.user.pk}")
        return ""
    throttle.count(f"password:{request.user.pk}", throttle.PASSWORDS)
    visitor.note(request, "session.unconfirmed", "签署前再输的密码不对", ok=False)
    return WRONG


class ConfirmationMiddleware:
    """Says to the verbs whether the password was given lately, and asks for it where one signs without."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = verbs.confirmed.set(request.user.is_authenticated and is_fresh(request))
        try:
            return self.get_response(request)
        finally:
            verbs.confirmed.reset(token)

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        """What is posted again with the password goes on, or is asked again. A page that came back at this address
        (refused, or looked at first) posts there without one: that is no attempt, its verb asks where it must."""
        if request.method != "POST" or ASKED not in request.GET or not request.user.is_authenticated:
            return None
        if FIELD not in request.POST:
            return None
        wrong = check(request)
        return ask(request, [], wrong) if wrong else None

    def process_exception(self, request, exception) -> HttpResponse | None:
        return ask(request, exception.sentences) if isinstance(exception, Unconfirmed) else None


def ask(request: HttpRequest, sentences: list[str], wrong: str = "") -> HttpResponse:
    """The page that asks: 403, nothing is done yet. A script gets the sentence alone."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.headers.get("HX-Request") or "application/json" in request.headers.get("Accept", ""):
        said = {"sentence": "签署、审定和记账前要再输一次密码：请打开“再输一次密码”，然后重做这一步。"}
        return render(request, "parts/refusal.html", said, status=403)
    hidden = ("csrfmiddlewaretoken", FIELD)
    fields = [(n, v) for n, values in request.POST.lists() for v in values if n not in hidden]
    query = request.GET.copy()
    query[ASKED] = "1"
    context = {
        "sentences": [s for s in sentences if s],
        "wrong": wrong,
        "fields": fields,
        "typed": [value for name, value in fields if name not in kept.MACHINERY and not kept.CODE.fullmatch(value)],
        "files": [f.name for _, several in request.FILES.lists() for f in several],
        "address": f"{request.path}?{query.urlencode()}",
        "back": back,
    }
    return render(request, "governance/confirm.html", context, status=403)
