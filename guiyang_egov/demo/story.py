"""The story, told through the verbs by those who would do it, each under its day; everything is 演示数据."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from budgets import actions as budgets
from governance import actions as governance
from governance.basics import clock
from governance.kernel.access import Actor
from guiyang_egov.demo import choice, instruments, register, works
from guiyang_egov.demo import proposals as papers
from guiyang_egov.demo.people import REVIEWER, everybody, experts, reviewer, signers
from priorities import actions as priorities
from priorities.models import AnnualPlan, Submission
from projects import actions as projects
from projects.models import PlanTask, Project

D = dt.date
ALL_PAPERS = ["network_centre", "expert", "scan"]

# What ran already when the system came (补录): state, since when, paper.
RUNNING = (
    ("P04", "trial", D(2006, 11, 20), "市政府办公自动化系统一期工程试运行报告"),
    ("P01", "building", D(2006, 6, 12), "统一网络平台一期工程开工报告"),
    ("P02", "building", D(2006, 9, 4), "共享与交换平台开工报告"),
    ("P03", "building", D(2006, 8, 21), "安全认证试点批复"),
    ("P05", "building", D(2006, 10, 16), "政务110可研批复"),
    ("P12", "building", D(2006, 7, 3), "社区公共服务试点方案批复"),
    ("P15", "building", D(2006, 6, 26), "新农村信息服务直通车试点批复"),
    ("P17", "building", D(2006, 9, 18), "公共卫生信息平台启动批复"),
    ("P24", "building", D(2006, 5, 22), "企业法人基础信息共享试点批复"),
    ("P10", "approved", D(2007, 1, 8), "2007年电子政务工作安排"),
    ("P11", "approved", D(2007, 1, 8), "2007年电子政务工作安排"),
    ("P13", "approved", D(2007, 1, 8), "2007年电子政务工作安排"),
    ("P16", "approved", D(2007, 1, 8), "2007年电子政务工作安排"),
    ("P18", "procurement", D(2007, 1, 8), "2007年电子政务工作安排"),
    ("P20", "approved", D(2007, 1, 8), "2007年电子政务工作安排"),
    ("P22", "approved", D(2007, 1, 8), "2007年电子政务工作安排"),
)

# code, year, source: 批复, 下达, 支出 (None: 未填)
MONEY = (
    ("P04", 2006, "city", "96", "96", "88.40"),
    ("P01", 2006, "city", "120", "120", "117.60"),
    ("P01", 2007, "city", "160", "90", "41.20"),
    ("P02", 2006, "city", "50", "50", "46.80"),
    ("P02", 2007, "city", "70", "35", "18.30"),
    ("P03", 2006, "city", "8", "8", "5.40"),
    ("P03", 2007, "city", "12", "8", "2.60"),
    ("P05", 2006, "city", "15", "15", "12.10"),
    ("P05", 2007, "city", "20", "15", "6.40"),
    ("P05", 2007, "enterprise", "10", None, None),
    ("P12", 2006, "city", "40", "40", "38.20"),
    ("P12", 2007, "city", "48", "30", "12.00"),
    ("P12", 2007, "county", "12", "12", "4.50"),
    ("P15", 2006, "city", "60", "60", "52.60"),
    ("P15", 2006, "own", "30", "30", "22.00"),
    ("P15", 2007, "city", "70", "40", "20.50"),
    ("P15", 2007, "province", "40", "20", "12.00"),
    ("P15", 2007, "county", "20", None, None),
    ("P17", 2006, "city", "30", "30", "24.30"),
    ("P17", 2007, "city", "60", "35", "16.80"),
    ("P17", 2007, "state", "30", "30", "9.60"),
    ("P24", 2006, "city", "40", "40", "33.50"),
    ("P24", 2007, "city", "60", "30", "12.00"),
    ("P18", 2007, "city", "60", "25", "8.20"),
    ("P18", 2007, "county", "20", None, None),
    ("P16", 2007, "city", "45", "20", None),
    ("P22", 2007, "enterprise", "30", None, None),
    ("P13", 2007, "city", "80", None, None),
)

# code, 2006 %, 2007H1 %, self-rating, done, problems
PROGRESS = (
    ("P01", 48, 66, "normal", "市、县网络连通 7 个县（区、市），安全平台设备到货安装。", ""),
    ("P02", 10, 22, "normal", "完成目录体系设计和基础编码调研，交换系统开始部署。", ""),
    ("P03", 30, 45, "normal", "完成试点单位证书发放 320 张，密钥管理方案通过审查。", ""),
    ("P04", 96, 97, "normal", "30 家办公自动化系统定制开发完成并转入试运行。", ""),
    ("P05", 20, 40, "attention", "可研报告批复，坐席设备招标。", "运营商线路接入协议尚未签订。"),
    ("P12", 14, 22, "normal", "云岩、南明两区 6 个社区试点运行。", ""),
    ("P15", 16, 24, "normal", "首期试点站点 60 个，完成终端选型。", ""),
    ("P17", 8, 13, "normal", "卫生信息平台需求调研完成，两所医院数据接入。", "村卫生室终端经费未落实。"),
    ("P24", 25, 38, "normal", "企业法人库与质监代码库比对完成。", ""),
)

TASKS = (
    ("T1-01", "done", "筑信领〔2006〕2号，7 家试点单位"),
    ("T1-02", "done", "规章制度制订规划稿"),
    ("T1-03", "done", "规范体系规划稿"),
    ("T1-04", "under_way", "一期 30 家完成，其余并入推广"),
    ("T1-05", "done", "贵阳地理信息系统工程规划"),
    ("T1-06", "under_way", "安全体系初稿"),
    ("T1-07", "done", "领导干部培训 3 期 412 人次"),
    ("T1-08", "done", "网络管理中心挂牌，咨询电话开通"),
    ("T1-09", "done", "调研报告"),
    ("T1-10", "done", "规划书印发"),
    ("T1-11", "under_way", "二级网络连通 7 个县（区、市）"),
    ("T1-12", "under_way", "安全设备安装中"),
    ("T2-13", "under_way", "二期方案编制"),
    ("T2-25", "under_way", "行政审批中心试点窗口 12 个"),
)


@dataclass
class Stage:
    """The people, and the short ways in which cases travel."""

    people: dict[str, Actor]

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]

    def file(
        self,
        day: dt.date,
        who: str,
        document: dict | None,
        *,
        kind: str = "new",
        year: int = 2008,
        project: str | None = None,
    ) -> Submission:
        """Draft and submit on a day."""
        with clock.at(day):
            row = priorities.create_draft(
                by=self[who], kind=kind, plan_year=year, project_code=project, proposal=document, is_demo=True
            )
            return priorities.submit(by=self[who], submission=row, version=row.version)

    def screen(self, day: dt.date, row: Submission, *, facts=(), by: str = "demo-reviewer") -> Submission:
        """Accept, 均无异议 (with the facts in `facts` answered otherwise), confirm the verdict."""
        reviewer = self[by]
        with clock.at(day):
            row = priorities.accept(by=reviewer, submission=row, version=row.version)
            row = priorities.confirm_facts(by=reviewer, submission=row, version=row.version, nothing_to_object=True)
            if facts:
                row = priorities.confirm_facts(by=reviewer, submission=row, version=row.version, facts=list(facts))
            return priorities.confirm_verdict(by=reviewer, submission=row, version=row.version)

    def send(self, day: dt.date, row: Submission, conclusion: str, **more) -> Submission:
        """Propose the conclusion, waive the papers with a reason, send to joint approval."""
        reviewer = self["demo-reviewer"]
        with clock.at(day):
            row = priorities.propose_conclusion(
                by=reviewer, submission=row, version=row.version, kind=conclusion, **more
            )
            row = priorities.waive_opinion(
                by=reviewer, submission=row, version=row.version, what=ALL_PAPERS, reason="方案已随规划论证，扫描件后补"
            )
            return priorities.send(by=reviewer, submission=row, version=row.version)

    def sign(self, day: dt.date, row: Submission, *names: str) -> Submission:
        with clock.at(day):
            for name in names or ("demo-finance", "demo-ndrc", "demo-industry", "demo-office"):
                row = priorities.sign(by=self[name], submission=row, version=row.version)
        return row


def tell() -> None:
    """Replay the whole story."""
    stage = Stage(everybody() | {REVIEWER: reviewer()})
    experts()
    register_2006(stage)
    plan_2007(stage)
    money(stage)
    progress(stage, "2006")
    instruments.tell(stage)
    register.duties(stage)
    register.institutions(stage)
    register.security(stage)
    register.acceptance(stage)
    register.closing(stage)
    works.contracts(stage)
    progress(stage, "2007H1")
    works.reports(stage)
    cases_2007(stage)
    choice.candidates(stage)
    works.changes(stage)
    office(stage)
    choice.scenarios(stage)


def register_2006(stage: Stage) -> None:
    """补录 of what already ran; task states of 10.1."""
    reviewer = stage["demo-reviewer"]
    with clock.at(D(2007, 1, 10)):
        for code, state, day, paper in RUNNING:
            project = Project.objects.get(code=code)
            project = projects.take_over(
                by=reviewer, project=project, version=project.version, state=state, day=day, document=paper
            )
            if first := project.phases.first():  # 首期 is what runs; 二期 waits for its years
                projects.take_over(
                    by=reviewer,
                    project=project,
                    version=project.version,
                    state=state,
                    day=day,
                    document=paper,
                    phase=first,
                )
    with clock.at(D(2007, 7, 16)):
        for code, state, evidence in TASKS:
            task = PlanTask.objects.get(code=code)
            projects.set_task_state(by=reviewer, task=task, version=task.version, state=state, evidence=evidence)


def plan_2007(stage: Stage) -> None:
    """Two planned cases of 2006 travel all the way: filed, signed, adopted; their projects stand and have lines."""
    done = []
    for who, code, content in (
        (
            "市政府办公厅",
            "P07",
            [
                papers.component(
                    "c1", "公文流转和交换系统", "business_system", {("city", 2007): "45.00", ("city", 2008): "40.00"}
                ),
                papers.component("c2", "安全与等级保护", "security", {("city", 2007): "10.00", ("city", 2008): "5.00"}),
            ],
        ),
        (
            "市委办公厅",
            "P09",
            [
                papers.component(
                    "c1", "内网门户与单点登录", "platform", {("city", 2007): "26.00", ("city", 2008): "26.00"}
                )
            ],
        ),
    ):
        row = stage.file(D(2006, 8, 14), who, papers.planned(code, content), kind="planned", year=2007, project=code)
        row = stage.screen(D(2006, 9, 18), row)
        row = stage.send(D(2006, 10, 23), row, "candidate")
        done.append(stage.sign(D(2006, 11, 13), row, *signers(row)))
    with clock.at(D(2006, 12, 18)):
        plan = priorities.create_plan(
            by=stage["demo-reviewer"], plan_year=2007, note="第一版：规划内项目", is_demo=True
        )
        for row in done:
            priorities.put_entry(
                by=stage["demo-reviewer"],
                plan=plan,
                version=AnnualPlan.objects.get(pk=plan.pk).version,
                submission=row,
                decision="listed",
            )
    with clock.at(D(2006, 12, 28)):
        plan = AnnualPlan.objects.get(pk=plan.pk)
        priorities.adopt(
            by=stage["demo-leader"],
            plan=plan,
            version=plan.version,
            meeting_title="市信息化领导小组 2006 年第 4 次会议",
            held_on=D(2006, 12, 28),
            minutes_number="筑信领纪〔2006〕4号",
        )


def money(stage: Stage) -> None:
    """The finance bureau's lines of 2006 and 2007: 批复, 下达, 支出."""
    finance = stage["demo-finance"]
    for stage_key, column, days in (
        ("approved", 3, (D(2006, 2, 20), D(2007, 1, 22))),
        ("appropriated", 4, (D(2006, 4, 10), D(2007, 3, 12))),
        ("spent", 5, (D(2006, 12, 25), D(2007, 7, 30))),
    ):
        for row in MONEY:
            if row[column] is None:
                continue
            with clock.at(days[row[1] - 2006]):
                budgets.set_cell(
                    by=finance,
                    project=Project.objects.get(code=row[0]),
                    fiscal_year=row[1],
                    source=row[2],
                    stage=stage_key,
                    typed=row[column],
                    document_number=f"筑财预〔{row[1]}〕{12 + row[1] - 2006}号" if stage_key != "spent" else "",
                    is_demo=True,
                )
    with clock.at(D(2007, 3, 1)):
        budgets.set_revenue(
            by=finance, fiscal_year=2006, typed="520000", document="2006年市本级财政决算（演示数）", is_demo=True
        )


