"""Guessing and flooding are slowed down by person and by address; a large body is refused before it is read."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from governance.models import Tally
from governance.web import throttle

AT = {"REMOTE_ADDR": "10.2.0.7"}


def test_names_that_are_tried_one_after_the_other_from_one_address_are_slowed_down(cast):
    for n in range(throttle.LOGINS.most):
        assert Client(**AT).post("/login/", {"username": f"name{n}", "password": "x"}).status_code == 422
    right = {"username": "demo-finance", "password": "Guiyang-2006"}
    answer = Client(**AT).post("/login/", right)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15 * 60 + 1
    assert Client(REMOTE_ADDR="127.0.0.1").post("/login/", right).status_code == 302, "another address"
    Tally.objects.update(since=Tally.objects.first().since - dt.timedelta(minutes=16))
    assert Client(**AT).post("/login/", {"username": "x", "password": "x"}).status_code == 422, "the stretch is over"


def test_the_old_password_is_not_guessed(cast):
    client = cast.client("finance")
    form = {"new": "Shu-Lin-84!x", "again": "Shu-Lin-84!x"}
    for n in range(5):
        assert client.post("/governance/password/", form | {"old": f"x{n}"}).status_code == 422
    assert client.post("/governance/password/", form | {"old": "Guiyang-2006"}).status_code == 429


def test_tokens_are_not_guessed(cast):
    for n in range(throttle.TOKENS.most):
        assert Client(**AT).get("/api/v1/projects/", headers={"Authorization": f"Token {n}"}).status_code == 401
    answer = Client(**AT).get("/api/v1/projects/", headers={"Authorization": "Token x"})
    assert (answer.status_code, answer.json()["detail"][:2]) == (429, "令牌")
    assert int(answer["Retry-After"]) > 0


def test_strangers_post_only_so_often(cast, monkeypatch):
    monkeypatch.setattr(throttle, "POSTS", throttle.Limit(3, 5, "提交"))
    for _ in range(3):
        assert Client(**AT).post("/governance/notices/", {"x": "1"}).status_code == 302
    answer = Client(**AT).post("/governance/notices/", {"x": "1"})
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert cast.client("finance", **AT).post("/governance/notices/").status_code == 302, "who is known posts on"


@pytest.mark.parametrize("address", ["/governance/notices/", "/login/", "/api/v1/submissions/", "/nowhere/"])
def test_a_stranger_s_large_body_is_refused_unread_and_opens_no_session(db, address):
    answer = Client().post(address, b"x=1", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH="62914560")
    assert answer.status_code == 413
    assert not Session.objects.exists()


def test_nobody_posts_more_than_any_form_takes(cast):
    answer = cast.client("finance").post(
        "/budgets/import/", b"x=1", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH="62914560"
    )
    assert answer.status_code == 413
