"""Adoption: previewed before, one transaction under the ceiling, frozen after, printed as it was adopted."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets import actions as money
from budgets.models import BudgetLine
from governance.basics.refusal import Refused
from governance.documents import printing
from priorities import actions
from priorities.annual_plan import plan_document
from priorities.models import AnnualPlan, DecisionLetter, PlanEntry
from projects.models import Project
from tests.priorities.stories import MINUTES, components, proposal
from tests.rows import twin_of

PREVIEW = "/priorities/plan/2008/preview/"


def adopt(cast, plan: AnnualPlan, **more) -> AnnualPlan:
    plan.refresh_from_db()
    return actions.adopt(by=cast.leader, plan=plan, version=plan.version, **{**MINUTES, **more})


def test_an_adoption_beyond_the_ceiling_is_refused_whole_and_within_it_goes_through(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    ceiling = {"by": cast.finance, "fiscal_year": 2008, "source": "city", "document": "筑财函〔2007〕31号"}
    money.set_ceiling(**ceiling, typed="89.99")
    with pytest.raises(Refused, match=r"2008 年市财政批复合计会到 90.00 万元，超过上限 89.99"):
        adopt(cast, plan)
    row.refresh_from_db()
    plan.refresh_from_db()
    assert (row.state, plan.state, BudgetLine.objects.count()) == ("candidate", "draft", 0)
    money.set_ceiling(**ceiling, typed="90")
    assert adopt(cast, plan).state == "adopted"


def test_the_preview_says_what_adoption_will_do_and_changes_nothing(stories, cast):
    row = stories.concluded()
    money.set_ceiling(by=cast.finance, fiscal_year=2008, source="city", typed="80", document="筑财函〔2007〕31号")
    actions.create_plan(by=cast.reviewer, plan_year=2008)
    late = stories.concluded()
    page = cast.client("leader").get(PREVIEW).content.decode()
    for words in (row.title, "新登记", "还不能审定", late.number, "−10.00", "审定年度计划"):
        assert words in page, words
    assert Project.objects.filter(origin="annual_plan").count() == 0
    assert cast.client("health_cio").get(PREVIEW).status_code == 403
    assert cast.client("leader").get("/priorities/plan/2009/preview/").status_code == 404


def test_an_adopted_version_is_frozen_with_its_hash_and_later_changes_do_not_reach_it(stories, cast):
    row = stories.concluded()
    plan = adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    plan.refresh_from_db()
    assert plan.sha256 == plan_document.digest(plan.document)
    assert plan.document["entries"][0]["title"] == row.title
    entry = plan.entries.select_related("plan").get()
    entry.reason = "事后改动"
    with pytest.raises(Refused, match="已审定，条目不能再改"):
        entry.save()
    type(row).objects.filter(pk=row.pk).update(title="后来改的名字")
    assert plan_document.of(plan)["entries"][0]["title"] == row.title
    report = printing.build("annual_plan", 2008)
    assert "后来改的名字" not in str(report.as_json())


def test_an_adopted_plan_keeps_what_it_was_chosen_from_and_why_whatever_moves_later(stories, cast):
    taken, left = stories.concluded(), stories.concluded()
    money.set_ceiling(by=cast.finance, fiscal_year=2008, source="city", typed="100", document="筑财函〔2007〕31号")
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    row = actions.save_scenario(
        by=cast.reviewer,
        plan_year=2008,
        name="上限 100",
        settings={"years": "1", "ceilings": {"2008:city": "100"}, "floor": "", "phases": True, "must_state": True},
    )
    plan = actions.apply_scenario(by=cast.reviewer, scenario=row, version=row.version)
    before = cast.client("leader").get(PREVIEW).content.decode()
    plan = adopt(cast, plan)
    plan.refresh_from_db()
    kept = plan.document["evidence"]
    (out,) = [c for c in kept["candidates"] if not c["listed"]]
    assert out["needs"] == ["2008 年市财政差 80.00 万元（要 90.00，余 10.00）"]
    assert out["needs"][0] in before
    assert kept["gains"][0].startswith("+80.00 万元：列入")
    assert (kept["scenario"]["name"], kept["best"]["value"]) == ("上限 100", kept["plan"]["value"])
    assert [Decimal(s["used_wan"]) for s in kept["frontier"]][-1] == 180
    letters = DecisionLetter.objects.filter(occasion="left_over")
    assert letters.get(submission__number=out["number"]).content["changes"][-1] == f"列入还差：{out['needs'][0]}。"
    page = cast.client("leader").get(PREVIEW).content.decode()
    type(taken).objects.filter(pk__in=(taken.pk, left.pk)).update(title="后来改的名字")
    money.set_ceiling(by=cast.finance, fiscal_year=2008, source="city", typed="500", document="筑财函〔2008〕1号")
    plan.refresh_from_db()
    assert (plan.document["evidence"], plan.sha256) == (kept, plan_document.digest(plan.document))
    now = cast.client("leader").get(PREVIEW).content.decode()
    for words in (out["title"], out["needs"][0], kept["gains"][0], "据方案“上限 100”", out["forced"]):
        assert words in page, words
        assert words in now, words
    printed = str(printing.build("annual_plan", 2008).as_json())
    assert out["needs"][0] in printed
    assert kept["gains"][0] in printed


def test_an_amendment_is_a_new_version_with_its_differences_and_the_first_stays_as_it_was(stories, cast):
    row = stories.concluded()
    first = adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    first.refresh_from_db()
    kept = (first.document, first.sha256)
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    actions.put_entry(
        by=cast.reviewer,
        plan=plan,
        version=plan.version,
        submission=row,
        decision="adjusted",
        reason="压减",
        amounts=[{"source": "city", "fiscal_year": 2008, "amount_wan": "50"}],
    )
    page = cast.client("leader").get(PREVIEW).content.decode()
    assert "与前一版的差异" in page
    assert "调减" in page
    second = adopt(cast, plan, minutes_number="筑信领纪〔2008〕1号")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.document, first.sha256, first.state) == (*kept, "superseded")
    assert second.document["differences"] == [
        {"number": row.number, "title": row.title, "change": "lower", "was_wan": "120.00", "now_wan": "50.00"}
    ]
    report = printing.build("annual_plan", 2008)
    tables = {t.id: t for s in report.sections for t in s.tables}
    assert tables["differences"].rows[0]["change"] == "调减"
    assert [r["sha"] for r in tables["versions"].rows] == [first.sha256[:16], second.sha256[:16]]


def test_whose_unit_leads_a_listed_entry_does_not_adopt_it(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    plan.refresh_from_db()
    import dataclasses

    interested = dataclasses.replace(
        cast.leader, organisation_id=row.organisation_id, organisation_name=row.organisation.name
    )
    with pytest.raises(Refused, match="牵头或联合牵头单位，请由领导小组其他成员审定"):
        actions.adopt(by=interested, plan=plan, version=plan.version, **MINUTES)


def test_an_approving_body_that_leads_is_named_in_the_plan(stories, cast):
    """P05 is led by 市政府办公厅 with 市信息产业局, which signs joint approvals (D44)."""
    row = stories.concluded(
        "candidate",
        by=cast.industry,
        kind="planned",
        project_code="P05",
        document=proposal(components=components("100")),
    )
    actions.sign(by=cast.leader, submission=row, version=row.version)
    plan = adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    plan.refresh_from_db()
    assert plan.document["entries"][0]["conflict"] == "市信息产业局"
    tables = {t.id: t for s in printing.build("annual_plan", 2008).sections for t in s.tables}
    assert tables["conflicts"].rows[0]["conflict"] == "市信息产业局"


def test_the_plan_document_prints_the_same_figures_as_pdf_and_xlsx(stories, cast):
    import openpyxl

    row = stories.concluded()
    adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    report = printing.build("annual_plan", 2008)
    tables = {t.id: t for s in report.sections for t in s.tables}
    assert (tables["listed"].totals["year"], tables["listed"].totals["total"]) == (Decimal("90.00"), Decimal("120.00"))
    assert tables["money"].totals["total"] == Decimal("120.00")
    pdf = printing.print_report(report, "pdf")
    assert (pdf.content[:5], pdf.snapshot) == (b"%PDF-", report.snapshot)
    book = openpyxl.load_workbook(io.BytesIO(printing.print_report(report, "xlsx").content))
    cells = {str(c.value) for sheet in book for line in sheet.iter_rows() for c in line}
    assert row.title in cells
    assert printing.print_report(printing.build("annual_plan", 2008), "pdf").content == pdf.content


def test_a_year_without_a_plan_and_a_draft_say_so(stories, cast):
    assert "还没有编制" in printing.build("annual_plan", 2008).sections[0].paragraphs[0]
    stories.concluded()
    actions.create_plan(by=cast.reviewer, plan_year=2008)
    assert printing.build("annual_plan", 2008).title.endswith("（草案）")


def test_the_document_takes_as_many_queries_for_ten_entries_as_for_two(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    entry = plan.entries.get()

    def queries() -> int:
        fresh = AnnualPlan.objects.select_related("meeting").get(pk=plan.pk)
        with CaptureQueriesContext(connection) as seen:
            plan_document.as_document(fresh)
        return len(seen)

    before = queries()
    for n in range(8):
        twin_of(entry, submission=twin_of(row, number=f"SB2008-{800 + n}"))
    assert PlanEntry.objects.count() == 9
    assert queries() == before


def test_the_preview_takes_as_many_queries_for_nine_entries_as_for_one(stories, cast):
    row = stories.concluded()
    plan = actions.create_plan(by=cast.reviewer, plan_year=2008)
    entry = plan.entries.get()

    client = cast.client("leader")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(PREVIEW).status_code == 200
        return len(seen)

    queries()  # what a process asks once
    before = queries()
    for n in range(8):
        twin_of(entry, submission=twin_of(row, number=f"SB2008-{800 + n}"))
    assert (
        queries() == before <= 40
    )  # a third of them: the candidates and what binds them, for what each left out lacks


def test_a_version_that_was_replaced_is_still_read_as_it_was_adopted(stories, cast):
    row = stories.concluded()
    first = adopt(cast, actions.create_plan(by=cast.reviewer, plan_year=2008))
    first.refresh_from_db()
    second = actions.create_plan(by=cast.reviewer, plan_year=2008, note="调整")
    adopt(cast, AnnualPlan.objects.get(pk=second.pk))
    page = cast.client("leader").get("/priorities/plan/2008/").content.decode()
    assert f"{PREVIEW}?version=1" in page
    assert f"{PREVIEW}?version=2" in page
    old = cast.client("leader").get(f"{PREVIEW}?version=1").content.decode()
    for words in (first.sha256[:16], row.title, "已被", "90.00"):
        assert words in old, words
    assert "资金和上限" not in old
    assert cast.client("leader").get(f"{PREVIEW}?version=9").status_code == 404
    assert cast.client("leader").get(f"{PREVIEW}?version=x").status_code == 422
