"""The first three administrators: three people, once, with passwords that open nothing but their own change."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from governance.actions import appoint_first_administrators
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Role
from governance.kernel.access import actor_for
from governance.models import Appointment, AuditRow, User

PEOPLE = {
    Role.SYSADMIN: ("xitong", "钱进"),
    Role.SECADMIN: ("anquan", "郑安"),
    Role.AUDITOR: ("shenji", "孙严"),
}


def test_each_of_the_three_holds_one_power_and_the_trail_says_who_came(plan):
    passwords = appoint_first_administrators(PEOPLE, "市信息办")
    assert len(set(passwords.values())) == 3
    for role, (username, _) in PEOPLE.items():
        user = User.objects.get(username=username)
        assert (actor_for(user).role, user.check_password(passwords[role])) == (role, True)
    rows = AuditRow.objects.filter(event="governance.account.first")
    assert {row.now for row in rows} == set(PEOPLE)
    assert not any(password in row.sentence + row.now for row in rows for password in passwords.values())


def test_while_one_of_them_is_in_office_nobody_comes_by_command(plan):
    appoint_first_administrators(PEOPLE, "市信息办")
    others = {role: (f"{username}2", f"{name}二") for role, (username, name) in PEOPLE.items()}
    with pytest.raises(Refused, match="已经有.*xitong"):
        appoint_first_administrators(others, "市信息办")
    assert User.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({Role.AUDITOR: ("XITONG", "孙严")}, "三个不同的人"),
        ({Role.AUDITOR: ("shenji", "钱进")}, "三个不同的人"),
        ({Role.AUDITOR: ("审计员", "孙严")}, "英文字母"),
        ({Role.AUDITOR: ("shenji", "")}, "姓名"),
    ],
)
def test_one_bad_name_and_nobody_is_appointed(plan, change, says):
    with pytest.raises(Invalid, match=says):
        appoint_first_administrators(PEOPLE | change, "市信息办")
    assert not User.objects.exists()
    assert not Appointment.objects.exists()


def test_an_unknown_unit_is_named(plan):
    with pytest.raises(Invalid, match="没有名为“市某局”"):
        appoint_first_administrators(PEOPLE, "市某局")


def test_the_command_reads_a_file_and_prints_each_password_once(plan, tmp_path, capsys):
    file = tmp_path / "people.csv"
    file.write_text("审计,shenji,孙严\n系统管理员,xitong,钱进\n安全管理员,anquan,郑安\n", encoding="utf-8-sig")
    call_command("first_admins", str(file))
    said = capsys.readouterr()
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert [row[:2] for row in rows] == [["系统管理员", "xitong"], ["安全管理员", "anquan"], ["审计", "shenji"]]
    assert User.objects.get(username="anquan").check_password(rows[1][2])
    with pytest.raises(SystemExit) as again:
        call_command("first_admins", str(file))
    assert again.value.code == 1
    assert "没有建立任何账号" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "系统管理员,xitong,钱进\n", "系统管理员,a,b\n安全管理员,c,d\n审计,e\n", "甲,a,b\n" * 3]
)
def test_a_file_that_does_not_name_three_is_exit_two(plan, tmp_path, text):
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as refused:
        call_command("first_admins", str(file))
    assert refused.value.code == 2


def test_a_temporary_password_opens_its_own_change_and_nothing_else(plan):
    password = appoint_first_administrators(PEOPLE, "市信息办")[Role.SYSADMIN]
    client = Client()
    client.login(username="xitong", password=password)
    assert client.get("/governance/accounts/")["Location"] == "/governance/password/"
    assert client.get("/api/v1/projects/").status_code == 403
    page = client.get("/governance/password/")
    assert page.status_code == 200
    assert "先改密码" in page.content.decode()
    own = "Bo7-kelan-Twe"
    client.post("/governance/password/", {"old": password, "new": own, "again": own})
    assert client.get("/governance/accounts/").status_code == 200
    assert Client().login(username="xitong", password=password) is False
