"""What becomes of the projects in the story: who answers for them, acceptance, evaluation, security. All 演示数据."""

from __future__ import annotations

import datetime as dt

from governance import actions as governance
from governance.basics import clock
from governance.models import Organisation, Plan, Round, ServiceRecord, TrainingSession, TrainingTarget, User
from guiyang_egov.demo import instruments
from projects import actions as projects
from projects.lifecycle import gates
from projects.models import (
    Acceptance,
    AnnualTarget,
    Evaluation,
    GateItem,
    Project,
    SecurityAssessment,
    SecurityFinding,
    SecurityGrading,
    SecuritySync,
    Supervision,
    Topic,
    TopicReport,
)

D = dt.date

# 课题负责人 of the application systems: code, unit, person, post.
HEADS = (
    ("P01", "市信息产业局", "罗建国", "副局长"),
    ("P02", "市信息中心", "冯志勇", "主任"),
    ("P04", "市政府办公厅", "江宁", "信息处处长"),
    ("P12", "市民政局", "石磊", "副局长"),
    ("P15", "市农业局", "龙春梅", "信息中心主任"),
    ("P17", "市卫生局", "陈立明", "CIO"),
    ("P24", "市信息产业局", "罗建国", "副局长"),
)
UNASSIGNED = ("P03", "P05")  # application systems without a responsible person yet


def duties(stage) -> None:
    """The tree of 9.2.7: one total system, what is under way below it, a subsystem; a visit and its demand."""
    reviewer = stage["demo-reviewer"]
    with clock.at(D(2007, 1, 15)):
        total = projects.create_topic(by=reviewer, name="贵阳市电子政务总系统", tier="total", is_demo=True)
        projects.name_head(
            by=reviewer,
            topic=total,
            version=total.version,
            person="刘志远",
            post="市信息办主任",
            phone="0851-5820202",
            organisation=_unit("市信息办"),
            from_day=D(2007, 1, 15),
            basis="筑信领办〔2007〕3号",
            is_demo=True,
        )
        codes = [code for code, *_ in HEADS] + list(UNASSIGNED)
        rows = list(Project.objects.filter(code__in=codes))
        projects.place_projects(by=reviewer, projects=rows, tier="application", parent=total, is_demo=True)
        for number, (code, unit, person, post) in enumerate(HEADS, 1):
            row = Topic.objects.get(project__code=code)
            projects.name_head(
                by=reviewer,
                topic=row,
                version=row.version,
                person=person,
                post=post,
                phone=f"0851-58204{number:02d}",
                organisation=_unit(unit),
                from_day=D(2007, 1, 15),
                is_demo=True,
            )
        above = Topic.objects.get(project__code="P17")
        projects.create_topic(by=reviewer, name="疾病预防控制信息子系统", tier="subsystem", parent=above, is_demo=True)
    with clock.at(D(2007, 6, 14)):
        visit = projects.record_supervision(
            by=reviewer,
            topic=Topic.objects.get(project__code="P12"),
            visited_on=D(2007, 6, 12),
            manner="regular",
            visitors="市信息办 周敏",
            findings="两区 6 个社区已试点，呼叫中心与市民卡系统的接口未定。",
            demand="7 月底前报接口方案",
            due=D(2007, 7, 31),
            is_demo=True,
        )
        projects.record_supervision(
            by=reviewer,
            topic=Topic.objects.get(project__code="P17"),
            visited_on=D(2007, 6, 13),
            manner="irregular",
            visitors="市信息办 周敏",
            findings="村卫生室终端经费未落实。",
            demand="8 月底前提出经费来源",
            due=D(2007, 8, 31),
            is_demo=True,
        )
    with clock.at(D(2007, 7, 27)):
        projects.settle_supervision(
            by=reviewer, visit=visit, settled_on=D(2007, 7, 25), settled_text="接口方案已报网络管理中心"
        )


