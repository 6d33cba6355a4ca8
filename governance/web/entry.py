"""What every HTML view shares: who may enter, the form token, a refusal as a page.

    @page(Permission.SCREEN)
    def desk(request): ...

A view without a permission does not exist (tests/house walks every address).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Collection, Mapping

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from governance.basics import limits
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.basics.text import clean_text
from governance.kernel import access
from governance.kernel.once import once
from governance.web import kept
from governance.web.visitor import note_refusal

NO_APPOINTMENT = "您的账号目前没有任职，不能使用本系统；请联系安全管理员授予角色。"


def page(
    permission: Permission, *, methods: tuple[str, ...] = ("GET", "HEAD", "POST"), always_drawn: str = ""
) -> Callable:
    """Let in whoever holds the permission: 302 to the login without one, 403 for the wrong role.

    Reach (own, involved, assigned) is the queryset's matter: fetch through `visible_to(request.actor)`.
    `always_drawn` says what the page shows besides the database's rows of the day: it is never answered from before
    (governance.web.fresh), and no browser keeps it.
    """

    def decorate(view):
        @functools.wraps(view)
        def enter(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if request.method not in methods:
                return refusal_page(request, Refused("这个地址不接受这种请求。", status=405))
            if request.actor is None:
                if request.user.is_authenticated:
                    return refusal_page(request, Refused(NO_APPOINTMENT, status=403))
                kept.keep(request)
                return redirect_to_login(request.get_full_path())
            access.require(request.actor, permission)
            return view(request, *args, **kwargs)

        enter.permission, enter.always_drawn = permission, always_drawn
        return enter

    return decorate


def public(view):
    """A page that needs no login: the login itself, health."""
    view.is_public = True
    return view


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal as a page of its own, with blockers and who lifts them; for htmx only the sentence."""
    note_refusal(request, refusal)
    template = {404: "404.html", 403: "403.html", 413: "413.html"}.get(refusal.status, "409.html")
    if request.headers.get("HX-Request"):
        template = "parts/refusal.html"
    context = {"sentence": refusal.sentence, "refusal": refusal, "status": refusal.status}
    answer = render(request, template, context, status=refusal.status)
    if hasattr(refusal, "retry_after"):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def field(request: HttpRequest, name: str, *, limit: int = 2000, label: str = "") -> str:
    """A cleaned text field of a POST. Raises Invalid naming the field."""
    try:
        return clean_text(request.POST.get(name, ""), limit=limit, field=label or name)
    except ValueError as error:
        raise Invalid(str(error), fields={name: [str(error)]}) from None


def integer(value: str | None, *, name: str, low: int, high: int, default: int | None = None) -> int | None:
    """A whole number of an address or form; Invalid where it is none or outside low..high."""
    if value in (None, ""):
        return default
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise Invalid(f"“{text[:20]}”不是有效的{name}（{low}—{high}）。", fields={name: ["无效"]})
    return int(text)


def one_of(params: Mapping, name: str, allowed: Collection | None = None) -> str:
    """A word of an address, "" where it is left out; Invalid where it is none of `allowed`."""
    value = str(params.get(name, "")).strip()[:60]
    if value and allowed is not None and value not in allowed:
        raise Invalid(f"“{value}”不是可选的值。", fields={name: ["请从列出的各项中选择"]})
    return value


def looked_for(params: Mapping, name: str = "q") -> str:
    """What somebody looks for, at most 60 characters; Invalid where it cannot be text (NUL) or is no query any more."""
    try:
        return clean_text(params.get(name, ""), limit=200, field="查找内容")[:60].strip()
    except ValueError as error:
        raise Invalid(str(error), fields={name: [str(error)]}) from None


def found(queryset, **lookup):
    """The one row, or NotVisible (404 with the same body whether it is missing or hidden)."""
    row = queryset.filter(**lookup).first()
    if row is None:
        raise NotVisible()
    return row


def signed_version(request: HttpRequest) -> int:
    """The version that somebody signs. Refused (428) where the form names none: he may have seen anything."""
    if not request.POST.get("version"):
        raise Refused("这次提交没有写明所看的版本，不能签署；请刷新页面，看过现在的内容再提交。", status=428)
    return version(request)


