"""Search across the register, for the page of results."""

from __future__ import annotations

from dataclasses import dataclass

from governance.basics.searching import around, holding, stands_in
from projects.labels import STATES, TASK_STATES
from projects.lifecycle import gates, periods
from projects.models import (
    Acceptance,
    Change,
    CollaborationSubject,
    Contract,
    Evaluation,
    GateItem,
    Milestone,
    Need,
    PlanTask,
    ProgressReport,
    Project,
    SecurityAssessment,
    SecurityFinding,
    Supervision,
    TechnicalDocument,
    Topic,
)

HITS = 20


@dataclass(frozen=True)
class Hit:
    """A search hit: kind (project, plan-task), code, name, where it stands, address."""

    kind: str
    code: str
    name: str
    note: str
    address: str


def search(actor, q: str) -> list[Hit]:
    """Projects and tasks whose normalised text holds the words, two-character words included; two queries."""
    if not q.strip() or not actor:
        return []
    visible = Project.objects.visible_to(actor)
    projects = visible.matching(q).order_by("order")[:HITS]
    found = [Hit("project", p.code, p.name, _why(p, q), p.get_absolute_url()) for p in projects]
    if visible.query.is_empty():
        return found
    tasks = PlanTask.objects.matching(q)[:HITS]
    return found + [
        Hit("plan-task", t.code, t.text, f"{t.block} · {TASK_STATES[t.state]}", t.get_absolute_url()) for t in tasks
    ]


def _why(p: Project, q: str) -> str:
    """Its state, and the passage of its content where the words stand that its name does not show."""
    seen = stands_in(f"{p.code} {p.name}", q)
    return STATES[p.state] if seen else f"{STATES[p.state]} · {around(p.content, q, 30)}"


def records(actor, q: str) -> list[Hit]:
    """What was written of projects: contracts, papers of gates, reports, milestones, changes, acceptances,
    responsibility, security, technical documents, needs, collaboration; one query each."""
    if not q.strip() or not actor:
        return []
    visible = Project.objects.visible_to(actor)
    if visible.query.is_empty():
        return []
    found = []
    for kind, rows, about, fields, say in RECORDS:
        rows = rows().filter(holding(fields, q)).select_related(about).order_by("-pk")
        if visible.query.where:  # not everybody may read every project
            rows = rows.filter(**{f"{about}__in": visible})
        for row in rows[:HITS]:
            code, name, note, address = say(row)
            found.append(Hit(kind, code, name, note, address))
    return found


def _life(row) -> str:
    return f"{row.project.get_absolute_url()}life/"


RECORDS = (
    (
        "合同",
        lambda: Contract.objects.filter(voided=""),
        "project",
        ("number", "title", "supplier"),
        lambda c: (c.project.code, f"{c.number} {c.title}", f"乙方 {c.supplier}", _life(c)),
    ),
    (
        "关口材料",
        lambda: GateItem.objects.filter(withdrawn=""),
        "project",
        ("document",),
        lambda i: (i.project.code, i.document, gates.BY_KEY[i.key].label, _life(i)),
    ),
    (
        "进度填报",
        lambda: ProgressReport.objects.filter(superseded=False),
        "project",
        ("done_text", "problems", "next_steps"),
        lambda r: (
            r.project.code,
            f"{r.project.name} {periods.label(r.period)}",
            f"{r.done_text} {r.problems}",
            r.project.get_absolute_url(),
        ),
    ),
    (
        "节点",
        lambda: Milestone.objects.filter(dropped_reason=""),
        "project",
        ("text", "quote", "evidence"),
        lambda m: (m.project.code, m.text, m.evidence, m.project.get_absolute_url()),
    ),
    (
        "变更",
        lambda: Change.objects.all(),
        "project",
        ("was", "now", "reason", "approver"),
        lambda c: (
            c.project.code,
            f"{c.get_field_display()} {c.was} → {c.now}",
            c.reason,
            c.project.get_absolute_url(),
        ),
    ),
    (
        "验收",
        lambda: Acceptance.objects.all(),
        "project",
        ("text", "document_number", "correction"),
        lambda a: (
            a.project.code,
            f"{a.get_stage_display()} {a.accepted_on} {a.document_number}",
            a.text,
            a.get_absolute_url(),
        ),
    ),
    (
        "使用评估",
        lambda: Evaluation.objects.all(),
        "project",
        ("findings", "evidence"),
        lambda e: (e.project.code, f"{e.year} 年使用评估", e.findings, e.get_absolute_url()),
    ),
    (
        "课题",
        lambda: Topic.objects.distinct(),
        "project",
        ("name", "heads__person", "heads__organisation__name"),
        lambda t: (t.code, t.name, t.get_tier_display(), t.get_absolute_url()),
    ),
    (
        "督导",
        lambda: Supervision.objects.all(),
        "topic__project",
        ("findings", "demand", "settled_text", "visitors"),
        lambda v: (v.topic.code, f"{v.visited_on} {v.findings}", v.demand, v.topic.get_absolute_url()),
    ),
    (
        "安全测评",
        lambda: SecurityAssessment.objects.all(),
        "project",
        ("assessor", "document"),
        lambda a: (
            a.project.code,
            f"{a.assessed_on} {a.document}",
            a.assessor,
            f"{a.project.get_absolute_url()}security/",
        ),
    ),
    (
        "安全隐患",
        lambda: SecurityFinding.objects.all(),
        "assessment__project",
        ("text", "measure", "fixed_text"),
        lambda f: (f.assessment.project.code, f.text, f.measure, f"{f.assessment.project.get_absolute_url()}security/"),
    ),
    (
        "技术文件",
        lambda: TechnicalDocument.objects.all(),
        "project",
        ("title", "note", "approval", "condition"),
        lambda d: (d.project.code, f"{d.get_kind_display()} {d.title}", d.approval, d.get_absolute_url()),
    ),
    (
        "建设需求",
        lambda: Need.objects.all(),
        "project",
        ("title", "text"),
        lambda n: (n.project.code, f"{n.get_kind_display()} {n.title}", n.text, n.get_absolute_url()),
    ),
    (
        "协同议题",
        lambda: CollaborationSubject.objects.all(),
        "project",
        ("title", "text", "outcome", "minutes_number"),
        lambda s: (s.project.code if s.project else "", s.title, s.outcome or s.text, s.get_absolute_url()),
    ),
)
