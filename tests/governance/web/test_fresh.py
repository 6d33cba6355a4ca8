"""Who has a page already gets 304, cheaply; nobody gets what his rights, his session or the day no longer give."""

from __future__ import annotations

import datetime as dt
import re

from django.db import connection
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext

from governance import actions
from governance.basics import clock, release, roles
from governance.kernel import state
from governance.models import ApiToken, Appointment, AuditRow, Notice
from governance.notices import inbox
from governance.web import entry, sessions
from tests.conftest import log_in

PAGE, LIST = "/governance/notices/", "/api/v1/projects/"


def ask(client: Client, tag: str = "", address: str = PAGE, **headers):
    return client.get(address, headers=({"If-None-Match": tag} if tag else {}) | headers)


def tag_of(client: Client, address: str = PAGE, **headers) -> str:
    """The tag under which a browser keeps a page; its first page gave it the form secret."""
    client.get("/governance/logins/")
    answer = ask(client, address=address, **headers)
    assert answer.status_code == 200
    return answer["ETag"]


def test_a_page_that_has_not_changed_is_304_without_view_or_template(cast):
    client = cast.client("reviewer")
    tag, seen = tag_of(client), []
    template_rendered.connect(lambda **found: seen.append(found["template"].name), weak=False, dispatch_uid="seen")
    try:
        with CaptureQueriesContext(connection) as spared:
            answer = ask(client, tag)
    finally:
        template_rendered.disconnect(dispatch_uid="seen")
    with CaptureQueriesContext(connection) as bare:
        assert client.get("/favicon.ico").status_code == 302
    assert (answer.status_code, answer.content, answer["ETag"], seen) == (304, b"", tag, [])
    assert answer["Cache-Control"] == "private, no-cache"
    assert len(spared) == len(bare) == 3, "session, user, appointments and beside them the state"
    assert ask(client, f'"other", {tag}').status_code == 304
    assert client.head(PAGE, headers={"If-None-Match": tag}).status_code == 304
    assert ask(client, '"other"').status_code == 200


def test_a_notice_read_a_day_gone_by_and_another_address_are_drawn(cast):
    client, address = cast.client("reviewer"), f"{PAGE}?unread=1"
    actions.grant(
        by=cast.secadmin,
        user=cast.user("reviewer"),
        organisation=Appointment.objects.get(user=cast.user("expert")).organisation,
        role="expert",
        from_day=clock.today(),
    )
    Notice.objects.create(key="one", sentence="一件事", user=cast.user("reviewer"))
    client.get("/governance/logins/")  # the session learns of the new appointment
    tag = tag_of(client, address)
    actions.mark_read(by=cast.reviewer)
    answer = ask(client, tag, address)
    assert (answer.status_code, "一件事" in answer.content.decode()) == (200, False)
    tag = tag_of(client)
    assert ask(client, tag, f"{PAGE}?page=1").status_code == 200
    with clock.at(clock.today() + dt.timedelta(days=1)):
        assert ask(client, tag).status_code == 200
    assert ask(client, tag).status_code == 304
    assert client.post("/governance/hat/", {"appointment": Appointment.objects.latest("pk").pk}).status_code == 302
    answer = ask(client, tag)
    assert (answer.status_code, "专家" in answer.content.decode()) == (200, True)


def test_what_the_rights_no_longer_give_is_refused(cast, monkeypatch):
    client = cast.client("finance")
    tag = tag_of(client, "/budgets/2007/")
    monkeypatch.setitem(roles.GRANTS, cast.finance.role, {roles.Permission.USE: roles.Scope.CITY})
    assert ask(client, tag, "/budgets/2007/").status_code == 403
    monkeypatch.undo()
    assert ask(client, tag, "/budgets/2007/").status_code == 200, "the refusal stands in the trail"
    row, tag = Appointment.objects.get(user=cast.user("finance")), tag_of(client, "/budgets/2007/")
    Appointment.objects.filter(pk=row.pk).update(to_day=clock.today() - dt.timedelta(days=1))  # behind every verb
    answer = ask(client, tag, "/budgets/2007/")
    assert (answer.status_code, answer["Location"][:7]) == (302, "/login/")


def test_an_ended_session_and_another_person_get_nothing_that_was_kept(cast):
    client = cast.client("reviewer")
    tag = tag_of(client)
    out = client.post("/logout/")
    assert out["Clear-Site-Data"] == '"cache"'
    assert ask(client, tag).status_code == 302
    for name in ("finance", "reviewer"):  # in the same browser; the last the same person
        log_in(client, cast.user(name))
        assert ask(client, tag).status_code == 200, name
    session = client.session
    session[sessions.SEEN] -= 31 * 60
    session.save()
    answer = ask(client, tag_of(cast.client("reviewer")))
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache"')
    assert "Clear-Site-Data" not in ask(client), "once"


