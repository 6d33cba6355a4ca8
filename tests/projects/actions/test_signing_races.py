"""Two at once about an acceptance, on PostgreSQL: SQLite serialises writers and cannot show these."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.basics.refusal import Refused
from governance.kernel import audit
from governance.models import Organisation, Round
from projects import actions
from projects.models import Acceptance, Project
from tests import needs
from tests.priorities.approval.test_races import Crew
from tests.projects.gates import record_papers

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    needs.postgresql,
]
LED = ("P01", "P02", "P05", "P12", "P17", "P24")  # 市信息产业局 leads them: an independent signature is asked for


@pytest.fixture
def crew():
    crew = Crew(2)
    yield crew
    crew.dismiss()


def conclude(cast, project: Project, version: int) -> Acceptance:
    return actions.conclude_acceptance(
        by=cast.industry,
        project=project,
        version=version,
        stage="first",
        result=actions.AcceptanceResult("pass", "合格", dt.date(2007, 8, 20)),
        independent=Organisation.objects.get(name="市财政局"),
    )


def ready(cast, under_way, code: str) -> Project:
    project = under_way(code)
    record_papers(cast.reviewer, project, "accept_first")
    project.refresh_from_db()
    return project


def test_a_signature_and_the_end_of_the_works_never_leave_a_round_open_on_ended_works(cast, under_way, crew):
    seen = set()
    for code in LED:
        project = ready(cast, under_way, code)
        row = conclude(cast, project, project.version)
        project.refresh_from_db()
        results = crew.at_once(
            lambda row=row: actions.sign_acceptance(by=cast.finance, acceptance=row, kind="agree"),
            lambda project=project: actions.change_state(
                by=cast.reviewer, project=project, version=project.version, step="terminate", reason="不再实施"
            ),
        )
        assert all(not isinstance(r, Exception) or isinstance(r, Refused) for r in results), results
        project.refresh_from_db(), row.refresh_from_db()
        seen.add((project.state, row.state, Round.objects.get(pk=row.round_id).state))
    assert seen <= {("terminated", "refused", "closed"), ("first_acceptance", "concluded", "concluded")}
    assert audit.verify()["ok"]


def test_of_two_conclusions_at_once_one_is_taken(cast, under_way, crew):
    for code in LED:
        project = ready(cast, under_way, code)
        results = crew.at_once(*[lambda project=project: conclude(cast, project, project.version)] * 2)
        assert sum(isinstance(r, Acceptance) for r in results) == 1, results
        assert sum(isinstance(r, Refused) for r in results) == 1
    assert Acceptance.objects.count() == len(LED)
