"""What pages of floor 5 show of money: who pays beside what is there, the even split, sums, search."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from budgets import actions, payers
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine
from budgets.panels import money
from projects.models import Project
from tests.budgets.cells import fill

EVEN = {2005: "8.73", 2006: "691.27", 2007: "2180.00", 2008: "1995.00", 2009: "1051.50", 2010: "956.50"}


@pytest.mark.django_db
def test_the_even_split_by_month_is_the_published_one_and_never_stored(plan):
    years = list(EVEN)
    sums = [sum(money.even_split(p, years)[i] for p in Project.objects.planned()) for i in range(6)]
    assert [f"{s:.2f}" for s in sums] == [EVEN[y] for y in years]
    assert not BudgetLine.objects.exists()


def test_who_pays_stands_beside_the_money_that_is_there():
    held = {"state": Decimal(30), "own": Decimal(5)}
    shown = money.paying(payers.PayerQuestion(mandate="state"), held, "申报")
    assert [(r["label"], r["role"], r["clause"], r["wan"]) for r in shown.rows] == [
        ("国家", "主要出资", "8.1(3)", 30),
        ("市财政", "配套", "8.1(3)", None),
        ("县（市、区）财政", "配套", "8.1(3)", None),
        ("建设单位自筹", "", "", 5),
    ]
    assert (shown.total, shown.type_open) == (35, True)
    governed = money.paying(payers.PayerQuestion(investment_type="government"), held, "申报")
    assert [(r["label"], r["role"], r["clause"]) for r in governed.rows[1:]] == [
        ("国家", "补充", "8.2(1)"),
        ("建设单位自筹", "补充", "8.2(1)"),
    ]


@pytest.mark.django_db
def test_a_project_says_who_pays_with_the_clause_the_conflict_and_what_is_approved(cast):
    project = Project.objects.get(code="P17")
    project.mandate, project.investment_type = "state", "market"
    project.save()
    line = actions.set_cell(by=cast.finance, at=LineKey(project, 2007, "city"), stage="approved", typed="12.5")
    for address in ("/projects/P17/", f"/budgets/lines/{line.pk}/"):
        page = cast.client("finance").get(address).content.decode()
        for words in (
            "国家资金，地方配套由市级与县（市、区）财政",
            "各出多少原文没有写",
            "12.50",
            'href="/governance/discrepancies/D12/"',
            "8.2(2)",
        ):
            assert words in page, (address, words)


@pytest.mark.django_db
def test_panels_sum_what_the_reader_sees(cast):
    fill(cast, "P06", "approved", "10")
    fill(cast, "P17", "approved", "5", source="state")
    assert dict(money.year_brief(cast.finance, 2007).sums) == {"approved": 15, "appropriated": None, "spent": None}
    assert money.year_brief(cast.health_cio, 2007) is None
    own = money.project_money(Project.objects.get(code="P17"), cast.health_cio, dt.date(2007, 8, 20))
    assert {stage: own.totals[stage] for stage in ("approved", "appropriated", "spent")} == {
        "approved": Decimal(5),
        "appropriated": None,
        "spent": None,
    }


@pytest.mark.django_db
def test_search_finds_a_paper_in_what_the_reader_sees(cast):
    for code in ("P06", "P17"):
        line = fill(cast, code, "approved", "10")
        at, paper = LineKey(line.project, 2007, "city"), actions.Paper("筑财预〔2007〕40号", "工程顺延")
        actions.book(by=cast.finance, at=at, stage="approved", kind="adjust", typed="1", paper=paper)
    assert [hit[0] for hit in money.search(cast.finance, "〔2007〕40号")] == ["P17", "P06"]
    assert [hit[0] for hit in money.search(cast.health_cio, "〔2007〕40号")] == ["P17"]
    assert money.search(cast.sysadmin, "〔2007〕40号") == []
