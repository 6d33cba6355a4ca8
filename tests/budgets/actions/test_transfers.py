"""调剂 and 结转: two entries of one document; the city's sum stays, no more moves than is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine, Entry, ProjectYear
from governance.basics.refusal import Invalid, Refused, WrongRole
from projects.models import Project
from tests.budgets.cells import type_in

pytestmark = pytest.mark.django_db


PAPER = actions.Paper("筑财预〔2007〕40号", "工程顺延")


def test_a_transfer_is_two_entries_with_one_document_and_the_city_s_sum_stays(cast, p06):
    p01 = Project.objects.get(code="P01")
    line = type_in(cast, p06, "approved", "100")
    target = actions.transfer(by=cast.finance, line=line, to_project=p01, stage="approved", typed="30.5", paper=PAPER)
    assert (BudgetLine.objects.get(pk=line.pk).approved_wan, target.approved_wan) == (
        Decimal("69.50"),
        Decimal("30.50"),
    )
    moved = Entry.objects.filter(kind="transfer")
    assert sum(e.amount_wan for e in moved) == 0
    assert {e.document_number for e in moved} == {PAPER.document_number}


def test_a_transfer_needs_a_paper_and_never_takes_what_is_appropriated(cast, p06):
    p01 = Project.objects.get(code="P01")
    type_in(cast, p06, "approved", "100")
    line = type_in(cast, p06, "appropriated", "80")
    with pytest.raises(Invalid, match="文号和理由"):
        actions.transfer(
            by=cast.finance,
            line=line,
            to_project=p01,
            stage="approved",
            typed="10",
            paper=actions.Paper(),
        )
    with pytest.raises(Refused, match="先收回下达"):
        actions.transfer(by=cast.finance, line=line, to_project=p01, stage="approved", typed="20.01", paper=PAPER)
    assert Entry.objects.filter(kind="transfer").count() == 0


def test_what_is_not_spent_is_carried_into_the_next_year_with_what_is_appropriated(cast, p06):
    for stage, typed in (("approved", "100"), ("appropriated", "80"), ("spent", "60")):
        line = type_in(cast, p06, stage, typed)
    following = actions.carry_over(by=cast.finance, line=line, typed="40", paper=PAPER)
    line.refresh_from_db()
    assert (line.approved_wan, line.appropriated_wan, line.spent_wan) == (60, 60, 60)
    assert (following.fiscal_year, following.approved_wan, following.appropriated_wan, following.spent_wan) == (
        2008,
        40,
        20,
        None,
    )
    assert ProjectYear.objects.get(project=p06, fiscal_year=2008).appropriated_wan == 20


def test_no_more_is_carried_over_than_is_left(cast, p06):
    for stage, typed in (("approved", "100"), ("appropriated", "80"), ("spent", "60")):
        line = type_in(cast, p06, stage, typed)
    with pytest.raises(Refused, match=r"可结转的 40\.00 万元（批复 100\.00 减支出 60\.00）") as refusal:
        actions.carry_over(by=cast.finance, line=line, typed="40.01", paper=PAPER)
    assert refusal.value.current == {"ceiling_wan": "40.00"}
    assert not BudgetLine.objects.filter(fiscal_year=2008).exists()


def test_a_frozen_year_neither_gives_nor_takes(cast, p06):
    line = type_in(cast, p06, "approved", "100")
    actions.lock_stage(by=cast.finance, fiscal_year=2008, stage="approved")
    with pytest.raises(Refused, match="2008 年的批复已冻结"):
        actions.carry_over(by=cast.finance, line=line, typed="10", paper=PAPER)


@pytest.mark.parametrize("verb", ["transfer", "carry_over", "book"])
def test_only_the_finance_bureau_moves_money(cast, p06, verb):
    line = type_in(cast, p06, "approved", "100")
    wanted = {
        "transfer": {"line": line, "to_project": p06, "stage": "approved"},
        "carry_over": {"line": line},
        "book": {"at": LineKey(p06, 2007, "city"), "stage": "approved", "kind": "adjust"},
    }[verb]
    with pytest.raises(WrongRole):
        getattr(actions, verb)(by=cast.reviewer, typed="1", paper=actions.Paper("1", "x"), **wanted)
