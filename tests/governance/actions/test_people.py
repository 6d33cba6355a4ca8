"""Accounts and appointments: who grants what to whom, and what ends when."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, WrongRole
from governance.basics.roles import Role
from governance.kernel.access import actor_for
from governance.models import ApiToken, Appointment, AuditRow, Notice, Organisation, User
from governance.people import institutions
from priorities.approval import contacts

pytestmark = pytest.mark.django_db


DAY = dt.date(2007, 8, 20)


def newcomer(name="xin") -> User:
    return User.objects.create_user(name, "Gui-Yang-2007!", full_name="新人")


def grant(cast, user, role="finance", **more):
    values = {"organisation": Organisation.objects.get(pk=cast.finance.organisation_id), "from_day": DAY} | more
    return actions.grant(
        by=more.pop("by", cast.secadmin), user=user, role=role, **{k: v for k, v in values.items() if k != "by"}
    )


def test_an_appointment_gives_the_role_from_its_day_on(cast):
    user = newcomer()
    grant(cast, user, from_day=DAY + dt.timedelta(days=1))
    assert actor_for(user) is None
    with clock.at(DAY + dt.timedelta(days=1)):
        assert actor_for(user).role is Role.FINANCE


def test_nobody_grants_himself(cast):
    with pytest.raises(Refused, match="自己"):
        grant(cast, cast.user("secadmin"))
    assert AuditRow.objects.filter(event="governance.appointment.grant", ok=False).count() == 1


@pytest.mark.parametrize("name", ["sysadmin", "reviewer", "office_head", "leader", "auditor", "health_cio"])
def test_only_the_security_administrator_grants(cast, name):
    with pytest.raises(WrongRole, match="安全管理员"):
        grant(cast, newcomer(), by=getattr(cast, name))


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("sysadmin", "finance"),
        ("secadmin", "reviewer"),
        ("auditor", "finance"),
        ("finance", "auditor"),
        ("finance", "sysadmin"),
        ("sysadmin", "secadmin"),
        ("auditor", "secadmin"),
        ("secadmin", "sysadmin"),
    ],
)
def test_the_three_powers_exclude_each_other_and_everything_else(cast, held, wanted):
    user = newcomer()
    grant(cast, user, held)
    with pytest.raises(Refused, match="三权分立"):
        grant(cast, user, wanted, from_day=DAY + dt.timedelta(days=30))
    assert Appointment.objects.filter(user=user).count() == 1


def test_a_power_may_follow_another_role_that_ended(cast):
    user = newcomer()
    grant(cast, user, "finance", to_day=DAY)
    assert grant(cast, user, "auditor", from_day=DAY + dt.timedelta(days=1)).pk


def test_business_roles_may_be_held_together_but_not_twice(cast):
    user = newcomer()
    grant(cast, user, "finance")
    grant(cast, user, "ndrc")
    with pytest.raises(Refused, match="已经是"):
        grant(cast, user, "finance")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"role": "king"}, "role"),
        ({"manner": "世袭"}, "manner"),
        ({"manner": "代行"}, "on_behalf_of"),
        ({"to_day": DAY - dt.timedelta(days=1)}, "to_day"),
    ],
)
def test_a_bad_appointment_names_its_field(cast, more, field):
    with pytest.raises(Invalid) as caught:
        grant(cast, newcomer(), **({"role": "finance"} | more))
    assert field in caught.value.fields


def test_a_generic_unit_appoints_nobody(cast):
    generic = Organisation.objects.filter(is_generic=True).first()
    with pytest.raises(Invalid, match="泛指"):
        grant(cast, newcomer(), organisation=generic)


def test_the_last_security_administrator_stays(cast):
    mine = Appointment.objects.get(user=cast.user("secadmin"))
    with pytest.raises(Refused, match="最后一位"):
        actions.end_appointment(by=cast.secadmin, appointment=mine, last_day=DAY)
    with pytest.raises(Refused, match="最后一位"):
        actions.set_active(by=cast.sysadmin, user=cast.user("secadmin"), is_active=False)
    grant(cast, newcomer(), "secadmin")
    actions.end_appointment(by=cast.secadmin, appointment=mine, last_day=DAY)
    assert Appointment.objects.get(pk=mine.pk).to_day == DAY


def test_a_disabled_or_ending_security_administrator_does_not_count(cast):
    mine = Appointment.objects.get(user=cast.user("secadmin"))
    other = newcomer()
    second = grant(cast, other, "secadmin")
    actions.set_active(by=cast.sysadmin, user=other, is_active=False)
    with pytest.raises(Refused, match="最后一位"):
        actions.end_appointment(by=cast.secadmin, appointment=mine, last_day=DAY)
    actions.set_active(by=cast.sysadmin, user=other, is_active=True)
    actions.end_appointment(by=cast.secadmin, appointment=second, last_day=DAY)
    with pytest.raises(Refused, match="最后一位"):
        actions.end_appointment(by=cast.secadmin, appointment=mine, last_day=DAY)


def test_an_ended_appointment_stays_as_history_and_is_not_ended_again(cast):
    row = Appointment.objects.get(user=cast.user("expert"))
    actions.end_appointment(by=cast.secadmin, appointment=row, last_day=DAY - dt.timedelta(days=1))
    assert actor_for(cast.user("expert")) is None
    with pytest.raises(Refused, match="已经结束"):
        actions.end_appointment(by=cast.secadmin, appointment=row, last_day=DAY)
    with pytest.raises(Invalid):
        actions.end_appointment(
            by=cast.secadmin, appointment=Appointment.objects.get(user=cast.user("ndrc")), last_day=dt.date(1999, 1, 1)
        )


def test_a_system_administrator_does_not_disable_himself(cast):
    with pytest.raises(Refused, match="自己"):
        actions.set_active(by=cast.sysadmin, user=cast.user("sysadmin"), is_active=False)


def test_disabling_takes_the_tokens_away(cast):
    user = newcomer()
    ApiToken.issue(user)
    actions.set_active(by=cast.sysadmin, user=user, is_active=False)
    assert not ApiToken.objects.filter(user=user).exists()


def off(cast, name="health_cio"):
    """The account of one of the cast is taken off by the system administrator; his appointment."""
    actions.set_active(by=cast.sysadmin, user=cast.user(name), is_active=False)
    return Appointment.objects.get(user=cast.user(name))


def test_a_disabled_account_says_what_becomes_of_its_appointments(cast):
    """They stay until the security administrator, who is told, ends and hands them over; the account's page says so."""
    client = cast.client("sysadmin")
    page = f"/governance/accounts/{cast.user('health_cio').pk}/"
    assert "任职不随之结束" in client.get(page).content.decode()
    row = off(cast)
    assert (row.to_day, row in Appointment.objects.stranded(DAY)) == (None, True)
    notice = Notice.objects.get(role=Role.SECADMIN)
    assert f"{row.organisation.name}部门CIO" in notice.sentence
    assert AuditRow.objects.latest("seq").sentence.endswith(f"待安全管理员结束或移交：{row.organisation.name}部门CIO")
    assert 'data-stranded="1"' in client.get(page).content.decode()
    actions.end_appointment(by=cast.secadmin, appointment=row, last_day=DAY - dt.timedelta(days=1), to_unit=True)
    ended = client.get(page).content.decode()
    assert 'data-stranded="1"' not in ended
    assert f"任职至 {DAY - dt.timedelta(days=1)}" in ended


