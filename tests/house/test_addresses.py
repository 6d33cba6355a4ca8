"""Every address says who may enter, and nobody enters otherwise."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from governance.basics.roles import Permission

SAMPLES = {
    "pk": 999_999,
    "code": "P01",
    "year": 2007,
    "reference": "SB2008-999",
    "slug": "8.3.2-3",
    "key": "plan-2006",
    "number": "SB2008-999",
    "clause": "8.3.2-3",
    "format": "json",
    "line": 1,
    "order": 1,
    "secret": "x" * 32,
}


def every_pattern(patterns=None, prefix=""):
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from every_pattern(entry.url_patterns, route)


PATTERNS = list(every_pattern())
PAGES = [(route, p) for route, p in PATTERNS if not route.startswith("api/")]
API = [(route, p) for route, p in PATTERNS if route.startswith("api/v1/")]


@pytest.mark.parametrize(("route", "pattern"), PAGES, ids=[route for route, _ in PAGES])
def test_every_page_names_its_permission_or_is_public(route, pattern):
    view = pattern.callback
    named = getattr(view, "permission", None)
    assert isinstance(named, Permission) or getattr(view, "is_public", False), f"{route} says nobody may enter"


@pytest.mark.parametrize(("route", "pattern"), API, ids=[route for route, _ in API])
def test_every_api_view_names_its_permission(route, pattern):
    assert isinstance(pattern.callback.cls.permission, Permission)


LINK = r"governance/^password/(?P<secret>[\w-]{20,60})/$"  # whoever sets his password by it is nobody yet
PUBLIC = {"login/", "login/code/", "logout/", "healthz", "readyz", "metrics", "robots.txt", "favicon.ico", LINK}


def test_only_login_logout_and_health_are_public():
    opened = {route for route, p in PAGES if getattr(p.callback, "is_public", False)}
    assert opened <= PUBLIC


@pytest.mark.parametrize("address", ["/", "/projects/", "/budgets/2007/", "/priorities/desk/", "/governance/plan/"])
def test_a_page_asked_for_without_login_leads_there_and_back(db, address):
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={address}")


def test_the_api_without_login_is_401(db):
    assert Client().get("/api/v1/projects/").status_code == 401
