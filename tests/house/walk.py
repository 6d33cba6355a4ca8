"""Every page that a browser can ask for, with a record to ask it about, and who may read it as GRANTS says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from budgets.models import BudgetLine, FundingApplication, FundingCall
from governance.basics.refs import pk_of
from governance.basics.roles import Permission as P
from governance.basics.roles import Scope
from governance.kernel.access import Actor, may
from governance.models import Answer, Appointment, Body, Organisation, ServiceRecord, TrainingSession, User
from priorities.models import DeskBatch, Sitting, Submission
from projects.models import (
    Acceptance,
    Benefit,
    CollaborationMember,
    CollaborationSubject,
    DataParty,
    Evaluation,
    Milestone,
    Need,
    ProgressReport,
    Project,
    SecurityFinding,
    SecurityGrading,
    SecuritySync,
    Supervision,
    TechnicalDocument,
    Topic,
    TopicReport,
)


@dataclass(frozen=True)
class Page:
    """`permission` opens the page (403 without); `sees` says whether its record lies within reach (404 where not);
    `more` is the status for whoever comes that far."""

    address: str
    permission: P
    sees: Callable[[Actor], bool] = lambda actor: True
    more: Callable[[Actor], int] = lambda actor: 200

    def status(self, actor: Actor) -> int:
        if actor.scope(self.permission) is None:
            return 403
        return self.more(actor) if self.sees(actor) else 404


def _reporting(project: Project) -> Callable[[Actor], int]:
    """A lead of the project and who manages projects report; a lead of others does not see it, the rest may not."""

    def status(actor: Actor) -> int:
        if may(actor, P.MANAGE_PROJECT) or may(actor, P.REPORT_PROGRESS, project):
            return 200
        return 404 if may(actor, P.REPORT_PROGRESS) else 403

    return status


def _at_the_table(actor: Actor) -> int:
    """Sittings are for those who read the whole city's cases."""
    return 200 if actor.scope(P.READ_SUBMISSIONS) is Scope.CITY else 403


def _home(actor: Actor) -> int:
    if actor.scope(P.READ_REGISTER):
        return 200
    return 302 if actor.scope(P.MANAGE_ACCOUNTS) or actor.scope(P.GRANT_ROLES) else 403


def _rating(actor: Actor) -> int:
    return 200 if actor.scope(P.GIVE_OPINION) or may(actor, P.MANAGE_PROJECT) else 403


def _proposing(actor: Actor) -> int:
    return 200 if may(actor, P.SUBMIT, Project.objects.get(code="P17")) else 404


def _reports(actor: Actor) -> int:
    return 200 if actor.scope(P.REQUEST_REPORT) is Scope.CITY else 404


def _tries_rule_sets(actor: Actor) -> bool:
    """A dry run names every case of the city."""
    return any(may(actor, p) for p in (P.SCREEN, P.ADOPT_RULE_SET, P.READ_AUDIT))


def _confirming(actor: Actor) -> int:
    return 200 if actor.scope(P.ACCEPT_WORKS) or actor.scope(P.MANAGE_PROJECT) else 403


def _redirect(actor: Actor) -> int:
    return 302


def _whole_city(actor: Actor) -> int:
    """What shows every department's case is for whoever reads the whole city's."""
    return 200 if actor.scope(P.READ_SUBMISSIONS) is Scope.CITY else 403


