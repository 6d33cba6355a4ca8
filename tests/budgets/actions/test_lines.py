"""A cell set to what people type: read, refused with the numbers and the clause, stale, frozen."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine, Entry
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.kernel import audit
from governance.models import AuditRow
from tests.budgets.cells import type_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "wan"),
    [
        ("３００", "300.00"),
        ("1,200.50", "1200.50"),
        ("１，２００", "1200.00"),
        ("1200万元", "1200.00"),
        ("12000000元", "1200.00"),
        ("壹仟贰佰", "1200.00"),
        ("0.005", "0.01"),
        (" 45 ", "45.00"),
    ],
)
def test_an_amount_is_read_as_people_type_it_and_the_original_is_kept(cast, p06, typed, wan):
    line = type_in(cast, p06, "approved", typed)
    assert line.approved_wan == Decimal(wan)
    assert line.entries.get().as_typed == typed


@pytest.mark.parametrize(
    "typed",
    ["-5", "1e400", "NaN", "Infinity", "三五百", "1,20,0", "９９９９９９９９９９９９９９", "abc", "1_000", "12 34万吨"],
)
def test_what_is_no_amount_is_refused_and_nothing_is_stored(cast, p06, typed):
    with pytest.raises(Invalid) as refusal:
        type_in(cast, p06, "approved", typed)
    assert typed[:5] in refusal.value.sentence
    assert not Entry.objects.exists()
    assert not BudgetLine.objects.exists()


def test_appropriated_above_approved_is_refused_with_the_numbers_the_clause_and_the_cure(cast, p06):
    type_in(cast, p06, "approved", "110")
    with pytest.raises(Refused) as refusal:
        type_in(cast, p06, "appropriated", "120")
    assert (
        refusal.value.sentence
        == "没有保存：下达 120.00 超过批复 110.00，多出 10.00 万元。下达不得大于批复，专款专用（9.2.2）。"
    )
    assert refusal.value.current == {"ceiling_wan": "110.00"}
    assert BudgetLine.objects.get().appropriated_wan is None


def test_spent_above_appropriated_is_refused(cast, p06):
    type_in(cast, p06, "approved", "110")
    type_in(cast, p06, "appropriated", "60")
    with pytest.raises(Refused, match="支出 60.01 超过下达 60.00"):
        type_in(cast, p06, "spent", "60.01")


def test_approved_may_not_fall_below_what_is_appropriated(cast, p06):
    type_in(cast, p06, "approved", "110")
    type_in(cast, p06, "appropriated", "60")
    with pytest.raises(Refused, match="先收回下达"):
        type_in(cast, p06, "approved", "59.99")


def test_a_refusal_writes_an_audit_row_and_nothing_else(cast, p06):
    before = Entry.objects.count()
    with pytest.raises(Refused):
        type_in(cast, p06, "spent", "1")
    row = AuditRow.objects.order_by("-seq").first()
    assert (row.event, row.ok) == ("budgets.line.set_cell", False)
    assert Entry.objects.count() == before
    assert audit.verify()["ok"]


def test_an_older_version_is_stale_and_shows_what_is_there(cast, p06):
    line = type_in(cast, p06, "approved", "100")
    type_in(cast, p06, "approved", "101")
    with pytest.raises(Stale) as stale:
        type_in(cast, p06, "approved", "99", version=line.version)
    assert stale.value.current["approved"] == "101.00"


def test_only_the_finance_bureau_edits(cast, p06):
    with pytest.raises(WrongRole):
        actions.set_cell(by=cast.reviewer, at=LineKey(p06, 2007, "city"), stage="approved", typed="1")


def test_a_frozen_column_takes_nothing(cast, p06):
    actions.lock_stage(by=cast.finance, fiscal_year=2007, stage="approved")
    with pytest.raises(Refused, match="已冻结"):
        type_in(cast, p06, "approved", "1")


def test_an_empty_cell_is_not_zero(cast, p06):
    type_in(cast, p06, "approved", "100")
    with pytest.raises(Refused, match="空不等于零"):
        type_in(cast, p06, "approved", "")


@pytest.mark.parametrize(
    ("typed", "wan"), [("9999999999.99", "9999999999.99"), ("9,999,999,999.99", "9999999999.99"), ("0.004", "0.00")]
)
def test_the_largest_and_the_smallest_amounts_are_kept_to_the_cent(cast, p06, typed, wan):
    assert type_in(cast, p06, "approved", typed).approved_wan == Decimal(wan)
    assert BudgetLine.objects.get().approved_wan == Decimal(wan)
