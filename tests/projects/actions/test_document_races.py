"""Two at once about an approval, on PostgreSQL: SQLite serialises writers and cannot show these. The control reads the
rows without their locks, so that a green test means something."""

from __future__ import annotations

from collections import Counter

import pytest

from governance.basics.refusal import Refused
from governance.kernel import audit
from governance.models import Answer, Round, Seat
from governance.signing import rounds
from projects import actions
from projects.actions import documents
from projects.models import Project, TechnicalDocument
from tests import needs
from tests.priorities.approval.test_races import Crew
from tests.rows import twin_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), needs.postgresql]
CONTROLS = 20


@pytest.fixture
def crew():
    crew = Crew(2)
    yield crew
    crew.dismiss()


@pytest.fixture
def no_locks(monkeypatch):
    """The control: the document and its round are read without FOR UPDATE."""
    monkeypatch.setattr(
        documents, "_locked", lambda row: TechnicalDocument.objects.select_related("project").get(pk=row.pk)
    )
    monkeypatch.setattr(rounds, "lock", lambda pk: Round.objects.get(pk=pk))


def filed(cast, project: Project, count: int) -> list[TechnicalDocument]:
    """Schemes before their pre-approval: one is filed, the others are its twins of other editions and projects."""
    first = actions.file_document(by=cast.reviewer, project=project, kind="scheme", title="建设方案 1.0")
    opened, seat = first.round, Seat.objects.get(round_id=first.round_id)
    made = [first]
    for other in Project.objects.exclude(pk=project.pk).order_by("pk")[: count - 1]:
        twin = twin_of(first, project=other)
        twin.round = twin_of(opened, about=twin.audit_key)
        twin_of(seat, round=twin.round)
        twin.save()
        made.append(twin)
    return made


def decide(by, row: TechnicalDocument):
    return lambda: actions.sign_document(
        by=by, row=row, decision=actions.Decision("agree", number="筑信办批〔2007〕1号")
    )


def test_of_two_pre_approvals_at_once_one_counts_and_one_approval_begins(cast, under_way, crew):
    rows = filed(cast, under_way("P17", "approved"), 27)
    outcomes = Counter()
    for row in rows:
        results = crew.at_once(decide(cast.office_head, row), decide(cast.office_head, row))
        outcomes[tuple(sorted(type(r).__name__ for r in results))] += 1
    assert outcomes == {("Refused", "str"): len(rows)}
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.step) == ("signing", "approve")
        begun = Round.objects.filter(about=row.audit_key, kind="document_approve")
        assert [r.state for r in begun] == ["open"]
        assert Answer.objects.filter(seat__round__about=row.audit_key).count() == 1
    assert audit.verify()["ok"]


def test_without_the_locks_two_pre_approvals_at_once_end_in_an_error(cast, under_way, crew, no_locks):
    rows = filed(cast, under_way("P17", "approved"), CONTROLS)
    results = [r for row in rows for r in crew.at_once(decide(cast.office_head, row), decide(cast.office_head, row))]
    assert [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)]


def test_of_two_editions_filed_at_once_one_is_taken(cast, under_way, crew):
    for code in ("P01", "P02", "P05", "P12", "P17", "P24"):
        project = under_way(code, "approved")
        calls = [
            lambda project=project: actions.file_document(
                by=cast.reviewer, project=project, kind="scheme", title="建设方案 1.0"
            )
        ] * 2
        results = crew.at_once(*calls)
        assert Counter(type(r).__name__ for r in results) == {"TechnicalDocument": 1, "Refused": 1}, results
    assert TechnicalDocument.objects.count() == 6


def test_an_approval_and_the_end_of_the_works_leave_no_round_open(cast, under_way, crew):
    for code in ("P01", "P02", "P05", "P12", "P17", "P24"):
        project = under_way(code, "approved")
        row = actions.file_document(by=cast.reviewer, project=project, kind="scheme", title="建设方案 1.0")
        results = crew.at_once(
            decide(cast.office_head, row),
            lambda project=project: actions.change_state(
                by=cast.reviewer, project=project, version=project.version, step="terminate", reason="不再实施"
            ),
        )
        assert all(not isinstance(r, Exception) or isinstance(r, Refused) for r in results), results
        row.refresh_from_db()
        assert row.state == "refused"
        assert not Round.objects.filter(about=row.audit_key, state="open").exists()