def test_a_session_that_was_ended_elsewhere_empties_the_browser_and_keeps_what_was_typed(cast):
    for typed in (None, {"email": "打了很多字"}):
        client = cast.client("finance")
        tag = tag_of(client)
        actions.end_logins(by=cast.sysadmin, user=cast.user("finance"))
        answer = client.post("/governance/notices/choices/", typed) if typed else ask(client, tag)
        assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache"')
    assert client.session["kept"]["fields"] == [["email", "打了很多字"]]
    assert "Clear-Site-Data" not in client.get("/login/")
    entered = client.post("/login/", {"username": "demo-finance", "password": "Guiyang-2006"})
    assert (entered.status_code, "Clear-Site-Data" in entered) == (302, False)


def test_a_page_with_a_message_is_kept_by_nobody(cast):
    client = cast.client("finance")
    tag = tag_of(client)
    address = "/governance/notices/choices/"
    chosen = dict.fromkeys(inbox.TOPICS, "none")
    assert client.post(address, chosen | {"email": ""}).status_code == 302
    answer = ask(client, tag)
    assert (answer.status_code, answer.get("ETag"), "no-store" in answer["Cache-Control"]) == (200, None, True)
    assert "已保存" in answer.content.decode()
    assert "已保存" not in ask(client).content.decode()


def test_what_htmx_asks_for_what_is_recorded_and_files_are_kept_by_nobody(cast):
    client, admin = cast.client("reviewer"), cast.client("sysadmin")
    client.get("/governance/logins/")
    for who, address, headers in (
        (client, "/projects/P01/?part=cases", {"HX-Request": "true"}),
        (client, "/budgets/2007/export/", {}),
        (client, "/nowhere/", {}),
        (admin, f"/governance/accounts/{cast.user('finance').pk}/", {}),
    ):
        answer = ask(who, address=address, **headers)
        assert ("ETag" in answer, "no-store" in answer["Cache-Control"]) == (False, True), address


def test_a_first_page_whose_form_secret_is_new_is_kept_by_nobody(cast):
    client = cast.client("reviewer")
    assert "ETag" not in ask(client)
    assert "ETag" in ask(client)


def test_the_tag_is_of_the_release(cast, monkeypatch):
    client = cast.client("reviewer")
    tag = tag_of(client)
    monkeypatch.setattr(release, "digest", lambda: "another")
    assert ask(client, tag).status_code == 200


def test_what_was_written_while_a_page_was_drawn_draws_it_once_more(cast, monkeypatch):
    client = cast.client("reviewer")
    tag_of(client)
    read = inbox.for_actor

    def meanwhile(actor):
        monkeypatch.setattr(inbox, "for_actor", read)
        state.move()
        return read(actor)

    monkeypatch.setattr(inbox, "for_actor", meanwhile)
    assert ask(client, ask(client)["ETag"]).status_code == 200


# The API


def test_the_api_answers_304_to_a_token_too_and_to_nobody_else_s_tag(cast):
    def by(name: str) -> dict[str, str]:
        return {"Authorization": f"Token {ApiToken.issue(cast.user(name))}"}

    client, one, other = Client(), by("reviewer"), by("finance")
    first = ask(client, address=LIST, **one)
    again = ask(client, first["ETag"], LIST, **one)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], "private, no-cache")
    assert ask(client, first["ETag"], LIST, **other).status_code == 200
    assert ask(client, first["ETag"], f"{LIST}?page_size=1", **one).status_code == 200
    assert ask(client, first["ETag"], LIST).status_code == 401
    mine = client.get(LIST, headers=one | {"If-Match": '"another"'})
    assert mine.status_code == 412, "RFC 9110: he wants that one and no other"
    ApiToken.objects.filter(user=cast.user("reviewer")).delete()
    assert ask(client, first["ETag"], LIST, **one).status_code == 401


def test_the_api_s_unknown_addresses_and_refusals_carry_no_tag(cast):
    client = cast.client("secadmin")
    tag = tag_of(cast.client("reviewer"), LIST)
    for address, status in (("/api/v1/nothing/", 404), (LIST, 403)):
        answer = ask(client, tag, address)
        assert (answer.status_code, "ETag" in answer) == (status, False)


# A form's token stands in a page that may be shown twice.


def test_one_showing_posted_twice_is_once_and_other_words_are_another(cast):
    client, address = cast.client("secadmin"), "/governance/roles/"
    organisation = Appointment.objects.get(user=cast.user("expert")).organisation
    form = {
        "user": cast.user("finance").pk,
        "organisation": organisation.pk,
        "role": "expert",
        "manner": "正式",
        "from_day": "2007-08-20",
        "once": "a" * 32,
    }
    before = Appointment.objects.count()
    for _ in range(2):
        assert client.post(address, form).status_code == 302
    assert Appointment.objects.count() == before + 1
    assert client.post(address, form | {"user": cast.user("ndrc").pk}).status_code == 302
    assert Appointment.objects.count() == before + 2
    assert AuditRow.objects.filter(event="governance.appointment.grant").count() == 2


def test_a_token_is_bound_to_what_was_typed(rf):
    def token(**more):
        return entry.token(
            rf.post("/", {"once": "k", "text": "甲", "csrfmiddlewaretoken": more.pop("csrf", "x")} | more)
        )

    assert token() == token(csrf="y") != token(text="乙")
    assert re.fullmatch(r"k\.[0-9a-f]{16}", token())
    assert entry.token(rf.post("/", {})) is None
