"""Two at once about people, on PostgreSQL, each with its control: a second CIO, one new name in two lists."""

from __future__ import annotations

import datetime as dt

import pytest

from governance import actions
from governance.actions import people, training
from governance.basics.refusal import Invalid, Refused
from governance.kernel import audit
from governance.models import Appointment, Organisation, Trainee, User
from tests import needs
from tests.priorities.approval.test_races import Crew

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), needs.postgresql]
DAY = dt.date(2007, 8, 20)
TIMES = 10


@pytest.fixture
def crew():
    crew = Crew(2)
    yield crew
    crew.dismiss()


def free_units() -> list[Organisation]:
    """Departments without a CIO."""
    units = Organisation.objects.units().filter(kind="市直部门").exclude(appointments__role="department_cio")
    return list(units.order_by("pk")[:TIMES])


def appoint_two(cast, crew, unit: Organisation) -> list[object]:
    calls = []
    for n in range(2):
        user = User.objects.create_user(f"two-{unit.pk}-{n}", "Gui-Yang-2007!", full_name=f"候选{n}")
        given = {"user": user, "organisation": unit, "role": "department_cio", "from_day": DAY}
        calls.append(lambda given=given: actions.grant(by=cast.secadmin, **given))
    return crew.at_once(*calls)


def test_of_two_cios_appointed_at_once_the_second_is_asked_about(cast, crew):
    for unit in (units := free_units()):
        results = appoint_two(cast, crew, unit)
        assert sorted(type(r).__name__ for r in results) == ["Appointment", "Invalid"], results
    assert Appointment.objects.filter(organisation__in=units, role="department_cio").count() == len(units)
    assert audit.verify()["ok"]


def test_control_without_the_lock_both_are_appointed(cast, crew, monkeypatch):
    monkeypatch.setattr(people, "lock_units", lambda ids: None)
    results = [appoint_two(cast, crew, unit) for unit in free_units()]
    assert any(not any(isinstance(r, Invalid) for r in pair) for pair in results)


def list_twice(cast, crew, n: int) -> list[object]:
    row = ["2", "市卫生局", f"新人{n}", "", "", "党政机关公务员", "", "", "", ""]
    return crew.at_once(*[lambda: actions.import_roster(by=cast.reviewer, rows=[row])] * 2)


def test_two_lists_with_one_new_name_make_one_person(cast, crew):
    for n in range(TIMES):
        results = list_twice(cast, crew, n)
        assert sum(isinstance(r, Refused) for r in results) == 1, results
    assert Trainee.objects.count() == TIMES


def test_control_without_the_lock_two_lists_clash(cast, crew, monkeypatch):
    monkeypatch.setattr(training, "lock_units", lambda ids: None)
    results = [list_twice(cast, crew, n) for n in range(TIMES)]
    assert any(not any(isinstance(r, Refused) for r in pair) for pair in results)
