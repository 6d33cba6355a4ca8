"""What every view of the API shares: authentication, rights, strict parsing and filters, errors as sentences, pages."""

from __future__ import annotations

import datetime as dt
import json
import math

from django.http import Http404
from django_filters import rest_framework as filters
from rest_framework import authentication, exceptions, negotiation, pagination, parsers, permissions, status
from rest_framework.response import Response

from governance.basics import clock
from governance.basics.refusal import NotVisible, Refused, WrongRole, of_full_disk
from governance.basics.text import is_storable
from governance.kernel import access, state
from governance.kernel.verbs import Unconfirmed
from governance.models import ApiToken
from governance.people import factors
from governance.web import fresh, throttle, visitor
from governance.web.visitor import note_refusal

MAX_BODY = 2 * 1024 * 1024
MAX_DEPTH = 50


class TokenAuthentication(authentication.BaseAuthentication):
    """Header `Authorization: Token …`; only its sha256 is stored."""

    def authenticate(self, request):
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "token":
            return None
        address = visitor.address_of(request._request)
        throttle.require(f"token:{address}", throttle.TOKENS)
        tokens = ApiToken.objects.select_related("user").filter(expires_at__gt=clock.now(), user__is_active=True)
        found = tokens.filter(digest=ApiToken.digest_of(token.strip())).first()
        if found is None:
            throttle.count(f"token:{address}", throttle.TOKENS)
            raise exceptions.AuthenticationFailed("令牌无效、已到期，或账号已停用。")
        if factors.is_missing(found.user):
            raise exceptions.AuthenticationFailed(factors.FIRST)
        _used(found, address)
        request._request.actor = access.actor_for(found.user, hats=state.hats(found.user_id, clock.today()))
        return found.user, found

    def authenticate_header(self, request):
        return "Token"


def _used(token: ApiToken, address: str) -> None:
    """When and from where a token was last used, to the minute."""
    now = clock.now()
    if token.last_used_at is None or now - token.last_used_at > dt.timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_address=address)


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with CSRF."""

    def authenticate_header(self, request):
        return "Token"


class Open(permissions.BasePermission):
    """No login needed: the schema."""

    def has_permission(self, request, view):
        return True


class Granted(permissions.BasePermission):
    """A view names its permission (`permission`, or `write_permission` for unsafe methods); none named:
    nobody enters. Whoever may enter and has the answer already gets 304 (governance.web.fresh)."""

    def has_permission(self, request, view):
        actor = getattr(request._request, "actor", None)
        if not request.user or not request.user.is_authenticated:
            return False
        name = view.permission
        if request.method not in permissions.SAFE_METHODS:
            name = getattr(view, "write_permission", None) or name
        access.require(actor, name)
        if isinstance(request.auth, ApiToken):
            _within(request.auth, getattr(view, "basename", ""), request.method)
        if answer := fresh.unchanged(request._request, request.auth and request.auth.pk):
            raise fresh.Unchanged(answer)
        return True


def _within(token: ApiToken, resource: str, method: str) -> None:
    """WrongRole where the token does not reach: it only reads, or is of other resources."""
    if method not in permissions.SAFE_METHODS and not token.can_write:
        raise WrongRole(f"令牌“{token.name}”只能读；要写请另办读写的令牌。")
    if token.resources and resource not in token.resources:
        raise WrongRole(f"令牌“{token.name}”只用于 {'、'.join(token.resources)}。")


class StrictJSONParser(parsers.JSONParser):
    """JSON that has one reading: bounded depth and size, no NaN, no duplicate keys, no broken text."""

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise TooLarge()
        try:
            text = raw.decode("utf-8-sig")
            _check_depth(text)
            data = json.loads(
                text,
                parse_constant=_no_constant,
                object_pairs_hook=_unique,
                parse_int=_bounded_int,
                parse_float=_finite_float,
            )
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(f"请求体不是有效的 JSON：{error}") from None
        _check_text(data)
        return data


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "请求体太大，上限 2 MB。"


def _no_constant(name):
    raise ValueError(f"不接受 {name}")


def _bounded_int(text):
    if len(text) > 20:
        raise ValueError("整数太长")
    return int(text)


def _finite_float(text):
    value = float(text) if len(text) <= 40 else math.inf
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} 不是能记的数")
    return value


def _unique(pairs):
    keys = [k for k, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("同一对象里有重复的键")
    return dict(pairs)


def _check_depth(text: str) -> None:
    depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"嵌套超过 {MAX_DEPTH} 层")
        elif char in "]}":
            depth -= 1


def _check_text(value) -> None:
    """NUL and lone surrogates are refused here; databases disagree about them."""
    if isinstance(value, str):
        if not is_storable(value):
            raise exceptions.ParseError("文字里有不能保存的字符（空字符或残缺的编码）。")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)


class JsonOnly(negotiation.BaseContentNegotiation):
    """JSON, whatever is asked for; `?format=` is a filter where documents are listed, not a renderer."""

    def select_parser(self, request, parsers):
        return negotiation.DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class Pages(pagination.PageNumberPagination):
    """`?page=`, `?page_size=` (≤ 500)."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset, request, view=None):
        for name, most in (("page", 10**6), ("page_size", self.max_page_size)):
            value = request.query_params.get(name)
            if value is not None and not (value.isascii() and value.isdigit() and 1 <= int(value[:8]) <= most):
                raise exceptions.ValidationError({name: [f"应为 1—{most} 的整数。"]})
        return super().paginate_queryset(queryset, request, view)


