"""Pages of outside money (9.6.2): calls, what fits them, applications from draft to outcome, and an award before it
counts."""

from __future__ import annotations

from decimal import Decimal

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import redirect, render

from budgets import actions
from budgets.actions import checks
from budgets.forms import funds as forms
from budgets.funds import draft, effects, fit
from budgets.models import FundingApplication, FundingCall
from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.kernel.access import may, require
from governance.web import entry
from projects.actions.checks import reporting
from projects.models import Project

READ, MANAGE, EDIT = Permission.READ_REGISTER, Permission.MANAGE_PROJECT, Permission.EDIT_BUDGET
FORM = "budgets/fund_form.html"
WORDS = "精选有可能纳入国家和省总体框架的项目"


@entry.page(READ, methods=("GET", "HEAD"))
def calls(request):
    """Every call, the ones still open first, and the applications that the actor may see."""
    day, actor = clock.today(), request.actor
    counts = Count("applications", filter=~Q(applications__state="withdrawn"))
    rows = FundingCall.objects.annotate(count=counts).order_by("-closes", "-pk")
    applications = FundingApplication.objects.visible_to(actor).select_related("call", "project", "entry")
    context = {
        "open": list(rows.filter(closes__gte=day, withdrawn="").order_by("closes", "pk")),
        "past": Paginator(rows.exclude(closes__gte=day, withdrawn=""), 20).get_page(request.GET.get("past")),
        "page": Paginator(applications, 50).get_page(request.GET.get("page")),
        "may_manage": may(actor, MANAGE),
        "words": WORDS,
    }
    return render(request, "budgets/funds.html", context)


@entry.page(READ, methods=("GET", "HEAD"))
def call(request, pk: int):
    """One call: its terms, which projects fit and why."""
    row = entry.found(FundingCall.objects.all(), pk=pk)
    found = fit.fits(row)
    close = [one for one in found if one.answer != fit.NO]
    mine = {p.pk for p in Project.objects.led_by(request.actor.organisation_id)}
    manages = may(request.actor, MANAGE)
    applications = FundingApplication.objects.visible_to(request.actor).filter(call=row).select_related("project")
    taken = set(row.applications.exclude(state="withdrawn").values_list("project_id", flat=True))
    context = {
        "c": row,
        "is_open": row.is_open(clock.today()),
        "asked": fit.asked_of(row.rules),
        "page": Paginator(close, 50).get_page(request.GET.get("page")),
        "fitting": sum(one.answer == fit.YES for one in close),
        "unfit": [one for one in found if one.answer == fit.NO][:200],
        "may_draft": {
            one.project.pk
            for one in close
            if one.project.pk not in taken
            and (manages or (one.project.pk in mine and may(request.actor, Permission.REPORT_PROGRESS)))
        },
        "applications": list(applications),
        "may_manage": manages,
        "history": audit.history(row, limit=20),
    }
    return render(request, "budgets/fund_call.html", context)


def _form(request, form, context: dict, act, *, done: str, address="", **about):
    return entry.form_page(request, form, context, act, template=FORM, done=done, address=address, **about)


def _list() -> dict:
    return {"back": "/budgets/funds/", "back_label": "返回专项资金"}


@entry.page(MANAGE)
def record(request, pk: int | None = None):
    """A call entered, or one corrected."""
    row = entry.found(FundingCall.objects.all(), pk=pk) if pk else None
    form = forms.CallForm(request.POST or None, initial=forms.CallForm.initial_of(row) if row else None)
    note = "照通知登记；“核对”各项是本系统登记的事实能回答的条件，不填的不核对，其余条件写在“申报条件”里。"
    context = {"title": "更正申报通知" if row else "登记申报通知", "about": str(row or ""), "note": note, **_list()}
    address = FundingCall.get_absolute_url
    return _form(request, form, context, actions.record_call, call=row, done="已登记申报通知。", address=address)


@entry.page(MANAGE)
def withdraw_call(request, pk: int):
    """A call called off."""
    row = entry.found(FundingCall.objects.all(), pk=pk)
    form = forms.ReasonForm(request.POST or None, initial={"version": row.version})
    context = {"title": "作废申报通知", "about": str(row), "note": "已报出的申请留存。", **_list()}
    return _form(request, form, context, actions.withdraw_call, call=row, done="已作废。")


