"""Enrolling a phone, giving it up, and the way back for whoever lost it: two people and his own password."""

from __future__ import annotations

import time

import pytest

from governance import actions
from governance.basics import codes
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.models import ApiToken, AuditRow, PasswordLink, SecondFactor
from governance.people import factors
from tests.governance.phones import PASSWORD, phone_of

pytestmark = pytest.mark.django_db


def test_a_phone_counts_only_once_its_first_code_was_typed(cast):
    user = cast.user("finance")
    actions.begin_factor(by=cast.finance)
    assert not factors.enrolled(user)
    secret = actions.offered_secret(user)
    with pytest.raises(Invalid, match="验证码不对"):
        actions.confirm_factor(by=cast.finance, code="000000")
    assert not factors.enrolled(user)
    with phone_of(cast.user("ndrc")) as phone:  # time stands still
        phone.secret = secret
        made = actions.confirm_factor(by=cast.finance, code=phone.code())
        assert factors.enrolled(user)
        assert len(set(made)) == 10
        assert factors.spend(user, phone.code()) == ""
        assert factors.spend(user, phone.on().code()) == "code"
    assert AuditRow.objects.filter(event="governance.factor.confirm", ok=True).count() == 1


def test_an_old_phone_works_until_the_new_one_is_there(cast):
    user = cast.user("finance")
    with phone_of(user) as phone:
        actions.begin_factor(by=cast.finance)
        assert factors.spend(user, phone.code()) == "code"
        new = actions.offered_secret(user)
        actions.confirm_factor(by=cast.finance, code=codes.code_at(new, codes.step_of(time.time())))
        assert factors.spend(user, phone.on().code()) == ""


def test_an_offer_ends_after_half_an_hour(cast):
    with phone_of(cast.user("ndrc")) as phone:
        actions.begin_factor(by=cast.finance)
        phone.on(31 * 60)
        assert actions.offered_secret(cast.user("finance")) == ""
        with pytest.raises(Refused, match="过期"):
            actions.confirm_factor(by=cast.finance, code="123456")


def test_it_is_given_up_where_one_may(cast, settings):
    user = cast.user("finance")
    with phone_of(user):
        settings.SECOND_FACTOR = "required"
        with pytest.raises(Refused, match="不能停用"):
            actions.end_factor(by=cast.finance)
        settings.SECOND_FACTOR = "offered"
        actions.end_factor(by=cast.finance)
    assert not SecondFactor.objects.exists()
    with pytest.raises(Refused, match="没有启用"):
        actions.end_factor(by=cast.finance)


# --- the phone is lost -----------------------------------------------------------------------------------------------


def asked(cast, name="finance"):
    secret = actions.ask_password_link(by=cast.sysadmin, user=cast.user(name), opens="factor")
    return secret, PasswordLink.objects.get(user=cast.user(name), opens="factor", ended_at=None)


def test_two_people_and_the_password_take_it_off(cast):
    user = cast.user("finance")
    with phone_of(user):
        ApiToken.issue(user)
        secret, link = asked(cast)
        with pytest.raises(NotVisible):
            actions.use_factor_link(secret=secret, code="", password=PASSWORD)
        code = actions.vouch_password_link(by=cast.secadmin, link=link)
        for wrong in ({"code": code, "password": "x"}, {"code": "1", "password": PASSWORD}):
            with pytest.raises(Invalid):
                actions.use_factor_link(secret=secret, **wrong)
        assert factors.enrolled(user)
        actions.use_factor_link(secret=secret, code=code, password=PASSWORD)
        assert not SecondFactor.objects.exists()
        assert not ApiToken.objects.exists()
        with pytest.raises(NotVisible):
            actions.use_factor_link(secret=secret, code=code, password=PASSWORD)
    assert AuditRow.objects.filter(event="governance.factor.reset").count() == 1
    assert AuditRow.objects.filter(event="governance.password.wrong_code").count() == 2


def test_the_fifth_wrong_try_ends_the_link(cast):
    with phone_of(cast.user("finance")):
        secret, link = asked(cast)
        code = actions.vouch_password_link(by=cast.secadmin, link=link)
        for _ in range(5):
            with pytest.raises(Invalid):
                actions.use_factor_link(secret=secret, code=code, password="x")
        with pytest.raises(NotVisible):
            actions.use_factor_link(secret=secret, code=code, password=PASSWORD)


def test_neither_of_the_two_vouches_for_himself(cast):
    with phone_of(cast.user("finance")), phone_of(cast.user("secadmin")):
        _, link = asked(cast)
        with pytest.raises(WrongRole):
            actions.vouch_password_link(by=cast.sysadmin, link=link)
        _, link = asked(cast, "secadmin")
        with pytest.raises(Refused):
            actions.vouch_password_link(by=cast.secadmin, link=link)
        assert actions.vouch_password_link(by=cast.auditor, link=link)


def test_a_link_for_a_password_takes_no_second_factor_off_and_the_other_way_round(cast):
    user = cast.user("finance")
    with phone_of(user):
        secret, link = asked(cast)
        code = actions.vouch_password_link(by=cast.secadmin, link=link)
        with pytest.raises(NotVisible):
            actions.use_password_link(secret=secret, code=code, new="Shu-Lin-84!x")
        other = actions.ask_password_link(by=cast.sysadmin, user=user)
        second = PasswordLink.objects.get(user=user, opens="password", ended_at=None)
        code = actions.vouch_password_link(by=cast.secadmin, link=second)
        with pytest.raises(NotVisible):
            actions.use_factor_link(secret=other, code=code, password=PASSWORD)
        actions.use_password_link(secret=other, code=code, new="Shu-Lin-84!x")
        assert factors.enrolled(user)


def test_a_link_for_nobody_s_phone_is_not_made(cast):
    with pytest.raises(Refused, match="没有启用"):
        actions.ask_password_link(by=cast.sysadmin, user=cast.user("finance"), opens="factor")