def pages() -> list[Page]:
    """All pages over the demonstration's records; POST alone is not in here."""
    project = Project.objects.get(code="P01")
    milestone = Milestone.objects.filter(done_on=None).select_related("project").first()
    line = BudgetLine.objects.filter(project__code="P17").select_related("project").first()
    found = [
        Page("/", P.USE, more=_home),
        Page("/governance/factor/", P.USE),
        *of_signatures(),
        Page("/search/?q=卫生", P.READ_REGISTER),
        Page("/calendar/", P.READ_REGISTER),
        Page("/projects/", P.READ_REGISTER),
        Page("/projects/?year=2007&sort=estimate", P.READ_REGISTER),
        Page("/projects/programmes/", P.READ_REGISTER),
        Page("/projects/programmes/gis/", P.READ_REGISTER),
        Page("/projects/programmes/none/", P.READ_REGISTER),
        Page("/projects/P01/", P.READ_REGISTER),
        Page("/projects/P17/", P.READ_REGISTER),
        Page("/projects/P01/?part=cases", P.READ_REGISTER),
        Page("/projects/tasks/", P.READ_REGISTER),
        Page("/projects/tasks/T2-01/", P.READ_REGISTER),
        Page("/projects/catalogue/", P.READ_REGISTER),
        Page("/projects/catalogue/?view=gap", P.READ_REGISTER),
        Page("/projects/catalogue/new/", P.SHARE_DATA),
        Page("/projects/catalogue/GX-001/", P.READ_REGISTER),
        Page("/projects/catalogue/GX-001/join/", P.SHARE_DATA),
        Page("/projects/catalogue/GX-001/register/", P.MANAGE_CATALOGUE),
        Page("/projects/catalogue/GX-001/withdraw/", P.MANAGE_CATALOGUE),
        Page(f"/projects/catalogue/parties/{DataParty.objects.first().pk}/", P.MANAGE_CATALOGUE),
        Page("/priorities/sharing/", P.ANSWER_SHARING),
        Page("/projects/progress/", P.READ_REGISTER),
        Page("/projects/P01/progress/", P.READ_REGISTER, more=_reporting(project)),
        Page("/projects/P01/state/", P.READ_REGISTER),
        Page("/projects/P01/life/", P.READ_REGISTER),
        Page("/projects/progress/call/", P.MANAGE_PROJECT),
        Page(
            f"/projects/progress/reports/{ProgressReport.objects.filter(superseded=False).first().pk}/return/",
            P.MANAGE_PROJECT,
        ),
        Page("/projects/P01/milestone/", P.READ_REGISTER, more=_reporting(project)),
        Page("/projects/P01/rate/", P.READ_REGISTER, more=_rating),
        Page("/projects/P15/life/?phase=2", P.READ_REGISTER),
        Page("/projects/P01/gates/security_assessment/", P.READ_REGISTER, more=_reporting(project)),
        Page("/projects/P01/contract/", P.READ_REGISTER, more=_reporting(project)),
        Page("/projects/P15/phases/1/", P.READ_REGISTER),
        Page("/projects/P01/take-over/", P.MANAGE_PROJECT),
        Page("/projects/P01/classify/", P.MANAGE_PROJECT),
        Page("/projects/P01/first-lead/", P.MANAGE_PROJECT),
        Page("/projects/P01/change/", P.MANAGE_PROJECT),
        Page(f"/projects/milestones/{milestone.pk}/", P.READ_REGISTER, more=_reporting(milestone.project)),
        Page("/projects/as-of/?day=2006-12-31", P.READ_REGISTER),
        Page("/projects/as-of/?day=2007-03-31&code=P01", P.READ_REGISTER),
        Page("/projects/as-of/?day=2007-03-31&part=tasks", P.READ_REGISTER),
        Page("/projects/compare/?from=2007-01-01&to=2007-08-20", P.READ_REGISTER),
        Page("/projects/compare/?kind=annual_budget&a=2006&b=2007", P.READ_REGISTER, more=_reports),
        *of_duties(),
        *of_what_is_signed(),
        *of_works(),
        *of_institutions(),
        *of_funds(),
        Page("/budgets/", P.READ_BUDGET, more=_redirect),
        Page("/budgets/2006/?stage=spent", P.READ_BUDGET),
        Page("/budgets/2007/", P.READ_BUDGET),
        Page("/budgets/2007/export/", P.READ_BUDGET),
        Page("/budgets/2007/?source=city&programme=none", P.READ_BUDGET),
        Page("/budgets/all/", P.READ_BUDGET),
        Page("/budgets/all/export/", P.READ_BUDGET),
        Page("/budgets/import/", P.EDIT_BUDGET),
        Page("/budgets/ceilings/", P.READ_BUDGET),
        Page("/budgets/revenue/", P.READ_BUDGET),
        Page("/budgets/revenue/?year=2007", P.READ_BUDGET),
        Page(f"/budgets/lines/{line.pk}/", P.READ_BUDGET, sees=lambda actor: may(actor, P.READ_BUDGET, line.project)),
        Page("/priorities/mine/", P.SUBMIT),
        Page("/priorities/changes/P17/", P.SUBMIT, more=_proposing),
        Page("/priorities/desk/", P.SCREEN),
        Page("/priorities/desk/?view=all", P.SCREEN),
        Page("/priorities/desk/?kind=new&due=late&sort=due", P.SCREEN),
        Page(f"/priorities/desk/bulk/{DeskBatch.objects.earliest('pk').pk}/", P.SCREEN),
        Page("/priorities/desk/lanes/", P.SCREEN),
        Page("/priorities/desk/lanes/?lane=deferred", P.SCREEN),
        Page("/priorities/desk/lanes/?lane=self_funded", P.SCREEN),
        Page("/priorities/desk/plan-projects/", P.SCREEN),
        Page("/priorities/approvals/", P.READ_SUBMISSIONS),
        Page("/priorities/approvals/?state=joint_approval", P.READ_SUBMISSIONS),
        Page("/priorities/sittings/", P.READ_SUBMISSIONS, more=_at_the_table),
        Page(f"/priorities/sittings/{Sitting.objects.first().pk}/", P.READ_SUBMISSIONS, more=_at_the_table),
        Page("/priorities/criteria/", P.READ_REGISTER),
        Page("/priorities/criteria/8.3.2-3/", P.READ_REGISTER),
        Page("/priorities/rule-sets/", P.READ_REGISTER),
        Page("/priorities/calibration/", P.READ_CALIBRATION),
        Page("/priorities/calibration/?clause=8.3.1(4)", P.READ_CALIBRATION),
        Page("/priorities/rule-sets/plan-2006/", P.READ_REGISTER),
        Page("/priorities/rule-sets/plan-2006-b/", P.READ_REGISTER),
        Page("/priorities/rule-sets/plan-2006-b/?was=priority#behind", P.READ_REGISTER),
        Page("/priorities/rule-sets/plan-2006-b/dry-run.xlsx", P.READ_REGISTER, sees=_tries_rule_sets),
        Page("/priorities/plan/", P.READ_REGISTER, more=_redirect),
        Page("/priorities/plan/2007/", P.READ_REGISTER),
        Page("/priorities/plan/2008/", P.READ_REGISTER),
        Page("/priorities/plan/2008/preview/", P.READ_SUBMISSIONS, more=_whole_city),
        Page("/priorities/plan/2008/scenarios/", P.READ_SUBMISSIONS, more=_whole_city),
        Page("/priorities/windows/", P.MANAGE_CALENDAR),
        Page("/governance/discrepancies/", P.READ_REGISTER),
        Page("/governance/discrepancies/D06/", P.READ_REGISTER),
        Page("/governance/organisations/", P.READ_REGISTER),
        Page(f"/governance/organisations/{Organisation.objects.get(name='市信息产业局').pk}/", P.READ_REGISTER),
        Page("/governance/plan/", P.READ_REGISTER),
        Page("/governance/regulations/", P.READ_REGISTER),
        Page("/governance/regulations/2/", P.READ_REGISTER),
        Page("/governance/plan/?q=共享", P.READ_REGISTER),
        Page("/governance/discrepancies/D27/", P.READ_REGISTER),
        Page("/governance/discrepancies/export/", P.READ_REGISTER),
        Page("/governance/discrepancies/D48/decide/", P.DECIDE_READING),
        Page("/governance/kept/", P.USE),
        Page("/governance/notices/", P.USE),
        Page("/governance/notices/choices/", P.USE),
        Page("/governance/password/", P.USE),
        Page("/governance/passwords/", P.VOUCH_PASSWORD),
        Page("/governance/logins/", P.USE),
        Page("/governance/tokens/", P.USE),
        Page("/governance/confirm/", P.USE),
        Page("/governance/documents/", P.USE),
        Page("/governance/documents/progress/", P.USE),
        Page("/governance/status/", P.READ_STATUS),
        Page("/governance/audit/", P.READ_AUDIT),
        Page("/governance/audit/?verify=1", P.READ_AUDIT),
        Page("/governance/audit/export/?person=nobody", P.READ_AUDIT),
        Page("/governance/accounts/", P.MANAGE_ACCOUNTS),
        Page(f"/governance/accounts/{User.objects.order_by('pk').first().pk}/", P.MANAGE_ACCOUNTS),
        Page("/governance/roles/", P.GRANT_ROLES),
        Page(f"/governance/roles/{Appointment.objects.order_by('pk').first().pk}/end/", P.GRANT_ROLES),
    ]
    for state in ("draft", "submitted", "under_review", "returned", "joint_approval", "candidate", "adopted"):
        found += of_case(Submission.objects.filter(state=state).select_related("organisation").order_by("pk").first())
    return found


