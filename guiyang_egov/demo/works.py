"""How the works go on in the story: contracts, papers of the gates, milestones, a call for reports, ratings that differ,
changes within and above the approved total. Companies and numbers are invented."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from governance.basics import clock
from guiyang_egov.demo import proposals as papers
from guiyang_egov.demo.people import signers
from priorities import actions as priorities
from projects import actions as projects
from projects.models import Milestone, Project

D = dt.date

# project, kind, number, title, supplier, 万元, signed, ends
CONTRACTS = (
    (
        "P01",
        "build",
        "演示-2006-011",
        "统一网络平台一期工程集成",
        "演示系统集成公司（虚构）",
        "214.00",
        D(2006, 5, 29),
        D(2007, 11, 30),
    ),
    (
        "P01",
        "supervision",
        "演示-2006-012",
        "统一网络平台一期工程监理",
        "演示工程监理公司（虚构）",
        "6.40",
        D(2006, 5, 29),
        D(2007, 12, 31),
    ),
    (
        "P04",
        "build",
        "演示-2005-031",
        "市政府办公自动化系统一期开发",
        "演示软件公司（虚构）",
        "82.00",
        D(2005, 12, 19),
        D(2006, 10, 31),
    ),
    (
        "P04",
        "operation",
        "演示-2007-004",
        "市政府办公自动化系统运行维护",
        "演示软件公司（虚构）",
        "4.80",
        D(2007, 3, 26),
        D(2008, 3, 25),
    ),
    (
        "P18",
        "build",
        "演示-2007-017",
        "“数字民政”一期应用软件",
        "演示软件公司（虚构）",
        "54.00",
        D(2007, 7, 23),
        D(2008, 9, 30),
    ),
)

# project, requirement, paper, dated: P01 comes near its first acceptance, P18 lacks its supervisor still
PAPERS = (
    ("P01", "contracts_list", "一期工程合同与采购清单（演示）", D(2007, 6, 29)),
    ("P01", "manuals", "网络设计、测试、用户手册（演示）", D(2007, 7, 6)),
    ("P01", "supervision_report", "一期工程监理月报 2007 年第 6 期（演示）", D(2007, 7, 9)),
)

# What the projects approved in January report of their first half-year: percent, self-rating, done, problem.
FIRST_REPORTS = (
    ("P07", 17, "normal", "二期方案通过评审，招标文件编制。", ""),
    ("P09", 16, "normal", "门户栏目和权限设计完成。", ""),
    ("P10", 15, "normal", "需求调研完成。", ""),
    ("P11", 16, "normal", "信用数据目录起草。", ""),
    ("P13", 18, "normal", "12 个窗口的事项梳理完成。", ""),
    ("P16", 16, "normal", "资源目录和标准编制。", ""),
    ("P18", 20, "normal", "招标完成，合同签订。", ""),
    ("P20", 15, "normal", "数据现状调查完成。", ""),
    ("P22", 16, "normal", "车载终端选型。", ""),
)
PUBLIC_HEALTH = ("markedly_improves_public_service", "broad_benefit", "partly_funded_by_government", "urgently_needed")
LATE, AFTER_THE_DAY = "P24", "P12"  # one report is missing, one came after the day


def contracts(stage) -> None:
    """Builder and 监理 of the works, papers of the next gate, milestones of the plan and one's own."""
    reviewer = stage["demo-reviewer"]
    rows = {p.code: p for p in Project.objects.filter(code__in=("P01", "P03", "P04", "P18"))}
    with clock.at(D(2007, 7, 24)):
        for code, kind, number, title, supplier, wan, signed, ends in CONTRACTS:
            projects.record_contract(
                by=reviewer,
                project=rows[code],
                kind=kind,
                number=number,
                title=title,
                supplier=supplier,
                amount_wan=Decimal(wan),
                signed_on=signed,
                ends_on=ends,
                is_demo=True,
            )
        for code, key, paper, dated in PAPERS:
            projects.record_gate_item(
                by=reviewer, project=rows[code], key=key, document=paper, dated=dated, is_demo=True
            )
        pilot = Milestone.objects.get(project=rows["P03"], text__contains="试点")
        projects.set_milestone(
            by=reviewer, milestone=pilot, done_on=D(2006, 12, 15), evidence="试点单位证书发放清单（演示）"
        )
        projects.add_milestone(
            by=reviewer,
            project=rows["P01"],
            text="其余县（区、市）连通",
            due=D(2007, 10, 31),
            owner=rows["P01"].leads.first().organisation,
        )
        projects.add_milestone(
            by=reviewer,
            project=rows["P18"],
            text="监理单位确定",
            due=D(2007, 8, 10),
            owner=rows["P18"].leads.last().organisation,
        )


def reports(stage) -> None:
    """A call for the first half of 2007: answered by all but one; what experts say of two that think better of themselves."""
    reviewer, expert = stage["demo-reviewer"], stage["demo-expert"]
    with clock.at(D(2007, 6, 18)):
        projects.call_reports(
            by=reviewer, period="2007H1", due=D(2007, 7, 31), note="附累计支出和存在问题（演示）", is_demo=True
        )
    rows = {p.code: p for p in Project.objects.filter(code__in=[r[0] for r in FIRST_REPORTS])}
    with clock.at(D(2007, 7, 30)):
        for code, percent, own, done, problems in FIRST_REPORTS:
            projects.file_progress(
                by=reviewer,
                project=rows[code],
                period="2007H1",
                percent=percent,
                done_text=done,
                self_rating=own,
                problems=problems,
                next_steps="按计划推进。",
                is_demo=True,
            )
    with clock.at(D(2007, 8, 8)):
        for code, rating, reason in (
            ("P17", "attention", "数据接入慢于计划，村级终端经费没有着落；医院接入情况良好。"),
            ("P03", "normal", "证书发放量合乎试点安排，推广方案已备。"),
        ):
            projects.rate_project(
                by=expert, project=Project.objects.get(code=code), rating=rating, reason=reason, is_demo=True
            )


def changes(stage) -> None:
    """One change within the approved total is applied and moves the baseline; one above it goes back to joint approval."""
    with clock.at(D(2007, 7, 27)):
        priorities.propose_change(
            by=stage["市政府办公厅"],
            project_code="P05",
            version=_version("P05"),
            field="time",
            now="2006-01 至 2008-06",
            reason="运营商线路接入协议推迟，坐席上线顺延半年（演示）。",
        )
    with clock.at(D(2007, 7, 30)):
        cio = stage["demo-cio"]
        row = priorities.propose_change(
            by=cio,
            project_code="P17",
            version=_version("P17"),
            is_demo=True,
            field="budget",
            total_wan=Decimal("158"),
            now="增列村卫生室终端 38.00 万元",
            reason="县级配套未落实，村卫生室终端经费改由市财政列支（演示）。",
        )
        document = papers.planned(
            "P17", [papers.component("c1", "村卫生室终端", "equipment", {("city", 2008): "38.00"})]
        )
        document["facts"] |= {fact: {"value": papers.YES, "evidence": "一期进展报告"} for fact in PUBLIC_HEALTH}
        row = priorities.save_draft(by=cio, submission=row, version=row.version, proposal=row.proposal | document)
        row = priorities.submit(by=cio, submission=row, version=row.version)
    row = stage.send(D(2007, 8, 8), stage.screen(D(2007, 8, 2), row), "candidate")
    stage.sign(D(2007, 8, 13), row, *[name for name in signers(row) if name in ("demo-finance", "demo-office")])


def _version(code: str) -> int:
    return Project.objects.get(code=code).version
