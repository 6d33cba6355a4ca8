"""The second factor at the door: nobody is logged in by his password alone, tries are counted, and whoever must enrol
does nothing else before."""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client

from governance import actions
from governance.basics import codes
from governance.models import ApiToken, AuditRow, PasswordLink, SecondFactor
from governance.views import session as views
from governance.web import confirmation
from tests.governance.phones import PASSWORD, phone_of

pytestmark = pytest.mark.django_db


def password(client, name="demo-finance", **more):
    return client.post("/login/", {"username": name, "password": PASSWORD, **more})


def test_without_one_the_password_is_enough_as_ever(cast):
    answer = password(Client())
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_password_alone_logs_nobody_in(cast):
    client = Client()
    with phone_of(cast.user("finance")) as phone:
        answer = password(client, next="/budgets/2007/")
        assert answer["Location"] == "/login/code/"
        assert "_auth_user_id" not in client.session
        for page in ("/", "/budgets/2007/", "/governance/factor/", "/governance/password/"):
            assert client.get(page)["Location"].startswith("/login/?"), page
        assert client.get("/login/code/").status_code == 200
        assert client.post("/login/code/", {"code": "000000"}).status_code == 422
        assert "_auth_user_id" not in client.session
        answer = client.post("/login/code/", {"code": phone.code()})
        assert answer["Location"] == "/budgets/2007/"
        assert client.get("/budgets/2007/").status_code == 200
        other = Client()
        password(other)
        assert other.post("/login/code/", {"code": phone.code()}).status_code == 422  # overheard, and used
    assert "密码和动态验证码" in AuditRow.objects.get(event="session.login").sentence
    assert AuditRow.objects.filter(event="session.wrong_code", ok=False).count() == 2


def test_what_was_typed_into_an_ended_session_is_kept_over_both_steps(cast):
    client = Client()
    client.post("/governance/notices/choices/", {"email": "打了很多字"})
    with phone_of(cast.user("finance")) as phone:
        password(client)
        assert client.post("/login/code/", {"code": phone.code()})["Location"] == "/governance/kept/"
    assert "打了很多字" in client.get("/governance/kept/").content.decode()


def test_a_recovery_code_opens_as_well(cast):
    client = Client()
    with phone_of(cast.user("finance")):
        made = actions.renew_recovery_codes(by=cast.finance)
        password(client)
        assert client.post("/login/code/", {"code": made[0]}).status_code == 302
        assert client.session[confirmation.HOW] == "recovery"
        password(again := Client())
        assert again.post("/login/code/", {"code": made[0]}).status_code == 422


@pytest.mark.parametrize("code", ["", "\x00", "验证码", "1" * 5000, "' OR 1=1", "😀" * 30, "١٢٣٤٥٦"])
def test_a_hostile_code_is_a_wrong_code(cast, code):
    client = Client()
    with phone_of(cast.user("finance")):
        password(client)
        assert client.post("/login/code/", {"code": code}).status_code == 422


def test_the_code_is_waited_for_five_minutes_and_from_this_browser(cast):
    client = Client()
    with phone_of(cast.user("finance")) as phone:
        assert Client().post("/login/code/", {"code": phone.code()})["Location"] == "/login/"
        password(client)
        phone.on(views.WAIT_SECONDS)
        assert client.post("/login/code/", {"code": phone.code()})["Location"] == "/login/"
        assert "_auth_user_id" not in client.session


def test_a_password_changed_or_an_account_disabled_meanwhile_ends_the_wait(cast):
    user, client, other = cast.user("finance"), Client(), Client()
    with phone_of(user) as phone:
        password(client)
        password(other)
        user.set_password("Shu-Lin-84!x")
        user.save()
        assert client.post("/login/code/", {"code": phone.code()})["Location"] == "/login/"
        user.set_password(PASSWORD)
        user.is_active = False
        user.save()
        assert other.post("/login/code/", {"code": phone.code()})["Location"] == "/login/"


def test_five_wrong_codes_are_enough_whichever_browser(cast):
    with phone_of(cast.user("finance")) as phone:
        for _ in range(5):
            password(client := Client())
            assert client.post("/login/code/", {"code": "000000"}).status_code == 422
        answer = client.post("/login/code/", {"code": phone.code()})
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        phone.on(16 * 60)
        password(client)
        assert client.post("/login/code/", {"code": phone.code()}).status_code == 302


def test_switched_off_nobody_is_asked(cast, settings):
    settings.SECOND_FACTOR = "off"
    with phone_of(cast.user("finance")):
        assert password(Client())["Location"] == "/"
    answer = cast.client("finance").post("/governance/factor/", {"act": "begin"})
    assert answer.status_code == 409


