"""The annual plan: candidates, entries, sums by source and year; the leading group adopts it with its minutes."""

from __future__ import annotations

import functools
from decimal import Decimal

from django.shortcuts import redirect, render
from django.urls import reverse

from budgets.table import budget_table
from governance.basics import clock
from governance.basics.refusal import NotVisible, WrongRole
from governance.basics.roles import Permission, Scope
from governance.kernel import audit
from governance.kernel.access import may
from governance.web import entry as web
from priorities import actions
from priorities.annual_plan import evidence, plan_document, plan_versions
from priorities.models import AnnualPlan, PlanEntry, Submission
from priorities.proposal import SOURCE_LABELS
from priorities.screening import decided
from priorities.views.frame import do

READ = Permission.READ_REGISTER


@web.page(READ, methods=("GET", "HEAD"))
def index(request):
    """The plan year that is being filed for."""
    return redirect("priorities:plan", clock.today().year + 1)


def plan_of(year: int) -> AnnualPlan | None:
    """The draft of a year, else the adopted one."""
    rows = AnnualPlan.objects.filter(plan_year=year).exclude(state="superseded")
    return rows.filter(state="draft").first() or rows.filter(state="adopted").first()


@web.page(READ)
def page(request, year: int):
    if not 2000 <= year <= 2050:
        raise NotVisible()
    return render(request, "priorities/plan.html", _context(request, year))


def _context(request, year: int, **more) -> dict:
    plan = plan_of(year)
    entries = (
        list(plan.entries.select_related("submission__organisation", "submission__project", "project")) if plan else []
    )
    settled = plan_document.money_in(entries)
    needs = evidence.needs_by_case(plan.document.get("evidence") if plan else None)
    seen = Submission.objects.visible_to(request.actor).filter(pk__in=[e.submission_id for e in entries])
    may_open = set(seen.values_list("pk", flat=True))
    rows = [
        _entry(e, year, settled[e.submission_id].total)
        | {"need": needs.get(e.submission.number, ""), "may_open": e.submission_id in may_open}
        for e in entries
    ]
    taken = {e.submission_id for e in entries}
    visible = Submission.objects.visible_to(request.actor)
    candidates = visible.filter(state="candidate", plan_year__lte=year).exclude(pk__in=taken)
    candidates = candidates.select_related("organisation") if may(request.actor, Permission.READ_SUBMISSIONS) else []
    waiting = decided.settled_on(candidates)
    candidates = [(row, waiting[row.pk].total) for row in candidates]
    listed = [r for r in rows if r["entry"].decision in ("listed", "adjusted")]
    sums: dict[str, Decimal] = {}
    for r in listed:
        for source, amount in r["by_source"].items():
            sums[source] = sums.get(source, Decimal(0)) + amount
    versions = AnnualPlan.objects.filter(plan_year=year).select_related("meeting").order_by("number")
    return {
        "year": year,
        "plan": plan,
        "rows": rows,
        "listed": listed,
        "candidates": candidates,
        "sums": [(SOURCE_LABELS[s], sums[s]) for s in SOURCE_LABELS if s in sums],
        "total": sum(sums.values(), Decimal(0)),
        "this_year": sum((r["this_year"] or Decimal(0) for r in listed), Decimal(0)),
        "versions": versions,
        "may_compile": may(request.actor, Permission.COMPILE_PLAN),
        "may_see_scenarios": request.actor.scope(Permission.READ_SUBMISSIONS) is Scope.CITY,
        "may_adopt": may(request.actor, Permission.ADOPT_PLAN),
        "today": clock.today(),
        "today_iso": clock.today().isoformat(),
        "history": audit.history(plan) if plan else [],
        "years": range(2006, 2012),
    } | more


def _entry(entry, year: int, settled: decided.Amounts) -> dict:
    by_source: dict[str, Decimal] = {}
    by_year: dict[int, Decimal] = {}
    for row in entry.amounts:
        amount = Decimal(row["amount_wan"])
        by_source[row["source"]] = by_source.get(row["source"], Decimal(0)) + amount
        by_year[row["fiscal_year"]] = by_year.get(row["fiscal_year"], Decimal(0)) + amount
    return {
        "entry": entry,
        "submission": entry.submission,
        "settled": settled,
        "by_source": by_source,
        "city": by_source.get("city"),
        "total": sum(by_source.values(), Decimal(0)) if by_source else None,
        "this_year": by_year.get(year),
        "years": sorted(by_year.items()),
    }


def _act(request, year: int, verb, done: str, **given):
    def again(status: int, **more):
        return render(request, "priorities/plan.html", _context(request, year, **more), status=status)

    return do(request, verb, reverse("priorities:plan", args=[year]), again, done=done, **given)


