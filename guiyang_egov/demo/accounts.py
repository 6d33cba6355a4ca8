"""People of the demonstration: who logs in as what (embedded mode, loopback only), and who only signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password

from governance.basics.roles import Role
from governance.kernel import access
from governance.kernel.access import Actor
from governance.models import Appointment, Organisation, OrganisationAlias, User
from governance.plan.entries import Entry
from guiyang_egov.demo import read

# Who signs for the five seats of a joint approval; the last stands in where a seat has a conflict of interest.
SIGNATORIES = ("demo-finance", "demo-ndrc", "demo-industry", "demo-office", "demo-leader")
DAY = dt.date(2007, 8, 20)  # on which all of them hold office


@dataclass(frozen=True)
class Person:
    """One row of accounts.json or people.json."""

    username: str
    full_name: str
    organisation: str  # as the plan names it, or its canonical name
    role: Role
    title: str
    phone: str
    from_day: dt.date
    to_day: dt.date | None

    @classmethod
    def of(cls, entry: Entry) -> Person:
        entry.only("username full_name organisation role", "title phone from_day to_day")
        return cls(
            *map(entry.text, ("username", "full_name", "organisation")),
            Role(entry.choice("role", list(Role))),
            *map(entry.words, ("title", "phone")),
            entry.day("from_day") or dt.date(2006, 1, 1),
            entry.day("to_day"),
        )


def accounts() -> list[Person]:
    """Those who can log in."""
    return [Person.of(entry) for entry in read("accounts.json")]


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

    `hashed_password` lets tests skip an Argon2 round.
    """
    rows = accounts()
    if hashed_password is None and User.objects.filter(username__in=[p.username for p in rows]).count() < len(rows):
        hashed_password = make_password(settings.DEMO_PASSWORD)
    return _create(rows, password=hashed_password)


def create_people() -> dict[str, Actor | list[Actor]]:
    """Everybody of the story as an actor: by username, CIOs who cannot log in by unit, `signatories` together."""
    others = [Person.of(entry) for entry in read("people.json")]
    users = create_accounts() | _create(others, is_active=False, password="!")
    actors = {name: access.actor_for(user, day=DAY) for name, user in users.items()}
    units = {p.organisation: actors[p.username] for p in others if p.role == Role.DEPARTMENT_CIO}
    return actors | units | {"signatories": [actors[name] for name in SIGNATORIES]}


def _create(rows: Iterable[Person], **defaults) -> dict[str, User]:
    """Users and appointments that are missing, all 演示数据."""
    users = {}
    for person in rows:
        known = {"full_name": person.full_name, "phone": person.phone, "is_demo": True}
        user, _ = User.objects.get_or_create(username=person.username, defaults=known | defaults)
        Appointment.objects.get_or_create(
            user=user,
            organisation=organisation_named(person.organisation),
            role=person.role,
            defaults={"from_day": person.from_day, "to_day": person.to_day, "is_demo": True},
        )
        users[person.username] = user
    return users
