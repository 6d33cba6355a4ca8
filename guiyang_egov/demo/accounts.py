"""Demonstration accounts: who logs in as what. Embedded mode only, loopback only (governance.people.backends)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from governance.basics.roles import Role
from governance.models import Appointment, Organisation, OrganisationAlias, User


@dataclass(frozen=True)
class Account:
    username: str
    full_name: str
    organisation: str  # as the plan names it, or its canonical name
    role: Role
    title: str
    phone: str
    from_day: dt.date = dt.date(2006, 1, 1)


ACCOUNTS = (
    Account("demo-cio", "陈立明", "市卫生局", Role.DEPARTMENT_CIO, "市卫生局 CIO", "0851-5820101"),
    Account("demo-reviewer", "周敏", "市信息办", Role.REVIEWER, "市信息办审核人", "0851-5820201"),
    Account("demo-office", "刘志远", "市信息办", Role.OFFICE_HEAD, "市信息办主任", "0851-5820202"),
    Account("demo-finance", "李国栋", "市财政局", Role.FINANCE, "市财政局", "0851-5820301"),
    Account("demo-ndrc", "赵文静", "市发改委", Role.NDRC, "市发改委", "0851-5820401"),
    Account("demo-industry", "王建华", "市信息产业局", Role.INDUSTRY, "市信息产业局", "0851-5820501"),
    Account("demo-leader", "杨正", "市信息化领导小组", Role.LEADING_GROUP, "领导小组", "0851-5820601"),
    Account("demo-expert", "吴思远", "项目专家工作组", Role.EXPERT, "专家组成员", "0851-5820701", dt.date(2007, 1, 8)),
    Account("demo-network", "何平", "市电子政务网络管理中心", Role.NETWORK_CENTRE, "网络管理中心", "0851-5820801"),
    Account("demo-district", "罗晓", "花溪区", Role.DISTRICT, "花溪区经办人", "0851-3851001"),
    Account("demo-auditor", "孙严", "市信息办", Role.AUDITOR, "审计", "0851-5820901"),
    Account("demo-sysadmin", "钱进", "市信息办", Role.SYSADMIN, "系统管理员", "0851-5820902"),
    Account("demo-secadmin", "郑安", "市信息办", Role.SECADMIN, "安全管理员", "0851-5820903"),
)


def organisation_named(name: str) -> Organisation:
    """The survivor of a unit by canonical name or alias."""
    found = Organisation.objects.filter(name=name).first()
    if found is None:
        alias = OrganisationAlias.objects.select_related("organisation").filter(as_named=name).first()
        if alias is None:
            raise LookupError(f"规划数据里没有单位“{name}”")
        found = alias.organisation
    return found.canonical or found


def create_accounts(*, hashed_password: str | None = None) -> dict[str, User]:
    """Make the accounts that are missing, with their appointments; returns them by username.

    `hashed_password` lets tests skip thirteen Argon2 rounds.
    """
    users: dict[str, User] = {}
    for account in ACCOUNTS:
        user = User.objects.filter(username=account.username).first()
        if user is None:
            user = User(username=account.username, full_name=account.full_name, phone=account.phone, is_demo=True)
            if hashed_password is None:
                if not users:
                    user.set_password(settings.DEMO_PASSWORD)
                    hashed_password = user.password
            user.password = hashed_password
            user.save()
        users[account.username] = user
        Appointment.objects.get_or_create(
            user=user,
            organisation=organisation_named(account.organisation),
            role=account.role,
            defaults={"from_day": account.from_day, "is_demo": True},
        )
    return users