def _plan(year: int) -> AnnualPlan:
    plan = plan_of(year)
    if plan is None:
        raise NotVisible("这一年还没有编制年度计划；信息办可以开始编制。")
    return plan


@web.page(Permission.READ_SUBMISSIONS, methods=("GET", "HEAD"))
def preview(request, year: int):
    """审定预览: what an adoption of the draft would do; `?version=`: an earlier version as it was adopted."""
    if request.actor.scope(Permission.READ_SUBMISSIONS) is not Scope.CITY:
        raise WrongRole("审定预览含全市候选项目的资金，只有全市审核、会签、审定和审计的岗位可以查看。")
    plan, number = _plan(year), web.integer(request.GET.get("version"), name="版次", low=1, high=10**6)
    if number is not None and number != plan.number:
        plan = web.found(AnnualPlan.objects.filter(plan_year=year), number=number)
    document = plan_document.of(plan)
    chosen_from = evidence.of(plan, clock.today(), search=False) if plan.is_draft else document.get("evidence")
    needs = evidence.needs_by_case(chosen_from)
    context = {
        "year": year,
        "plan": plan,
        "listed": [e for e in document["entries"] if e["decision"] in plan_document.LISTED],
        "rest": [
            (dict(PlanEntry.DECISIONS)[e["decision"]], e, needs.get(e["number"], ""))
            for e in document["entries"]
            if e["decision"] not in plan_document.LISTED
        ],
        "evidence": chosen_from,
        "said": evidence.said(chosen_from) if chosen_from else (),
        "curve": evidence.curve(chosen_from, year) if chosen_from else None,
        "blockers": plan_versions.adoption_blockers(plan, clock.today()) if plan.is_draft else [],
        # What is approved now says nothing of a version that another has replaced.
        "money": plan_document.money_rows(plan, document) if (now := plan.state != "superseded") else [],
        "tests": budget_table.year_growth(year, plan_document.approved_with(plan, document)).tests if now else (),
        "now": now,
        "differences": [(plan_versions.CHANGES[d["change"]], d) for d in document["differences"]]
        if plan.number > 1
        else [],
        "conflicts": [e for e in document["entries"] if e["conflict"]],
        "may_adopt": may(request.actor, Permission.ADOPT_PLAN),
        "today_iso": clock.today().isoformat(),
        "may_request": request.actor.scope(Permission.REQUEST_REPORT) is Scope.CITY,
    }
    return render(request, "priorities/plan_preview.html", context)


@web.page(Permission.COMPILE_PLAN, methods=("POST",))
def create(request, year: int):
    note = web.field(request, "note", limit=1000)
    return _act(request, year, actions.create_plan, f"已开始编制{year}年度计划。", plan_year=year, note=note)


@web.page(Permission.COMPILE_PLAN, methods=("POST",))
def put_entry(request, year: int):
    """列入, 不列入, 调整金额 or 结转候选 one candidate; `amount|<source>|<year>` where the money is adjusted."""
    plan = _plan(year)
    pk = web.integer(request.POST.get("submission"), name="申报", low=1, high=10**15)
    submission = web.found(Submission.objects.visible_to(request.actor), pk=pk)
    decision = web.field(request, "decision", limit=12)
    typed = [(*name.split("|"), value) for name, value in request.POST.items() if name.count("|") == 2]
    amounts = [
        {"source": s, "fiscal_year": web.integer(y, name="年度", low=1900, high=2100), "amount_wan": value}
        for head, s, y, value in typed
        if head == "amount" and decision == "adjusted"
    ]
    entry = {"submission": submission, "decision": decision, "reason": web.field(request, "reason", limit=300)}
    entry |= {"amounts": amounts if decision == "adjusted" else None}
    version = functools.partial(web.version, request, plan.version)
    return _act(request, year, actions.put_entry, "已记入计划草案。", plan=plan, version=version, **entry)


@web.page(Permission.ADOPT_PLAN, methods=("POST",))
def adopt(request, year: int):
    """审定: meeting, day and 纪要文号; projects are registered and their lines opened in the same transaction."""
    plan = _plan(year)
    return _act(
        request,
        year,
        actions.adopt,
        f"{year}年度计划已审定，项目和预算行已开立。",
        plan=plan,
        version=lambda: web.signed_version(request),
        meeting_title=lambda: web.field(request, "meeting_title", limit=120),
        held_on=lambda: web.day(request, "held_on", "会议日期"),
        minutes_number=lambda: web.field(request, "minutes_number", limit=60),
    )
