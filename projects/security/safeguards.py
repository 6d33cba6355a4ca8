"""Security for pages: one project's records, and the overview of what is due (9.3).

What is due, and what a project lacks, is said twice: in SQL for the overview,
which shows a page of any number of projects, and in Python for one project read `with_security`;
a test holds the two against each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value

from governance.database.prepared import Prepared, attach
from governance.kernel import readings
from governance.models import Discrepancy, Organisation
from projects.lifecycle import gates, life
from projects.models import (
    Project,
    ProjectLead,
    SecurityAssessment,
    SecurityFinding,
    SecurityGrading,
    SecuritySync,
    with_leads,
)
from projects.security import protection

SYNCS = dict(SecuritySync.ITEMS)
SOON_DAYS = 60
PAGE = 50  # rows of a part of the overview
LEADS = Prefetch("leads", ProjectLead.objects.select_related("organisation__canonical"))
MUST_BE_ASSESSED = tuple(s for s in (*life.FINISHED, "trial") if s != "closed")


def answers(project: Project) -> Organisation | None:
    """Whom to ask (9.3.1, 谁主管谁负责): the first real lead; its leads are read already."""
    leads = [lead.organisation for lead in project.leads.all() if not lead.is_generic]
    return (leads[0].canonical or leads[0]) if leads else None


@dataclass(frozen=True)
class Due:
    """Something that is due: what, of which project, since or until when (None: at once), and where it is done."""

    project: Project
    kind: str  # grading, filing, sync, assessment, finding
    sentence: str
    due: dt.date | None
    address: str
    key: str = ""  # once per occasion, of what has a day

    @property
    def unit(self) -> Organisation | None:
        return answers(self.project)

    @property
    def unit_id(self) -> int | None:
        return self.unit.pk if self.unit else None


@dataclass(frozen=True)
class Line:
    """A project in the overview. `syncs` are `(label, done_on or None, needed)`; `binding`: 9.3.8 binds it (D52)."""

    project: Project
    level: str
    grading: SecurityGrading | None
    syncs: tuple[tuple[str, dt.date | None, bool], ...]
    binding: bool
    assessment: SecurityAssessment | None
    open_findings: int
    late_findings: int


@dataclass(frozen=True)
class Overview:
    """Every project under way or finished, and what is due, most urgent first: for a report, which prints them all."""

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


@dataclass(frozen=True)
class Part:
    """One part of the overview's page: the rows of one page of it."""

    page: Page
    rows: list = field(default_factory=list)


def reading(day: dt.date) -> str:
    """The reading of D51; the default where no plan is loaded."""
    try:
        return readings.current("D51", day)
    except Discrepancy.DoesNotExist:
        return "a"


def read_security(projects: list[Project]) -> list[Project]:
    """The same of projects that were read already, with their leads."""
    keys = [p.pk for p in projects]
    assessments = _ASSESSMENTS(keys)
    attach(assessments, "findings", _FINDINGS([a.pk for a in assessments]) if assessments else (), "assessment_id")
    attach(projects, "security_assessments", assessments, "project_id")
    attach(projects, "security_syncs", _SYNCS(keys), "project_id")
    attach(projects, "gradings", _GRADINGS(keys), "project_id")
    return with_leads(projects)


_FINDINGS = Prepared(lambda keys: SecurityFinding.objects.filter(assessment_id__among=keys).order_by("due", "pk"))
_ASSESSMENTS = Prepared(lambda keys: SecurityAssessment.objects.standing().filter(project_id__among=keys))
_SYNCS = Prepared(lambda keys: SecuritySync.objects.filter(withdrawn="", project_id__among=keys))
_GRADINGS = Prepared(lambda keys: SecurityGrading.objects.filter(project_id__among=keys).select_related("round"))


def with_security(projects):
    """Projects with their leads, gradings, syncs, assessments and findings; seven queries for any number."""
    assessments = SecurityAssessment.objects.standing()
    assessments = assessments.prefetch_related(Prefetch("findings", SecurityFinding.objects.order_by("due", "pk")))
    syncs = Prefetch("security_syncs", SecuritySync.objects.filter(withdrawn=""))
    gradings = Prefetch("gradings", SecurityGrading.objects.select_related("round"))
    return projects.prefetch_related(gradings, syncs, Prefetch("security_assessments", assessments))


def in_force() -> QuerySet[Project]:
    """Projects that are approved and not given up."""
    return Project.objects.exclude(state__in=("registered", "terminated")).order_by("order", "pk")


def overview(day: dt.date) -> Overview:
    """Every one of them with what is due; ten queries."""
    how = reading(day)
    lines, dues = [], []
    for project in read_security(list(in_force())):
        lines.append(line_of(project, day, how))
        dues += dues_of(project, day)
    return Overview(lines, sorted(dues, key=lambda d: (d.due is None, d.due or day, d.project.order)), levels(how))


