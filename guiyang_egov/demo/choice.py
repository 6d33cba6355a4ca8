"""The choice for the 2008 plan: rows of the plan that ask for 2008 money, the finance bureau's ceiling, scenarios."""

from __future__ import annotations

import datetime as dt

from budgets import actions as budgets
from governance.basics import clock
from guiyang_egov.demo import proposals as papers
from guiyang_egov.demo.people import REVIEWER, signers
from priorities import actions as priorities
from priorities.models import Submission

D = dt.date

# who, project, kind of case, component kind, {(source, year): 万元}, facts answered yes beside the usual ones
CASES = (
    (
        "demo-industry",
        "P06",
        "planned",
        "network",
        {("city", 2008): "180.00"},
        (
            "integrates_existing",
            "highly_shared",
            "highly_integrated",
            "required_by_state",
            "important",
            "partly_funded_by_government",
        ),
    ),
    (
        "demo-industry",
        "P08",
        "planned",
        "platform",
        {("city", 2008): "78.00", ("city", 2009): "60.00"},
        ("integrates_existing", "highly_shared", "highly_integrated"),
    ),
    (
        "市旅游局",
        "P14",
        "planned",
        "business_system",
        {("city", 2008): "60.00", ("enterprise", 2008): "30.00"},
        ("markedly_improves_public_service", "broad_benefit", "drives_economic_development", "raises_tax_revenue"),
    ),
    (
        "市教育局",
        "P16",
        "continuation",
        "platform",
        {("city", 2008): "45.00"},
        ("public_culture_education", "markedly_improves_public_service", "broad_benefit"),
    ),
    (
        "demo-industry",
        "P19",
        "planned",
        "business_system",
        {("city", 2008): "150.00", ("city", 2009): "150.00"},
        (
            "greatly_improves_office_efficiency",
            "serves_leaders_decisions",
            "social_supervision",
            "protects_livelihood",
            "protects_production",
            "urgently_needed",
            "clear_benefit",
        ),
    ),
    (
        "市规划局",
        "P21",
        "planned",
        "business_system",
        {("city", 2008): "260.00"},
        ("strengthens_supervision", "social_supervision", "protects_production", "clear_benefit"),
    ),
    (
        "市交通局",
        "P22",
        "continuation",
        "business_system",
        {("city", 2008): "40.00", ("enterprise", 2008): "20.00"},
        ("social_supervision", "protects_production", "urgently_needed", "strengthens_supervision"),
    ),
)

# What the second reviewer does not take over: project, fact, why. No outcome turns on it; 判定校准 sees it.
STRICT = (
    ("P06", "important", "国家文件没有列为重要工程"),
    ("P19", "greatly_improves_office_efficiency", "方案没有效率指标"),
    ("P21", "strengthens_supervision", "监管事项没有列出"),
    ("P22", "strengthens_supervision", "只监控自有车辆"),
    ("P14", "raises_tax_revenue", "没有测算"),
    ("P16", "markedly_improves_public_service", "只供学校内部使用"),
)


def candidates(stage) -> None:
    """Seven cases of the plan's own rows travel to the candidates of 2008; the bureau states the year's ceiling."""
    for who, code, kind, part, money, facts in CASES:
        document = papers.planned(code, [papers.component("c1", "本年建设内容", part, money)])
        document["facts"] |= {fact: {"value": papers.YES, "evidence": "建设方案"} for fact in facts}
        document["goals"][0]["year"] = 2009
        row = stage.file(D(2007, 7, 16), who, document, kind=kind, year=2008, project=code)
        strict = [{"fact": fact, "value": "no", "evidence": why} for of, fact, why in STRICT if of == code]
        row = stage.send(D(2007, 7, 26), stage.screen(D(2007, 7, 20), row, facts=strict, by=REVIEWER), "candidate")
        stage.sign(D(2007, 8, 7), row, *signers(row))
    with clock.at(D(2007, 8, 9)):
        budgets.set_ceiling(
            by=stage["demo-finance"],
            fiscal_year=2008,
            source="city",
            typed="1000",
            document="关于2008年电子政务资金上限的函（演示）",
            is_demo=True,
        )


def scenarios(stage) -> None:
    """Two scenarios: the bureau's ceiling with one decision by hand, and a lower one."""
    reviewer = stage["demo-reviewer"]
    asked = {"years": "1", "floor": "20", "load": "", "phases": True, "must_state": True}
    with clock.at(D(2007, 8, 14)):
        priorities.save_scenario(
            by=reviewer,
            plan_year=2008,
            name="上限 900，增幅 15%",
            is_demo=True,
            settings=asked | {"ceilings": {"2008:city": "900"}, "floor": "15"},
        )
        row = priorities.save_scenario(
            by=reviewer,
            plan_year=2008,
            name="上限 1,000",
            settings=asked | {"ceilings": {"2008:city": "1000"}},
            is_demo=True,
        )
        tourism = Submission.objects.get(project__code="P14", state="candidate")
        priorities.override(
            by=reviewer,
            scenario=row,
            version=row.version,
            submission=tourism,
            kind="out",
            reason="企业配套 30.00 未落实（8.2）",
        )