def progress(stage: Stage, period: str) -> None:
    """Reports of 2006 or of the first half of 2007; some rated better by themselves than by the sums. One period a call: a
    project's history is told forwards, or its past would show what came later."""
    reviewer = stage["demo-reviewer"]
    for code, first, second, rating, done, problems in PROGRESS:
        if (code, period) == (works.LATE, "2007H1"):
            continue
        second_day = D(2007, 8, 6) if code == works.AFTER_THE_DAY else D(2007, 7, 26)
        day, percent = (D(2007, 1, 12), first) if period == "2006" else (second_day, second)
        with clock.at(day):
            projects.file_progress(
                by=reviewer,
                project=Project.objects.get(code=code),
                period=period,
                percent=percent,
                done_text=done,
                self_rating=rating,
                problems=problems,
                next_steps="按计划推进。",
                is_demo=True,
            )


def cases_2007(stage: Stage) -> None:
    """A dozen cases for the 2008 plan, in every state."""
    o = papers.others()
    reviewer = stage["demo-reviewer"]
    with clock.at(D(2007, 8, 17)):  # draft
        priorities.create_draft(
            by=stage["demo-cio"], kind="new", plan_year=2008, proposal=papers.health_draft(), is_demo=True
        )
    row = stage.file(D(2007, 7, 4), "市地税局", o["tax"])  # candidate
    row = stage.send(D(2007, 7, 18), stage.screen(D(2007, 7, 11), row), "candidate")
    stage.sign(D(2007, 7, 30), row, *signers(row))
    row = stage.file(D(2007, 7, 5), "市农业局", o["training"])  # candidate
    row = stage.send(D(2007, 7, 19), stage.screen(D(2007, 7, 12), row), "candidate")
    stage.sign(D(2007, 8, 1), row, *signers(row))
    row = stage.file(D(2007, 7, 6), "市旅游局", o["office"])  # pool
    row = stage.send(D(2007, 7, 23), stage.screen(D(2007, 7, 13), row), "pool")
    stage.sign(D(2007, 8, 2), row, *signers(row))
    row = stage.file(D(2007, 7, 9), "市环保局", o["gis_park"])  # deferred
    row = stage.send(
        D(2007, 7, 24),
        stage.screen(D(2007, 7, 16), row),
        "deferred",
        re_review_on=D(2008, 1, 21),
        lacking="领导班子书面决定；专职运行维护人员；数据纳入共享交换的方案",
    )
    stage.sign(D(2007, 8, 3), row, *signers(row))
    row = stage.file(D(2007, 7, 10), "市交通局", o["private_net"])  # no city funding
    row = stage.send(D(2007, 7, 25), stage.screen(D(2007, 7, 17), row), "no_city_funding")
    stage.sign(D(2007, 8, 6), row, *signers(row))
    row = stage.file(D(2007, 7, 11), "市经贸委", o["own_money"], kind="self_funded")  # self-funded
    row = stage.screen(D(2007, 7, 18), row)
    with clock.at(D(2007, 7, 26)):
        priorities.check_self_funded(
            by=reviewer,
            submission=row,
            version=row.version,
            shared_network=True,
            exchange=True,
            ca=True,
            security=True,
            note="使用统一网络平台和统一认证，报名数据经平台交换。",
        )
    row = stage.file(D(2007, 7, 12), "demo-district", o["huaxi"], kind="district")  # filed
    with clock.at(D(2007, 7, 19)):
        priorities.acknowledge(by=reviewer, submission=row, version=row.version)
    stage.file(D(2007, 8, 15), "demo-district", o["huaxi_new"], kind="district")  # waits for the record
    row = stage.file(D(2007, 7, 13), "市教育局", o["withdrawn"])  # withdrawn
    with clock.at(D(2007, 7, 20)):
        priorities.withdraw(
            by=stage["市教育局"], submission=row, version=row.version, reason="改用市统一邮箱，不再自建"
        )
    row = stage.file(D(2007, 7, 26), "demo-industry", papers.portal())  # joint approval with a conflict of interest
    row = stage.send(D(2007, 8, 10), stage.screen(D(2007, 8, 3), row), "candidate")
    stage.sign(D(2007, 8, 14), row, "demo-office")
    with clock.at(D(2007, 8, 15)):
        priorities.sign(
            by=stage["demo-industry"],
            submission=row,
            version=row.version,
            text="本局为第一牵头，照签，请领导小组另签。",
        )
    with clock.at(D(2007, 8, 16)):
        priorities.sign(
            by=stage["demo-finance"],
            submission=row,
            version=row.version,
            text="8.1(2) 列明由市财政投资；运行维护费已列明。",
        )
    with clock.at(D(2007, 8, 17)):
        priorities.convene(
            by=reviewer,
            title="2007 年第 3 次联合会签会议",
            held_on=D(2007, 8, 23),
            place="市信息办 501 会议室",
            submissions=[row],
            is_demo=True,
        )
    row = stage.file(
        D(2007, 8, 9), "市质监局", papers.quality_supervision()
    )  # under review, a fact corrected, opinions asked
    with clock.at(D(2007, 8, 13)):
        row = priorities.accept(by=reviewer, submission=row, version=row.version)
        row = priorities.request_opinion(by=reviewer, submission=row, version=row.version, what="network_centre")
        row = priorities.request_opinion(by=reviewer, submission=row, version=row.version, what="expert")
        row = priorities.confirm_facts(by=reviewer, submission=row, version=row.version, nothing_to_object=True)
        priorities.confirm_facts(
            by=reviewer,
            submission=row,
            version=row.version,
            facts=[
                {
                    "component": "c1",
                    "fact": "closed_and_independent",
                    "value": "yes",
                    "evidence": "方案 3.2 节“自成体系，由省局统一分配地址”",
                },
                {"fact": "narrow_scope", "value": "no", "evidence": "市、县两级"},
            ],
        )
    row = stage.file(D(2007, 8, 16), "demo-cio", papers.health_emergency())  # submitted; a bulk acceptance was undone
    with clock.at(D(2007, 8, 17)):
        batch = priorities.plan_batch(by=reviewer, act="accept", items=[(row, row.version)])
        priorities.undo_batch(by=reviewer, batch=batch)
    row = stage.file(D(2007, 8, 6), "市民政局", o["civil"])  # returned
    with clock.at(D(2007, 8, 14)):
        priorities.return_for_correction(
            by=reviewer,
            submission=row,
            version=row.version,
            points=[
                ("goals", "目标要能度量：写明救助核对时限的现值和目标值。"),
                ("security.plan", "补充与政务外网之间的安全隔离措施（9.3.8）。"),
            ],
        )


def office(stage: Stage) -> None:
    """The 2008 plan under way, a rule-set draft, a reading confirmed."""
    reviewer = stage["demo-reviewer"]
    with clock.at(D(2007, 8, 13)):
        plan = priorities.create_plan(by=reviewer, plan_year=2008, note="2008 年度计划编制中", is_demo=True)
        row = Submission.objects.filter(state="candidate").order_by("pk").first()
        priorities.put_entry(
            by=reviewer,
            plan=plan,
            version=AnnualPlan.objects.get(pk=plan.pk).version,
            submission=row,
            decision="listed",
        )
        priorities.draft_rule_set(
            by=reviewer,
            key="plan-2006-b",
            title="8.3.2(2) 占一项即缓建，8.3.1(7) 国家要求即成立",
            readings={"8.3.2(2)": "any", "8.3.1(7)": "required"},
            reason="疑似项目逐件议定耗时；先试算。",
            is_demo=True,
        )
        governance.decide_reading(
            by=stage["demo-office"],
            code="D43",
            reading="a",
            from_day=D(2007, 8, 13),
            reason="第一牵头为首列单位，各单位未提出异议。",
            is_demo=True,
        )