def of_duties() -> list[Page]:
    """The tree of 课题 and the pages of one that has a project and a demand open."""
    visit = Supervision.objects.filter(settled_on=None).exclude(demand="").select_related("topic__project").first()
    at = f"/projects/duties/{visit.topic_id}/"
    total, loose = Topic.objects.get(tier="total"), Topic.objects.get(tier="subsystem")
    filed = TopicReport.objects.get(superseded=False)

    def oversees(actor: Actor) -> int:
        """Both hang below the total system: its unit and the office look down on them."""
        if may(actor, P.MANAGE_PROJECT) or may(actor, P.REPORT_PROGRESS, total):
            return 200
        return 404 if may(actor, P.REPORT_PROGRESS) else 403

    def reports(actor: Actor) -> int:
        if may(actor, P.MANAGE_PROJECT) or may(actor, P.REPORT_PROGRESS, visit.topic):
            return 200
        return 404 if may(actor, P.REPORT_PROGRESS) else 403

    return [
        Page("/projects/duties/", P.READ_REGISTER),
        Page("/projects/duties/new/", P.MANAGE_PROJECT),
        Page(at, P.READ_REGISTER),
        Page(total.get_absolute_url(), P.READ_REGISTER),
        Page(f"{at}head/", P.MANAGE_PROJECT),
        Page(f"/projects/duties/{total.pk}/end/", P.MANAGE_PROJECT),
        Page(f"{at}report/?kind=annual&year=2006", P.READ_REGISTER, more=reports),
        Page(f"{at}supervise/", P.READ_REGISTER, more=oversees),
        Page(f"/projects/duties/reports/{filed.pk}/return/", P.READ_REGISTER, more=oversees),
        *(Page(f"/projects/duties/{loose.pk}/{form}/", P.MANAGE_PROJECT) for form in ("edit", "strike")),
        Page(f"/projects/duties/visits/{visit.pk}/", P.READ_REGISTER, more=reports),
    ]