def test_every_list_of_people_shows_that_an_account_is_off(cast):
    row = off(cast)
    for role, page in (
        ("secadmin", "/governance/roles/?off=1"),
        ("secadmin", f"/governance/roles/{row.pk}/end/"),
        ("reviewer", f"/governance/organisations/{row.organisation_id}/"),
        ("reviewer", "/governance/bodies/"),
    ):
        html = cast.client(role).get(page).content.decode()
        assert "账号已停用" in html, page
    assert cast.client("secadmin").get("/governance/roles/?off=1").context["page"].paginator.count == 1
    coverage = institutions.cio_coverage(DAY)
    assert coverage.stranded == 1
    actions.set_active(by=cast.sysadmin, user=row.user, is_active=True)
    assert institutions.cio_coverage(DAY).stranded == 0


def test_whoever_cannot_log_in_is_not_named_as_the_one_to_call(cast):
    actions.set_active(by=cast.sysadmin, user=cast.user("reviewer"), is_active=False)
    assert cast.user("reviewer").full_name not in contacts.role(Role.REVIEWER, DAY)


def test_people_who_never_had_a_login_are_not_shown_as_disabled(cast):
    user = User.objects.create(username="paper", full_name="签字人", is_active=False, password="!")
    row = grant(cast, user)
    assert not user.is_disabled
    assert row in Appointment.objects.reachable()
    assert row not in Appointment.objects.stranded(DAY)


def test_a_second_cio_of_a_department_is_asked_about(cast):
    """9.1.4: one CIO a department. The page asks; whoever answers gets the second, and a later one is asked again."""
    unit, client = Organisation.objects.get(pk=cast.health_cio.organisation_id), cast.client("secadmin")
    given = {"user": newcomer().pk, "organisation": unit.pk, "role": "department_cio", "manner": "正式"}
    given["from_day"] = "2007-08-20"
    assert 'name="second"' not in client.get("/governance/roles/").content.decode()
    asked = client.post("/governance/roles/", given)
    assert asked.status_code == 422
    html = asked.content.decode()
    assert 'name="second"' in html
    assert cast.user("health_cio").full_name in html
    assert Appointment.objects.filter(organisation=unit, role="department_cio").count() == 1
    assert client.post("/governance/roles/", given | {"second": "on"}).status_code == 302
    assert Appointment.objects.filter(organisation=unit, role="department_cio").count() == 2


def test_a_cio_who_follows_or_stands_elsewhere_is_not_asked_about(cast):
    held = Appointment.objects.get(user=cast.user("health_cio"))
    actions.end_appointment(by=cast.secadmin, appointment=held, last_day=DAY, to_unit=True)
    assert grant(cast, newcomer(), "department_cio", organisation=held.organisation, from_day=DAY + dt.timedelta(1))
    other = Organisation.objects.units().exclude(appointments__role="department_cio").filter(kind="市直部门").first()
    assert grant(cast, newcomer("er"), "department_cio", organisation=other)
    with pytest.raises(Invalid, match="已有部门CIO"):
        grant(cast, newcomer("san"), "department_cio", organisation=other)