def levels(how: str) -> list[tuple[str, int]]:
    """How many projects have each level, in the words of a reading of D51; one query."""
    counted = dict(in_force().order_by().values_list("protection_level").annotate(n=Count("pk")))
    return [
        *((protection.names(n, how), counted.get(n, 0)) for n in protection.LEVELS),
        ("未定级", counted.get(None, 0)),
    ]


# --- the overview's page ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Board:
    """The overview as a page shows it: of each part a page of rows, of the parts that are not shown their number
    alone."""

    levels: list[tuple[str, int]]
    due: Part  # Due, the earliest first
    lacking: Part  # (project, dues at once)
    lines: Part  # Line


def board(day: dt.date, *, part: str = "", number: object = 1, level: str = "") -> Board:
    """The first page of every part; `part` (due, lacking, projects): page `number` of that part alone.
    `level` (1–5 or `none`) narrows the projects. A bounded number of rows, fourteen queries."""
    how = reading(day)
    counted = levels(how)
    projects = in_force().filter(protection_level=None if level == "none" else int(level)) if level else in_force()
    pages = {
        "due": _dated(day + dt.timedelta(days=SOON_DAYS)),
        "lacking": in_force().filter(lacks()),
        "projects": projects,
    }
    turned = {key: Paginator(rows, PAGE) for key, rows in pages.items()}
    if not level:
        turned["projects"].count = sum(n for _, n in counted)  # known already
    shown = {key: pages.get_page(number if key == part else 1) for key, pages in turned.items()}
    keys = {
        key: list(page if key == "due" else (p.pk for p in page)) if part in ("", key) else []
        for key, page in shown.items()
    }
    findings, again = _records(keys["due"])
    of_dues = {f.assessment.project_id for f in findings.values()} | {a.project_id for a in again.values()}
    read = {p.pk: p for p in _read({*keys["lacking"], *keys["projects"], *of_dues})}
    due = _in_order(keys["due"], findings, again, read)
    lacking = [(read[k], [d for d in dues_of(read[k], day) if d.due is None]) for k in keys["lacking"]]
    lines = [line_of(read[k], day, how) for k in keys["projects"]]
    return Board(counted, Part(shown["due"], due), Part(shown["lacking"], lacking), Part(shown["projects"], lines))


def _read(keys) -> list[Project]:
    return read_security(list(Project.objects.filter(pk__in=keys))) if keys else []


def lacks() -> Q:
    """In SQL what `dues_of` says of a project without a day."""
    gradings = SecurityGrading.objects.filter(project=OuterRef("pk"))
    newest = (
        SecurityGrading.objects.filter(project=OuterRef(OuterRef("pk")), state="concluded")
        .order_by("-pk")
        .values("pk")[:1]
    )
    unfiled = SecurityGrading.objects.filter(pk=Subquery(newest), level__gte=protection.FILED_FROM, filing_number="")
    unassessed = ~Exists(SecurityAssessment.objects.standing().filter(project=OuterRef("pk")))
    found = ~Exists(gradings.filter(state__in=("concluded", "proposed", "signing"))) | Exists(unfiled)
    found |= Q(state__in=MUST_BE_ASSESSED) & unassessed
    for item in protection.SYNCS:
        states = protection.states_needing(item)
        there = SecuritySync.objects.filter(project=OuterRef("pk"), item=item, withdrawn="")
        at = Q(suspended_from__in=states) | Q(suspended_from="", state__in=states)
        found |= Q(construction__in=gates.SECURITY_BINDS) & at & ~Exists(there)
    return found


def _dated(until: dt.date, *, findings: Q | None = None) -> QuerySet:
    """`(due, kind, pk)` of open findings, and of every project's next assessment that is due by a day, oldest first."""
    live = Q(project__in=in_force().order_by())
    open_ones = SecurityFinding.objects.filter(
        findings or Q(), fixed_on=None, assessment__withdrawn="", assessment__project__in=in_force().order_by()
    )
    newest = (
        SecurityAssessment.objects.standing()
        .filter(project=OuterRef("project"))
        .order_by("-assessed_on", "-pk")
        .values("pk")[:1]
    )
    again = SecurityAssessment.objects.standing().filter(live, pk=Subquery(newest), next_due__lte=until)
    findings = (
        open_ones.order_by().annotate(at=F("due"), what=Value("finding", CharField())).values_list("at", "what", "pk")
    )
    assessments = (
        again.order_by()
        .annotate(at=F("next_due"), what=Value("assessment", CharField()))
        .values_list("at", "what", "pk")
    )
    return findings.union(assessments, all=True).order_by("at", "what", "pk")


