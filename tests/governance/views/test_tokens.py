"""Tokens of the API: named, for so long and so much, used and taken back."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from governance.basics import clock
from governance.models import ApiToken, AuditRow

PAGE = "/governance/tokens/"


def made(client, **more) -> str:
    answer = client.post(PAGE, {"name": "取数", "days": "30"} | more)
    return re.search(r'<code class="digest">([\w-]+)</code>', answer.content.decode())[1]


def get(token: str, address="/api/v1/projects/", method="get"):
    return getattr(Client(), method)(address, headers={"Authorization": f"Token {token}"})


def test_a_token_is_made_shown_once_used_and_taken_back(cast):
    client = cast.client("reviewer")
    token = made(client)
    row = ApiToken.objects.get()
    assert (row.name, row.can_write) == ("取数", False)
    assert row.expires_at - clock.now() < dt.timedelta(days=30, minutes=1)
    assert get(token).status_code == 200
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert token not in client.get(PAGE).content.decode()
    assert cast.client("finance").post(PAGE, {"revoke": row.pk}).status_code == 404, "another's"
    assert client.post(PAGE, {"revoke": row.pk}).status_code == 302
    assert get(token).status_code == 401
    assert set(AuditRow.objects.filter(event__startswith="governance.token").values_list("event", flat=True)) == {
        "governance.token.issue",
        "governance.token.revoke",
    }


def test_a_reading_token_does_not_write_and_a_narrow_one_reads_nothing_else(cast):
    client = cast.client("health_cio")
    reading = made(client)
    assert get(reading, "/api/v1/submissions/", "post").status_code == 403
    writing = made(client, name="填报", can_write="on")
    assert get(writing, "/api/v1/submissions/", "post").status_code in (400, 415)
    narrow = made(client, name="窄", resources="projects")
    assert get(narrow).status_code == 200
    for other in ("submissions", "clauses", "documents"):
        assert get(narrow, f"/api/v1/{other}/").status_code == 403, other


def test_a_token_ends_by_its_day(cast):
    token = made(cast.client("reviewer"))
    ApiToken.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert get(token).status_code == 401


@pytest.mark.parametrize("more", [{"days": "91"}, {"days": "0"}, {"name": " "}, {"resources": "secrets"}])
def test_a_token_that_cannot_be_is_422(cast, more):
    client = cast.client("reviewer")
    assert client.post(PAGE, {"name": "取数", "days": "30"} | more).status_code == 422
    assert not ApiToken.objects.exists()
