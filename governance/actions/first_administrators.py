"""The first three administrators of a production database, by the operator's command line: nobody may act before.

三权分立: three people, each with one of the three powers; afterwards people appoint people, and this is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.db.models import Q

from governance.actions.people import checked_username
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import ROLE_LABELS, Role
from governance.basics.text import clean_text
from governance.kernel import audit
from governance.kernel.verbs import frame
from governance.models import Appointment, Organisation, User

POWERS = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)


def appoint_first_administrators(people: Mapping[Role, tuple[str, str]], unit: str) -> dict[Role, str]:
    """`people`: for each of POWERS the username and the full name; `unit`: the name of theirs. All of them or none.

    Returns the passwords, which are good for one login. Refused where one of the powers is held already; Invalid for
    names that cannot be, or are the same person.
    """
    with frame():
        Organisation.objects.select_for_update().order_by("pk").first()  # two operators wait for each other
        _require_none()
        units = Organisation.objects.units()
        organisation = units.filter(Q(name=unit) | Q(aliases__as_named=unit)).order_by("pk").first()
        if organisation is None:
            raise Invalid(f"没有名为“{unit}”的单位；用规划里的规范名称，例如市信息办。")
        names = [username.lower() for username, _ in people.values()]
        if len(set(names)) < len(POWERS) or len({full_name for _, full_name in people.values()}) < len(POWERS):
            raise Invalid("三权分立：系统管理员、安全管理员、审计员要是三个不同的人。")
        return {power: _appoint(power, *people[power], organisation) for power in POWERS}


def _require_none() -> None:
    standing = Appointment.objects.in_force(clock.today()).filter(role__in=POWERS, user__is_active=True)
    held = [f"{ROLE_LABELS[Role(a.role)]} {a.user.username}" for a in standing.select_related("user")]
    if held:
        raise Refused(
            f"已经有{'、'.join(held)}，不能再用这条命令。账号由系统管理员建立，任职由安全管理员登记；"
            "忘记密码请系统管理员申请一次性链接。"
        )


def _appoint(power: Role, username: str, full_name: str, organisation: Organisation) -> str:
    username, full_name = username.strip(), clean_text(full_name, limit=60, field="姓名")
    if fault := checked_username(username) or ("" if full_name else "写明姓名"):
        raise Invalid(f"{ROLE_LABELS[power]}“{username[:60]}”：{fault}。")
    password = secrets.token_urlsafe(12)
    user = User(username=username, full_name=full_name, password_is_temporary=True)
    user.set_password(password)
    user.save()
    Appointment.objects.create(user=user, organisation=organisation, role=power, from_day=clock.today())
    audit.record(
        by=None,
        event="governance.account.first",
        about=(user, organisation),
        now=power,
        address="/governance/accounts/",
        sentence=f"初次启用：建立账号 {username}（{full_name}），任命为{organisation.name}{ROLE_LABELS[power]}",
    )
    return password
