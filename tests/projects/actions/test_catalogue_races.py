"""Two at once about the catalogue, on PostgreSQL: an equal new name becomes one entry; without the lock it does not."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Refused
from governance.kernel import numbering
from governance.models import Counter
from projects import actions
from projects.models import DataParty, SharedData
from tests import needs
from tests.priorities.approval.test_races import Crew

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), needs.postgresql]
TIMES = 30


@pytest.fixture
def crew():
    crew = Crew(2)
    yield crew
    crew.dismiss()


def propose(by, name: str):
    return lambda: actions.propose_data(by=by, name=name, side="provides")


def test_two_units_that_name_the_same_new_data_share_one_entry(cast, crew):
    Counter.objects.get_or_create(name="shared-data")
    for n in range(TIMES):
        results = crew.at_once(propose(cast.health_cio, f"数据 {n}"), propose(cast.industry, f"数据{n}"))
        assert {type(r) for r in results} == {SharedData}, results
        assert results[0] == results[1]
    assert SharedData.objects.count() == TIMES
    assert DataParty.objects.count() == 2 * TIMES


def test_a_double_click_leaves_one_party(cast, crew):
    Counter.objects.get_or_create(name="shared-data")
    for n in range(TIMES):
        results = crew.at_once(propose(cast.health_cio, f"数据 {n}"), propose(cast.health_cio, f"数据 {n}"))
        assert sorted(type(r).__name__ for r in results) == ["Refused", "SharedData"], results
        assert isinstance(next(r for r in results if isinstance(r, Exception)), Refused)
    assert DataParty.objects.count() == TIMES


def test_without_the_lock_one_of_two_ends_in_an_error(cast, crew, monkeypatch):
    """The control: the counter gives numbers without its row's lock."""
    numbers = iter(range(1, 10_000))
    monkeypatch.setattr(numbering, "take", lambda name: next(numbers))
    seen = set()
    for n in range(TIMES):
        results = crew.at_once(propose(cast.health_cio, f"数据 {n}"), propose(cast.industry, f"数据{n}"))
        seen |= {type(r).__name__ for r in results}
    assert "IntegrityError" in seen