def of_funds() -> list[Page]:
    """Calls for outside money, and an application that was granted and is not booked yet."""
    call, row = FundingCall.objects.get(kind="state"), FundingApplication.objects.get()
    at, p17 = row.get_absolute_url(), Project.objects.get(code="P17")

    def sees(actor: Actor) -> bool:
        return actor.scope(P.READ_BUDGET) is Scope.CITY or actor.organisation_id in row.belongs_to()

    def reports(actor: Actor) -> int:
        mine = may(actor, P.MANAGE_PROJECT) or may(actor, P.REPORT_PROGRESS, row.project)
        return 200 if mine else 404 if may(actor, P.REPORT_PROGRESS) else 403

    return [
        Page("/budgets/funds/", P.READ_REGISTER),
        Page("/budgets/funds/new/", P.MANAGE_PROJECT),
        Page(call.get_absolute_url(), P.READ_REGISTER),
        Page(f"{call.get_absolute_url()}edit/", P.MANAGE_PROJECT),
        Page(f"{call.get_absolute_url()}withdraw/", P.MANAGE_PROJECT),
        Page(f"{call.get_absolute_url()}apply/P17/", P.READ_REGISTER, more=_reporting(p17)),
        Page(at, P.READ_REGISTER, sees=sees),
        *(Page(f"{at}{step}/", P.READ_REGISTER, sees, reports) for step in ("edit", "send", "outcome", "withdraw")),
        Page(f"{at}book/", P.EDIT_BUDGET),
        Page(f"{at}book/?relief=10", P.EDIT_BUDGET),
    ]


