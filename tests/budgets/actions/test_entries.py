"""Entries by hand: signed differences with their document and reason, reversed once, never edited."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine, Entry
from governance.basics.refusal import Refused
from tests.budgets.cells import type_in

pytestmark = pytest.mark.django_db


def test_a_mistake_is_reversed_once_never_edited(cast, p06):
    line = type_in(cast, p06, "approved", "100")
    entry = line.entries.get()
    actions.reverse_entry(by=cast.finance, entry=entry, reason="录错项目")
    line.refresh_from_db()
    assert line.approved_wan == 0
    assert line.entries.count() == 2
    with pytest.raises(Refused, match="已经冲正过"):
        actions.reverse_entry(by=cast.finance, entry=entry, reason="再来")


def book(cast, project, kind, typed, stage="approved", **more):
    at = LineKey(project, 2007, more.pop("source", "city"))
    paper = actions.Paper(**{"reason": "专题会议"} | more)
    return actions.book(by=cast.finance, at=at, stage=stage, kind=kind, typed=typed, paper=paper)


def test_an_entry_is_a_signed_difference_with_its_document_and_reason(cast, p06):
    book(cast, p06, "opening", "100", document_number="筑财〔2006〕1号")
    book(cast, p06, "adjust", "－２０")
    book(cast, p06, "clawback", "30")
    line = BudgetLine.objects.get()
    assert line.approved_wan == Decimal(50)
    assert [(e.kind, e.amount_wan, e.as_typed) for e in line.entries.all()] == [
        ("opening", Decimal(100), "100"),
        ("adjust", Decimal(-20), "－２０"),
        ("clawback", Decimal(-30), "30"),
    ]
    assert {e.by_text for e in line.entries.all()} == {cast.finance.text}


@pytest.mark.parametrize(
    ("kind", "typed", "more", "said"),
    [
        ("adjust", "0", {}, "不是 0"),
        ("adjust", "5", {"reason": ""}, "写明理由"),
        ("transfer", "5", {}, "不能手工填"),
        ("opening", "-5", {}, "大于 0"),
        ("clawback", "5", {}, "不能小于 0"),
        ("adjust", "5", {"source": "god"}, "没有资金来源"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(cast, p06, kind, typed, more, said):
    with pytest.raises(Refused, match=said):
        book(cast, p06, kind, typed, **more)
    assert not Entry.objects.exists()
