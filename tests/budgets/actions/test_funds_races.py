"""Two at once about outside money, on PostgreSQL: SQLite serialises writers and cannot show these."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from budgets import actions
from budgets.actions import CallTerms, Outcome, Paper, funds
from budgets.funds import effects
from budgets.models import BudgetLine, FundingApplication
from governance.basics.refusal import Refused
from projects.models import Project
from tests import needs
from tests.budgets.actions.test_funds import ASKED, TERMS
from tests.priorities.approval.test_races import Crew

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), needs.postgresql]


@pytest.fixture
def crew():
    crew = Crew(2)
    yield crew
    crew.dismiss()


@pytest.fixture
def call(cast):
    Project.objects.filter(code="P17").update(state="building")
    return actions.record_call(by=cast.reviewer, terms=CallTerms(**TERMS))


def granted(cast, call) -> FundingApplication:
    row = actions.draft_application(by=cast.health_cio, call=call, project=Project.objects.get(code="P17"), asked=ASKED)
    row = actions.send_application(by=cast.reviewer, application=row, version=1, sent_on=None, sent_number="函")
    outcome = Outcome("granted", None, "文号", granted_wan=Decimal(40), fiscal_year=2007)
    return actions.record_outcome(by=cast.reviewer, application=row, version=2, outcome=outcome)


def book_twice(cast, crew, row) -> list:
    seen = effects.effect_of(row.project, "province", 2007, Decimal(40), Decimal(0)).seen
    values = {"application": row, "version": row.version, "relief": "", "paper": Paper("筑财预"), "seen": seen}
    return crew.at_once(*[lambda: actions.book_award(by=cast.finance, **values)] * 2)


def booked() -> Decimal:
    return BudgetLine.objects.get(project__code="P17", source="province").approved_wan


def test_of_two_bookings_at_once_one_counts(cast, crew, call):
    results = book_twice(cast, crew, granted(cast, call))
    assert sum(isinstance(r, FundingApplication) for r in results) == 1, results
    assert sum(isinstance(r, Refused) for r in results) == 1
    assert booked() == 40


def test_without_the_lock_both_would_count(cast, crew, call, monkeypatch):
    row, meet = granted(cast, call), threading.Barrier(2)
    real = effects.effect_of

    def unlocked(model, row, version):
        return model.objects.select_related("call", "project__plan_item").get(pk=row.pk)

    def together(*args):
        found = real(*args)
        meet.wait(20)
        return found

    seen = real(row.project, "province", 2007, Decimal(40), Decimal(0)).seen
    monkeypatch.setattr(funds, "_locked", unlocked)
    monkeypatch.setattr(effects, "effect_of", together)
    values = {"application": row, "version": row.version, "relief": "", "paper": Paper("筑财预"), "seen": seen}
    results = crew.at_once(*[lambda: actions.book_award(by=cast.finance, **values)] * 2)
    assert all(isinstance(r, FundingApplication) for r in results), results
    assert booked() == 80


def test_of_two_drafts_at_once_one_is_made(cast, crew, call):
    project = Project.objects.get(code="P17")
    draft = {"call": call, "project": project, "asked": ASKED}
    results = crew.at_once(*[lambda: actions.draft_application(by=cast.health_cio, **draft)] * 2)
    assert sum(isinstance(r, FundingApplication) for r in results) == 1, results
    assert sum(isinstance(r, Refused) for r in results) == 1
