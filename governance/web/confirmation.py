"""再输一次密码: a signature is an act of the person, not of an open browser.

The verb says that it signs (`@verb(…, signs=True)`, governance.kernel.verbs); whoever gave his password within the last
ten minutes goes on, anybody else is asked for it on a page that says what he is about to sign and carries what he
posted. The login counts. Whoever has a second factor is asked for a code instead.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from governance.basics.refusal import Refused
from governance.kernel import verbs
from governance.kernel.verbs import Unconfirmed
from governance.people import factors
from governance.web import kept, throttle, visitor
from governance.web.entry import refusal_page

KEY, HOW, FIELD, ASKED = "confirmed_at", "known_by", "confirm_password", "confirm"
SECONDS = 600
WRONG = "密码不对，没有办理。"
WRONG_CODE = "验证码不对或已经用过，没有办理；请输入手机上现在显示的六位数，或一个恢复码。"


@dataclass(frozen=True)
class Asked:
    """The words of the page that asks, for a password or for a code."""

    is_code: bool
    title: str
    what: str
    label: str


BY_PASSWORD = Asked(False, "再输一次密码", "密码", "您的密码")
BY_CODE = Asked(True, "再输一次验证码", "验证码", "动态验证码（手机不在手边时用一个恢复码）")


def asked_of(request: HttpRequest) -> Asked:
    """What the session's person is asked for."""
    return BY_CODE if factors.has(request.user) else BY_PASSWORD


def confirm(request: HttpRequest, how: str = factors.PASSWORD) -> None:
    """He has just given his password, or a code."""
    request.session[KEY], request.session[HOW] = int(time.time()), how
    verbs.confirmed.set(True)
    verbs.known_by.set(how)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the session's person gave his password lately."""
    return 0 <= time.time() - request.session.get(KEY, 0) < SECONDS


def check(request: HttpRequest) -> str:
    """Take the password or code of a POST: "" where it is right, else what to say. Refused 429 after too many."""
    given = request.POST.get(FIELD, "")[:200]
    if factors.has(request.user):
        how = spend(request, request.user, given)
        if how:
            confirm(request, how)
        return "" if how else WRONG_CODE
    throttle.require(f"password:{request.user.pk}", throttle.PASSWORDS)
    if request.user.check_password(given):
        confirm(request)
        throttle.forget(f"password:{request.user.pk}")
        return ""
    throttle.count(f"password:{request.user.pk}", throttle.PASSWORDS)
    visitor.note(request, "session.unconfirmed", "签署前再输的密码不对", ok=False)
    return WRONG


def spend(request: HttpRequest, user, code: str) -> str:
    """How the person is known by a code, "" where it is wrong. Refused 429 after too many, of him or of the address."""
    limits = ((f"code:{user.pk}", throttle.CODES), (f"login:{visitor.address_of(request)}", throttle.LOGINS))
    for key, limit in limits:
        throttle.require(key, limit)
    if how := factors.spend(user, code):
        throttle.forget(f"code:{user.pk}")
        return how
    for key, limit in limits:
        throttle.count(key, limit)
    visitor.note(request, "session.wrong_code", f"{user}的动态验证码不对", ok=False)
    return ""


class ConfirmationMiddleware:
    """Says to the verbs whether the password was given lately, and asks for it where one signs without."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        known = request.user.is_authenticated
        fresh = verbs.confirmed.set(known and is_fresh(request))
        how = verbs.known_by.set(request.session.get(HOW, factors.PASSWORD) if known else "")
        try:
            return self.get_response(request)
        finally:
            verbs.confirmed.reset(fresh)
            verbs.known_by.reset(how)

    def process_view(self, request, view, args, kwargs) -> HttpResponse | None:
        """What is posted again with the password goes on, or is asked again. A page that came back at this address
        (refused, or looked at first) posts there without one: that is no attempt, its verb asks where it must."""
        if request.method != "POST" or ASKED not in request.GET or not request.user.is_authenticated:
            return None
        if FIELD not in request.POST:
            return None
        try:
            wrong = check(request)
        except Refused as refusal:  # no exception of process_view comes to process_exception
            return refusal_page(request, refusal)
        return ask(request, [], wrong) if wrong else None

    def process_exception(self, request, exception) -> HttpResponse | None:
        return ask(request, exception.sentences) if isinstance(exception, Unconfirmed) else None


def ask(request: HttpRequest, sentences: list[str], wrong: str = "") -> HttpResponse:
    """The page that asks: 403, nothing is done yet. A script gets the sentence alone."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.headers.get("HX-Request") or "application/json" in request.headers.get("Accept", ""):
        asked = asked_of(request)
        said = {"sentence": f"签署、审定和记账前要再输一次{asked.what}：请打开“{asked.title}”，然后重做这一步。"}
        return render(request, "parts/refusal.html", said, status=403)
    hidden = ("csrfmiddlewaretoken", FIELD)
    fields = [(n, v) for n, values in request.POST.lists() for v in values if n not in hidden]
    query = request.GET.copy()
    query[ASKED] = "1"
    context = {
        "sentences": [s for s in sentences if s],
        "wrong": wrong,
        "asked": asked_of(request),
        "fields": fields,
        "typed": [value for name, value in fields if name not in kept.MACHINERY and not kept.CODE.fullmatch(value)],
        "files": [f.name for _, several in request.FILES.lists() for f in several],
        "address": f"{request.path}?{query.urlencode()}",
        "back": back,
    }
    return render(request, "governance/confirm.html", context, status=403)
