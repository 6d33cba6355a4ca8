"""年度上限: whatever approves money stays within it, two at once included."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections

from budgets import actions
from budgets.ledger import ceilings
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine, Ceiling
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.models import AuditRow
from projects.models import Project
from tests import needs

YEAR = 2008


def ceiling(cast, typed: str = "100", source: str = "city", **more) -> Ceiling:
    return actions.set_ceiling(
        by=cast.finance, fiscal_year=YEAR, source=source, typed=typed, document="筑财函〔2007〕31号", **more
    )


def approve(cast, code: str, typed: str, source: str = "city"):
    return actions.set_cell(
        by=cast.finance, at=LineKey(Project.objects.get(code=code), YEAR, source), stage="approved", typed=typed
    )


def test_a_cell_that_exceeds_the_ceiling_is_refused_with_the_numbers_and_nothing_is_stored(cast):
    ceiling(cast)
    approve(cast, "P04", "60")
    with pytest.raises(Refused, match=r"批复合计会到 100.01 万元，超过上限 100.00（筑财函〔2007〕31号），多 0.01 万元"):
        approve(cast, "P05", "40.01")
    assert not BudgetLine.objects.filter(project__code="P05").exists()
    assert AuditRow.objects.filter(ok=False, event="budgets.line.set_cell", sentence__contains="超过上限").count() == 1
    approve(cast, "P05", "40")
    approve(cast, "P05", "500", source="own")  # another source has its own ceiling, or none


def test_the_last_cent_counts_and_what_nobody_has_approved_is_nothing(cast):
    assert ceilings.approved(YEAR, "city") == 0
    ceiling(cast)
    approve(cast, "P04", "100")
    with pytest.raises(Refused, match="多 0.01 万元"):
        approve(cast, "P05", "0.01")


def test_a_verb_that_moves_money_is_judged_at_its_end_and_lowering_is_never_refused(cast):
    approve(cast, "P04", "80")
    ceiling(cast, "80")
    line = BudgetLine.objects.get(project__code="P04")
    actions.transfer(
        by=cast.finance,
        line=line,
        to_project=Project.objects.get(code="P05"),
        stage="approved",
        typed="30",
        paper=actions.Paper(document_number="筑财预〔2008〕1号", reason="调剂"),
    )
    approve(cast, "P04", "20")
    assert ceilings.approved(YEAR, "city") == Decimal(50)


def test_a_ceiling_needs_its_paper_an_amount_and_stays_above_what_is_approved(cast):
    approve(cast, "P04", "80")
    with pytest.raises(Refused, match="不能低于已批复的 80.00"):
        ceiling(cast, "79.99")
    for wrong in ({"typed": ""}, {"typed": "约一百"}, {"source": "x"}, {"document": " "}, {"fiscal_year": 1800}):
        with pytest.raises(Invalid):
            actions.set_ceiling(
                by=cast.finance, **({"fiscal_year": YEAR, "source": "city", "typed": "100", "document": "x"} | wrong)
            )
    row = ceiling(cast, "８０")
    assert row.ceiling_wan == Decimal(80)
    with pytest.raises(Stale):
        ceiling(cast, "90", version=0)
    assert ceiling(cast, "90", version=row.version).ceiling_wan == Decimal(90)
    with pytest.raises(WrongRole):
        actions.set_ceiling(by=cast.reviewer, fiscal_year=YEAR, source="city", typed="1", document="x")


def test_the_page_shows_ceilings_beside_what_is_approved_and_keeps_what_was_typed(cast):
    approve(cast, "P04", "80")
    client = cast.client("finance")
    good = {
        "fiscal_year": "2008",
        "source": "city",
        "ceiling_wan": "1,300",
        "document": "筑财函〔2007〕31号",
        "once": "c1",
    }
    assert client.post("/budgets/ceilings/", good).status_code == 302
    assert client.post("/budgets/ceilings/", good).status_code == 302
    page = client.get("/budgets/ceilings/").content.decode()
    assert "1,300.00" in page
    assert "1,220.00" in page
    refused = client.post("/budgets/ceilings/", good | {"ceiling_wan": "很多", "once": "c2"})
    assert refused.status_code == 422
    assert "很多" in refused.content.decode()
    assert cast.client("auditor").post("/budgets/ceilings/", good).status_code == 403


on_postgresql = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    needs.postgresql,
]
RACES, CONTROLS = 500, 60


def race(cast, pool, times: int) -> Counter:
    """Two approvals of 60 under a ceiling of 100, from one barrier, in two projects; what came of each pair."""
    one, two = (Project.objects.get(code=code) for code in ("P04", "P05"))
    found: Counter = Counter()
    for number in range(times):
        source, year = (
            ("city", 1990 + number % 100)
            if number < 100
            else (("own", "bank", "state", "county")[number // 100 - 1], 1990 + number % 100)
        )
        Ceiling.objects.create(fiscal_year=year, source=source, ceiling_wan=100, document="x", by_text="x")
        barrier = threading.Barrier(2)

        def approve_60(project, source=source, year=year, barrier=barrier):
            barrier.wait(timeout=20)
            try:
                actions.set_cell(by=cast.finance, at=LineKey(project, year, source), stage="approved", typed="60")
                return "stored"
            except Refused:
                return "refused"

        results = [f.result(timeout=60) for f in [pool.submit(approve_60, p) for p in (one, two)]]
        total = ceilings.approved(year, source)
        found[tuple(sorted(results)), total] += 1
    return found


@pytest.fixture
def pool():
    made = ThreadPoolExecutor(max_workers=2)
    yield made
    barrier = threading.Barrier(2)
    for future in [made.submit(lambda: (barrier.wait(timeout=20), connections.close_all())) for _ in range(2)]:
        future.result(timeout=30)
    made.shutdown()


class TestTwoAtOnce:
    pytestmark = on_postgresql

    def test_of_500_pairs_that_together_exceed_a_ceiling_never_both_are_stored(self, cast, pool):
        assert race(cast, pool, RACES) == {(("refused", "stored"), Decimal(60)): RACES}

    def test_without_the_lock_some_pairs_exceed_it(self, cast, pool, monkeypatch):
        monkeypatch.setattr(
            ceilings, "lock", lambda year, source: Ceiling.objects.filter(fiscal_year=year, source=source).first()
        )
        found = race(cast, pool, CONTROLS)
        assert any(total > 100 for _, total in found), found
