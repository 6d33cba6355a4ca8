"""Loading the demonstration once, and taking it away again without touching what the plan or people entered."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from budgets.ledger import booking
from budgets.models import (
    BudgetLine,
    Ceiling,
    CityRevenue,
    Entry,
    FundingApplication,
    FundingCall,
    ProjectYear,
    StageLock,
)
from governance.basics.refusal import Refused
from governance.kernel import audit, demonstration, state, verbs
from governance.models import (
    Answer,
    Appointment,
    Attendance,
    Counter,
    Document,
    Job,
    Meeting,
    Notice,
    ReadingDecision,
    RegulationText,
    Round,
    ServiceRecord,
    Setting,
    StoredFile,
    Trainee,
    TrainingSession,
    TrainingTarget,
    User,
)
from governance.notices import mail
from guiyang_egov.demo import story, traces
from guiyang_egov.demo.accounts import create_accounts
from priorities.documents import decisions, filing_receipts, receipts
from priorities.models import (
    AnnualPlan,
    Conclusion,
    DeskBatch,
    PlanEntry,
    PlanOverride,
    PlanScenario,
    RuleSetRecord,
    Screening,
    Sitting,
    Submission,
    SubmissionVersion,
    Transition,
)
from projects.acceptance.acceptances import KINDS
from projects.models import (
    Acceptance,
    AnnualTarget,
    Benefit,
    Change,
    CollaborationMember,
    CollaborationOpinion,
    CollaborationSubject,
    Contract,
    DataParty,
    Evaluation,
    ExpertRating,
    GateItem,
    Measurement,
    Milestone,
    Need,
    NeedAnswer,
    PlanTask,
    ProgressReport,
    Project,
    ReportCall,
    SecurityAssessment,
    SecurityGrading,
    SecuritySync,
    SharedData,
    StateChange,
    Supervision,
    TechnicalDocument,
    Topic,
    TopicReport,
    UnitAssessment,
)

LOADED = "demo_loaded"
# Verbs mark these by their project, and the plan's is none.
UNMARKED = (StateChange, Change, Milestone, Notice, Round, Meeting)
# What the story registered and its mark alone takes away, in this order: what stands on others first.
REGISTERED = (
    Attendance,
    Trainee,
    TrainingSession,
    TrainingTarget,
    ServiceRecord,
    TopicReport,
    Supervision,
    Evaluation,
    Acceptance,
)
REGISTERED += (AnnualTarget, SecurityGrading, SecuritySync, SecurityAssessment, GateItem, StateChange, Change)
REGISTERED += (Measurement, Benefit, UnitAssessment)
REGISTERED += (Contract, ReportCall, ExpertRating, ProgressReport, Milestone, TechnicalDocument, NeedAnswer, Need)
REGISTERED += (CollaborationOpinion, CollaborationSubject, CollaborationMember)


def load() -> str:
    """Accounts, the kept date and the story, all or nothing; a second call only completes the accounts.

    Raises FixtureError (file, row, what is wrong) where the demonstration's files are not right.
    """
    with transaction.atomic():
        create_accounts()
        state.moved()
        demonstration.keep_day(dt.date.fromisoformat(settings.DEMO_TODAY))
        if Setting.objects.filter(key=LOADED).exists():
            return "演示数据已经装入，没有改动。"
        marks = {model: set(model.objects.values_list("pk", flat=True)) for model in UNMARKED}
        plan = traces.Before()
        story.tell()
        for model, before in marks.items():
            model.objects.exclude(pk__in=before).update(is_demo=True)
        PlanTask.objects.filter(code__in=[told["task"] for told in story.told("set_task_state")]).update(is_demo=True)
        plan.remember()
        mail.settle()  # the story of two years is nobody's post of today
        _receipts(Submission.objects.filter(is_demo=True))  # printed once somebody asks for one
        Setting.objects.create(key=LOADED, value=settings.DEMO_TODAY)
    return (
        f"演示数据已装入，演示日期 {settings.DEMO_TODAY}，申报 {Submission.objects.filter(is_demo=True).count()} 件。"
    )


def remove() -> str:
    """Take away the demonstration's rows and the kept date. Audit rows stay: they are append-only."""
    with verbs.frame():
        cases = Submission.objects.filter(is_demo=True)
        keys = [s.audit_key for s in cases]
        strangers = (
            Submission.objects.filter(is_demo=False, author__is_demo=True).exists()
            or Answer.objects.filter(user__is_demo=True, seat__round__is_demo=False).exists()
        )
        if strangers:
            raise Refused("有人用演示账号录入了真实内容，演示账号不能移除；请先由他人接手这些记录。")
        made = list(Project.objects.filter(is_demo=True))
        _money(made)
        PlanEntry.objects.filter(submission__in=cases).delete()
        _marked(Sitting, AnnualPlan)
        PlanOverride.objects.filter(submission__in=cases).delete()
        _marked(PlanScenario)
        for model in (Screening, Conclusion, Transition):
            model.objects.filter(submission__in=cases).delete()
        _receipts(cases)
        files = list(cases.exclude(attachments=None).values_list("attachments__file_id", flat=True))
        cases.update(earlier=None)
        for row in cases:
            row.attachments.all().delete()
        SubmissionVersion.objects.filter(submission__in=cases).delete()
        cases.delete()
        StoredFile.objects.filter(pk__in=files).delete()
        Round.objects.filter(about__in=keys).delete()
        _marked(RuleSetRecord, ReadingDecision, Meeting, Notice)
        _register(made)
        _marked(Appointment)
        DeskBatch.objects.filter(user__is_demo=True).delete()
        _marked(User)
        _counters()
        Setting.objects.filter(key=LOADED).delete()
        demonstration.keep_day(None)
        audit.record(by=None, event="demo.remove", sentence="移除演示数据")
    return "演示数据已移除；规划和人们录入的内容未动。"


