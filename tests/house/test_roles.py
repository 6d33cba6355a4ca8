"""Fifteen roles, every page: who may read what stands in GRANTS and nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from governance.basics.refusal import Refused
from governance.basics.roles import GRANTS, Permission, Role, scope_of
from tests.conftest import NAMES
from tests.house.links import dead_links
from tests.house.test_addresses import PAGES
from tests.house.walk import pages

# Addresses that a browser asks for, but whose record the walk does not hold:
# attachments and documents have their own tests.
ELSEWHERE = {
    "documents/<uuid:pk>/",
    "attachments/<int:pk>/",
    "reports/<int:pk>/",
    "visits/<int:pk>/file/",
    "texts/<int:pk>/",
    "scans/<int:pk>/",
    # Records that the story has none of; their own tests ask for these pages.
    "progress/calls/<int:pk>/withdraw/",
    "gates/<int:pk>/withdraw/",
    "contracts/<int:pk>/void/",
    "budgets/papers/<int:pk>/",
    "budgets/revenue/<int:pk>/file/",
    "security/syncs/<int:pk>/withdraw/",
    "milestones/<int:pk>/drop/",
}


def somebody(offices, role: Role) -> str:
    """The name in the cast of whoever holds the role."""
    return next(name for name in NAMES if getattr(offices, name).role is role)


@pytest.mark.parametrize("role", Role)
def test_a_role_reads_what_grants_say(offices, role):
    name = somebody(offices, role)
    client, actor = offices.client(name), getattr(offices, name)
    wrong = {}
    for page in pages():
        status = client.get(page.address).status_code
        if status != page.status(actor):
            wrong[page.address] = (status, page.status(actor))
    assert wrong == {}, "address: (answered, as GRANTS says)"


def test_the_cast_holds_every_role(offices):
    assert {getattr(offices, name).role for name in NAMES} == set(Role)


def test_every_address_is_walked_or_takes_post_alone(offices):
    walked = {resolve(page.address.partition("?")[0]).func for page in pages()}
    silent = []
    for route, pattern in PAGES:
        if (
            pattern.callback in walked
            or getattr(pattern.callback, "is_public", False)
            or route.endswith(tuple(ELSEWHERE))
        ):
            continue
        if not _takes_post_alone(offices, pattern):
            silent.append(route)
    assert silent == []


def _takes_post_alone(offices, pattern) -> bool:
    """Whether a GET by somebody who holds the permission is 405."""
    name = next(n for n in NAMES if getattr(offices, n).scope(pattern.callback.permission))
    request = RequestFactory().get("/")
    request.user, request.actor, request.session = offices.user(name), getattr(offices, name), {}
    try:
        return pattern.callback(request, **dict.fromkeys(pattern.pattern.regex.groupindex, "1")).status_code == 405
    except Refused:
        return False


BUSINESS = "SB2008- P01 万元 申报 概算 会签 预算 规则集 判据".split()


@pytest.mark.parametrize("role", [role for role in Role if scope_of(role, Permission.READ_REGISTER) is None])
def test_whoever_does_not_read_the_register_sees_no_business(offices, role):
    client = offices.client(somebody(offices, role))
    seen = {}
    for page in pages():
        answer = client.get(page.address)
        if answer.status_code == 200:
            text = answer.content.decode().partition("<main")[2]
            seen |= {(page.address, word): text for word in BUSINESS if word in text}
    assert sorted(seen) == []


@pytest.mark.parametrize("role", Role)
def test_no_role_without_the_register_is_shown_it_on_the_home_page(offices, role, monkeypatch):
    """Whatever else the role holds: the right to read the register is taken from it, and from it alone."""
    monkeypatch.setitem(GRANTS, role, {p: s for p, s in GRANTS[role].items() if p != Permission.READ_REGISTER})
    name = somebody(offices, role)
    answer = offices.client(name).get("/")
    assert answer.status_code == pages()[0].status(getattr(offices, name)) != 200
    assert "P01" not in answer.content.decode()


@pytest.mark.parametrize("page", ["/projects/P01/", "/priorities/desk/", "/budgets/2007/", "/governance/audit/"])
def test_nobody_reads_without_login(db, page):
    answer = Client().get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={page}")


@pytest.mark.parametrize("name", ["health_cio", "expert"])
def test_a_link_leads_only_where_its_reader_may_go(offices, name):
    assert dead_links(offices.client(name)) == {}