def _records(keys: list[tuple[dt.date, str, int]]) -> tuple[dict, dict]:
    """The findings and the assessments behind the keys of `_dated`."""
    findings = SecurityFinding.objects.filter(pk__in=[k for _, what, k in keys if what == "finding"]).select_related(
        "assessment"
    )
    again = SecurityAssessment.objects.filter(pk__in=[k for _, what, k in keys if what == "assessment"])
    return {f.pk: f for f in findings}, {a.pk: a for a in again}


def _in_order(keys: list, findings: dict, again: dict, projects: dict[int, Project]) -> list[Due]:
    return [
        _of_finding(findings[k], projects[findings[k].assessment.project_id])
        if what == "finding"
        else _of_assessment(again[k], projects[again[k].project_id])
        for _, what, k in keys
    ]


def dated(until: dt.date) -> list[Due]:
    """Everything with a day before `until`, the earliest first; six queries."""
    keys = list(_dated(until - dt.timedelta(days=1), findings=Q(due__lt=until)))
    findings, again = _records(keys)
    of = {f.assessment.project_id for f in findings.values()} | {a.project_id for a in again.values()}
    return _in_order(keys, findings, again, {p.pk: p for p in with_leads(Project.objects.filter(pk__in=of))})


# --- one project ---------------------------------------------------------------------------------------------------


def line_of(project: Project, day: dt.date, how: str) -> Line:
    """One project read `with_security`."""
    needed = protection.syncs_needed(project.suspended_from or project.state)
    done = {s.item: s.done_on for s in project.security_syncs.all()}
    findings = [f for a in project.security_assessments.all() for f in a.findings.all() if f.fixed_on is None]
    assessments = list(project.security_assessments.all())
    gradings = [g for g in project.gradings.all() if g.state not in SecurityGrading.DEAD]
    return Line(
        project=project,
        level=protection.names(project.protection_level, how),
        grading=gradings[0] if gradings else None,
        syncs=tuple((label, done.get(key), key in needed) for key, label in SYNCS.items()),
        binding=gates.security_binds(project.construction),
        assessment=assessments[0] if assessments else None,
        open_findings=len(findings),
        late_findings=sum(f.due < day for f in findings),
    )


def dues_of(project: Project, day: dt.date) -> list[Due]:
    """What one project read `with_security` has to do: overdue, at once, or within SOON_DAYS."""
    at = f"/projects/{project.code}/security/"
    found = []
    gradings = list(project.gradings.all())
    standing = next((g for g in gradings if g.is_concluded), None)
    if standing is None and not any(g.state in ("proposed", "signing") for g in gradings):
        found.append(Due(project, "grading", "没有经专家定级（9.3.2）", None, f"{at}grading/"))
    elif standing and standing.level >= protection.FILED_FROM and not standing.filing_number:
        found.append(
            Due(
                project,
                "filing",
                f"{standing.level} 级系统还没有备案编号",
                None,
                f"/projects/security/gradings/{standing.pk}/file/",
            )
        )
    done = {s.item for s in project.security_syncs.all()}
    lacking = [
        SYNCS[item] for item in protection.syncs_needed(project.suspended_from or project.state) if item not in done
    ]
    if lacking and gates.security_binds(project.construction):
        found.append(
            Due(
                project,
                "sync",
                f"已“{project.get_state_display()}”，没有登记{'、'.join(lacking)}（9.3.8）",
                None,
                f"{at}sync/",
            )
        )
    assessments = list(project.security_assessments.all())
    if project.state in MUST_BE_ASSESSED and not assessments:
        found.append(Due(project, "assessment", "没有安全测评或风险评估（9.3.2、9.3.3）", None, f"{at}assessment/"))
    if assessments and (day_due := assessments[0].next_due) and day_due <= day + dt.timedelta(days=SOON_DAYS):
        found.append(_of_assessment(assessments[0], project))
    found += [_of_finding(f, project) for a in assessments for f in a.findings.all() if f.fixed_on is None]
    return found


def _of_assessment(assessment: SecurityAssessment, project: Project) -> Due:
    return Due(
        project,
        "assessment",
        f"下次{assessment.get_kind_display()}",
        assessment.next_due,
        f"/projects/{project.code}/security/assessment/",
        f"assessment:{assessment.pk}",
    )


def _of_finding(finding: SecurityFinding, project: Project) -> Due:
    sentence = f"隐患（{finding.get_weight_display()}）：{finding.text}"
    return Due(
        project, "finding", sentence, finding.due, f"/projects/security/findings/{finding.pk}/", f"finding:{finding.pk}"
    )
