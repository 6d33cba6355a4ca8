"""Promised against delivered: states, points, money a point, picture and report from the same lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from governance.basics import clock
from governance.documents import printing
from projects import actions
from projects.benefits import ledger
from projects.models import Benefit, Project

DAY = dt.date(2010, 1, 1)


def value(cast, goal: Benefit, text: str, day: dt.date):
    with clock.at(day):
        made = actions.measure(by=cast.reviewer, benefit=goal, value=text, evidence="统计")
    made.user_id = 0  # somebody else reported it
    made.save(update_fields=["user_id"])
    with clock.at(day):
        actions.check_measurement(by=cast.reviewer, measurement=made, verdict="confirmed")


@pytest.fixture
def promised(cast):
    Project.objects.filter(code__in=["P04", "P13", "P17"]).update(state="building")
    value(cast, Benefit.objects.get(project__code="P17"), "45%", dt.date(2009, 6, 30))
    value(cast, Benefit.objects.get(target="百分之百"), "100%", dt.date(2008, 12, 1))
    return ledger.lines(DAY)


def test_a_goal_is_reached_missed_or_unmeasured_once_its_day_is_over(promised):
    found = {one.benefit.target: one.state for one in promised}
    assert found == {"30家": "unmeasured", "百分之百": "reached", "过半数": "unmeasured", "90%以上": "missed"}
    assert {one.state for one in ledger.lines(dt.date(2006, 6, 30))} == {"under_way"}


def test_a_past_day_counts_what_was_confirmed_by_then(promised):
    clinics = [one for one in ledger.lines(dt.date(2009, 6, 29)) if one.benefit.project.code == "P17"]
    assert clinics[0].latest is None


def test_the_latest_value_counts_also_where_it_falls_back(cast, promised):
    value(cast, Benefit.objects.get(target="百分之百"), "97%", dt.date(2009, 12, 1))
    found = {one.benefit.target: one.state for one in ledger.lines(DAY)}
    assert found["百分之百"] == "missed"


def test_money_a_point_is_money_over_points_and_nothing_where_either_is_unknown(promised):
    spent = {p.pk: Decimal("100") for p in Project.objects.filter(code__in=["P04", "P17"])}
    by_code = {a.project.code: a for a in ledger.accounts(promised, spent)}
    assert (by_code["P17"].points, by_code["P17"].per_point_wan) == (Decimal("50.0"), Decimal("2.00"))
    assert by_code["P13"].points == 100
    assert by_code["P13"].per_point_wan is None
    assert by_code["P04"].points is None
    assert by_code["P04"].per_point_wan is None


def test_the_picture_is_as_long_as_what_was_promised(promised):
    drawn = ledger.picture(ledger.accounts(promised))
    lengths = {row.row.label[:3]: sum(p.width + 1 for p in row.pieces) for row in drawn.rows}
    assert lengths["P13"] == pytest.approx(2 * lengths["P04"], abs=2)
    assert {(p.word, p.count) for row in drawn.rows for p in row.pieces} >= {("达成", 1), ("到期未达成", 1)}
    assert ledger.picture([]) is None


def test_the_annual_report_says_the_same(promised):
    with clock.at(DAY):
        report = printing.build("annual_progress", 2009)
    section = next(s for s in report.sections if s.id == "benefits")
    figures = {f.id: f.value for f in section.figures}
    assert figures == {
        "goals": 4, "goals_reached": 1, "goals_missed": 1, "goals_unmeasured": 2, "goals_under_way": 0
    }  # fmt: skip
    assert len(section.tables[0].rows) == 4
    assert section.charts[0][1].kind == "promises"


def test_an_evaluation_starts_from_the_ledger_and_keeps_it(cast, promised):
    Project.objects.filter(code="P13").update(state="operating")
    with clock.at(DAY):
        page = cast.client("industry").get("/projects/P13/evaluation/?year=2009")
        form = page.context["form"]
        assert (form["goals_set"].value(), form["goals_met"].value()) == (2, 1)
        kept = ledger.due_lines(Project.objects.get(code="P13"), 2009)
    assert [one.as_words()["state"] for one in kept] == ["达成", "到期未测"]
