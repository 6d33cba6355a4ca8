"""The money as of any recorded day, and what was booked between two."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import STAGES, BudgetLine, Entry
from budgets.table import past
from governance.basics import clock
from projects.models import Project

FIELDS = {stage: f"{stage}_wan" for stage, _ in STAGES}


def photograph() -> dict:
    """Every line's stages as the maintained row holds them; unfilled ones left out."""
    found = {}
    for line in BudgetLine.objects.select_related("project"):
        amounts = {stage: getattr(line, name) for stage, name in FIELDS.items() if getattr(line, name) is not None}
        if amounts:
            found[line.project.code, line.fiscal_year, line.source] = amounts
    return found


def test_the_money_as_of_any_day_equals_a_snapshot_taken_that_day(cast):
    """240 random bookings through the verb over random days; each day photographed from the maintained rows."""
    chance, seen = random.Random(9), {}
    days = sorted(dt.date(2006, 2, 1) + dt.timedelta(days=chance.randrange(500)) for _ in range(240))
    projects = list(Project.objects.filter(code__in=("P01", "P02", "P04", "P17")))
    for day in days:
        with clock.at(day):
            project, year = chance.choice(projects), chance.choice((2006, 2007))
            stage = chance.choice(("estimate", "approved"))
            amount = Decimal(chance.randrange(1, 20_000)) / 100
            line = BudgetLine.objects.filter(project=project, fiscal_year=year, source="city").first()
            actions.set_cell(
                by=cast.finance,
                at=LineKey(project, year, "city"),
                stage=stage,
                typed=str(amount),
                version=line.version if line else None,
                paper=actions.Paper(document_number="文1号", reason="调整"),
            )
        seen[day] = photograph()
    assert Entry.objects.count() >= 200
    for day, lines in seen.items():
        assert past.as_of(day, cast.finance).lines == lines
    first, last = min(seen), max(seen)
    moved = past.differences(past.as_of(first, cast.finance), past.as_of(last, cast.finance))
    assert sum(m.by_wan for m in moved) == sum(sum(amounts.values()) for amounts in seen[last].values()) - sum(
        sum(amounts.values()) for amounts in seen[first].values()
    )


def test_who_sees_no_money_of_a_project_sees_none_of_its_past(cast):
    for code in ("P01", "P17"):
        project = Project.objects.get(code=code)
        actions.set_cell(
            by=cast.finance,
            at=LineKey(project, 2007, "city"),
            stage="approved",
            typed="10",
            paper=actions.Paper(document_number="文1号"),
        )
    assert set(past.as_of(clock.today(), cast.health_cio).projects) == {"P17"}
    page = cast.client("health_cio").get("/projects/as-of/?code=P01").content.decode()
    assert "这一天还没有预算行" in page