def of_signatures() -> list[Page]:
    """A signature of a case is read by whoever reads the case, one of the register by whoever reads that."""
    answers = Answer.objects.order_by("pk")
    joint = answers.filter(seat__round__kind="joint_approval").first()
    case = Submission.objects.get(pk=pk_of(joint.seat.round.about))
    other = answers.filter(seat__round__kind__in=("acceptance", "evaluation")).first()

    def sees(actor: Actor) -> bool:
        return joint.user_id == actor.user_id or Submission.objects.visible_to(actor).filter(pk=case.pk).exists()

    return [
        Page(f"/governance/signatures/{joint.pk}/", P.READ_REGISTER, sees=sees),
        Page(f"/governance/signatures/{other.pk}/", P.READ_REGISTER),
    ]


def of_institutions() -> list[Page]:
    """Units, bodies, services, training, instruments and new discrepancies."""
    unit = Organisation.objects.get(name="市信息产业局").get_absolute_url()
    service, course = ServiceRecord.objects.first(), TrainingSession.objects.first()
    return [
        *(
            Page(f"{unit}{form}/", P.MANAGE_ORGANISATIONS)
            for form in ("merge", "separate", "succession", "alias", "edit", "service")
        ),
        Page("/governance/organisations/new/", P.MANAGE_ORGANISATIONS),
        Page("/governance/services/", P.READ_REGISTER),
        Page(f"/governance/services/{service.pk}/end/", P.MANAGE_ORGANISATIONS),
        Page("/governance/bodies/?day=2006-06-30", P.READ_REGISTER),
        Page(f"/governance/bodies/{Body.objects.first().pk}/", P.MANAGE_ORGANISATIONS),
        Page("/governance/training/", P.READ_REGISTER),
        Page("/governance/training/?block=10.2&group=leaders", P.READ_REGISTER),
        Page("/governance/training/people/", P.READ_REGISTER),
        Page(f"/governance/training/people/?year=2007&unit={unit.strip('/').split('/')[-1]}", P.READ_REGISTER),
        Page("/governance/training/people/export/?year=2007", P.READ_REGISTER),
        Page("/governance/training/roster/", P.MANAGE_ORGANISATIONS),
        Page("/governance/training/roster/template/", P.MANAGE_ORGANISATIONS),
        Page("/governance/training/new/", P.MANAGE_ORGANISATIONS),
        Page("/governance/training/target/", P.MANAGE_ORGANISATIONS),
        Page(f"/governance/training/{course.pk}/withdraw/", P.MANAGE_ORGANISATIONS),
        Page("/governance/regulations/1/text/", P.MANAGE_CALENDAR),
        Page("/governance/discrepancies/new/", P.DECIDE_READING),
        Page("/projects/leads/", P.READ_REGISTER),
    ]


