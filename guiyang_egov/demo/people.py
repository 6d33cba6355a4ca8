"""People of other departments in the story: they cannot log in, they only signed what the story says."""

from __future__ import annotations

import datetime as dt

from governance.basics.roles import Role
from governance.kernel import access
from governance.kernel.access import Actor
from governance.models import Appointment, Seat, User
from guiyang_egov.demo.accounts import ACCOUNTS, create_accounts, organisation_named
from priorities.models import Submission

REVIEWER = "demo-reviewer-2"  # a second pair of eyes, so that the two can be compared

# Who sits in which group of 9.1.1, until when.
EXPERTS = (
    ("项目专家工作组方案研究组", "何其昌", dt.date(2007, 1, 8), dt.date(2008, 12, 31)),
    ("项目专家工作组方案研究组", "马晓春", dt.date(2007, 1, 8), dt.date(2008, 12, 31)),
    ("项目专家工作组政务管理组", "邓成", dt.date(2007, 3, 5), dt.date(2008, 12, 31)),
    ("项目专家工作组标准研究组", "林文渊", dt.date(2007, 1, 8), dt.date(2007, 12, 31)),
)

CIOS = {
    "市质监局": "陈利",
    "市地税局": "黄志强",
    "市农业局": "龙春梅",
    "市旅游局": "何晓红",
    "市环保局": "田野",
    "市交通局": "孟凡",
    "市经贸委": "杜鹃",
    "市教育局": "王斌",
    "市政府办公厅": "江宁",
    "市规划局": "白桦",
    "市委办公厅": "沈立",
    "市民政局": "石磊",
}


def everybody() -> dict[str, Actor]:
    """Actors by account name (demo-cio …) and by unit (市质监局 …)."""
    users = create_accounts()
    actors = {a.username: _actor(users[a.username]) for a in ACCOUNTS}
    for number, (unit, name) in enumerate(CIOS.items(), 1):
        user, _ = User.objects.get_or_create(
            username=f"demo-unit-{number:02d}",
            defaults={
                "full_name": name,
                "phone": f"0851-58203{number:02d}",
                "is_active": False,
                "is_demo": True,
                "password": "!",
            },
        )
        Appointment.objects.get_or_create(
            user=user,
            organisation=organisation_named(unit),
            role=Role.DEPARTMENT_CIO,
            defaults={"from_day": dt.date(2006, 1, 1), "is_demo": True},
        )
        actors[unit] = _actor(user)
    return actors


def reviewer() -> Actor:
    """The second reviewer of the information office."""
    user, _ = User.objects.get_or_create(
        username=REVIEWER, defaults={"full_name": "许静", "is_active": False, "is_demo": True, "password": "!"}
    )
    _appoint(user, "市信息办", Role.REVIEWER, dt.date(2007, 3, 1))
    return _actor(user)


def experts() -> None:
    """The members of the expert group's groups; they cannot log in."""
    for number, (unit, name, first, last) in enumerate(EXPERTS, 1):
        user, _ = User.objects.get_or_create(
            username=f"demo-expert-{number:02d}",
            defaults={"full_name": name, "is_active": False, "is_demo": True, "password": "!"},
        )
        _appoint(user, unit, Role.EXPERT, first, last)


def _appoint(user: User, unit: str, role: Role, first: dt.date, last: dt.date | None = None) -> None:
    where = {"user": user, "organisation": organisation_named(unit), "role": role}
    Appointment.objects.get_or_create(**where, defaults={"from_day": first, "to_day": last, "is_demo": True})


def _actor(user) -> Actor:
    actor = access.actor_for(user, day=dt.date(2007, 8, 20))
    assert actor is not None, user
    return actor


def signers(row: Submission) -> list[str]:
    """The four signatures, and the leading group where a seat has a conflict of interest."""
    names = {
        "finance": "demo-finance",
        "development": "demo-ndrc",
        "industry": "demo-industry",
        "office": "demo-office",
    }
    found = []
    for seat in Seat.objects.filter(round__about=row.audit_key, round__state="open").select_related("organisation"):
        by_unit = {
            "市财政局": "demo-finance",
            "市发改委": "demo-ndrc",
            "市信息产业局": "demo-industry",
            "市信息办": "demo-office",
        }
        found.append(
            "demo-leader"
            if seat.stands_for
            else by_unit.get(seat.organisation.name, names.get(seat.key, "demo-leader"))
        )
    return found