@entry.page(READ)
def apply(request, pk: int, code: str):
    """An application begun."""
    row = entry.found(FundingCall.objects.all(), pk=pk)
    project = entry.found(Project.objects.visible_to(request.actor).select_related("plan_item"), code=code)
    require(request.actor, reporting(request.actor), project)
    fitting = fit.fits(row, [project])[0]
    form = forms.AskedForm(
        request.POST or None,
        initial={"purpose": draft.purpose_of(project), "asked_wan": row.least_wan, "form": "joint"},
    )
    context = {
        "title": "起草申请",
        "about": f"{project} · {row}",
        "note": "其余内容（项目情况、目标、资金、符合条件的依据）由本系统照登记的事实填好，打印前可以预览。",
        "back": row.get_absolute_url(),
        "back_label": "返回申报通知",
        "checks": fitting.checks,
    }
    address = FundingApplication.get_absolute_url
    values = {"call": row, "project": project, "done": "已起草申请。", "address": address}
    return _form(request, form, context, actions.draft_application, **values)


def _application(request, pk: int) -> FundingApplication:
    rows = FundingApplication.objects.visible_to(request.actor)
    return entry.found(rows.select_related("call", "project__plan_item", "entry__line"), pk=pk)


@entry.page(READ)
def application(request, pk: int):
    """One application: the draft as it would be printed, and its way. POST prints."""
    row = _application(request, pk)
    if request.method == "POST":

        def ask() -> str:
            actions.print_application(by=request.actor, application=row)
            return row.get_absolute_url()

        return entry.posted(request, "budgets.application.print", ask, done="正在生成申请书，生成后在本页下载。")
    mine = may(request.actor, reporting(request.actor), row)
    context = {
        "a": row,
        "d": draft.shown(row),
        "documents": draft.printed(row),
        "may_edit": mine and row.state == "drafting",
        "may_answer": mine and row.state == "sent",
        "may_withdraw": mine and row.state in ("drafting", "sent"),
        "waits_for_booking": row.state == "granted" and not row.is_booked,
        "may_book": may(request.actor, EDIT) and row.state == "granted" and not row.is_booked,
        "history": audit.history(row, limit=20),
    }
    return render(request, "budgets/fund_application.html", context)


def _about(row: FundingApplication, title: str, note: str) -> dict:
    back = {"back": row.get_absolute_url(), "back_label": "返回申请"}
    return {"title": title, "about": str(row), "note": note, **back}


def _step(request, pk: int, form_class, act, title: str, note: str, done: str, **initial):
    """A form about one application, for whoever reports for its project."""
    row = _application(request, pk)
    require(request.actor, reporting(request.actor), row)
    values = {name: getattr(row, value) for name, value in initial.items()} | {"version": row.version}
    form = form_class(request.POST or None, initial=values)
    return _form(request, form, _about(row, title, note), act, application=row, done=done)


@entry.page(READ)
def edit(request, pk: int):
    """What was typed, changed."""
    names = {name: name for name in ("form", "asked_wan", "purpose", "preparation")}
    note = "其余内容照登记的事实，随登记更新；报出时固定。"
    return _step(request, pk, forms.EditForm, actions.edit_application, "修改申请", note, "已保存。", **names)


@entry.page(READ)
def send(request, pk: int):
    """It has gone out."""
    note = "报出以后申请书固定，不再随登记更新。"
    return _step(request, pk, forms.SendForm, actions.send_application, "登记报出", note, "已登记报出。")


@entry.page(READ)
def outcome(request, pk: int):
    """What the issuer decided."""
    note = "获批只是结果：由市财政局看过对出资、上限和增长检验的影响、登记批复以后才计入预算（9.6.1）。"
    names = {"granted_wan": "asked_wan"}
    return _step(request, pk, forms.OutcomeForm, actions.record_outcome, "登记结果", note, "已登记结果。", **names)


@entry.page(READ)
def withdraw(request, pk: int):
    """Taken back."""
    note = "撤回以后可以另行起草。"
    return _step(request, pk, forms.ReasonForm, actions.withdraw_application, "撤回申请", note, "已撤回。")


@entry.page(EDIT)
def book(request, pk: int):
    """What an award does to payers, ceilings and both growth tests, and the button that lets it count. `?relief=` is
    how much city money it relieves."""
    row = _application(request, pk)
    if row.state != "granted" or row.is_booked:
        return redirect(row.get_absolute_url())
    typed, wrong = request.POST.get("relief", request.GET.get("relief", "")), ""
    try:
        relief = checks.read_amount(typed, field="relief") or Decimal(0)
    except Invalid as error:
        relief, wrong = Decimal(0), error.sentence
    effect = effects.effect_of(row.project, row.call.kind, row.fiscal_year, row.granted_wan, relief)
    data = request.POST.copy() if request.method == "POST" else None
    form = forms.BookForm(data, initial={"version": row.version, "relief": f"{relief:.2f}", "seen": effect.seen})
    context = _about(row, "登记批复", "") | {"e": effect, "a": row, "relief": typed, "wrong": wrong}
    return entry.form_page(
        request,
        form,
        context,
        actions.book_award,
        application=row,
        template="budgets/fund_book.html",
        done="已登记批复。",
    )