def of_what_is_signed() -> list[Page]:
    """Acceptance, evaluation and security: lists, records, and the forms of a project."""
    accepted, evaluated = Acceptance.objects.get(), Evaluation.objects.get()
    finding, grading, sync = (
        SecurityFinding.objects.first(),
        SecurityGrading.objects.first(),
        SecuritySync.objects.first(),
    )
    own_goal = Benefit.objects.filter(source="office").first()
    p04, p01 = (Project.objects.get(code=code) for code in ("P04", "P01"))
    return [
        Page("/projects/acceptances/", P.READ_REGISTER),
        Page(accepted.get_absolute_url(), P.READ_REGISTER),
        Page(f"{accepted.get_absolute_url()}correction/", P.ACCEPT_WORKS),
        Page("/projects/P01/acceptance/", P.ACCEPT_WORKS),
        Page(f"{accepted.get_absolute_url()}withdraw/", P.ACCEPT_WORKS),
        Page(f"{evaluated.get_absolute_url()}withdraw/", P.ACCEPT_WORKS),
        Page("/projects/evaluations/?year=2007", P.READ_REGISTER),
        Page(evaluated.get_absolute_url(), P.READ_REGISTER),
        Page("/projects/benefits/", P.READ_REGISTER),
        Page("/projects/benefits/?year=2006", P.READ_REGISTER),
        Page("/projects/P04/benefits/", P.READ_REGISTER),
        Page("/projects/P13/benefits/", P.READ_REGISTER),
        Page("/projects/P04/benefits/new/", P.MANAGE_PROJECT),
        Page(f"/projects/benefits/{own_goal.pk}/drop/", P.MANAGE_PROJECT),
        Page(f"/projects/benefits/{own_goal.pk}/measure/", P.READ_REGISTER, more=_reporting(p04)),
        Page(f"/projects/benefits/values/{own_goal.measurements.first().pk}/check/", P.READ_REGISTER, more=_confirming),
        Page("/projects/assessments/?year=2006", P.READ_REGISTER),
        Page("/projects/assessments/new/?year=2006", P.MANAGE_PROJECT),
        Page("/projects/evaluations/report/", P.ACCEPT_WORKS),
        Page("/projects/evaluations/target/", P.MANAGE_PROJECT),
        Page("/projects/P04/evaluation/", P.ACCEPT_WORKS),
        Page("/projects/security/", P.READ_REGISTER),
        Page("/projects/security/?part=lacking", P.READ_REGISTER),
        Page("/projects/P04/security/", P.READ_REGISTER),
        Page("/projects/P01/security/", P.READ_REGISTER),
        Page("/projects/P01/security/grading/", P.READ_REGISTER, more=_reporting(p01)),
        Page("/projects/P01/security/sync/", P.READ_REGISTER, more=_reporting(p01)),
        Page("/projects/P01/security/assessment/", P.READ_REGISTER, more=_reporting(p01)),
        Page(f"/projects/security/gradings/{grading.pk}/file/", P.READ_REGISTER, more=_reporting(grading.project)),
        Page(f"/projects/security/gradings/{grading.pk}/withdraw/", P.READ_REGISTER, more=_reporting(grading.project)),
        Page(f"/projects/security/assessments/{finding.assessment_id}/withdraw/", P.MANAGE_PROJECT),
        Page(f"/projects/security/syncs/{sync.pk}/withdraw/", P.MANAGE_PROJECT),
        Page(f"/projects/security/findings/{finding.pk}/", P.READ_REGISTER, more=_reporting(p04)),
    ]


