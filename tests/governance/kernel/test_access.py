"""Who may: the permission, how far it reaches, and the hat it is held under."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from governance.basics.refusal import NotVisible, WrongRole
from governance.basics.roles import Permission, Role
from governance.kernel import access
from governance.kernel.access import Actor
from governance.models import Appointment, User

ME, UNIT = 7, 3


def somebody(role: Role, **more) -> Actor:
    return Actor(ME, "王五", role, UNIT, "市卫生局", **more)


class Record:
    def __init__(self, **said: set[int]):
        for word, members in said.items():
            setattr(self, word, lambda members=members: members)


OURS, SEATED, MINE = Record(belongs_to={1, UNIT}), Record(involves={UNIT}), Record(assigned_to={ME})
OTHERS = Record(belongs_to={ME, 1}, involves={ME}, assigned_to={UNIT})
ALL = [OURS, SEATED, MINE, OTHERS, object()]  # the last says nothing of whom it belongs to


@pytest.mark.parametrize(
    ("role", "permission", "reached"),
    [
        (Role.REVIEWER, Permission.READ_SUBMISSIONS, ALL),
        (Role.DEPARTMENT_CIO, Permission.READ_SUBMISSIONS, [OURS]),
        (Role.FINANCE, Permission.SIGN, [OURS, SEATED]),
        (Role.EXPERT, Permission.READ_SUBMISSIONS, [MINE]),
        (Role.AUDITOR, Permission.SIGN, []),
    ],
)
def test_a_permission_reaches_as_far_as_its_scope(role, permission, reached):
    actor = somebody(role)
    assert [r for r in ALL if access.may(actor, permission, r)] == reached
    assert access.may(actor, permission) == bool(reached)
    for record in ALL if reached else []:
        if record in reached:
            access.require(actor, permission, record)
        else:
            with pytest.raises(NotVisible):
                access.require(actor, permission, record)


def test_nobody_may_anything_and_is_told_who_can():
    assert not access.may(None, Permission.USE)
    with pytest.raises(WrongRole, match="^未登录的人不能授予角色；可以授予角色的是：安全管理员。$"):
        access.require(None, Permission.GRANT_ROLES)
    with pytest.raises(WrongRole, match="^审计不能填报预算；可以填报预算的是：财政局。$"):
        access.require(somebody(Role.AUDITOR), Permission.EDIT_BUDGET, OURS)
    access.require(somebody(Role.FINANCE), Permission.EDIT_BUDGET)


def test_an_actor_is_named_with_his_unit_and_for_whom_he_acts():
    assert somebody(Role.NDRC).text == "市卫生局 · 王五"
    acting = somebody(Role.NDRC, manner="代行", on_behalf_of="市发改委")
    assert (acting.text, acting.enters_paper) == ("市卫生局 · 王五（代行市发改委）", False)
    assert replace(acting, manner="委托").enters_paper


@pytest.mark.django_db
def test_a_person_acts_under_the_hat_that_he_chose_or_his_first_of_the_day(cast):
    unit = cast.finance.organisation_id
    user = User.objects.create(username="two-hats")
    assert access.actor_for(user) is None
    first, second, over = (
        Appointment.objects.create(user=user, organisation_id=unit, role=role, from_day=dt.date(2007, 1, day))
        for day, role in ((2, Role.FINANCE), (1, Role.EXPERT), (1, Role.NDRC))
    )
    Appointment.objects.filter(pk=over.pk).update(to_day=dt.date(2007, 3, 1))
    assert access.actor_for(user).appointment_id == first.pk
    assert [h.pk for h in user.hats_in_force] == [first.pk, second.pk]
    chosen = access.actor_for(user, second.pk)
    assert (chosen.role, chosen.name, chosen.organisation_id) == (Role.EXPERT, "two-hats", unit)
    assert access.actor_for(user, over.pk).appointment_id == first.pk, "a hat that is over is none"
    assert access.actor_for(user, over.pk, dt.date(2007, 2, 1)).appointment_id == over.pk
    assert access.actor_for(user, day=dt.date(2007, 1, 1)).role is Role.EXPERT
