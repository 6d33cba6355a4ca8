"""Passwords: two people stand for a one-time link, nobody lets himself in, and what a password must be."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.models import AuditRow, Organisation, PasswordLink, User
from governance.people import passwords

pytestmark = pytest.mark.django_db

GOOD = "Shu-Lin-84!x"


def asked(cast, name="finance"):
    secret = actions.ask_password_link(by=cast.sysadmin, user=cast.user(name))
    return secret, PasswordLink.objects.get(user=cast.user(name), ended_at=None)


def test_neither_of_the_two_gets_in_alone(cast):
    secret, link = asked(cast)
    with pytest.raises(NotVisible):
        actions.use_password_link(secret=secret, code="", new=GOOD)
    actions.vouch_password_link(by=cast.secadmin, link=link)
    with pytest.raises(Invalid, match="确认码"):
        actions.use_password_link(secret=secret, code="", new=GOOD)
    with pytest.raises(NotVisible):
        actions.use_password_link(secret="x" * 32, code="", new=GOOD)
    assert not User.objects.get(pk=cast.finance.user_id).check_password(GOOD)


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "finance", "reviewer", "office_head", "leader"])
def test_only_the_security_administrator_vouches_for_others(cast, who):
    _, link = asked(cast)
    with pytest.raises(WrongRole):
        actions.vouch_password_link(by=getattr(cast, who), link=link)


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "finance"])
def test_for_the_security_administrator_the_auditor_vouches_and_nobody_else(cast, who):
    _, link = asked(cast, "secadmin")
    with pytest.raises(Refused):
        actions.vouch_password_link(by=getattr(cast, who), link=link)
    assert len(actions.vouch_password_link(by=cast.auditor, link=link)) == 8


def test_the_fifth_wrong_code_ends_the_link_and_every_one_is_recorded(cast):
    secret, link = asked(cast)
    code = actions.vouch_password_link(by=cast.secadmin, link=link)
    wrong = "1" * 8 if code != "1" * 8 else "2" * 8
    for _ in range(5):
        with pytest.raises(Invalid):
            actions.use_password_link(secret=secret, code=wrong, new=GOOD)
    with pytest.raises(NotVisible):
        actions.use_password_link(secret=secret, code=code, new=GOOD)
    assert AuditRow.objects.filter(event="governance.password.wrong_code").count() == 5


def test_a_link_ends_after_three_days_by_a_newer_one_and_with_the_account(cast):
    secret, link = asked(cast)
    code = actions.vouch_password_link(by=cast.secadmin, link=link)
    PasswordLink.objects.update(made_at=clock.now() - dt.timedelta(days=3, minutes=1))
    with pytest.raises(NotVisible):
        actions.use_password_link(secret=secret, code=code, new=GOOD)
    PasswordLink.objects.update(made_at=clock.now())
    again, _ = asked(cast)
    with pytest.raises(NotVisible):
        actions.use_password_link(secret=secret, code=code, new=GOOD)
    actions.set_active(by=cast.sysadmin, user=cast.user("finance"), is_active=False)
    with pytest.raises(NotVisible):
        actions.use_password_link(secret=again, code=code, new=GOOD)


def test_nobody_grants_to_an_account_that_he_had_a_hand_in(cast):
    _, link = asked(cast, "expert")
    actions.vouch_password_link(by=cast.secadmin, link=link)
    given = {
        "by": cast.secadmin,
        "user": cast.user("expert"),
        "organisation": Organisation.objects.get(pk=cast.finance.organisation_id),
        "role": "finance",
        "from_day": clock.today(),
    }
    with pytest.raises(Refused, match="另一位安全管理员"):
        actions.grant(**given)
    PasswordLink.objects.update(made_at=clock.now() - dt.timedelta(days=1, minutes=1))
    assert actions.grant(**given).pk


def test_the_first_password_of_a_new_account_is_no_reset(cast):
    user = actions.create_account(by=cast.sysadmin, username="li.na", full_name="李娜")
    actions.ask_password_link(by=cast.sysadmin, user=user)
    actions.vouch_password_link(by=cast.secadmin, link=PasswordLink.objects.get(user=user))
    unit = Organisation.objects.get(pk=cast.finance.organisation_id)
    assert actions.grant(by=cast.secadmin, user=user, organisation=unit, role="finance", from_day=clock.today()).pk


def test_no_secret_is_kept(cast):
    secret, link = asked(cast)
    code = actions.vouch_password_link(by=cast.secadmin, link=link)
    link.refresh_from_db()
    said = " ".join(AuditRow.objects.values_list("sentence", flat=True)) + repr(vars(link))
    assert secret not in said
    assert code not in said


# --- what a password must be -----------------------------------------------------------------------------------------


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("zhang.wei", "x", full_name="张伟", email="weizhang@example.cn")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("aaaaaaaaaa1", "三种"),
        ("Aaaaaaaaaa1", "不同的字符"),
        ("guiyang2006", "年份"),
        ("Guiyang-xxyz", "地名"),
        ("Shu-Lin-1998", "年份"),
        ("Zhang-84!xyq", "姓名"),
        ("张伟Shu-84!xy", "姓名"),
        ("Weizhang84!x", "姓名"),
        ("Password84!x", "名字"),
        ("Shu-Lin8!", "至少 10"),
        ("Qwertyuiop1!", "太常见"),
    ],
)
def test_a_poor_password_is_refused_with_the_reason(person, password, fault):
    with pytest.raises(Invalid, match=fault):
        passwords.checked(person, password)


def test_asvs_asks_for_length_alone(person, settings):
    settings.PROFILE = "asvs"
    assert passwords.checked(person, "correct horse staple")
    with pytest.raises(Invalid, match="至少 12"):
        passwords.checked(person, GOOD[:11])


def test_the_last_five_are_refused_and_the_sixth_is_not(cast, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]  # quick
    used = [f"Shu-Lin-84!{letter}" for letter in "abcdef"]
    old = "Guiyang-2006"
    for new in used:
        actions.change_password(by=cast.finance, old=old, new=new)
        old = new
    for again in used[1:5]:
        with pytest.raises(Invalid, match="最近五次"):
            actions.change_password(by=cast.finance, old=old, new=again)
    assert actions.change_password(by=cast.finance, old=old, new=used[0])
