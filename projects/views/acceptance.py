"""Pages of acceptance (9.2.7) and of the yearly evaluation of use (9.2.8)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render

from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.models import Answer
from governance.storage import files
from governance.web.entry import found, integer
from governance.web.entry import page as may_enter
from projects import actions
from projects.acceptance import acceptances as panels
from projects.acceptance import scoring
from projects.actions import acceptance as accepting
from projects.actions import signing
from projects.benefits import ledger
from projects.forms import acceptance as forms
from projects.lifecycle import guards, life
from projects.models import Acceptance, Evaluation, Project
from projects.views.frame import duty_page, form_page, life_address, phase_of

READ, ACCEPT, MANAGE = Permission.READ_REGISTER, Permission.ACCEPT_WORKS, Permission.MANAGE_PROJECT
BACK = {"back": "/projects/evaluations/", "back_label": "返回使用评估"}


@may_enter(READ, methods=("GET", "HEAD"))
def board(request):
    """Projects that stand before an acceptance, corrections asked for, and what was concluded."""
    rows = Acceptance.objects.select_related("project", "phase").order_by("-accepted_on", "-pk")
    board = panels.board()
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "board": board,
        "before": Paginator(board.before, 50).get_page(request.GET.get("before")),
        "mine": panels.waiting_for(request.actor),
        "may_accept": access.may(request.actor, ACCEPT),
        "stages": dict(Acceptance.STAGES),
        "day": clock.today(),
    }
    return render(request, "projects/acceptances.html", context)


@may_enter(READ)
def acceptance(request, pk: int):
    """One acceptance with its list, conclusions and signatures; whoever has the seat signs here."""
    row = found(Acceptance.objects.select_related("project", "phase", "round"), pk=pk)
    form = forms.SignForm(request.POST or None, request.FILES or None, record=row)
    if request.method == "POST":
        access.require(request.actor, signing.signing(request.actor), row)
    seats = panels.seats_about(row)
    context = {
        "a": row,
        "seats": seats,
        "opinions": [(label, row.opinions.get(key, "")) for key, label in Acceptance.BLOCKS],
        "may_sign": signing.may_sign(request.actor, row),
        "may_withdraw": access.may(request.actor, ACCEPT) and row.is_signing,
        "may_correct": access.may(request.actor, ACCEPT)
        and row.correction
        and not row.corrected_on
        and row.state not in Acceptance.DEAD,
        "history": audit.history(row, limit=20),
    }
    return form_page(
        request,
        form,
        context,
        actions.sign_acceptance,
        acceptance=row,
        template="projects/acceptance.html",
        done="已签署。",
        address=row.get_absolute_url(),
    )


@may_enter(ACCEPT)
def correct(request, pk: int):
    """整改完成."""
    row = found(Acceptance.objects.select_related("project", "phase"), pk=pk)
    form = forms.CorrectionForm(request.POST or None)
    context = {
        "title": "登记整改完成",
        "about": str(row),
        "note": f"整改要求：{row.correction or '（无）'}",
        "back": row.get_absolute_url(),
        "back_label": "返回验收",
    }
    return duty_page(request, form, context, actions.record_correction, acceptance=row, done="已登记整改完成。")


def _withdraw(request, row, back_label: str):
    """Take back what is still being signed."""
    context = {
        "title": "撤回",
        "about": str(row),
        "note": "会签停止，已签的留存；撤回以后可以重新办理。",
        "back": row.get_absolute_url(),
        "back_label": back_label,
    }
    form = forms.ReasonForm(request.POST or None)
    return duty_page(request, form, context, actions.withdraw_signing, row=row, done="已撤回。")


@may_enter(ACCEPT)
def withdraw_acceptance(request, pk: int):
    """An acceptance that nobody signs any more."""
    return _withdraw(request, found(Acceptance.objects.select_related("project", "phase"), pk=pk), "返回验收")


@may_enter(ACCEPT)
def withdraw_evaluation(request, pk: int):
    """An evaluation that nobody signs any more."""
    return _withdraw(request, found(Evaluation.objects.select_related("project"), pk=pk), "返回使用评估")


def _with_leads(request, code: str) -> Project:
    rows = (
        Project.objects.visible_to(request.actor).select_related("budget_unit").prefetch_related("leads__organisation")
    )
    return found(rows, code=code)


@may_enter(ACCEPT)
def conclude(request, code: str):
    """Conclude the acceptance that a project, or a phase of it (`?phase=2`), stands before,
    beside its material list."""
    project = _with_leads(request, code)
    phase = phase_of(project, request.GET.get("phase"))
    held = phase or project
    independents = signing.independents(project)
    stage = request.GET.get("stage") or panels.STAGE_BEFORE.get(held.state, "first")
    stage = stage if stage in accepting.STEPS else "first"
    form = forms.AcceptanceForm(
        request.POST or None,
        request.FILES or None,
        independents=independents,
        initial={"version": project.version, "stage": stage},
    )
    conflict = signing.interest(project, request.actor.organisation_id, request.actor.organisation_name)
    form.ask_independent(bool(conflict))
    transition = (life.PHASE_BY_VERB if phase else life.BY_VERB)[accepting.STEPS[stage]]
    context = {
        "project": project,
        "phase": phase,
        "stage": dict(Acceptance.STAGES)[stage],
        "materials": accepting.materials(project, transition.verb, phase),
        "blockers": guards.phase_blockers(phase, transition) if phase else guards.blockers(project, transition),
        "conflict": conflict,
        "independents": independents,
        "life_address": life_address(project, phase),
    }
    return form_page(
        request,
        form,
        context,
        actions.conclude_acceptance,
        project=project,
        phase=phase,
        template="projects/conclude.html",
        done=f"已登记 {code} 的验收结论。",
        address=lambda row: row.get_absolute_url(),
    )


@may_enter(READ, methods=("GET", "HEAD"))
def evaluations(request):
    """A year's ranking with its basis, departments against their targets, what is not evaluated yet."""
    today = clock.today().year
    year = integer(request.GET.get("year"), name="年度", low=2005, high=2100, default=today)
    ranking = panels.ranking(year)
    context = {
        "year": year,
        "years": range(today, 2004, -1),
        "r": ranking,
        "lacking": ranking.without,
        "unreported": sum(row.evaluation.reported_on is None for row in ranking.rows),
        "may_print": access.may(request.actor, Permission.REQUEST_REPORT),
        "weights": scoring.WEIGHTS.values(),
        "enough": scoring.ENOUGH,
        "may_accept": access.may(request.actor, ACCEPT),
        "may_manage": access.may(request.actor, MANAGE),
    }
    return render(request, "projects/evaluations.html", context)


