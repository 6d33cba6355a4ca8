"""The plan judges itself: 27 rows, each fact quoted or inferred, advice alone."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.conf import settings

from governance.basics import clock
from governance.kernel.verbs import frame
from governance.models import PlanItem
from governance.plan.entries import FixtureError
from priorities.models import PlanFact
from priorities.panels import cases
from priorities.rule_sets import plan_facts, repository
from priorities.rules.facts import Fact
from projects.models import Project

LINES = ("第一行", "连通市、县网络")


def written(tmp_path, *facts: dict) -> object:
    row = {"fact": "vertical_network", "value": "yes", "quote": "", "line": None, "reason": ""}
    content = [{"item": "P01", "facts": [row | f for f in facts]}]
    (tmp_path / plan_facts.FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return plan_facts.read(tmp_path, LINES)


def verdicts() -> list[plan_facts.PlanVerdict]:
    rules = repository.in_force_on(clock.today())
    return [plan_facts.verdict(item.pk, rules) for item in PlanItem.objects.order_by("order")]


def test_every_row_of_the_plan_has_a_verdict_whose_facts_are_quoted_or_say_why(plan):
    found = verdicts()
    assert [v.item.code for v in found] == [f"P{n:02d}" for n in range(1, 28)]
    lines = (settings.PLAN_FOLDER / "plan_2006.txt").read_text("utf-8").split("\n")
    for v in found:
        assert v.quoted + v.inferred == len(v.facts)
        for fact in v.facts:
            assert fact.fact in set(Fact)
            assert bool(fact.quote) != bool(fact.reason)
            assert not fact.quote or fact.quote in lines[fact.line - 1]
    outcomes = Counter(v.result["outcome"] for v in found)
    assert sum(outcomes.values()) == 27
    assert outcomes["priority"] == 20
    assert outcomes["no_city_funding"] == outcomes["defer"] == 0


def test_what_the_plan_does_not_say_stays_unknown_and_never_counts_as_no(plan):
    by = {v.item.code: v for v in verdicts()}
    for code in ("P09", "P10", "P22"):  # 原文没有写能否共享交换
        assert by[code].result["outcome"] == "undetermined"
        assert by[code].result["undetermined"].count("8.3.2(3)") == 1
    assert "has_application" not in by["P08"].result["met"]
    assert by["P08"].result["trace"][14]["result"] == "unmet"  # 8.3.3(3): three things together, one is not so


def test_a_project_shows_its_reading_with_the_plan_s_words_and_line(cast):
    advice = cases.advice_for(Project.objects.get(code="P11"), clock.today())
    network = next(b for b in advice.basis if b.fact == "needs_cross_department_support")
    assert "工商、国税、地税" in network.quote
    assert advice.quoted > 0 < advice.inferred
    page = cast.client("auditor").get("/projects/P11/?part=cases").content.decode()
    assert "出自规划原文" in page
    assert "推定" in page
    assert f"/governance/plan/#L{network.line}" in page


def test_words_that_do_not_stand_on_the_line_are_refused(tmp_path):
    assert written(tmp_path, {"quote": "市、县网络", "line": 2})[0].line == 2
    with pytest.raises(FixtureError, match="不在原文第 1 行"):
        written(tmp_path, {"quote": "市、县网络", "line": 1})
    with pytest.raises(FixtureError, match="要么照录原文"):
        written(tmp_path, {})
    with pytest.raises(FixtureError, match="fact"):
        written(tmp_path, {"fact": "no_such", "reason": "x"})


def test_another_city_s_folder_may_say_nothing(tmp_path):
    assert plan_facts.read(tmp_path, LINES) == []


def test_loading_twice_changes_nothing(plan):
    item = PlanItem.objects.select_related("plan").first()
    rows = plan_facts.read(
        settings.PLAN_FOLDER, tuple((settings.PLAN_FOLDER / "plan_2006.txt").read_text("utf-8").split("\n"))
    )
    before = list(PlanFact.objects.order_by("pk").values_list("item", "fact", "value"))
    with frame():
        tally = plan_facts.load(rows, item.plan.key)
    assert (tally.created, tally.updated) == (0, 0)
    assert list(PlanFact.objects.order_by("pk").values_list("item", "fact", "value")) == before
