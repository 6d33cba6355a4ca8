"""Districts and departments under 工作考核 (9.2.8): what the registers say of each, and who has not been assessed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from governance.basics import clock
from governance.models import Organisation
from projects.acceptance import acceptances
from projects.benefits import ledger
from projects.lifecycle import life
from projects.models import Milestone, ProgressReport, Project, ProjectLead, UnitAssessment

DISTRICT = "区县"
WORDS = "将电子政务发展的规划、推进力度大小、主要经济指标等纳入对各县区、市直部门工作考核的主要内容"
AWARD_WORDS = "不断改进考核和奖惩机制,并以此作为各级领导和干部提拔、任用的考核内容之一"


@dataclass(frozen=True)
class UnitFacts:
    """What the registers hold of a unit's projects (led by it, whatever its place among the leads) for a year."""

    led: int
    finished: int
    reported: int  # of those whose window touches the year, with a report of the year
    in_year: int
    milestones: int
    milestones_done: int
    goals: int
    due: int
    reached: int
    average: float | None
    target: int | None

    def as_words(self) -> dict[str, str]:
        """By the three contents of 9.2.8 that they speak to; which data speaks to which is 系统默认."""
        score = "没有计入的评估" if self.average is None else f"使用评估平均 {self.average} 分"
        score += "，没有年度目标" if self.target is None else f"，年度目标 {self.target} 分"
        return {
            "电子政务发展的规划": f"牵头项目 {self.led} 项，已建成 {self.finished} 项",
            "推进力度大小": f"本年应报进度 {self.in_year} 项，报来 {self.reported} 项；"
            f"本年节点 {self.milestones} 个，完成 {self.milestones_done} 个",
            "主要经济指标": f"绩效目标 {self.goals} 个，到期 {self.due} 个，经确认达成 {self.reached} 个；{score}",
        }


def facts_of(unit: Organisation, year: int) -> UnitFacts:
    """As of today, or the year's last day once it is over; a fixed number of queries."""
    day = min(clock.today(), dt.date(year, 12, 31))
    led = Project.objects.led_by(unit.pk)
    ids = list(led.values_list("pk", flat=True))
    states = list(led.values_list("state", flat=True))
    in_year = Project.objects.filter(pk__in=ids).in_year(year).exclude(state__in=("registered", *life.ENDED))
    reports = ProgressReport.objects.filter(project__in=in_year, superseded=False, period__startswith=str(year))
    milestones = Milestone.objects.filter(project__in=ids, end__year=year, dropped_reason="")
    lines = ledger.lines(day, ids)
    place = next((d for d in acceptances.ranking(year).departments if d.unit.pk == unit.pk), None)
    return UnitFacts(
        led=len(ids),
        finished=sum(state in life.FINISHED for state in states),
        reported=reports.values("project").distinct().count(),
        in_year=in_year.count(),
        milestones=milestones.count(),
        milestones_done=milestones.exclude(done_on=None).count(),
        goals=len(lines),
        due=sum(one.is_due for one in lines),
        reached=sum(one.state == ledger.REACHED for one in lines),
        average=place.average if place else None,
        target=place.target.score if place and place.target else None,
    )


def of_year(year: int) -> list[UnitAssessment]:
    """Assessments in force of a year, in the order of the units; one query."""
    rows = UnitAssessment.objects.filter(year=year, superseded=False).select_related("organisation")
    return list(rows.order_by("organisation__kind", "organisation"))


def without(year: int) -> QuerySet[Organisation]:
    """Districts, and departments that lead a project, without an assessment of the year."""
    leads = ProjectLead.objects.filter(is_generic=False).values("organisation")
    done = UnitAssessment.objects.filter(year=year, superseded=False).values("organisation")
    rows = Organisation.objects.units().filter(Q(kind=DISTRICT) | Q(pk__in=leads)).exclude(pk__in=done)
    return rows.filter(is_temporary=False, is_internal=False).order_by("kind", "pk")
