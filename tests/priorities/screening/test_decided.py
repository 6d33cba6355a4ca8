"""申报、核减、审定 of one case: whose money a cut takes, who pays the shares that the plan leaves open."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from governance.basics.refusal import Invalid, Refused
from priorities import actions
from priorities.actions import registering
from priorities.screening import conclusions, decided
from projects.models import Project
from tests.priorities.stories import MINUTES, proposal

pytestmark = pytest.mark.django_db


def with_a_machine_room(**changes) -> dict:
    """420 of the city, 90 of them for a machine room of the department's own, which it pays 10 for itself."""
    document = proposal(title="安全监管系统及机房", investment_type="government", **changes)
    document["components"] = [
        {
            "id": "c1",
            "name": "监管业务软件",
            "kind": "business_system",
            "facts": {},
            "money": [{"source": "city", "fiscal_year": 2008, "amount_wan": "330"}],
        },
        {
            "id": "c2",
            "name": "机房",
            "kind": "machine_room",
            "facts": {"new_department_machine_room": "yes"},
            "money": [
                {"source": "city", "fiscal_year": 2008, "amount_wan": "90"},
                {"source": "own", "fiscal_year": 2008, "amount_wan": "10"},
            ],
        },
    ]
    return document


def amounts_of(money) -> tuple[Decimal, Decimal, Decimal]:
    return money.filed_wan, money.cut_wan, money.decided_wan


def test_a_cut_takes_the_citys_money_and_leaves_what_others_pay(stories):
    row = stories.joint_approval(document=with_a_machine_room())
    money = decided.of(row)
    assert amounts_of(money.city) == (420, 90, 330)
    assert amounts_of(money.total) == (430, 90, 340)
    assert [(p.component, p.source, p.clause) for p in money.cuts] == [("c2", "city", "8.3.3(5)")]
    assert money.sentence == (
        "审定市财政 330.00（申报 420.00，核减 90.00）；各来源合计审定 340.00（申报 430.00，核减 90.00）"
    )


def test_a_conclusion_may_take_the_money_of_others_too_where_it_says_so(stories, cast):
    row = stories.judged(document=with_a_machine_room())
    off = {"component": "c2", "fiscal_year": 2008, "approved_wan": "0", "clause": "8.3.3(5)", "reason": ""}
    given = [off | {"source": "city"}, off | {"source": "own"}]
    row = actions.propose_conclusion(
        by=cast.reviewer, submission=row, version=row.version, kind="candidate", amounts=given
    )
    assert amounts_of(decided.of(row).total) == (430, 100, 330)
    name, content = registering.approved_content(row, with_a_machine_room())
    assert name == "安全监管系统及机房（不含机房）"
    assert "机房 不列入（核减 100.00，8.3.3(5)）" in content


@pytest.mark.parametrize("conclusion", ["pool", "deferred"])
def test_what_is_not_to_be_built_yet_has_no_decided_amount(stories, conclusion):
    money = decided.of(stories.concluded(conclusion))
    assert (money.total.decided_wan, money.total.cut_wan, money.sentence) == (None, None, "")


def test_no_city_funding_decides_that_the_city_pays_nothing(stories):
    money = decided.of(stories.concluded("no_city_funding"))
    assert (money.city.decided_wan, money.of_source("own").decided_wan) == (0, 10)


def test_a_case_dropped_from_the_adopted_plan_is_decided_to_be_nothing(stories, cast):
    row = stories.adopted()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    actions.put_entry(
        by=cast.reviewer, plan=plan, version=plan.version, submission=row, decision="not_listed", reason="撤项"
    )
    plan.refresh_from_db()
    actions.adopt(by=cast.leader, plan=plan, version=plan.version, **MINUTES)
    row.refresh_from_db()
    row.project.refresh_from_db()
    assert decided.of(row).total.decided_wan == row.project.decided_wan == 0


def test_the_leading_group_gives_the_city_no_more_than_was_signed(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    with pytest.raises(Invalid, match="市财政 115.00 万元超过会签审定的 110.00"):
        actions.put_entry(
            by=cast.reviewer,
            plan=plan,
            version=plan.version,
            submission=row,
            decision="adjusted",
            amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "115"}],
            reason="并入",
        )


def test_projects_of_before_are_told_from_what_stands_frozen(stories):
    project = stories.adopted().project
    project.refresh_from_db()
    told = (project.filed_wan, project.decided_wan, project.decided, project.estimate_wan, project.estimate_basis)
    Project.objects.update(filed_wan=None, decided_wan=None, decided={}, estimate_wan=999, estimate_basis="filed")
    import_module("priorities.migrations.0012_decided_of_adopted_cases").backfill(apps, None)
    project.refresh_from_db()
    found = (project.filed_wan, project.decided_wan, project.decided, project.estimate_wan, project.estimate_basis)
    assert found == told


# --- shares that the plan leaves open (D11, D12) -----------------------------------------------------------------


def ready(stories, cast, payers=None, **changes):
    row = stories.judged(document=with_a_machine_room(**changes))
    row = actions.propose_conclusion(
        by=cast.reviewer, submission=row, version=row.version, kind="candidate", payers=payers
    )
    return stories.without_papers(row)


def test_no_case_goes_to_the_joint_approval_with_a_share_blank(stories, cast):
    row = ready(stories, cast, mandate="city")
    with pytest.raises(Refused, match="县（市、区）财政出多少还没有填定"):
        actions.send(by=cast.reviewer, submission=row, version=row.version)


def test_the_share_is_settled_with_the_conclusion_and_stands_where_it_is_signed(stories, cast):
    row = ready(stories, cast, mandate="city", payers={"county": "４0"})
    row = actions.send(by=cast.reviewer, submission=row, version=row.version)
    assert conclusions.in_force(row).payers == [
        {"code": "D12", "sources": ["city"], "amounts": {"city": "330.00"}},
        {"code": "D12", "sources": ["county"], "amounts": {"county": "40.00"}},
    ]
    page = cast.client("finance").get(f"/priorities/approvals/{row.number}/").content.decode()
    assert "份额填定：市财政 330.00、县（市、区）财政 40.00 万元" in page
    assert decided.of(row).total.decided_wan == 340  # the county finds its share itself


def test_a_share_that_is_not_open_is_not_typed(stories, cast):
    row = stories.judged(document=with_a_machine_room())
    with pytest.raises(Invalid, match="国家的份额不用另填"):
        actions.propose_conclusion(
            by=cast.reviewer, submission=row, version=row.version, kind="candidate", payers={"state": "5"}
        )
