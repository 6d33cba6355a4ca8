"""Reports of one programme or one lead: what adds up to the city's, and what is asked of the city alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from budgets import actions
from budgets.ledger.booking import LineKey
from governance.basics.refusal import Invalid
from governance.documents import printing
from projects.lifecycle import scopes
from projects.models import Project

pytestmark = pytest.mark.django_db
YEAR = 2008


def figures(kind: str, key: str) -> dict:
    return {f["id"]: f["value"] for s in printing.build(kind, YEAR, key).as_json()["sections"] for f in s["figures"]}


def keys(kind: str) -> list[str]:
    return [key for key, _ in scopes.offered() if key.startswith(kind)]


def test_the_programmes_and_the_projects_without_one_add_up_to_the_plan(cast):
    for code, typed in (("P15", "90.05"), ("P17", "44.40")):
        actions.set_cell(
            by=cast.finance, at=LineKey(Project.objects.get(code=code), YEAR, "city"), stage="approved", typed=typed
        )
    alone = Project.objects.planned().filter(programme=None)
    parts = [figures("annual_budget", key) for key in keys("programme")]
    planned = sum(Decimal(p["total_wan"]) for p in parts) + sum(p.estimate_wan for p in alone)
    assert planned == Decimal(figures("annual_budget", "")["total_wan"]) == Decimal(6883)
    approved = {
        p.code: Decimal("90.05") if p.code == "P15" else Decimal("44.40")
        for p in Project.objects.filter(code__in=("P15", "P17"))
    }
    held = sum(Decimal(p["approved_wan"]) for p in parts if p["approved_wan"]) + sum(
        approved.get(p.code, 0) for p in alone
    )
    assert held == Decimal("134.45")


def test_a_lead_is_told_of_every_project_in_which_it_takes_part(cast):
    industry = next(key for key, name in scopes.offered() if name == "市信息产业局")
    found = scopes.scope_of(industry)
    assert len([c for c in found.codes if c.startswith("P")]) == 23
    assert Decimal(figures("annual_budget", industry)["total_wan"]) == Decimal(5793)
    assert figures("annual_progress", industry)["planned"] == 23


@pytest.mark.parametrize("kind", ["annual_budget", "annual_progress"])
def test_every_part_that_is_offered_makes_a_report_with_its_own_name_and_snapshot(cast, kind):
    seen = set()
    for key in (keys("programme")[0], keys("lead")[0]):
        name = dict(scopes.offered())[key]
        report = printing.build(kind, YEAR, key)
        assert name in report.title
        seen.add(report.snapshot)
    assert len(seen | {printing.build(kind, YEAR).snapshot}) == 3


def test_growth_is_asked_of_the_whole_city_alone(cast):
    whole = {s.id for s in printing.build("annual_budget", YEAR).sections}
    part = {s.id for s in printing.build("annual_budget", YEAR, keys("programme")[0]).sections}
    assert {"growth", "whole_period"} <= whole
    assert not {"growth", "whole_period"} & part


def test_a_part_that_is_not_offered_is_refused_and_the_page_asks_again(cast):
    with pytest.raises(Invalid, match="范围"):
        printing.clean_params({"year": YEAR, "scope": "lead:999999"}, scopes.offered)
    client = cast.client("finance")
    asked = {"kind": "annual_budget", "year": str(YEAR), "formats": ["json"], "scope": "lead:999999"}
    answer = client.post("/governance/documents/request/", asked)
    assert answer.status_code == 422
    assert "没有这个范围" in answer.content.decode()
    assert client.post("/governance/documents/request/", asked | {"scope": keys("programme")[0]}).status_code == 302


def test_a_block_without_a_task_of_the_lead_says_so_and_prints_no_empty_table(cast):
    reports = [printing.build("annual_progress", YEAR, key) for key in keys("lead")]
    blocks = [s for r in reports for s in r.sections if s.id.startswith("block-")]
    empty = [s for s in blocks if not s.tables]
    assert empty
    assert all("没有本报告范围内的任务" in s.paragraphs[0] for s in empty)
    assert all(t.rows for r in reports for s in r.sections for t in s.tables)
    assert not any(p.endswith("：。") or "零项" in p for r in reports for s in r.sections for p in s.paragraphs)
