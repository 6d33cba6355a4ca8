"""The ledger: totals are sums of entries, the stages' order holds, every refusal says the numbers and the clause."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction

from budgets import actions
from budgets.ledger import booking
from budgets.ledger.booking import LineKey, Posting
from budgets.models import BudgetLine, Entry, ProjectYear
from governance.basics.refusal import Invalid, Refused
from governance.kernel import verbs
from tests import needs
from tests.budgets.cells import type_in

pytestmark = pytest.mark.django_db


def test_a_line_is_the_sum_of_its_entries_and_the_year_is_kept(cast, p06):
    type_in(cast, p06, "approved", "120")
    type_in(cast, p06, "approved", "110")
    type_in(cast, p06, "approved", "30", source="own")
    line = BudgetLine.objects.get(source="city")
    assert [e.amount_wan for e in line.entries.all()] == [Decimal(120), Decimal(-10)]
    assert line.approved_wan == Decimal(110)
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).approved_wan == Decimal(140)


def test_a_stage_may_be_all_of_the_one_above_to_the_cent(cast, p06):
    for stage in ("approved", "appropriated", "spent"):
        type_in(cast, p06, stage, "110.01")
    with pytest.raises(Refused, match="先收回支出"):
        type_in(cast, p06, "appropriated", "110")
    type_in(cast, p06, "spent", "60")
    assert type_in(cast, p06, "appropriated", "60").appropriated_wan == 60
    assert type_in(cast, p06, "approved", "60").approved_wan == 60


@pytest.mark.parametrize(("stage", "above"), [("appropriated", "approved"), ("spent", "appropriated")])
def test_the_database_itself_refuses_a_stage_above_the_one_before(cast, p06, stage, above):
    line = type_in(cast, p06, "approved", "100")
    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetLine.objects.filter(pk=line.pk).update(**{f"{stage}_wan": Decimal("100.01")})


def test_a_thousand_tenths_are_exactly_a_hundred(cast, p06):
    with verbs.frame():
        line = booking.lock_line(LineKey(p06, 2007, "city"))
        for _ in range(1000):
            booking.book(
                by=cast.finance, line=line, stage="approved", amount_wan=Decimal("0.1"), posting=Posting("adjust")
            )
    assert BudgetLine.objects.get().approved_wan == Decimal("100.00")
    assert ProjectYear.objects.get().approved_wan == Decimal("100.00")


def test_two_amounts_that_can_be_kept_are_refused_where_their_sum_cannot(cast, p06):
    wanted = {"by": cast.finance, "stage": "approved", "posting": Posting("adjust")}
    with verbs.frame():
        line = booking.lock_line(LineKey(p06, 2007, "city"))
        for wan in ("9999999999.98", "0.01"):
            booking.book(line=line, amount_wan=Decimal(wan), **wanted)
        with pytest.raises(Refused, match="超出了能记的金额"):
            booking.book(line=line, amount_wan=Decimal("0.01"), **wanted)


@pytest.mark.parametrize("year", [1989, 2101])
def test_a_line_stands_in_a_year_from_1990_to_2100_and_has_a_known_source(p06, year):
    with verbs.frame():
        for good in (1990, 2100):
            assert booking.lock_line(LineKey(p06, good, "own")).fiscal_year == good
        with pytest.raises(Invalid, match="不是有效的年度"):
            booking.lock_line(LineKey(p06, year, "own"))
        with pytest.raises(Invalid, match="没有资金来源"):
            booking.lock_line(LineKey(p06, 2007, "heaven"))


def test_the_years_of_more_projects_than_one_statement_takes_are_the_sums_of_their_lines(cast, p06):
    for source, wan in (("city", "0.1"), ("own", "0.2")):
        type_in(cast, p06, "approved", wan, source=source)
    type_in(cast, p06, "approved", "9", year=2008)
    ProjectYear.objects.update(approved_wan=1)
    with verbs.frame():
        booking.keep_years([p06.pk], [2007])
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).approved_wan == Decimal("0.30")
    ProjectYear.objects.update(approved_wan=1)
    with verbs.frame():
        booking.keep_years([p06.pk, *range(-5000, 0)], [2007])
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).approved_wan == Decimal("0.30")
    assert ProjectYear.objects.get(project=p06, fiscal_year=2007).spent_wan is None
    assert ProjectYear.objects.get(project=p06, fiscal_year=2008).approved_wan == 1, "a year that was not asked for"


def _race(cast, line: BudgetLine, amounts) -> list[str]:
    """Appropriate several amounts at one barrier, each as an entry of its own on the same line."""
    barrier, results = threading.Barrier(len(amounts)), []

    def go(amount: str) -> None:
        try:
            barrier.wait()
            with verbs.frame():
                locked = booking.lock_line(LineKey(line.project, line.fiscal_year, line.source))
                booking.book(
                    by=cast.finance,
                    line=locked,
                    stage="appropriated",
                    amount_wan=Decimal(amount),
                    posting=Posting("adjust"),
                )
            results.append("ok")
        except Refused:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(a,)) for a in amounts]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted(results)


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_appropriations_that_together_exceed_the_ceiling_are_never_both_booked(cast, p06):
    for year in range(2006, 2026):
        line = type_in(cast, p06, "approved", "100", year=year)
        assert _race(cast, line, ["60", "60"]) == ["ok", "refused"]
        assert BudgetLine.objects.get(pk=line.pk).appropriated_wan == Decimal(60)


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_sources_of_a_project_filled_at_once_both_count_in_the_project_s_year(cast, p06):
    for year in range(2006, 2026):
        sources = ("city", "own", "county")
        barrier, failed = threading.Barrier(len(sources)), []

        def go(source: str, year=year, barrier=barrier, failed=failed) -> None:
            try:
                connection.ensure_connection()
                barrier.wait()
                type_in(cast, p06, "approved", "10", source=source, year=year)
            except Exception as error:
                failed.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=go, args=(s,)) for s in sources]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed
        assert ProjectYear.objects.get(project=p06, fiscal_year=year).approved_wan == 30


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_race_breaks(cast, p06, monkeypatch):
    """The control: the same race with the lock off loses a booking or reaches the database's own check."""
    monkeypatch.setattr(booking, "lock_line", lambda at, **_: BudgetLine.objects.get(**vars(at)))
    broken = 0
    for year in range(2030, 2050):
        line = BudgetLine.objects.create(project=p06, fiscal_year=year, source="city", approved_wan=Decimal(100))
        _race(cast, line, ["60", "60"])
        entries = sum(e.amount_wan for e in Entry.objects.filter(line=line))
        if entries != (BudgetLine.objects.get(pk=line.pk).appropriated_wan or 0) or entries > 100:
            broken += 1
    assert broken
    assert connection.vendor == "postgresql"


