"""What becomes of the projects in the story: who answers for them, acceptance, evaluation, security. All 演示数据."""

from __future__ import annotations

import datetime as dt

from governance import clock
from governance.models import Organisation
from projects import actions as projects
from projects.models import Acceptance, AnnualTarget, Evaluation, Project, Supervision, Topic, TopicReport

D = dt.date

# 课题负责人 of the application systems: code, unit, person, post.
HEADS = (
    ("P01", "市信息产业局", "罗建国", "副局长"), ("P02", "市信息中心", "冯志勇", "主任"), ("P04", "市政府办公厅", "江宁", "信息处处长"),
    ("P12", "市民政局", "石磊", "副局长"), ("P15", "市农业局", "龙春梅", "信息中心主任"), ("P17", "市卫生局", "陈立明", "CIO"),
    ("P24", "市信息产业局", "罗建国", "副局长"),
)  # fmt: skip
UNASSIGNED = ("P03", "P05")  # application systems without a responsible person yet


def duties(stage) -> None:
    """The tree of 9.2.7: one total system, what is under way below it, a subsystem; a visit and its demand."""
    reviewer = stage["demo-reviewer"]
    with clock.at(D(2007, 1, 15)):
        total = projects.create_topic(by=reviewer, name="贵阳市电子政务总系统", tier="total", is_demo=True)
        projects.name_head(by=reviewer, topic=total, version=total.version, person="刘志远", post="市信息办主任", phone="0851-5820202",
                           organisation=_unit("市信息办"), from_day=D(2007, 1, 15), basis="筑信领办〔2007〕3号", is_demo=True)  # fmt: skip
        codes = [code for code, *_ in HEADS] + list(UNASSIGNED)
        rows = list(Project.objects.filter(code__in=codes))
        projects.place_projects(by=reviewer, projects=rows, tier="application", parent=total, is_demo=True)
        for number, (code, unit, person, post) in enumerate(HEADS, 1):
            row = Topic.objects.get(project__code=code)
            projects.name_head(by=reviewer, topic=row, version=row.version, person=person, post=post, phone=f"0851-58204{number:02d}",
                               organisation=_unit(unit), from_day=D(2007, 1, 15), is_demo=True)  # fmt: skip
        above = Topic.objects.get(project__code="P17")
        projects.create_topic(by=reviewer, name="疾病预防控制信息子系统", tier="subsystem", parent=above, is_demo=True)
    with clock.at(D(2007, 6, 14)):
        visit = projects.record_supervision(
            by=reviewer, topic=Topic.objects.get(project__code="P12"), visited_on=D(2007, 6, 12), manner="regular", visitors="市信息办 周敏",
            findings="两区 6 个社区已试点，呼叫中心与市民卡系统的接口未定。", demand="7 月底前报接口方案", due=D(2007, 7, 31), is_demo=True,
        )  # fmt: skip
        projects.record_supervision(
            by=reviewer, topic=Topic.objects.get(project__code="P17"), visited_on=D(2007, 6, 13), manner="irregular", visitors="市信息办 周敏",
            findings="村卫生室终端经费未落实。", demand="8 月底前提出经费来源", due=D(2007, 8, 31), is_demo=True,
        )  # fmt: skip
    with clock.at(D(2007, 7, 27)):
        projects.settle_supervision(by=reviewer, visit=visit, settled_on=D(2007, 7, 25), settled_text="接口方案已报网络管理中心")


def _unit(name: str) -> Organisation:
    return Organisation.objects.get(name=name)


def remove() -> None:
    """Take away what the story said here; projects lose the tier that it gave them."""
    TopicReport.objects.filter(is_demo=True).delete()
    Supervision.objects.filter(is_demo=True).delete()
    for model in (Evaluation, Acceptance, AnnualTarget):
        model.objects.filter(is_demo=True).delete()
    for tier in ("subsystem", "application", "total"):  # from below: what stands above others is protected
        for topic in Topic.objects.filter(is_demo=True, tier=tier, children=None).select_related("project"):
            project = topic.project
            topic.delete()
            if project is not None and not project.is_demo:
                project.tier_927, project.parent = "", None
                project.version += 1
                project.save()
