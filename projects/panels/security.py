"""Security for pages: one project's records, and the overview of what is due (9.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch

from governance import readings
from governance.models import Discrepancy
from projects import life, protection
from projects.models import Project, SecurityAssessment, SecurityFinding, SecurityGrading, SecuritySync

SYNCS = dict(SecuritySync.ITEMS)
SOON_DAYS = 60


@dataclass(frozen=True)
class Due:
    """Something that is due: what, of which project, since or until when (None: at once), and where it is done."""

    project: Project
    kind: str  # grading, filing, sync, assessment, finding
    sentence: str
    due: dt.date | None
    address: str


@dataclass(frozen=True)
class Line:
    """A project in the overview. `syncs` are `(label, done_on or None, needed)`."""

    project: Project
    level: str
    grading: SecurityGrading | None
    syncs: tuple[tuple[str, dt.date | None, bool], ...]
    assessment: SecurityAssessment | None
    open_findings: int
    late_findings: int


@dataclass(frozen=True)
class Overview:
    """Every project under way or finished, and what is due, most urgent first."""

    lines: list[Line]
    dues: list[Due]
    levels: list[tuple[str, int]]  # level in words, number of projects

    @property
    def dated(self) -> list[Due]:
        return [d for d in self.dues if d.due is not None]

    @property
    def lacking(self) -> list[tuple[Project, list[Due]]]:
        """What is missing at once, by project."""
        by: dict[Project, list[Due]] = {}
        for due in self.dues:
            if due.due is None:
                by.setdefault(due.project, []).append(due)
        return list(by.items())


def reading(day: dt.date) -> str:
    """The reading of D51; the default where no plan is loaded."""
    try:
        return readings.current("D51", day)
    except Discrepancy.DoesNotExist:
        return "a"


def with_security(projects):
    """Projects with their gradings, syncs, assessments and findings; five queries for any number."""
    assessments = SecurityAssessment.objects.prefetch_related(Prefetch("findings", SecurityFinding.objects.order_by("due", "pk")))
    syncs = Prefetch("security_syncs", SecuritySync.objects.filter(withdrawn=""))
    gradings = Prefetch("gradings", SecurityGrading.objects.select_related("round"))
    return projects.prefetch_related(gradings, syncs, Prefetch("security_assessments", assessments))


def overview(day: dt.date) -> Overview:
    """Projects that are approved and not given up; six queries."""
    projects = Project.objects.exclude(state__in=("registered", "terminated")).order_by("order", "pk")
    how = reading(day)
    lines, dues = [], []
    for project in with_security(projects):
        lines.append(line_of(project, day, how))
        dues += dues_of(project, day)
    levels = [(protection.names(n, how), sum(line.project.protection_level == n for line in lines)) for n in protection.LEVELS]
    levels.append(("未定级", sum(line.project.protection_level is None for line in lines)))
    return Overview(lines, sorted(dues, key=lambda d: (d.due is None, d.due or day, d.project.order)), levels)


def line_of(project: Project, day: dt.date, how: str) -> Line:
    """One project read `with_security`."""
    needed = protection.syncs_needed(project.suspended_from or project.state)
    done = {s.item: s.done_on for s in project.security_syncs.all()}
    findings = [f for a in project.security_assessments.all() for f in a.findings.all() if f.fixed_on is None]
    assessments = list(project.security_assessments.all())
    gradings = [g for g in project.gradings.all() if g.state != "refused"]
    return Line(
        project=project, level=protection.names(project.protection_level, how), grading=gradings[0] if gradings else None,
        syncs=tuple((label, done.get(key), key in needed) for key, label in SYNCS.items()),
        assessment=assessments[0] if assessments else None, open_findings=len(findings),
        late_findings=sum(f.due < day for f in findings),
    )  # fmt: skip


def dues_of(project: Project, day: dt.date) -> list[Due]:
    """What one project read `with_security` has to do: overdue, at once, or within SOON_DAYS."""
    at = f"/projects/{project.code}/security/"
    found = []
    gradings = list(project.gradings.all())
    standing = next((g for g in gradings if g.state == "concluded"), None)
    if standing is None and not any(g.state == "signing" for g in gradings):
        found.append(Due(project, "grading", "没有经专家定级（9.3.2）", None, f"{at}grading/"))
    elif standing and standing.level >= protection.FILED_FROM and not standing.filing_number:
        found.append(Due(project, "filing", f"{standing.level} 级系统还没有备案编号", None, f"/projects/security/gradings/{standing.pk}/file/"))
    done = {s.item for s in project.security_syncs.all()}
    lacking = [SYNCS[item] for item in protection.syncs_needed(project.suspended_from or project.state) if item not in done]
    if lacking:
        found.append(Due(project, "sync", f"已“{project.get_state_display()}”，没有登记{'、'.join(lacking)}（9.3.8）", None, f"{at}sync/"))
    assessments = list(project.security_assessments.all())
    finished = project.state in (*life.FINISHED, "trial") and project.state != "closed"
    if finished and not assessments:
        found.append(Due(project, "assessment", "没有安全测评或风险评估（9.3.2、9.3.3）", None, f"{at}assessment/"))
    if assessments and (due := assessments[0].next_due) and due <= day + dt.timedelta(days=SOON_DAYS):
        found.append(Due(project, "assessment", f"下次{assessments[0].get_kind_display()}", due, f"{at}assessment/"))
    for assessment in assessments:
        for finding in assessment.findings.all():
            if finding.fixed_on is None:
                sentence = f"隐患（{finding.get_weight_display()}）：{finding.text}"
                found.append(Due(project, "finding", sentence, finding.due, f"/projects/security/findings/{finding.pk}/"))
    return found
