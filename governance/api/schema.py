"""How the API describes itself: OpenAPI with every error that an operation may answer."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema names the token."""

    target_class = "governance.api.manners.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token …"}


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema names the browser's session."""

    target_class = "governance.api.manners.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class Schema(AutoSchema):
    """Every operation documents the errors that it may answer with."""

    def get_responses_for_error(self):
        return {}

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        error = {"type": "object", "additionalProperties": {}}
        texts = {
            "400": "请求有误",
            "401": "未登录",
            "403": "无权",
            "404": "没有或不可见",
            "409": "状态或版本不符",
            "413": "太大",
            "415": "不支持的内容类型",
            "428": "没有写明所看的版本",
            "429": "试得太多",
        }
        codes = ["400", "401", "403", "404", "429"]
        if self.method not in ("GET", "HEAD"):
            codes += ["409", "413", "415", "428"]
        for code in codes:
            bodies.setdefault(code, {"content": {"application/json": {"schema": error}}, "description": texts[code]})
        return bodies
