"""Who may: the permission, how far it reaches, the hat it is held under; the powers that exclude each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from governance import actions
from governance.basics.refusal import NotVisible, WrongRole
from governance.basics.roles import GRANTS, ROLE_LABELS, Permission, Role, Scope
from governance.kernel import access
from governance.kernel.access import Actor, actor_for
from governance.models import Appointment, Organisation, User

pytestmark = pytest.mark.django_db

DAY = dt.date(2007, 8, 20)
ME, UNIT = 7, 3


def grant(cast, user, role="finance", **more):
    values = {"organisation": Organisation.objects.get(pk=cast.finance.organisation_id), "from_day": DAY} | more
    return actions.grant(
        by=more.pop("by", cast.secadmin), user=user, role=role, **{k: v for k, v in values.items() if k != "by"}
    )


def somebody(role: Role, **more) -> Actor:
    return Actor(ME, "王五", role, UNIT, "市卫生局", **more)


class Record:
    """A record that says whom it belongs to, whom it involves, to whom it is assigned, or only some of it."""

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


def test_a_person_acts_under_the_hat_that_he_chose_or_his_first_of_the_day(cast):
    unit = cast.finance.organisation_id
    user = User.objects.create(username="two-hats")
    assert actor_for(user) is None
    first, second, over = (
        Appointment.objects.create(user=user, organisation_id=unit, role=role, from_day=dt.date(2007, 1, day))
        for day, role in ((2, Role.FINANCE), (1, Role.EXPERT), (1, Role.NDRC))
    )
    Appointment.objects.filter(pk=over.pk).update(to_day=dt.date(2007, 3, 1))
    assert actor_for(user).appointment_id == first.pk
    assert [h.pk for h in user.hats_in_force] == [first.pk, second.pk]
    chosen = actor_for(user, second.pk)
    assert (chosen.role, chosen.name, chosen.organisation_id) == (Role.EXPERT, "two-hats", unit)
    assert actor_for(user, over.pk).appointment_id == first.pk, "a hat that is over is none"
    assert actor_for(user, over.pk, dt.date(2007, 2, 1)).appointment_id == over.pk
    assert actor_for(user, day=dt.date(2007, 1, 1)).role is Role.EXPERT


def test_own_reaches_the_units_records_and_no_other(cast):
    mine, foreign = (Record(belongs_to={actor.organisation_id}) for actor in (cast.health_cio, cast.finance))
    assert access.may(cast.health_cio, Permission.SUBMIT, mine)
    assert not access.may(cast.health_cio, Permission.SUBMIT, foreign)
    with pytest.raises(NotVisible):
        access.require(cast.health_cio, Permission.SUBMIT, foreign)


def test_involved_needs_a_seat_and_assigned_needs_the_person(cast):
    round_ = Record(involves={cast.finance.organisation_id})
    assert access.may(cast.finance, Permission.SIGN, round_)
    assert not access.may(cast.ndrc, Permission.SIGN, round_)
    assert access.may(cast.expert, Permission.GIVE_OPINION, Record(assigned_to={cast.expert.user_id}))
    assert not access.may(cast.expert, Permission.GIVE_OPINION, Record(belongs_to={cast.expert.organisation_id}))


def test_a_record_without_words_belongs_to_nobody(cast):
    assert not access.may(cast.health_cio, Permission.SUBMIT, object())
    assert access.may(cast.reviewer, Permission.SCREEN, object())


def test_without_an_actor_nothing_may_be_done():
    assert not access.may(None, Permission.USE)
    with pytest.raises(WrongRole, match="未登录"):
        access.require(None, Permission.USE)


def test_the_three_powers_hold_nothing_of_each_other():
    system, security, auditor = (GRANTS[r] for r in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR))
    assert set(system) & set(security) == {
        Permission.USE,
        Permission.READ_STATUS,
    }  # of the machine, not of the business
    assert {p for p in auditor if not p.startswith(("read", "use"))} == {Permission.VOUCH_PASSWORD}
    assert {p for p in (*system, *security) if p.startswith("read")} == {Permission.READ_STATUS}
    for role, grants in GRANTS.items():
        assert (Permission.GRANT_ROLES in grants) is (role is Role.SECADMIN)
        assert (Permission.MANAGE_ACCOUNTS in grants) is (role is Role.SYSADMIN)


def test_a_refusal_names_the_roles_that_may(cast):
    with pytest.raises(WrongRole) as caught:
        access.require(cast.health_cio, Permission.EDIT_BUDGET)
    assert ROLE_LABELS[Role.FINANCE] in caught.value.sentence


def test_a_merged_units_people_act_for_its_survivor(cast):
    unit = Organisation.objects.get(pk=cast.health_cio.organisation_id)
    unit.canonical_id = cast.finance.organisation_id
    unit.save()
    assert actor_for(cast.user("health_cio")).organisation_id == cast.finance.organisation_id


def test_a_person_with_two_hats_acts_under_the_one_that_he_picked(cast):
    user = cast.user("ndrc")
    second = grant(cast, user, "finance")
    assert actor_for(user).role is Role.NDRC
    assert actor_for(user, second.pk).role is Role.FINANCE
    assert actor_for(user, 10**9).role is Role.NDRC
    client = cast.client("ndrc")
    client.post("/governance/hat/", {"appointment": second.pk})
    assert "市财政局" in client.get("/governance/notices/").content.decode()
    foreign = Appointment.objects.get(user=cast.user("secadmin"))
    assert client.post("/governance/hat/", {"appointment": foreign.pk}).status_code == 404


def test_every_scope_is_known():
    assert {s for grants in GRANTS.values() for s in grants.values()} <= set(Scope)
