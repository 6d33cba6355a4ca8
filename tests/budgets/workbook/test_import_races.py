"""Two imports at once on PostgreSQL: one is written, the other hears that both changed; with the lock off it breaks."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

import pytest
from django.db import connection, connections

from budgets.models import BudgetLine, Entry, ProjectYear
from budgets.workbook import export, import_booking, importing
from budgets.workbook.import_comparison import Comparison
from tests import needs
from tests.budgets.workbooks import cell, changed

pytestmark = [
    pytest.mark.postgres,
    needs.postgresql,
    pytest.mark.django_db(transaction=True),
]
DAY = dt.date(2007, 8, 20)


def _two_at_once(monkeypatch, actor, contents) -> list[importing.Plan]:
    """Both imports compare before either books, unless a lock keeps one of them waiting."""
    met, book = threading.Barrier(len(contents)), import_booking.book

    def wait_and_book(*args) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):  # the other one waits for this one's lock
            met.wait(1)
        book(*args)

    monkeypatch.setattr(import_booking, "book", wait_and_book)
    plans, failed = [], []

    def go(content: bytes) -> None:
        try:
            plans.append(importing.commit(content, actor))
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(c,)) for c in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    return plans


def filled_twice(cast, *codes: str) -> list[bytes]:
    """The same workbook filled by two people, 批复 85 and 90; P04 holds 80, others have no line yet."""
    cell(cast.finance, "P04", "approved", "80")
    left = export.export(2007, cast.finance, DAY)[0]
    return [changed(left, {(f"{code}|2007|city", "批复"): amount for code in codes}) for amount in (85, 90)]


def test_of_two_imports_one_is_written_and_the_other_is_told_that_both_changed(cast, monkeypatch):
    written, told = sorted(
        _two_at_once(monkeypatch, cast.finance, filled_twice(cast, "P04", "P05")), key=lambda p: not p.committed
    )
    assert (written.committed, told.committed) == (True, False)
    assert {d.status for d in told.differences} == {"conflict"}
    amount = written.changes[0].new
    for code in ("P04", "P05"):
        line = BudgetLine.objects.get(project__code=code, fiscal_year=2007)
        assert f"{line.approved_wan:.2f}" == amount
        assert sum(e.amount_wan for e in Entry.objects.filter(line=line)) == line.approved_wan
        assert ProjectYear.objects.get(project__code=code, fiscal_year=2007).approved_wan == line.approved_wan


def test_without_the_lock_both_are_written_over_each_other(cast, monkeypatch):
    """The control: the comparison does not lock, both find themselves clean, and the ledger no longer adds up."""
    compare = Comparison.__init__
    monkeypatch.setattr(
        Comparison, "__init__", lambda self, sheets, *, lock=False, choices=None: compare(self, sheets, choices=choices)
    )
    plans = _two_at_once(monkeypatch, cast.finance, filled_twice(cast, "P04"))
    assert [p.committed for p in plans] == [True, True]
    assert connection.vendor == "postgresql"
    line = BudgetLine.objects.get(project__code="P04", fiscal_year=2007)
    assert sum(e.amount_wan for e in Entry.objects.filter(line=line)) != line.approved_wan
