"""Sessions end by themselves, with the role, and by their owner; private answers are stored by nobody else."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from governance import actions
from governance.basics import clock
from governance.models import Appointment, AuditRow
from governance.web import sessions


def put_back(client, key, seconds):
    session = client.session
    session[key] = int(time.time()) - seconds
    session.save()


@pytest.mark.parametrize(
    ("key", "seconds", "status"),
    [
        (sessions.SEEN, 29 * 60, 200),
        (sessions.SEEN, 31 * 60, 302),
        (sessions.BEGAN, 11 * 3600, 200),
        (sessions.BEGAN, 12 * 3600 + 60, 302),
    ],
)
def test_a_session_ends_after_half_an_hour_at_rest_and_twelve_hours_in_all(cast, key, seconds, status):
    client = cast.client("finance")
    assert client.get("/governance/notices/").status_code == 200
    put_back(client, key, seconds)
    assert client.get("/governance/notices/").status_code == status
    assert AuditRow.objects.filter(event="session.ended").exists() is (status == 302)


def test_what_was_typed_into_an_idle_session_is_kept(cast):
    client = cast.client("finance")
    client.get("/governance/notices/")
    put_back(client, sessions.SEEN, 31 * 60)
    page = "/governance/notices/choices/"
    assert client.post(page, {"email": "打了很多字"})["Location"].startswith("/login/")
    client.post("/login/", {"username": "demo-finance", "password": "Guiyang-2006"})
    assert "打了很多字" in client.get("/governance/kept/").content.decode()


def test_what_the_page_asks_for_by_itself_is_no_sign_of_life(cast):
    client = cast.client("finance")
    client.get("/governance/notices/")
    for address, headers, is_life in (
        ("/governance/documents/progress/", {"HX-Request": "true"}, False),
        ("/governance/notices/", {}, True),
    ):
        put_back(client, sessions.SEEN, 20 * 60)
        client.get(address, headers=headers)
        assert (time.time() - client.session[sessions.SEEN] < 60) is is_life


def test_a_session_ends_with_a_role_and_goes_on_with_a_new_one(cast):
    client, other = cast.client("finance"), cast.client("ndrc")
    for each in (client, other):
        assert each.get("/governance/notices/").status_code == 200
    more = Appointment.objects.get(user=cast.user("expert"))
    actions.grant(
        by=cast.secadmin, user=cast.user("ndrc"), organisation=more.organisation, role="expert", from_day=clock.today()
    )
    row = Appointment.objects.get(user=cast.user("finance"))
    actions.end_appointment(by=cast.secadmin, appointment=row, last_day=clock.today() - dt.timedelta(days=1))
    assert client.get("/governance/notices/").status_code == 302
    assert other.get("/governance/notices/").status_code == 200


def test_one_sees_ones_logins_and_ends_them(cast):
    here, there, stranger = cast.client("finance"), cast.client("finance"), cast.client("ndrc")
    for each in (here, there, stranger):
        session = each.session
        del session[sessions.BEGAN]  # a login that begins now
        session.save()
        each.get("/governance/notices/", headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"})
    rows = here.get("/governance/logins/").context["logins"]
    assert [(r.is_this, r.agent) for r in rows] == [(True, "Firefox · Windows"), (False, "Firefox · Windows")]
    here.post("/governance/logins/", {"login": sessions.name_of(stranger.session.session_key)})
    assert stranger.get("/governance/notices/").status_code == 200
    here.post("/governance/logins/", {"login": rows[1].key})
    assert there.get("/governance/notices/").status_code == 302
    assert here.get("/governance/notices/").status_code == 200


def test_the_system_administrator_ends_somebodys_logins(cast):
    client, user = cast.client("finance"), cast.user("finance")
    client.get("/governance/notices/")
    assert cast.client("sysadmin").post(f"/governance/accounts/{user.pk}/", {"act": "logout"}).status_code == 302
    assert client.get("/governance/notices/").status_code == 302


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/", "no-cache"),
        ("/projects/P01/", "no-cache"),
        ("/api/v1/projects/", "no-cache"),
        ("/nowhere/", "no-store"),
        ("/budgets/2007/export/", "no-store"),
        ("/governance/tokens/", "no-store"),
        ("/governance/password/", "no-store"),
        ("/governance/kept/", "no-store"),
    ],
)
def test_private_answers_are_stored_nowhere_or_in_their_own_browser_that_asks_each_time(cast, address, kept):
    client = cast.client("reviewer")
    client.get("/governance/logins/")
    assert client.get(address)["Cache-Control"] == f"private, {kept}"