def acceptance(stage) -> None:
    """P04 is accepted: its papers, the accepting body's own signature and the finance bureau's (D44), first evaluation."""
    reviewer, industry, finance = stage["demo-reviewer"], stage["demo-industry"], stage["demo-finance"]
    project = Project.objects.get(code="P04")
    with clock.at(D(2007, 3, 12)):
        for requirement in gates.of_gate("accept_finally"):
            away = requirement.key in AWAY
            projects.record_gate_item(
                by=reviewer,
                project=project,
                key=requirement.key,
                status="not_applicable" if away else "provided",
                document=AWAY.get(requirement.key, f"市政府办公自动化系统一期 {requirement.label}"),
                is_demo=True,
            )
    with clock.at(D(2007, 3, 20)):
        project.refresh_from_db()
        row = projects.conclude_acceptance(
            by=industry,
            project=project,
            version=project.version,
            stage="final",
            conclusion="pass",
            accepted_on=D(2007, 3, 16),
            text="30 家办公自动化系统定制开发完成，试运行四个月无重大故障，同意通过终验。",
            document_number="筑信产验〔2007〕2号",
            opinions={
                "works": "符合设计和合同要求",
                "finance": "决算 88.40 万元，未超批复",
                "archive": "文档齐全",
                "effect": "公文流转时间缩短",
            },
            independent=_unit("市财政局"),
            is_demo=True,
        )
    with clock.at(D(2007, 3, 28)):
        projects.sign_acceptance(by=finance, acceptance=row, kind="agree", text="已核对决算和资产清单。")
    with clock.at(D(2007, 8, 6)):
        projects.set_target(
            by=reviewer,
            organisation=_unit("市政府办公厅"),
            year=2007,
            score=80,
            is_demo=True,
            text="所牵头项目的使用评估平均得分达到目标",
            document="2007 年度目标责任书",
        )
        row = projects.file_evaluation(
            by=industry,
            project=project,
            year=2007,
            use_percent=78,
            sharing_calls=None,
            goals_set=3,
            goals_met=2,
            satisfaction_percent=82,
            findings="30 家单位日均登录 640 人次；公文流转尚未与二期贯通，共享调用没有计量。",
            evidence="2007 年上半年运行日志",
            independent=_unit("市财政局"),
            is_demo=True,
        )
    with clock.at(D(2007, 8, 13)):
        projects.sign_evaluation(by=finance, evaluation=row, kind="agree")


def closing(stage) -> None:
    """P04 has ended as a 课题: its technical report is there, its general report came back for what it left out."""
    reviewer = stage["demo-reviewer"]
    topic = Topic.objects.select_related("project").get(project__code="P04")
    with clock.at(D(2007, 4, 16)):
        projects.file_report(
            by=reviewer,
            topic=topic,
            kind="technical",
            is_demo=True,
            text="系统结构、公文库设计、与统一网络平台的接口，以及试运行四个月的运行数据。",
        )
        report = projects.file_report(
            by=reviewer,
            topic=topic,
            kind="final",
            is_demo=True,
            text="30 家单位的办公自动化系统一期建成，公文流转和督办投入使用。",
        )
    with clock.at(D(2007, 5, 9)):
        projects.return_report(by=reviewer, report=report, reason="没有经费使用和财务审计情况（9.2.2），请补正")


AWAY = {"third_party_test": "规模较小，由验收组现场测试", "sharing_test": "一期不提供共享目录"}


