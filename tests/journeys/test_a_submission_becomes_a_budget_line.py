"""The main job, end to end, in a real browser: a proposal travels to a budget line, a spreadsheet and a report."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from budgets.models import BudgetLine
from governance import jobs
from governance.models import Document, Job
from priorities.models import Submission
from projects.models import Project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FACTS_YES = (
    "leadership_committed",
    "operators_qualified",
    "technical_environment_ready",
    "business_system",
    "exchangeable",
    "department_informatised",
    "strengthens_supervision",
)
FACTS_NO = ("needs_cross_department_support",)


def fill_the_form(page) -> None:
    """What a CIO types and answers; the unit, the contact and the phone are there already."""
    for path, text in (
        ("title", "特种设备动态安全监管信息系统"),
        ("start", "2008"),
        ("end", "2009"),
        ("investment_reason", "提高政府管理水平"),
        ("service_objects", "特种设备使用单位约 3,200 家"),
        ("evaluation", "每年 11 月按检验率评估"),
        ("content", "设备档案、检验和隐患整改的动态监管"),
        ("goals.0.indicator", "定期检验率"),
        ("goals.0.present", "91%"),
        ("goals.0.target", "98%"),
        ("goals.0.year", "2009"),
        ("security.plan", "方案第 6 章"),
    ):
        page.fill(f'[name="{path}"]', text)
    for name, value in (
        ("construction", "new"),
        ("mandate", "own"),
        ("investment_type", "government"),
        ("security.level", "2"),
    ):
        page.check(f'input[name="{name}"][value="{value}"]')
    for key in ("plan", "design", "construct", "use"):
        page.check(f'input[name="security.commitments"][value="{key}"]')
    page.fill('[name="components.0.name"]', "监管业务应用软件")
    page.select_option('[name="components.0.kind"]', "business_system")
    for facts, answer in ((FACTS_YES, "yes"), (FACTS_NO, "no")):
        for fact in facts:
            label = page.locator(f'label[for="i-facts.{fact}.value-{answer}"]')
            if label.is_visible():  # a question that follows one answered 否 is not asked
                label.click()


def test_a_submission_becomes_a_budget_line(cast, people, media):
    # A department files; the verdict is there while it types.
    cio = people("demo-cio")
    cio.go("/priorities/mine/")
    cio.click("#new button[type=submit]")
    assert "/edit/" in cio.page.url
    fill_the_form(cio.page)
    cio.page.wait_for_selector("#live .verdict-priority, #live .verdict-undetermined")
    cio.page.wait_for_selector('[name="components.0.money.2009.city"]')  # the years that were typed
    cio.page.fill('[name="components.0.money.2008.city"]', "１２０")
    cio.page.fill('[name="components.0.money.2009.city"]', "60.5")
    cio.click('form#filing button[value="stay"]')
    assert cio.page.input_value('[name="components.0.money.2008.city"]') == "120.00"
    cio.page.wait_for_selector("#live .verdict-priority")
    cio.click('form#filing button[value="submit"]')
    cio.click(".page-actions button[type=submit]")
    row = Submission.objects.get()
    assert (row.state, row.number) == ("submitted", "SB2008-001")
    assert cio.clicks <= 4

    # The office screens it on one page.
    office = people("demo-reviewer")
    office.go("/priorities/desk/")
    office.clicks = 0
    office.click(f'a[href$="/desk/{row.number}/"]')
    office.click('.page-actions button[data-hotkey="a"]')  # 受理
    office.click('.page-actions button[data-hotkey="a"]')  # 均无异议，采用判定
    for what, why in (
        ("network_centre", "接口沿用已审的方案"),
        ("expert", "专家已参加论证"),
        ("scan", "原件已存信息办"),
    ):
        office.page.fill(f"#waive-{what}", why)  # a large case: no reason does for all
    office.click("#waive button[formaction]")
    row.refresh_from_db()
    assert row.state == "joint_approval"
    assert office.clicks <= 5
    screening_clicks = office.clicks

    # Four signatures on three seats.
    for username in ("demo-finance", "demo-ndrc", "demo-industry", "demo-office"):
        signer = people(username)
        signer.go("/priorities/approvals/")
        signer.click(f'a[href$="/approvals/{row.number}/"] >> nth=0')
        signer.click("#sign button[type=submit]")
    row.refresh_from_db()
    assert row.state == "candidate"

    # The plan is compiled and adopted.
    office.go("/priorities/plan/2008/")
    office.click(".page-actions button[type=submit]")
    if office.page.locator('input[name="decision"][value="listed"]').count():
        office.click('form:has(input[name="decision"][value="listed"]) button[type=submit]')
    leader = people("demo-leader")
    leader.go("/priorities/plan/2008/")
    leader.page.fill("#ad-title", "市信息化领导小组 2007 年第 3 次会议")
    leader.page.fill("#ad-day", "2007-08-20")
    leader.page.fill("#ad-no", "筑信领纪〔2007〕3号")
    leader.click("#adopt button[type=submit]")
    row.refresh_from_db()
    assert row.state == "adopted"
    project = Project.objects.get(code="N2008-01")
    leader.go(project.get_absolute_url())
    assert leader.reads("特种设备动态安全监管信息系统")

    # The finance bureau sees the line, takes the spreadsheet home, and a report is rendered.
    line = BudgetLine.objects.get(project=project, fiscal_year=2008)
    assert (line.source, line.approved_wan, line.appropriated_wan) == ("city", Decimal("120.00"), None)
    finance = people("demo-finance")
    finance.go(f"/budgets/lines/{line.pk}/")
    assert finance.reads("2008 年 · 市财政")
    assert finance.page.inner_text(".key-figures div:has-text('批复') strong >> nth=0") == "120.00"
    finance.go("/budgets/2008/?stage=approved")
    assert finance.reads("特种设备动态安全监管信息系统")
    with finance.page.expect_download() as download:
        finance.page.click(".page-actions a.btn-primary")
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    values = [[c.value for c in r] for r in book["预算"].iter_rows()]
    assert any("N2008-01" in map(str, r) and 120 in [v for v in r if isinstance(v, int | float)] for r in values)
    finance.go("/governance/documents/")
    finance.page.select_option('select[name="kind"]', "annual_budget")
    finance.page.select_option('select[name="year"]', "2008")
    for form in ("pdf", "xlsx", "json"):
        finance.page.check(f'input[name="formats"][value="{form}"]')
    finance.click('form:has(select[name="kind"]) button[type=submit]')
    job = Job.objects.exclude(kind__in=("receipt", "decision")).get()
    jobs.perform(job.pk)
    finance.go("/governance/documents/")
    made = list(Document.objects.filter(job=job))
    assert sorted(d.format for d in made) == ["json", "pdf", "xlsx"]
    assert [finance.page.locator(f'#rows a[href="{d.get_absolute_url()}"]').count() for d in made] == [1, 1, 1]
    print(f"clicks: filing {cio.clicks}, screening {screening_clicks}")