class StrictFilterBackend(filters.DjangoFilterBackend):
    """An unknown filter or value is 400, not everything."""

    ALLOWED = {"page", "page_size", "format"}

    def filter_queryset(self, request, queryset, view):
        filterset = self.get_filterset(request, queryset, view)
        known = set(filterset.filters) if filterset else set()
        for name, values in request.query_params.lists():
            if name == "format" and name not in known and values != ["json"]:
                raise exceptions.ValidationError({name: ["这里只有 json。"]})
            if name not in known | self.ALLOWED:
                names = "、".join(sorted(known)) or "（无）"
                raise exceptions.ValidationError({name: [f"没有这个筛选条件。可用：{names}。"]})
            if len(values) > 1:
                raise exceptions.ValidationError({name: ["同一个筛选条件只能给一次。"]})
            if not values[0].strip() and name != "search":
                raise exceptions.ValidationError({name: ["没有给出值；不筛选就不要写这个条件。"]})
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise exceptions.ValidationError(dict(filterset.errors))
        return filterset.qs


class Invisible:
    """What may not be seen is 404 with the same body as what does not exist, a malformed key included."""

    def get_object(self):
        try:
            return super().get_object()
        except (Http404, ValueError):
            raise NotVisible() from None


def explain(exception, context):
    """Refusals and errors as `{"detail"}` or `{field: [sentence]}`; a form's 422 is the API's 400."""
    if isinstance(exception, fresh.Unchanged):
        return exception.answer
    exception = of_full_disk(exception) or exception
    request = context["request"]._request
    if isinstance(exception, Unconfirmed):
        exception = Refused(
            "签署、审定和记账要本人登录，并在十分钟之内输过密码或动态验证码；令牌不能签署。", status=403
        )
    if isinstance(exception, exceptions.PermissionDenied):
        note_refusal(request, Refused(str(exception.detail), status=403))
    if isinstance(exception, Refused):
        note_refusal(request, exception)
        code = {422: 400}.get(exception.status, exception.status)
        body: dict = {field: list(sentences) for field, sentences in exception.fields.items()}
        if not body:
            body = {"detail": exception.sentence}
            if exception.blockers:
                body["blockers"] = [{"sentence": s, "who": w} for s, w in exception.blockers]
            if exception.current is not None:
                body["current"] = exception.current
        waits = {"Retry-After": str(exception.retry_after)} if hasattr(exception, "retry_after") else None
        return Response(body, status=code, headers=waits)
    from rest_framework.views import exception_handler  # DRF loads this module for its own defaults

    return exception_handler(exception, context)