def _book_while_freezing(cast, p06, year: int) -> int:
    """Book the first amount of a year on a line being made while the column is frozen: the freeze begins when the
    booking has looked at the column, and the booking ends when the freeze has, unless the freeze waits for it. Returns
    how many lines hold the amount when the column is frozen."""
    frozen = threading.Event()
    booked = threading.Event()

    def go() -> None:
        try:
            with verbs.frame():
                actions.set_cell(by=cast.finance, at=LineKey(p06, year, "city"), stage="approved", typed="10")
                booked.set()
                frozen.wait(0.3)
        except Refused:
            booked.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    booked.wait()
    actions.lock_stage(by=cast.finance, fiscal_year=year, stage="approved")
    frozen.set()
    frozen_with = BudgetLine.objects.filter(fiscal_year=year, approved_wan=10).count()
    thread.join()
    return frozen_with


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_line_made_while_its_column_is_frozen_is_there_before_the_freeze_or_never(cast, p06):
    assert _book_while_freezing(cast, p06, 2007) == 1  # the freeze waited for the booking
    with pytest.raises(Refused, match="已冻结"):
        type_in(cast, p06, "approved", "20", source="own")


@pytest.mark.postgres
@needs.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_gate_a_new_line_slips_into_a_frozen_column(cast, p06, monkeypatch):
    """The control: with the gate off the column is frozen first and the booking arrives afterwards."""
    monkeypatch.setattr(booking, "pass_gate", lambda fiscal_year, freezing=False: None)
    assert _book_while_freezing(cast, p06, 2007) == 0
    assert BudgetLine.objects.filter(fiscal_year=2007, approved_wan=10).count() == 1