@may_enter(READ)
def evaluation(request, pk: int):
    """One evaluation: measures, score with its basis, signatures."""
    row = found(Evaluation.objects.select_related("project", "round", "reported_at"), pk=pk)
    form = forms.SignForm(request.POST or None, request.FILES or None, record=row)
    if request.method == "POST":
        access.require(request.actor, signing.signing(request.actor), row)
    placed = next((r for r in panels.ranking(row.year).rows if r.evaluation.pk == row.pk), None)
    seats = panels.seats_of(row.round_id)
    context = {
        "e": row,
        "score": placed.score if placed else None,
        "seats": seats,
        "may_sign": signing.may_sign(request.actor, row),
        "may_withdraw": access.may(request.actor, ACCEPT) and row.is_signing,
        "history": audit.history(row, limit=20),
    }
    return form_page(
        request,
        form,
        context,
        actions.sign_evaluation,
        evaluation=row,
        template="projects/evaluation.html",
        done="已签署。",
        address=row.get_absolute_url(),
    )


@may_enter(ACCEPT)
def evaluate(request, code: str):
    """File a year's evaluation of one project."""
    project = _with_leads(request, code)
    year = integer(request.GET.get("year"), name="年度", low=2005, high=2100, default=clock.today().year)
    goals = ledger.due_lines(project, year)
    initial = {"year": year}
    if goals:  # the evaluation starts from what was promised and confirmed
        initial |= {"goals_set": len(goals), "goals_met": sum(one.state == ledger.REACHED for one in goals)}
    form = forms.EvaluationForm(
        request.POST or None, request.FILES or None, independents=signing.independents(project), initial=initial
    )
    conflict = signing.interest(project, request.actor.organisation_id, request.actor.organisation_name)
    form.ask_independent(bool(conflict))
    note = "没有测得的不填，不当作 0；评估结果定期向市信息化领导小组汇报，与年度目标挂钩（9.2.8）。" + (
        f"{conflict}，须选独立签署单位。" if conflict else ""
    )
    context = {
        "title": "使用评估",
        "about": f"{project.code} {project.name}",
        "note": note,
        "back": project.get_absolute_url(),
        "back_label": "返回项目",
        "multipart": True,
        "goals": [one.as_words() for one in goals],
        "year": year,
        "project": project,
    }
    return duty_page(
        request,
        form,
        context,
        actions.file_evaluation,
        project=project,
        template="projects/evaluate.html",
        done=f"已登记 {code} 的使用评估。",
        address=lambda row: row.get_absolute_url(),
    )


@may_enter(READ, methods=("GET", "HEAD"))
def scan(request, pk: int):
    """The scan of a paper signature of an acceptance, evaluation or grading; every download is audited."""
    answer = found(
        Answer.objects.filter(seat__round__kind__in=panels.KINDS)
        .exclude(scan=None)
        .select_related("scan", "seat__round"),
        pk=pk,
    )
    return files.serve(actions.download_scan(by=request.actor, answer=answer))


@may_enter(ACCEPT)
def report(request):
    """Report a year's results to the leading group."""
    form = forms.ReportForm(request.POST or None, initial={"year": request.GET.get("year") or clock.today().year})
    note = "本年度已签署、还未汇报的使用评估一并汇报（9.2.8），记会议和纪要文号。"
    context = {"title": "向领导小组汇报", "note": note, **BACK}

    def address(reported) -> str:
        return f"/projects/evaluations/?year={form.cleaned_data['year']}" if reported else "/projects/evaluations/"

    return duty_page(request, form, context, actions.report_evaluations, done="已登记汇报。", address=address)


@may_enter(MANAGE)
def target(request):
    """A department's yearly target."""
    unit = request.GET.get("organisation", "")
    form = forms.TargetForm(
        request.POST or None,
        initial={
            "year": request.GET.get("year") or clock.today().year,
            "organisation": unit if unit.isdecimal() else None,
            "text": "所牵头项目的使用评估平均得分达到目标",
        },
    )
    note = "评估结果与各信息化建设单位的年度目标挂钩（9.2.8）；再登记一次即更正。"
    context = {"title": "登记年度目标", "note": note, **BACK}

    def address(row) -> str:
        return f"/projects/evaluations/?year={row.year}"

    return duty_page(request, form, context, actions.set_target, done="已登记年度目标。", address=address)