def of_works() -> list[Page]:
    """Technical documents, needs of works built for a department, the collaboration."""
    document, grading = TechnicalDocument.objects.exclude(condition="").get(), SecurityGrading.objects.first()
    need, subject = Need.objects.get(state="open"), CollaborationSubject.objects.get(state="open")
    member, p18 = CollaborationMember.objects.first(), Project.objects.get(code="P18")
    at, reports = document.get_absolute_url(), _reporting(document.project)

    def names(actor: Actor) -> int:
        return 200 if may(actor, P.MANAGE_PROJECT) or may(actor, P.ACCEPT_WORKS) else 403

    def asks(actor: Actor) -> bool:
        return may(actor, P.REPORT_PROGRESS, p18)

    return [
        Page("/projects/documents/", P.READ_REGISTER),
        Page("/projects/documents/?state=open", P.READ_REGISTER),
        Page("/projects/P18/documents/", P.READ_REGISTER),
        Page("/projects/P18/documents/new/?kind=outline", P.READ_REGISTER, more=_reporting(p18)),
        Page(at, P.READ_REGISTER),
        Page(f"{at}withdraw/", P.READ_REGISTER, more=reports),
        Page(f"{at}condition/", P.READ_REGISTER, more=reports),
        Page(f"{at}experts/", P.READ_REGISTER, more=names),
        Page(f"/projects/security/gradings/{grading.pk}/experts/", P.READ_REGISTER, more=names),
        Page("/projects/needs/", P.READ_REGISTER),
        Page("/projects/needs/?project=P18", P.READ_REGISTER),
        Page("/projects/P18/needs/new/", P.REPORT_PROGRESS, asks),
        Page(need.get_absolute_url(), P.READ_REGISTER),
        Page(f"{need.get_absolute_url()}withdraw/", P.REPORT_PROGRESS, asks),
        Page("/projects/collaboration/", P.READ_REGISTER),
        Page("/projects/collaboration/new/", P.MANAGE_PROJECT),
        Page("/projects/collaboration/members/new/", P.MANAGE_PROJECT),
        Page(f"/projects/collaboration/members/{member.pk}/end/", P.MANAGE_PROJECT),
        Page(subject.get_absolute_url(), P.READ_REGISTER),
        Page(f"{subject.get_absolute_url()}withdraw/", P.MANAGE_PROJECT),
    ]


def of_case(row: Submission) -> list[Page]:
    """The pages of one submission. A filed one is not edited: its form leads back to it."""
    at, editable = row.reference, row.state in ("draft", "returned")

    def sees(actor: Actor) -> bool:
        """Another department's draft is nobody's but its own."""
        mine = actor.organisation_id in row.belongs_to()
        return mine or (row.state != "draft" and may(actor, P.READ_SUBMISSIONS, row))

    def edits(actor: Actor) -> int:
        return 200 if editable and actor.organisation_id in row.belongs_to() else 302

    def offline(actor: Actor) -> int:
        return 200 if editable else 302

    def reviews(actor: Actor) -> int:
        return 200 if editable else 302

    def reads_the_letter(actor: Actor) -> bool:
        return sees(actor) and row.letters.exists()

    return [
        Page(f"/priorities/submissions/{at}/decision/", P.READ_SUBMISSIONS, reads_the_letter),
        Page(f"/priorities/submissions/{at}/", P.READ_SUBMISSIONS, sees),
        Page(f"/priorities/sharing/{at}/", P.ANSWER_SHARING, sees),
        Page(f"/priorities/submissions/{at}/why/", P.READ_SUBMISSIONS, sees),
        Page(f"/priorities/submissions/{at}/edit/", P.SUBMIT, sees, edits),
        Page(f"/priorities/submissions/{at}/offline/", P.SUBMIT, sees, offline),
        Page(f"/priorities/submissions/{at}/offline/template/", P.SUBMIT, sees, offline),
        Page(f"/priorities/submissions/{at}/versions/", P.READ_SUBMISSIONS, sees),
        Page(f"/priorities/submissions/{at}/review/", P.SUBMIT, sees, reviews),
        Page(f"/priorities/desk/{at}/", P.SCREEN, sees),
        Page(f"/priorities/desk/{at}/overlap/", P.SCREEN, sees),
        Page(f"/priorities/submissions/{at}/overlaps/", P.SUBMIT, sees),
        Page(f"/priorities/approvals/{at}/", P.READ_SUBMISSIONS, sees),
        Page(f"/priorities/approvals/{at}/opinion/", P.GIVE_OPINION, sees),
    ]