def version(request: HttpRequest, default: int = 0) -> int:
    """The version that the posted form was read at, its hidden input; 0, which no row has, where it names none."""
    return integer(request.POST.get("version"), name="版本", low=1, high=10**8, default=default)


def day(request: HttpRequest, name: str, label: str) -> dt.date | None:
    """A day of a POST, None where it is left out; Invalid naming the field where it is no day."""
    value = request.POST.get(name, "")
    try:
        return dt.date.fromisoformat(value.strip()) if value else None
    except ValueError:
        sentence = f"{label}应写作 2008-02-20，您填的是“{value[:20]}”。"
        raise Invalid(sentence, fields={name: ["日期不对"]}) from None


def token(request: HttpRequest, about: str = "") -> str | None:
    """What governance.kernel.once keeps a post under: the form's own token and what was typed into it (or `about` it).
    A page may be shown twice with one token, kept by the browser or open in two windows: the same post twice is one,
    but other words are another."""
    key = request.POST.get("once")
    if not key or len(key) > 60:
        return key
    typed = [] if about else [(n, vs) for n, vs in request.POST.lists() if n not in ("once", "csrfmiddlewaretoken")]
    sent = [] if about else [(n, [(f.name, f.size) for f in fs]) for n, fs in request.FILES.lists()]
    return f"{key}.{hashlib.sha256(repr((about, sorted(typed), sorted(sent))).encode()).hexdigest()[:16]}"


def posted(request, verb: str, act: Callable, again: Callable | None = None, done: str = ""):
    """Do a POST once and go on to the address that `act` returns. Refused on its merits, the page comes `again(status,
    refusal=…, typed=…)` with the sentence and what was typed; without `again` the refusal is a page of its own."""
    try:
        with once(request.actor, verb, token(request)) as first:
            if first.address is None:
                first.address = act()
                if done:
                    messages.success(request, done)
    except Refused as refusal:
        if again is None or refusal.status in (403, 404):
            raise
        return again(refusal.status, refusal=refusal, typed=request.POST)
    return redirect(first.address)


def form_page(request, form, context: dict, act: Callable, *, template: str, done: str, address="", **about):
    """Show a form; on POST do its verb once and go on. A refusal keeps what was typed and says why (422, 409).

    `act` is the verb, done to `about` with the form's `values()` (its clean values, where it has no such word).
    The page goes on to `address`, or to what `address` makes of the verb's result; without one to the context's `back`.
    """
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with once(request.actor, act.event, token(request)) as first:
                    if first.address is None:
                        values = form.values() if hasattr(form, "values") else form.cleaned_data
                        result = act(by=request.actor, **about, **values)
                        first.address = address(result) if callable(address) else address or context["back"]
                messages.success(request, done)
                return redirect(first.address)
            except Refused as refused:
                if refused.status in (403, 404):
                    raise
                refusal, status = refused, refused.status
                _now_read(form, refused)
                for name, sentences in refused.fields.items():
                    for sentence in sentences:
                        form.add_error(name if name in form.fields else None, sentence)
    if status != 200:
        _to_the_first_error(form)
    return render(request, template, context | {"form": form, "refusal": refusal}, status=status)


def _to_the_first_error(form) -> None:
    """Whoever types goes on where the first mistake is, not at the top of the page."""
    first = next((f for f in form.visible_fields() if f.errors), None)
    if first is not None:
        first.field.widget.attrs["autofocus"] = True


def _now_read(form, refused: Refused) -> None:
    """Whoever was refused for an older version sees what is there now beside what was typed:
    his next post is about that."""
    if refused.current and "version" in refused.current and "version" in form.fields:
        form.data = form.data.copy()
        form.data["version"] = refused.current["version"]


def uploaded(upload, most: int = limits.UPLOAD_BYTES) -> dict:
    """`name` and `content` of an uploaded file, nothing where there is none; 413 where it is too large to be read."""
    if upload is None:
        return {}
    if upload.size > most:
        raise Refused(f"文件有 {upload.size / 1024 / 1024:.1f} MB，最多 {most // 1024 // 1024} MB。", status=413)
    return {"name": upload.name, "content": upload.read()}
