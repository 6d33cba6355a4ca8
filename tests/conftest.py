"""The cast that every test shares, the plan in the database, and the business day of the demonstration."""

from __future__ import annotations

import datetime as dt
import io
import time
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client

from governance.basics import clock
from governance.database import append_only
from governance.kernel import access
from governance.models import Appointment, Plan
from governance.web import confirmation, sessions
from tests import needs
from tests.copies import Copy

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
    "resource": "demo-resource",
    "ca": "demo-ca",
    "district": "demo-district",
    "auditor": "demo-auditor",
    "sysadmin": "demo-sysadmin",
    "secadmin": "demo-secadmin",
}


def pytest_configure():
    needs.look_for_pango()


def pytest_terminal_summary(terminalreporter):
    if line := needs.line_of([report.longrepr[2] for report in terminalreporter.stats.get("skipped", ())]):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests empty their tables between them: the triggers that forbid it for the audit trail are put back by the tests
    that are about them (append_only.install)."""
    with django_db_blocker.unblock():
        append_only.remove()


@pytest.fixture(autouse=True)
def business_day(settings):
    """Every test plays on 2007-08-20 unless it says otherwise (clock.at)."""
    settings.GUIYANG_TODAY = TODAY.isoformat()
    clock.forget_demonstration_day()
    yield TODAY
    clock.forget_demonstration_day()


@pytest.fixture
def media(settings, tmp_path):
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


OUR_APPS = ("governance", "projects", "budgets", "priorities")
_plan = Copy(lambda: call_command("load_plan", stdout=io.StringIO()))


@pytest.fixture
def plan(db):
    """The plan in the test's database: loaded by its command once a process, copied in for every later test."""
    if Plan.objects.exists():
        call_command("load_plan", stdout=io.StringIO())
    else:
        _plan.put()


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
        """Just logged in: the password was given a moment ago."""
        client = Client(**kwargs)
        log_in(client, self.user(name))
        return client


def log_in(client: Client, user) -> None:
    client.force_login(user, backend="governance.people.backends.AppointedBackend")
    session = client.session
    session[confirmation.KEY] = session[sessions.BEGAN] = session[sessions.SEEN] = int(time.time())
    hats = Appointment.objects.in_force(clock.today()).filter(user=user)
    session[sessions.HATS] = sorted(hats.values_list("pk", flat=True))  # so that the first page writes nothing
    session.save()


@pytest.fixture
def cast(plan) -> Cast:
    """The demonstration's people, on a loaded plan."""
    from guiyang_egov.demo.accounts import create_accounts

    return Cast(create_accounts(hashed_password=PASSWORD_HASH))
