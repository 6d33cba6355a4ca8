"""What the demonstration has to show: a row for each page of the register, three ratings that differ."""

from __future__ import annotations

from governance.models import Appointment, Regulation, TrainingSession
from priorities.models import RuleSetRecord, Submission
from priorities.rescreening import dry_run
from priorities.rules.plan_2006 import CLAUSES
from priorities.screening import calibrating, calibration
from projects.lifecycle import life
from projects.models import (
    Change,
    CollaborationSubject,
    Contract,
    ExpertRating,
    GateItem,
    Need,
    ProgressReport,
    ReportCall,
    SecurityFinding,
    Supervision,
    TechnicalDocument,
)
from projects.progress import owing
from tests.conftest import TODAY

SHOWN = {
    "合同与监理": lambda: Contract.objects.filter(kind="supervision", voided="").exists(),
    "关口材料": lambda: GateItem.objects.exclude(project__state__in=life.FINISHED).exists(),
    "填报通知，一份未报": lambda: [o.project.code for o in owing.owed(TODAY) if o.period == "2007H1"] == ["P24"],
    "一份过期才报": lambda: ProgressReport.objects.filter(
        period="2007H1", day__gt=ReportCall.objects.get().due
    ).exists(),
    "批复以内的变更": lambda: Change.objects.get().project.rebaselined == 1,
    "回到会签的变更": lambda: Submission.objects.get(kind="change").state == "joint_approval",
    "隐患有期限": lambda: SecurityFinding.objects.filter(fixed_on=None, due__gt=TODAY).exists(),
    "技术文件批准、待指派专家、待领导小组审批": lambda: (
        set(TechnicalDocument.objects.values_list("state", "step"))
        == {("concluded", "group"), ("proposed", "view"), ("signing", "approve")}
    ),
    "需求已确认，一件逾期未答复": lambda: (
        set(Need.objects.values_list("state", flat=True)) == {"settled", "open"}
        and Need.objects.filter(state="open", due__lt=TODAY).exists()
    ),
    "协同议题，一件组长已审定": lambda: (
        set(CollaborationSubject.objects.values_list("state", flat=True)) == {"concluded", "open"}
    ),
    "督导": lambda: Supervision.objects.filter(settled_on=None).exists(),
    "培训": lambda: TrainingSession.objects.filter(group="leaders").exists(),
    "征求意见的制度": lambda: Regulation.objects.filter(state="consulting").exists(),
    "审议的制度附送审稿": lambda: Regulation.objects.get(state="reviewing").texts.filter(state="reviewing").exists(),
    "印发的制度附文本": lambda: (
        Regulation.objects.get(state="issued").texts.filter(state="issued", is_demo=True).exists()
    ),
    "专家组各有任期": lambda: (
        Appointment.objects.filter(organisation__key="expert-group-schemes", to_day__gt=TODAY).count() == 2
    ),
    "两位审核人可以比较，一位偏严": lambda: (
        {d.word for d in calibration.drifts(calibrating.judged(), CLAUSES)} >= {"偏严"}
    ),
    "规则集草案有改判": lambda: len(dry_run.run(RuleSetRecord.objects.get(key="plan-2006-b"), TODAY).flips) >= 3,
}


def test_each_page_of_the_register_has_something_to_show(offices):
    assert [what for what, holds in SHOWN.items() if not holds()] == []


def test_three_ratings_of_one_project_differ(offices):
    row = offices.client("reviewer").get("/projects/P17/").context["x"]
    own = ProgressReport.objects.filter(project__code="P17", superseded=False).first().self_rating
    experts = ExpertRating.objects.get(project__code="P17").rating
    assert len({own, experts, row.rating.code}) == 3
