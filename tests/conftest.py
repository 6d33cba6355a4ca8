"""The cast that every test shares, the plan in the database, and the business day of the demonstration."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client

from governance import access, clock

TODAY = dt.date(2007, 8, 20)
PASSWORD_HASH = make_password("Guiyang-2006")
NAMES = {
    "health_cio": "demo-cio",
    "reviewer": "demo-reviewer",
    "office_head": "demo-office",
    "finance": "demo-finance",
    "ndrc": "demo-ndrc",
    "industry": "demo-industry",
    "leader": "demo-leader",
    "expert": "demo-expert",
    "network": "demo-network",
    "district": "demo-district",
    "auditor": "demo-auditor",
    "sysadmin": "demo-sysadmin",
    "secadmin": "demo-secadmin",
}


@pytest.fixture(autouse=True)
def business_day(settings):
    """Every test plays on 2007-08-20 unless it says otherwise (clock.at)."""
    settings.GUIYANG_TODAY = TODAY.isoformat()
    clock._kept.clear()
    yield TODAY
    clock._kept.clear()


@pytest.fixture
def media(settings, tmp_path):
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def plan(db):
    """The plan loaded into the test's database."""
    call_command("load_plan", stdout=io.StringIO())


@dataclass
class Cast:
    """Named people of the offices as Actors; `client(name)` is a logged-in browser of one of them."""

    users: dict
    actors: dict = field(default_factory=dict)

    def __getattr__(self, name: str) -> access.Actor:
        if name not in NAMES:
            raise AttributeError(name)
        if name not in self.actors:
            self.actors[name] = access.actor_for(self.users[NAMES[name]])
        return self.actors[name]

    def user(self, name: str):
        return self.users[NAMES[name]]

    def client(self, name: str, **kwargs) -> Client:
        client = Client(**kwargs)
        client.force_login(self.user(name), backend="governance.backends.AppointedBackend")
        return client


@pytest.fixture
def cast(plan) -> Cast:
    """The demonstration's people, on a loaded plan."""
    from guiyang_egov.demo.accounts import create_accounts

    return Cast(create_accounts(hashed_password=PASSWORD_HASH))
