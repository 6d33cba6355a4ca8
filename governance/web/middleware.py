"""Clean addresses in, actors on, refusals out as pages."""

from __future__ import annotations

from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.urls import reverse

from governance.basics import clock, limits
from governance.basics.refusal import Invalid, Refused
from governance.basics.text import BadText, is_storable
from governance.kernel import access, audit, state
from governance.people import factors
from governance.web import throttle, visitor
from governance.web.entry import refusal_page

HAT_KEY = "appointment"


class CleanAddressMiddleware:
    """NUL bytes and broken encodings in an address or form are a 400 here, never a 500 in a database driver."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_storable(request.path) or any(not is_storable(k + v) for k, vs in request.GET.lists() for v in vs):
            return HttpResponseBadRequest("地址里有不能识别的字符。", content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class ActorMiddleware:
    """`request.actor`: the person under the hat that he picked in the top bar; None without login or appointment."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = None
        if request.user.is_authenticated:
            request.actor = access.actor_for(
                request.user, request.session.get(HAT_KEY), hats=state.hats(request.user.pk, clock.today())
            )
            if request.actor and (first := _first(request)):
                return first
        return self.get_response(request)


def _first(request) -> HttpResponse | None:
    """What must be done before anything is shown or done: a password that somebody else knows is changed, a second
    factor that the person must have is enrolled."""
    if request.user.password_is_temporary:
        return _go_first(request, "governance:password", "请先登录网页，把临时密码改成自己的。")
    if factors.is_missing(request.user):
        return _go_first(request, "governance:factor", factors.FIRST)
    return None


def _go_first(request, page: str, sentence: str) -> HttpResponse | None:
    if request.path in (reverse(page), "/logout/") or request.path.startswith(settings.STATIC_URL):
        return None
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=403)
    return redirect(page)


class GateMiddleware:
    """Before anything is parsed: a body may be only so large, and whoever is not logged in may only post so often."""

    MOST, MOST_OF_STRANGERS = 32 * 1024 * 1024, limits.FORM_BYTES
    OWN_COUNT = ("/login/", "/login/code/", "/logout/")  # failed logins are counted for themselves

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("GET", "HEAD", "OPTIONS") or request.path in self.OWN_COUNT:
            most = self.MOST_OF_STRANGERS
        else:
            known = request.user.is_authenticated
            # Whoever was logged in a moment ago has a file in his form; only its name is kept.
            most = self.MOST if known or settings.SESSION_COOKIE_NAME in request.COOKIES else self.MOST_OF_STRANGERS
            if not known and "Authorization" not in request.headers:
                key = f"post:{visitor.address_of(request)}"
                try:
                    throttle.require(key, throttle.POSTS)
                except throttle.TooMany as refusal:
                    return refusal_page(request, refusal)
                throttle.count(key, throttle.POSTS)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > most:
            return refusal_page(request, Refused(f"提交的内容太大（上限 {most // 2**20} MB），没有保存。", status=413))
        return self.get_response(request)


class ReadingMiddleware:
    """What is taken out of the system as a file is recorded, by its verb or here: exports, workbooks, documents."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        before = audit.written.get()
        answer = self.get_response(request)
        taken = answer.get("Content-Disposition", "")
        if taken.startswith("attachment") and answer.status_code == 200 and audit.written.get() == before:
            name = unquote(taken.rpartition("filename*=")[2] or taken.rpartition("filename=")[2])
            visitor.note(request, "access.export", f"导出 {name.rpartition(chr(39))[2].strip(chr(34))}：{request.path}")
        return answer


class RefusalMiddleware:
    """A Refused that no view turned into a form becomes a page with its status and sentence."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return refusal_page(request, exception)
        if isinstance(exception, BadText):
            return refusal_page(request, Invalid(str(exception)))
        if isinstance(exception, RequestDataTooBig):
            return refusal_page(request, Refused(limits.TOO_LARGE, status=413))
        if isinstance(exception, TooManyFieldsSent | MultiPartParserError):
            return refusal_page(request, Refused("提交的表单残缺或字段过多，没有保存。", status=400))
        if isinstance(exception, SuspiciousOperation):
            return refusal_page(request, Refused("这个请求不合规范，没有处理。", status=400))
        return None
