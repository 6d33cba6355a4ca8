"""The annual plan: compiled, adopted with minutes, adjusted mid-year."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from budgets.models import BudgetLine
from governance.basics.refusal import Invalid, Refused, Stale, WrongRole
from priorities import actions
from priorities.annual_plan import plan_versions
from priorities.models import AnnualPlan
from priorities.proposal import total_wan
from projects.models import Project
from tests.priorities.stories import MINUTES, components, proposal


def adopt(cast, plan, **more):
    plan.refresh_from_db()
    return actions.adopt(by=cast.leader, plan=plan, version=plan.version, **(MINUTES | more))


def put(cast, plan, row, decision, **more):
    plan.refresh_from_db()
    return actions.put_entry(
        by=cast.reviewer, plan=plan, version=plan.version, submission=row, decision=decision, **more
    )


def lines(row) -> dict:
    return {(b.fiscal_year, b.source): b.approved_wan for b in BudgetLine.objects.filter(project=row.project)}


def test_a_plan_starts_with_every_candidate_and_its_settled_money(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    entry = plan.entries.get()
    assert (entry.submission, entry.decision) == (row, "listed")
    assert entry.amounts == [
        {"source": "city", "fiscal_year": 2008, "amount_wan": "90.00"},
        {"source": "own", "fiscal_year": 2008, "amount_wan": "10.00"},
        {"source": "city", "fiscal_year": 2009, "amount_wan": "20.00"},
    ]


def test_adoption_makes_the_project_and_opens_its_lines_in_one_act(stories, cast):
    row = stories.adopted()
    assert row.state == "adopted"
    project = row.project
    assert (project.origin, project.state, project.name) == ("annual_plan", "approved", row.title)
    assert project.code == "N2008-01"
    asked = total_wan(row.versions.get(number=row.current_version).proposal)
    assert (project.estimate_wan, project.get_estimate_basis_display()) == (asked, "审定概算")
    assert [lead.organisation.name for lead in project.leads.all()] == ["市卫生局"]
    assert lines(row) == {
        (2008, "city"): Decimal("90.00"),
        (2008, "own"): Decimal("10.00"),
        (2009, "city"): Decimal("20.00"),
    }
    plan = AnnualPlan.objects.get(plan_year=2008)
    assert (plan.state, plan.meeting.minutes_number) == ("adopted", MINUTES["minutes_number"])


def test_adoption_moves_a_planned_project_from_registered_to_approved(stories, cast):
    row = stories.concluded(
        "candidate",
        by=cast.industry,
        kind="planned",
        project_code="P05",
        document=proposal(components=components("100")),
    )
    row = actions.sign(by=cast.leader, submission=row, version=row.version)
    assert Project.objects.get(code="P05").state == "registered"
    adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    assert Project.objects.get(code="P05").state == "approved"
    row.refresh_from_db()
    assert (row.state, lines(row)) == ("adopted", {(2008, "city"): Decimal("100.00")})
    assert Project.objects.exclude(plan_item=None).count() == 27


def test_who_asked_for_it_comes_with_the_case_and_what_the_register_says_already_stays(stories, cast):
    stories.concluded(document=proposal(mandate="own"))
    for code in ("P05", "P06"):
        asked = {
            "by": cast.industry,
            "kind": "planned",
            "project_code": code,
            "document": proposal(components=components("100")),
        }
        row = stories.concluded(**asked)
        actions.sign(by=cast.leader, submission=row, version=row.version)
    Project.objects.filter(code="P06").update(mandate="state")
    adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    found = dict(Project.objects.filter(code__in=("N2008-01", "P05", "P06")).values_list("code", "mandate"))
    assert found == {"N2008-01": "own", "P05": "own", "P06": "state"}


@pytest.mark.parametrize("role", ["reviewer", "office_head", "finance", "health_cio", "auditor"])
def test_only_the_leading_group_adopts(stories, cast, role):
    stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(WrongRole):
        actions.adopt(by=getattr(cast, role), plan=plan, version=plan.version, **MINUTES)


def test_adoption_needs_meeting_day_and_minutes(stories, cast):
    stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(Invalid) as caught:
        adopt(cast, plan, meeting_title="", held_on=dt.date(2007, 8, 21), minutes_number=" ")
    assert set(caught.value.fields) == {"meeting_title", "held_on", "minutes_number"}
    assert AnnualPlan.objects.get().state == "draft"


def test_a_candidate_without_an_entry_blocks_the_adoption(stories, cast):
    stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    late = stories.concluded()
    with pytest.raises(Refused, match=f"候选 {late.number}“{late.title}”还没有列入或结转的意见") as caught:
        adopt(cast, plan)
    assert caught.value.blockers[0][1] == "信息办审核人（周敏 0851-5820201）"


@pytest.mark.parametrize("decision", ["not_listed", "left_over"])
def test_what_is_not_listed_is_a_candidate_of_the_next_year_with_its_reason(stories, cast, decision):
    row, other = stories.concluded(), stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(Invalid, match="写明理由"):
        put(cast, plan, other, decision)
    put(cast, plan, other, decision, reason="财力不足")
    adopt(cast, plan)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, other.state, other.plan_year, other.project) == ("adopted", "candidate", 2009, None)
    assert "财力不足" in other.transitions.latest("pk").reason
    assert actions.create_plan(by=cast.reviewer, plan_year=2009).entries.get().submission == other


def test_adjusted_amounts_stay_within_what_was_settled(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    for amounts, sentence in (
        ([{"source": "city", "fiscal_year": 2008, "amount_wan": "120.01"}], "超过会签审定"),
        ([{"source": "city", "fiscal_year": 2008, "amount_wan": "1e400"}], "读不成金额"),
        ([{"source": "x", "fiscal_year": 2008, "amount_wan": "1"}], "来源或年度不对"),
        ([], "至少要有一笔"),
    ):
        with pytest.raises(Invalid, match=sentence):
            put(cast, plan, row, "adjusted", amounts=amounts, reason="压减")
    put(
        cast,
        plan,
        row,
        "adjusted",
        reason="压减",
        amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "７０"}],
    )
    adopt(cast, plan)
    row.refresh_from_db()
    assert lines(row) == {(2008, "city"): Decimal("70.00")}


def test_only_candidates_are_entered(stories, cast):
    stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(Refused, match="不是候选（现在是“审核中”）"):
        put(cast, plan, stories.under_review(), "listed")


def test_one_draft_a_year_and_an_older_version_is_refused(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(Refused, match="已有一份编制中的草案"):
        actions.create_plan(by=cast.reviewer, plan_year=2008)
    put(cast, plan, row, "listed")
    with pytest.raises(Stale):
        actions.adopt(by=cast.leader, plan=plan, version=1, **MINUTES)


def test_an_empty_plan_is_not_adopted(cast):
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(Refused, match="计划里一项也没有"):
        adopt(cast, plan)


def test_an_adopted_version_is_frozen(stories, cast):
    row = stories.adopted()
    plan = AnnualPlan.objects.get()
    with pytest.raises(Refused, match="不能再改"):
        put(cast, plan, row, "not_listed", reason="x")


def test_a_failed_adoption_leaves_nothing_behind(stories, cast, monkeypatch):
    from priorities.actions import registering

    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    before = Project.objects.count()

    def fail(**kwargs):
        raise Refused("预算列已锁定。")

    monkeypatch.setattr(registering, "open_lines", fail)
    with pytest.raises(Refused, match="预算列已锁定"):
        adopt(cast, plan)
    row.refresh_from_db()
    plan.refresh_from_db()
    assert (row.state, plan.state, Project.objects.count(), BudgetLine.objects.count()) == (
        "candidate",
        "draft",
        before,
        0,
    )


def test_a_mid_year_adjustment_is_a_new_version_with_its_differences(stories, cast):
    first, second = stories.concluded(), stories.concluded()
    adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    third = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    assert (plan.number, plan.entries.count()) == (2, 3)
    put(
        cast,
        plan,
        first,
        "adjusted",
        reason="压减",
        amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "50"}],
    )
    put(cast, plan, second, "not_listed", reason="停建")
    found = {d.entry.submission: (d.change, d.was_wan, d.now_wan) for d in plan_versions.differences(plan)}
    assert found == {
        first: ("lower", Decimal("120.00"), Decimal("50.00")),
        second: ("drop", Decimal("120.00"), Decimal("0")),
        third: ("add", Decimal("0"), Decimal("120.00")),
    }
    adopt(cast, plan, minutes_number="筑信领纪〔2008〕1号")
    for row in (first, second, third):
        row.refresh_from_db()
    assert lines(first) == {
        (2008, "city"): Decimal("50.00"),
        (2008, "own"): Decimal("0.00"),
        (2009, "city"): Decimal("0.00"),
    }
    assert set(lines(second).values()) == {Decimal("0.00")}
    assert third.state == "adopted"
    assert [p.state for p in AnnualPlan.objects.filter(plan_year=2008)] == ["superseded", "adopted"]


def test_the_plan_s_page_links_a_unit_to_its_own_cases_alone(stories, cast):
    own, other = stories.concluded(), stories.concluded(by=cast.industry)
    other = actions.sign(by=cast.leader, submission=other, version=other.version)
    client = cast.client("health_cio")

    def links(year: int) -> list[bool]:
        page = client.get(f"/priorities/plan/{year}/").content.decode()
        return [f'href="{row.get_absolute_url()}"' in page for row in (own, other)]

    assert links(2008) == [True, False]  # candidates of a year without a plan yet
    actions.create_plan(by=cast.reviewer, plan_year=2008)
    assert links(2008) == [True, False]
    assert other.title in client.get("/priorities/plan/2008/").content.decode()
    assert links(2009) == [True, False]
