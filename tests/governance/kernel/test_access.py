"""What an actor may do, about what; the powers that exclude each other."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions
from governance.basics.refusal import NotVisible, WrongRole
from governance.basics.roles import GRANTS, ROLE_LABELS, Permission, Role, Scope
from governance.kernel import access
from governance.kernel.access import actor_for
from governance.models import Appointment, Organisation

pytestmark = pytest.mark.django_db


DAY = dt.date(2007, 8, 20)


def grant(cast, user, role="finance", **more):
    values = {"organisation": Organisation.objects.get(pk=cast.finance.organisation_id), "from_day": DAY} | more
    return actions.grant(
        by=more.pop("by", cast.secadmin), user=user, role=role, **{k: v for k, v in values.items() if k != "by"}
    )


class Record:
    """A record that belongs to some, involves others, is assigned to one."""

    def __init__(self, own=(), involved=(), assigned=()):
        self.own, self.involved, self.assigned = set(own), set(involved), set(assigned)

    def belongs_to(self):
        return self.own

    def involves(self):
        return self.involved

    def assigned_to(self):
        return self.assigned


def test_own_reaches_the_units_records_and_no_other(cast):
    mine, foreign = Record(own=[cast.health_cio.organisation_id]), Record(own=[cast.finance.organisation_id])
    assert access.may(cast.health_cio, Permission.SUBMIT, mine)
    assert not access.may(cast.health_cio, Permission.SUBMIT, foreign)
    with pytest.raises(NotVisible):
        access.require(cast.health_cio, Permission.SUBMIT, foreign)


def test_involved_needs_a_seat_and_assigned_needs_the_person(cast):
    round_ = Record(involved=[cast.finance.organisation_id])
    assert access.may(cast.finance, Permission.SIGN, round_)
    assert not access.may(cast.ndrc, Permission.SIGN, round_)
    assert access.may(cast.expert, Permission.GIVE_OPINION, Record(assigned=[cast.expert.user_id]))
    assert not access.may(cast.expert, Permission.GIVE_OPINION, Record(own=[cast.expert.organisation_id]))


def test_a_record_without_words_belongs_to_nobody(cast):
    assert not access.may(cast.health_cio, Permission.SUBMIT, object())
    assert access.may(cast.reviewer, Permission.SCREEN, object())


def test_without_an_actor_nothing_may_be_done():
    assert not access.may(None, Permission.USE)
    with pytest.raises(WrongRole, match="未登录"):
        access.require(None, Permission.USE)


def test_the_three_powers_hold_nothing_of_each_other():
    system, security, auditor = (GRANTS[r] for r in (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR))
    assert set(system) & set(security) == {Permission.USE}
    assert {p for p in auditor if not p.startswith(("read", "use"))} == set()
    assert not any(p.startswith("read") for p in (*system, *security))
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
