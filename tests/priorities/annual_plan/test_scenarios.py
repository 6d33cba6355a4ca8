"""Scenarios of a year's plan: asked from the record, answers kept, decided by hand and taken over."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets import actions as money
from budgets.ledger.booking import LineKey
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from governance.models import AuditRow
from priorities import actions
from priorities.annual_plan import optimiser_inputs, scenarios
from priorities.models import PlanOverride, PlanScenario, Submission
from projects.models import Project
from tests.priorities.stories import components, proposal
from tests.rows import twin_of

ADDRESS = "/priorities/plan/2008/scenarios/"


def settings(**changes) -> dict:
    """What the form sends when nothing is touched, with changes."""
    return {"years": "1", "ceilings": {}, "floor": "20", "load": "", "phases": True, "must_state": True} | changes


def candidate(stories, cost: str, **facts):
    """A candidate with city money of 2008; the facts decide its value."""
    document = proposal(title=f"候选 {cost}", components=components(cost))
    document["facts"] = document["facts"] | facts
    return stories.concluded(document=document)


@pytest.fixture
def three(stories):
    """40 and 60 万元 of a value each, and 90 万元 that is worth more than either and less than both."""
    urgent = {"urgently_needed": "yes"}
    return candidate(stories, "40"), candidate(stories, "60"), candidate(stories, "90", **urgent)


def save(cast, name: str = "上限 100", **changes) -> PlanScenario:
    return actions.save_scenario(
        by=cast.reviewer, plan_year=2008, name=name, settings=settings(**({"ceilings": {"2008:city": "100"}} | changes))
    )


def keys(*rows) -> set[str]:
    return {str(row.pk) for row in rows}


def test_a_scenario_keeps_optimum_greedy_and_draft_side_by_side(cast, three):
    small, middle, large = three
    actions.create_plan(by=cast.reviewer, plan_year=2008)
    plans = save(cast).figures["plans"]
    assert set(plans["best"]["chosen"]) == keys(small, middle)
    assert (plans["best"]["proven"], plans["best"]["bound"], plans["best"]["cost"]) == (
        True,
        plans["best"]["value"],
        "100.00",
    )
    assert plans["human"] == plans["best"] | {"milliseconds": plans["human"]["milliseconds"]}
    assert set(plans["draft"]["chosen"]) == keys(small, middle, large)
    assert plans["draft"]["broken"] == ["2008 年市财政上限 100.00 万元"]
    assert plans["greedy"]["value"] <= plans["best"]["value"]


def test_a_decision_by_hand_has_its_price_and_taking_it_back_restores_the_optimum(cast, three):
    small, middle, large = three
    row = save(cast)
    best = row.figures["plans"]["best"]["value"]
    with pytest.raises(Invalid, match="写明理由"):
        actions.override(by=cast.reviewer, scenario=row, version=row.version, submission=large, kind="in", reason=" ")
    row = actions.override(
        by=cast.reviewer, scenario=row, version=row.version, submission=large, kind="in", reason="市委来文"
    )
    price = row.figures["prices"][str(large.pk)]
    human = row.figures["plans"]["human"]
    assert set(human["chosen"]) == keys(large)
    assert (price["value"], price["wan"]) == (best - human["value"], "-10.00")
    assert set(price["follows"]) == keys(small, middle)
    with pytest.raises(Stale):
        actions.take_back(by=cast.reviewer, scenario=row, version=1, override=row.overrides.get())
    row = actions.take_back(by=cast.reviewer, scenario=row, version=row.version, override=row.overrides.get())
    assert row.figures["plans"]["human"]["value"] == best
    assert row.figures["prices"] == {}
    assert PlanOverride.objects.get().taken_back_by == cast.reviewer.text
    with pytest.raises(Refused, match="已经撤回"):
        actions.take_back(by=cast.reviewer, scenario=row, version=row.version, override=PlanOverride.objects.get())


def test_what_cannot_be_met_is_explained_and_each_repair_makes_a_scenario_that_can(cast, stories):
    must = candidate(stories, "120", required_by_state="yes", important="yes")
    row = save(cast)
    clash = row.figures["clash"]
    assert row.figures["plans"]["human"]["status"] == "infeasible"
    assert clash["sentences"] == [
        f"必列 1 项（{must.title}），2008 年市财政合计 120.00",
        "2008 年市财政上限 100.00 万元",
        "合起来做不到，至少差 20.00 万元",
    ]
    assert [r["sentence"] for r in clash["repairs"]] == [
        "2008 年市财政上限提高 20.00，到 120.00 万元",
        f"“{must.title}”不再必列",
    ]
    for number, repair in enumerate(clash["repairs"]):
        made = actions.save_scenario(
            by=cast.reviewer, plan_year=2008, name=f"修补{number}", settings=repair["settings"]
        )
        assert made.figures["plans"]["human"]["value"] == repair["value"]
    draft = actions.create_plan(by=cast.reviewer, plan_year=2008)
    assert draft.entries.count() == 1
    with pytest.raises(Refused, match="没有可行的取舍"):
        actions.apply_scenario(by=cast.reviewer, scenario=row, version=row.version)


def test_growth_counts_from_what_was_approved_the_year_before(cast, stories):
    money.set_cell(
        by=cast.finance, at=LineKey(Project.objects.get(code="P04"), 2007, "city"), stage="approved", typed="100"
    )
    candidate(stories, "60")
    candidate(stories, "50")
    row = save(cast, ceilings={})
    assert row.figures["plans"]["best"]["status"] == "infeasible"
    assert [r["sentence"] for r in row.figures["clash"]["repairs"]] == [
        "增幅下限降到 10.00%（2008 年按 20% 还差 10.00 万元）"
    ]
    lower = save(cast, name="放宽", ceilings={}, floor="10%")
    assert (lower.figures["plans"]["best"]["city"], lower.figures["plans"]["best"]["growth"]) == ("110.00", "10.0")


def test_a_later_phase_waits_for_the_earlier_one(cast, stories):
    """P06 is 统一网络平台二期; its first phase P01 is 待立项 and no candidate, so it can only be listed by waiving
    the order."""
    second = stories.concluded(
        kind="planned", project_code="P06", by=cast.industry, document=proposal(components=components("80"))
    )
    second = actions.sign(by=cast.leader, submission=second, version=second.version)
    row = save(cast)
    assert row.figures["plans"]["best"]["chosen"] == {}
    loose = save(cast, name="不等前期", phases=False)
    assert set(loose.figures["plans"]["best"]["chosen"]) == keys(second)
    Project.objects.filter(code="P01").update(state="building")
    row = actions.recompute(by=cast.reviewer, scenario=row, version=row.version)
    assert set(row.figures["plans"]["best"]["chosen"]) == keys(second)


def test_several_years_put_off_what_does_not_fit(cast, stories):
    one, two = candidate(stories, "60"), candidate(stories, "60")
    row = save(cast, years="2", floor="", ceilings={"2008:city": "60", "2009:city": "60"})
    assert sorted(row.figures["plans"]["best"]["chosen"].values()) == [2008, 2009]
    actions.create_plan(by=cast.reviewer, plan_year=2008)
    plan = actions.apply_scenario(by=cast.reviewer, scenario=row, version=row.version)
    decisions = {e.submission: (e.decision, e.reason) for e in plan.entries.all()}
    assert sorted(d for d, _ in decisions.values()) == ["left_over", "listed"]
    assert "方案“上限 100”，排在 2009 年" in {r for _, r in decisions.values()}
    assert {one, two} == set(decisions)


def test_taking_a_scenario_over_writes_the_draft_with_reasons_and_only_what_is_still_true(cast, three):
    small, middle, large = three
    row = save(cast)
    with pytest.raises(Refused, match="没有编制中的草案"):
        actions.apply_scenario(by=cast.reviewer, scenario=row, version=row.version)
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    plan = actions.apply_scenario(by=cast.reviewer, scenario=row, version=row.version)
    found = {e.submission_id: e for e in plan.entries.all()}
    assert [found[r.pk].decision for r in (small, middle, large)] == ["listed", "listed", "left_over"]
    assert "未选入" in found[large.pk].reason
    money.set_cell(
        by=cast.finance, at=LineKey(Project.objects.get(code="P04"), 2008, "city"), stage="approved", typed="5"
    )
    with pytest.raises(Refused, match="请先重新计算"):
        actions.apply_scenario(by=cast.reviewer, scenario=row, version=row.version)
    with pytest.raises(WrongRole):
        actions.apply_scenario(by=cast.finance, scenario=row, version=row.version)


def test_the_whole_period_s_repairs_become_scenarios_with_their_split(cast):
    made = [actions.save_period(by=cast.reviewer, plan_year=2008, kind=kind) for kind in ("extend", "money", "floor")]
    assert [m.name for m in made] == [
        "党政内部信息门户延至 2010 年",
        "2009—2010 年增加 111.88 万元",
        "增幅下限降到 18.19%",
    ]
    for row in made:
        whole = sum(Decimal(s) for s in row.figures["sums"])
        assert abs(whole - (6883 + Decimal(row.figures["extra"]))) <= Decimal("0.02")
    with pytest.raises(Invalid, match="已有方案"):
        actions.save_period(by=cast.reviewer, plan_year=2008, kind="extend")
    with pytest.raises(Refused, match="没有这一种修补"):
        actions.save_period(by=cast.reviewer, plan_year=2008, kind="miracle")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"floor": "很多"}, "floor"),
        ({"floor": "-1"}, "floor"),
        ({"weight_ease": "１x"}, "weight_ease"),
        ({"years": "9"}, "years"),
        ({"load": "0"}, "load"),
        ({"ceilings": {"2008:city": "1e400"}}, "ceiling:2008:city"),
        ({"ceilings": {"x": "1"}}, "ceiling:x"),
        ({"weight_clauses": "9" * 30}, "weight_clauses"),
    ],
)
def test_wrong_settings_are_named_and_nothing_is_kept(cast, changes, field):
    with pytest.raises(Invalid) as caught:
        save(cast, **changes)
    assert field in caught.value.fields
    assert not PlanScenario.objects.exists()


def test_full_width_settings_are_read():
    clean = scenarios.clean_settings(settings(ceilings={"2008:city": "１，３００"}, floor="１８．１９%"), 2008)
    assert (clean["ceilings"], clean["floor"]) == ({"2008:city": "1300.00"}, "18.19")


def test_the_page_saves_decides_by_hand_and_shows_the_clash_of_the_whole_period(cast, three):
    _, _, large = three
    client = cast.client("reviewer")
    form = {
        "name": "甲",
        "years": "1",
        "floor": "",
        "ceiling:2008:city": "１００",
        "phases": "1",
        "must_state": "1",
        "once": "s1",
    }
    assert client.post(ADDRESS, form).status_code == 302
    assert client.post(ADDRESS, form).status_code == 302
    row = PlanScenario.objects.get()
    page = client.get(ADDRESS).content.decode()
    for words in (
        "已证明",
        "3,746.88",
        "3,635.00",
        "缺 111.88",
        "党政内部信息门户延至 2010 年",
        "增幅下限降到 18.19%",
        "45.86",
        "每一档都是最优",
    ):
        assert words in page, words
    change = f"{ADDRESS}{row.pk}/"
    by_hand = {
        "what": "override",
        "submission": large.pk,
        "kind": "in",
        "reason": "市委来文",
        "version": row.version,
        "once": "s2",
    }
    assert client.post(change, by_hand).status_code == 302
    page = client.get(ADDRESS).content.decode()
    assert "市委来文" in page
    assert "改动台账" in page
    refused = client.post(ADDRESS, form | {"once": "s3", "name": "乙", "ceiling:2008:city": "很多钱"})
    assert refused.status_code == 422
    assert "很多钱" in refused.content.decode()
    for wrong in (
        {"what": "x"},
        {"what": "override", "submission": "x"},
        {"what": "repair", "repair": "7"},
        {"what": "take_back", "override": "9"},
    ):
        assert client.post(change, wrong).status_code in (404, 409, 422), wrong
    assert client.post(f"{ADDRESS}period/", {"kind": "extend", "once": "s4"}).status_code == 302
    assert "示意，不入账" in client.get(PlanScenario.objects.get(kind="period").get_absolute_url()).content.decode()
    assert client.get(f"{ADDRESS}?id=999999").status_code == 404
    assert cast.client("health_cio").get(ADDRESS).status_code == 403
    assert cast.client("leader").get(ADDRESS).status_code == 200


def test_what_is_left_out_says_what_it_lacks_what_more_money_buys_and_what_forcing_it_costs(cast, three):
    _, middle, large = three
    row = save(cast)
    assert row.figures["needs"] == {str(large.pk): ["2008 年市财政差 90.00 万元（要 90.00，余 0.00）"]}
    (first, *_) = row.figures["gains"]
    assert (first["more"], first["enter"]) == ("30.00", [str(large.pk)])
    price = row.figures["forced"][str(large.pk)]
    page = cast.client("reviewer").get(row.get_absolute_url()).content.decode()
    assert f"+30.00 万元：列入{large.title}，让出{middle.title}" in page
    assert "差 90.00 万元（要 90.00，余 0.00）" in page
    assert f"强制列入：价值少 {price['value']:,}" in page
    made = actions.override(
        by=cast.reviewer, scenario=row, version=row.version, submission=large, kind="in", reason="市委来文"
    )
    assert made.figures["prices"][str(large.pk)]["value"] == price["value"]


def test_scenarios_beside_each_other_list_the_projects_on_which_they_differ(cast, three):
    small, middle, large = three
    save(cast, name="少", ceilings={"2008:city": "90"})
    save(cast, name="多", ceilings={"2008:city": "100"})
    page = cast.client("reviewer").get(ADDRESS)
    differing = dict(page.context["compared"]["differing"])
    out, into = (True, None), (True, 2008)
    assert differing == {small: [out, into], middle: [out, into], large: [into, out]}


def test_what_is_still_open_is_said_when_a_scenario_is_saved(cast, stories, three):
    money.set_ceiling(by=cast.finance, fiscal_year=2008, source="city", typed="80", document="筑财〔2007〕8号")
    stories.submitted()
    Submission.objects.filter(pk=three[0].pk).update(outcome="undetermined")
    form = {"name": "甲", "years": "1", "floor": "", "ceiling:2008:city": "100", "phases": "1", "once": "c1"}
    page = cast.client("reviewer").post(ADDRESS, form, follow=True).content.decode()
    said = AuditRow.objects.filter(event="priorities.scenario.save").latest("pk").sentence
    for words in (
        "比上限 80.00（筑财〔2007〕8号）多 20.00 万元",
        "列入后合计 100.00 万元，超过上限 80.00",
        "申报窗口到 2007-08-31 才截止",
        "还有 1 件没有会签结论（已申报 1 件）",
        "列入的 1 项判定仍是待定",
    ):
        assert words in page, words
        assert words in said, words


def test_reading_the_candidates_takes_as_many_queries_for_ten_as_for_two(cast, stories):
    row = candidate(stories, "40")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            optimiser_inputs.read(2008)
        return len(seen)

    before = queries()
    version = row.versions.get()
    for n in range(8):
        twin = twin_of(row, number=f"SB2008-{700 + n}")
        twin_of(version, submission=twin)
    assert len(optimiser_inputs.read(2008).candidates) == 9
    assert queries() == before