def security(stage) -> None:
    """P04 graded and assessed with one weakness open, P01 waiting for an expert; the four 同步 of both in part."""
    reviewer, industry, expert = stage["demo-reviewer"], stage["demo-industry"], stage["demo-expert"]
    experts = [User.objects.get(pk=expert.user_id)]
    oa, network = Project.objects.get(code="P04"), Project.objects.get(code="P01")
    with clock.at(D(2007, 2, 12)):
        row = projects.propose_grading(
            by=reviewer,
            project=oa,
            level=2,
            system_name="市政府办公自动化系统",
            experts=experts,
            is_demo=True,
            grounds="非涉密公文流转，受到破坏会影响全市机关办公秩序。",
        )
        for project, items in ((oa, ("planning", "design", "construction", "use")), (network, ("planning",))):
            for item in items:
                projects.record_sync(
                    by=industry,
                    project=project,
                    item=item,
                    done_on=D(2007, 2, 9),
                    evidence=f"{project.code} 安全方案",
                    is_demo=True,
                )
    with clock.at(D(2007, 2, 26)):
        projects.sign_grading(by=expert, grading=row, kind="agree", text="同意二级。")
        projects.record_assessment(
            by=reviewer,
            project=oa,
            kind="evaluation",
            assessed_on=D(2007, 2, 16),
            assessor="市信息安全测评组",
            result="mostly",
            document="办公自动化系统一期安全测评报告",
            is_demo=True,
            findings=[
                {
                    "text": "部分单位管理员口令未定期更换",
                    "weight": "middle",
                    "due": D(2007, 4, 30),
                    "measure": "统一口令策略",
                },
                {"text": "公文库没有异地备份", "weight": "high", "due": D(2007, 9, 30), "measure": "接入容灾备份"},
            ],
        )
    with clock.at(D(2007, 4, 25)):
        projects.fix_finding(
            by=reviewer,
            finding=SecurityFinding.objects.get(text="部分单位管理员口令未定期更换"),
            fixed_on=D(2007, 4, 24),
            fixed_text="已在 30 家单位启用口令策略",
        )
    with clock.at(D(2007, 8, 14)):
        projects.propose_grading(
            by=industry,
            project=network,
            level=3,
            system_name="全市统一网络平台",
            experts=experts,
            is_demo=True,
            grounds="承载市、县两级党政机关业务，受到破坏会影响社会秩序。",
        )


def institutions(stage) -> None:
    """What the office keeps of 9.2, 9.4 and 9.5: an instrument out for opinions, the hotline, courses for the leaders."""
    reviewer = stage["demo-reviewer"]
    plan = Plan.objects.order_by("pk").first()
    with clock.at(D(2007, 1, 22)):
        for block, group, heads in (
            ("10.1", "leaders", 400),
            ("10.2", "officials", 6000),
            ("10.2", "specialists", 300),
        ):
            governance.set_training_target(by=reviewer, plan=plan, block=block, group=group, heads=heads, is_demo=True)
        for held, heads in ((D(2006, 5, 18), 140), (D(2006, 9, 7), 132), (D(2006, 11, 23), 140)):
            governance.record_training(
                by=reviewer,
                group="leaders",
                title="电子政务与政府管理、信息安全",
                held_on=held,
                heads=heads,
                is_demo=True,
                organiser=_unit("信息产业部贵阳信息技术培训基地"),
                evidence="培训通知和签到册",
            )
        centre = _unit("市电子政务网络管理中心")
        governance.record_service(
            by=reviewer,
            organisation=centre,
            kind="hotline",
            subject="统一技术服务咨询电话",
            phone="0851-5820800",
            from_day=D(2006, 10, 9),
            is_demo=True,
        )
        governance.record_service(
            by=reviewer,
            organisation=centre,
            kind="outsourcing",
            subject="政务外网线路巡检外包",
            provider="市内集成商（合同单位）",
            document="2007 年度服务合同",
            from_day=D(2007, 1, 1),
            to_day=D(2007, 12, 31),
            is_demo=True,
        )
    with clock.at(D(2007, 5, 28)):
        governance.record_training(
            by=reviewer,
            group="specialists",
            title="信息系统安全技术、数据库管理与备份",
            held_on=D(2007, 5, 21),
            heads=86,
            ended_on=D(2007, 5, 25),
            is_demo=True,
            organiser=_unit("市电子政务网络管理中心"),
            evidence="结业名册",
        )


def _unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def remove() -> None:
    """Take away what the story said here; what it wrote on projects of the plan is undone in traces."""
    instruments.remove()
    for model in (TrainingSession, TrainingTarget, ServiceRecord, TopicReport):
        model.objects.filter(is_demo=True).delete()
    Supervision.objects.filter(is_demo=True).delete()
    for model in (Evaluation, Acceptance, AnnualTarget, SecurityGrading, SecuritySync, SecurityAssessment, GateItem):
        model.objects.filter(is_demo=True).delete()
    Round.objects.filter(kind__in=("acceptance", "evaluation", "grading"), is_demo=True).delete()
    for tier in ("subsystem", "application", "total"):  # from below: what stands above others is protected
        Topic.objects.filter(is_demo=True, tier=tier, children=None).delete()
