"""Pages of technical documents (9.1.1): all of them, one project's, one document with its steps."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render

from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.signing import rounds, signers
from governance.web.entry import found, one_of
from governance.web.entry import page as may_enter
from projects import actions
from projects.acceptance import acceptances as signatures
from projects.actions import experts, signing
from projects.actions.checks import reporting
from projects.forms import works as forms
from projects.forms.acceptance import ReasonForm
from projects.lifecycle import approvals, gates, life, proofs
from projects.models import Project, TechnicalDocument
from projects.views.frame import duty_page, project_of

READ = Permission.READ_REGISTER
ROWS = TechnicalDocument.objects.select_related("project", "round")


@may_enter(READ, methods=("GET", "HEAD"))
def documents(request):
    """Every document, the newest first; `?state=open` those under way."""
    state = one_of(request.GET, "state", {"open"})
    rows = ROWS.filter(state__in=TechnicalDocument.OPEN) if state else ROWS.all()
    waiting = rounds.waiting_on(request.actor).filter(kind__in=approvals.ROUND_KINDS)
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "mine": ROWS.filter(state="signing", round__in=waiting.values("pk")).order_by("pk"),
        "state": state,
    }
    return render(request, "projects/documents.html", context)


@may_enter(READ, methods=("GET", "HEAD"))
def of_project(request, code: str):
    """One project's: each kind with who approves it, before which step, and its editions."""
    row = project_of(request, code)
    day, every = clock.today(), list(row.technical_documents.select_related("round"))
    bodies = {s.body: signers.decides_for(s.body, day) for s in approvals.STEPS.values() if s.decides}
    proven = {gate: proofs.of(row, gate) for gate in ("procure", "build")}
    kinds = []
    for kind, label in TechnicalDocument.KINDS:
        asked = gates.BY_KEY[f"{kind}_approved"]
        kinds.append(
            {
                "key": kind,
                "label": label,
                "before": life.BY_VERB[asked.gate].label,
                "steps": [(s.label, bodies.get(s.body)) for s in approvals.CHAINS[kind]],
                "record": proven[asked.gate].get(asked.key),
                "not_asked": approvals.not_asked(kind, row.origin, row.level_922),
                "rows": [d for d in every if d.kind == kind],
            }
        )
    context = {
        "project": row,
        "kinds": kinds,
        "may_file": access.may(request.actor, reporting(request.actor), row) and row.state not in life.ENDED,
    }
    return render(request, "projects/project_documents.html", context)


@may_enter(READ)
def file(request, code: str):
    """File an edition."""
    row = project_of(request, code)
    access.require(request.actor, reporting(request.actor), row)
    kind = one_of(request.GET, "kind", dict(TechnicalDocument.KINDS)) or "scheme"
    form = forms.DocumentForm(request.POST or None, initial={"kind": kind})
    note = (
        "建设方案（技术方案）由电子政务管理部门预审批、领导小组审批，采购之前办结；需求说明书、概要设计由专家提出意见、"
        "专家工作组审批，开工之前办结（9.1.1；先后次序规划没有写明，系统默认，非规划规定）。"
    )
    context = _about(row, "报送技术文件", note) | {"button": "报送"}
    return duty_page(request, form, context, actions.file_document, project=row, done="已报送。")


def _about(row: Project, title: str, note: str) -> dict:
    return {
        "title": title,
        "about": f"{row.code} {row.name}",
        "note": note,
        "back": f"/projects/{row.code}/documents/",
        "back_label": "返回技术文件",
    }


@may_enter(READ)
def document(request, pk: int):
    """One document with its steps; whoever has the seat decides here."""
    row, actor = found(ROWS, pk=pk), request.actor
    if request.method == "POST":
        access.require(actor, signing.signing(actor), row)
    at = approvals.STEPS[row.step]
    form = forms.DecisionForm(request.POST or None, request.FILES or None, at=at, record=row)
    may_report = access.may(actor, reporting(actor), row.project)
    seats = signatures.seats_about(row)
    by_round: dict[int, list] = {}
    for seat in seats:
        by_round.setdefault(seat.round_id, []).append(seat)
    context = {
        "d": row,
        "at": at,
        "chain": approvals.CHAINS[row.kind],
        "rounds": list(by_round.values()),
        "may_sign": signing.may_sign(actor, row),
        "may_name": row.state == "proposed" and not experts.why_not_name(actor, row.project),
        "may_withdraw": row.is_open and may_report,
        "may_meet": row.owes_condition and may_report,
        "history": audit.history(row, limit=20),
    }
    return duty_page(
        request,
        form,
        context | {"back": row.get_absolute_url()},
        actions.sign_document,
        row=row,
        template="projects/document.html",
        done="已签署。",
        address=row.get_absolute_url(),
    )


@may_enter(READ)
def name_experts(request, pk: int):
    """Experts for a document."""
    row = found(ROWS, pk=pk)
    return experts_page(request, row, _about(row.project, "指派专家", f"{row}“{row.title}”。{NAMED}"))


NAMED = "专家从专家名册中指派，所在单位牵头本项目的回避，申报单位不自选（9.3.2、D44，系统默认）。"


def experts_page(request, row, context: dict):
    """The form by which experts are named, for a document or a grading."""
    access.require(request.actor, experts.naming(request.actor))
    form = forms.ExpertsForm(request.POST or None, day=clock.today())
    context["back"] = row.get_absolute_url()
    return duty_page(request, form, context, actions.name_experts, row=row, done="已指派，专家已收到通知。")


@may_enter(READ)
def withdraw(request, pk: int):
    """Take back a document that is not decided."""
    row = found(ROWS, pk=pk)
    access.require(request.actor, *signing.opening(request.actor, row))
    context = _about(row.project, "撤回技术文件", f"{row}：{row.title}；撤回以后可以重新报送，已签的留存。")
    form = ReasonForm(request.POST or None)
    return duty_page(request, form, context, actions.withdraw_signing, row=row, done="已撤回。")


@may_enter(READ)
def condition(request, pk: int):
    """The condition of an approval is met."""
    row = found(ROWS, pk=pk)
    access.require(request.actor, reporting(request.actor), row.project)
    context = _about(row.project, "登记条件落实", f"{row}所附条件：{row.condition or '（无）'}")
    context["back"] = row.get_absolute_url()
    form = forms.ConditionForm(request.POST or None)
    return duty_page(request, form, context, actions.meet_condition, row=row, done="已登记落实。")