def _marked(*models: type[Model]) -> None:
    for model in models:
        model.objects.filter(is_demo=True).delete()


def _receipts(cases) -> None:
    """Jobs and files of the cases' printed forms."""
    jobs = Job.objects.filter(
        kind__in=[receipts.KIND, filing_receipts.KIND, decisions.KIND],
        params__submission__in=list(cases.values_list("pk", flat=True)),
    )
    printed = Document.objects.filter(job__in=jobs)
    files = list(printed.values_list("file_id", flat=True))
    printed.delete()
    StoredFile.objects.filter(pk__in=files).delete()
    jobs.delete()


def _money(made: list[Project]) -> None:
    """Demo entries go; a line keeps what people booked, an empty line goes."""
    touched = {
        (e.line.project_id, e.line.fiscal_year) for e in Entry.objects.filter(is_demo=True).select_related("line")
    }
    _marked(FundingApplication)  # an award that was booked stands on its entry
    Entry.objects.filter(is_demo=True, reverses__isnull=False).delete()
    Entry.objects.filter(is_demo=True).delete()
    Entry.objects.filter(line__project__in=made).delete()
    for line in BudgetLine.objects.filter(project_id__in={p for p, _ in touched} | {p.pk for p in made}):
        entries = list(line.entries.all())
        if not entries:
            line.delete()
            continue
        for stage, field in booking.FIELD.items():
            amounts = [e.amount_wan for e in entries if e.stage == stage]
            setattr(line, field, sum(amounts) if amounts else None)
        line.is_demo = False
        line.save()
    for project_id, year in touched:
        booking.keep_year(project_id, year)
        if not BudgetLine.objects.filter(project_id=project_id, fiscal_year=year).exists():
            ProjectYear.objects.filter(project_id=project_id, fiscal_year=year).delete()
    _marked(CityRevenue, Ceiling, StageLock)
    FundingCall.objects.filter(is_demo=True, applications=None).delete()


def _register(made: list[Project]) -> None:
    """What the story registered goes; rows of the plan stand again as before, where nobody else moved them."""
    texts = RegulationText.objects.filter(is_demo=True)
    files = list(texts.values_list("file_id", flat=True))
    texts.delete()
    StoredFile.objects.filter(pk__in=files).delete()
    _marked(*REGISTERED, DataParty)
    shared = SharedData.objects.filter(is_demo=True)
    shared.filter(parties=None).delete()
    shared.update(is_demo=False)  # where people provide or use it, it is theirs now
    Round.objects.filter(kind__in=KINDS, is_demo=True).delete()
    for tier in ("subsystem", "application", "total"):  # from below: what stands above others is protected
        Topic.objects.filter(is_demo=True, tier=tier, children=None).delete()
    for project in made:
        project.delete()
    traces.undo()
    for project in Project.objects.planned():
        _as_people_said(project)


def _as_people_said(project: Project) -> None:
    """What people recorded in the same words as the story stays said: percentage, protection level, tier."""
    report = project.progress_reports.filter(superseded=False).first()
    grading = SecurityGrading.objects.concluded(project).first()
    topic = Topic.objects.filter(project=project).select_related("parent").first()
    said = {"percent": report and report.percent, "protection_level": grading and grading.level}
    if topic:
        said |= {"tier_927": topic.tier, "parent_id": topic.parent and topic.parent.project_id}
    wrong = {name: value for name, value in said.items() if value is not None and value != getattr(project, name)}
    if wrong:
        for name, value in wrong.items():
            setattr(project, name, value)
        project.save()


def _counters() -> None:
    """Numbers start again where no case of the year, and no entry of the catalogue, is left."""
    if not SharedData.objects.exists():
        Counter.objects.filter(name="shared-data").delete()
    for counter in Counter.objects.filter(name__startswith="submission-"):
        if not Submission.objects.filter(number__startswith=f"SB{counter.name[11:]}-").exists():
            counter.delete()
    for counter in Counter.objects.filter(name__startswith="project-"):
        if not Project.objects.filter(code__startswith=f"N{counter.name[8:]}-").exists():
            counter.delete()
    for counter in Counter.objects.filter(name__startswith="receipt-"):
        if not Submission.objects.exclude(receipt_number="").exists():
            counter.delete()