def secret_on(page: str) -> str:
    return re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def test_whoever_must_have_one_does_nothing_before(cast, settings):
    settings.SECOND_FACTOR = "required"
    client = Client()
    password(client)
    token = ApiToken.issue(cast.user("finance"))
    for page in ("/", "/budgets/2007/", "/governance/tokens/", "/governance/password/", "/governance/confirm/"):
        assert client.get(page)["Location"] == "/governance/factor/", page
    for page in ("/api/v1/projects/", "/api/v1/submissions/"):
        assert client.get(page).status_code == 403
        assert Client().get(page, headers={"Authorization": f"Token {token}"}).status_code == 401
    page = client.get("/governance/factor/").content.decode()
    assert "先启用动态验证码" in page
    client.post("/governance/factor/", {"act": "begin"})
    page = client.get("/governance/factor/").content.decode()
    assert "<svg" in page
    secret = secret_on(page)
    code = codes.code_at(secret, codes.step_of(time.time()))
    wrong = "000000" if code != "000000" else "111111"
    assert client.post("/governance/factor/", {"act": "confirm", "code": wrong}).status_code == 422
    assert client.get("/budgets/2007/").status_code == 302
    answer = client.post("/governance/factor/", {"act": "confirm", "code": code})
    made = re.findall(r'<code class="digest">([A-Z2-9 ]{19})</code>', answer.content.decode())
    assert len(made) == 10
    assert client.get("/budgets/2007/").status_code == 200
    assert secret not in client.get("/governance/factor/").content.decode()
    assert made[0] not in client.get("/governance/factor/").content.decode()
    assert Client().get("/api/v1/projects/", headers={"Authorization": f"Token {token}"}).status_code == 200


def test_whoever_needs_none_goes_on_without(cast, settings):
    settings.SECOND_FACTOR = "required"
    assert cast.client("health_cio").get("/").status_code == 200


def test_a_temporary_password_comes_first(cast, settings):
    settings.SECOND_FACTOR = "required"
    user = cast.user("finance")
    user.password_is_temporary = True
    user.save()
    client = Client()
    password(client)
    assert client.get("/")["Location"] == "/governance/password/"
    new = {"old": PASSWORD, "new": "Shu-Lin-84!x", "again": "Shu-Lin-84!x"}
    assert client.post("/governance/password/", new).status_code == 302
    assert client.get("/")["Location"] == "/governance/factor/"


def test_enrolling_ends_ones_other_logins_and_asks_for_the_password(cast):
    here, there = cast.client("finance"), cast.client("finance")
    session = here.session
    session[confirmation.KEY] -= confirmation.SECONDS + 1
    session.save()
    asked = here.post("/governance/factor/", {"act": "begin"})
    assert asked.status_code == 403
    assert not SecondFactor.objects.exists()
    done = here.post("/governance/factor/?confirm=1", {"act": "begin", confirmation.FIELD: PASSWORD})
    assert done.status_code == 302
    secret = secret_on(here.get("/governance/factor/").content.decode())
    here.post("/governance/factor/", {"act": "confirm", "code": codes.code_at(secret, codes.step_of(time.time()))})
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_five_wrong_first_codes_are_enough(cast):
    client = cast.client("finance")
    client.post("/governance/factor/", {"act": "begin"})
    for _ in range(5):
        assert client.post("/governance/factor/", {"act": "confirm", "code": "x"}).status_code == 422
    assert client.post("/governance/factor/", {"act": "confirm", "code": "x"}).status_code == 429


@pytest.mark.parametrize("act", ["", "x", "end", "codes", "confirm"])
def test_an_act_out_of_turn_is_a_sentence(cast, act):
    answer = cast.client("finance").post("/governance/factor/", {"act": act, "code": "123456"})
    assert answer.status_code in (409, 422)
    assert "没有办理" in answer.content.decode()


def test_the_pages_of_a_lost_phone_lead_to_another(cast):
    user, client = cast.user("finance"), Client()
    with phone_of(user):
        page = cast.client("sysadmin").post(f"/governance/accounts/{user.pk}/", {"act": "factor"}).content.decode()
        address = re.search(r"/governance/password/[\w-]{20,60}/", page)[0]
        link = user_link(user)
        page = cast.client("secadmin").post("/governance/passwords/", {"link": link.pk}).content.decode()
        code = re.search(r"<code>(\d{8})</code>", page)[1]
        page = client.get(address).content.decode()
        assert "重设动态验证码" in page
        assert 'name="new"' not in page
        assert client.post(address, {"code": code, "password": "x"}).status_code == 422
        assert client.post(address, {"code": code, "password": PASSWORD})["Location"] == "/login/"
        assert password(client)["Location"] == "/"


def user_link(user):
    return PasswordLink.objects.get(user=user, ended_at=None)
