"""The screening desk: the queue, and one page a case. The verdict first, then the clauses; accept, correct, return."""

from __future__ import annotations

import functools
from collections import Counter

from django.shortcuts import render
from django.urls import reverse

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.models import User
from governance.web import entry
from priorities import actions
from priorities.approval import carried
from priorities.case import case_page, guards, settling
from priorities.labels import PAPERS, STATES
from priorities.models import Conclusion, DeskBatch, Submission
from priorities.rules.facts import Fact
from priorities.screening import work_list
from priorities.screening.queue_filters import WAITING, Filters
from priorities.submissions import workflow
from priorities.views.frame import again_of, case_of, do
from projects.models import Project

SCREEN = Permission.SCREEN


@entry.page(SCREEN)
def queue(request):
    """What waits for the office, oldest first: state, age, due day, verdict, who waits for whom; filters; bulk
    handling."""
    day = clock.today()
    filters = Filters.of(request.GET)
    every = work_list.queue(request.actor, day)
    counts = Counter(r.submission.state for r in every)
    rows = filters.apply(every, day)
    first = next((r for r in rows if r.submission.state in WAITING), None)
    context = {
        "rows": rows,
        "filters": filters,
        "choices": filters.choices(every),
        "first": first,
        "tabs": [(key, STATES[key], counts[key], key == filters.state) for key in STATES if counts[key]],
        "all": len(every),
        "waiting": sum(counts[s] for s in WAITING),
        "late": sum(r.late for r in filters.in_tab(every)),
        "late_address": f"?view={filters.view}&state={filters.state}&due=late#queue",
        "acts": DeskBatch.ACTS,
        "reasons": settling.bulk_reasons(),
        "batches": DeskBatch.objects.filter(user_id=request.actor.user_id).exclude(state="undone")[:3],
    }
    return render(request, "priorities/desk.html", context)


@entry.page(SCREEN)
def page(request, reference: str):
    """One case: proposal left, clauses right, overlaps, money, opinions; what blocks each verb and who lifts it."""
    return _show(request, case_of(request, reference))


def _show(request, row: Submission, *, status: int = 200, **more):
    with one_page():
        return render(request, "priorities/case.html", _context(request, row, **more), status=status)


def _context(request, row: Submission, **more) -> dict:
    day = clock.today()
    waiting = work_list.to_screen(request.actor)
    at = next((i for i, s in enumerate(waiting) if s.pk == row.pk), None)
    open_verbs = workflow.open_verbs(row)
    return {
        "row": row,
        "open": open_verbs,
        "may_accept": open_verbs["accept"] and not row.is_filing_alone,
        "may_file": open_verbs["acknowledge"] and not row.goes_both_ways,
        "case": case_page.build(row, day),
        "verbs": guards.verbs_for(submission=row, actor=request.actor, day=day),
        "neighbours": waiting[max(0, (at or 0) - 1) : (at or 0) + 4],
        "previous": waiting[at - 1] if at else None,
        "next": waiting[at + 1] if at is not None and at + 1 < len(waiting) else None,
        "place": None if at is None else at + 1,
        "queue_length": len(waiting),
        "history": audit.history(row, limit=1000),
        "conclusions": Conclusion.KINDS,
        "states": STATES,
        "carried": carried.shown_to(row, request.actor, day),
        "return_rows": _return_rows(more.get("typed")),
    } | more


def _return_rows(typed) -> list[tuple[str, str]]:
    """`(field, sentence)` of the form of 退回补正: what was typed, filled up to eight lines and one more."""
    rows = list(zip(typed.getlist("field"), typed.getlist("sentence"), strict=False)) if typed else []
    return rows + [("", "")] * max(8 - len(rows), 1)


def _act(request, reference: str, act, *, done: str = "", **given):
    """One verb of the desk: refused on its merits, the case page comes back with the sentence and what was typed."""
    row = case_of(request, reference)
    address, again = reverse("priorities:case", args=[row.reference]), again_of(row, functools.partial(_show, request))
    given |= {"submission": row, "version": lambda: entry.version(request, row.version)}
    return do(request, act, address, again, done=done, **given)


@entry.page(SCREEN, methods=("POST",))
def accept(request, reference: str):
    return _act(request, reference, actions.accept)


@entry.page(SCREEN, methods=("POST",))
def return_(request, reference: str):
    """退回补正: all lacking points at once; inputs `field` and `sentence` repeated."""
    pairs = zip(request.POST.getlist("field"), request.POST.getlist("sentence"), strict=False)
    points = [(f.strip()[:80], s.strip()[:500]) for f, s in pairs if f.strip() or s.strip()]
    return _act(
        request, reference, actions.return_for_correction, points=points, done="已退回补正，申报单位只能改所列各处。"
    )


@entry.page(SCREEN, methods=("POST",))
def facts(request, reference: str):
    """Confirm or correct facts: inputs `fact|<component>|<key>` and `evidence|<component>|<key>`; or 均无异议."""
    if request.POST.get("nothing_to_object"):
        return _act(request, reference, actions.confirm_facts, nothing_to_object=True)
    given = []
    for name, value in request.POST.items():
        parts = name.split("|")
        if len(parts) == 3 and parts[0] == "fact" and value:
            component, fact = parts[1][:40], parts[2]
            if fact not in set(Fact):
                raise Invalid("没有这个事实。")
            evidence = entry.field(request, f"evidence|{component}|{fact}", limit=1000, label="依据")
            given.append({"component": component, "fact": fact, "value": value, "evidence": evidence})
    if request.POST.get("only"):
        component, _, fact = request.POST["only"].partition("|")
        given = [g for g in given if g["component"] == component and g["fact"] == fact]
    return _act(request, reference, actions.confirm_facts, facts=given)


@entry.page(SCREEN, methods=("POST",))
def verdict(request, reference: str):
    """确认判定: decisions on partly met clauses; a departure names outcome, clause and reason. `conclude`: with the
    conclusion that follows."""
    decisions = {
        name.partition("|")[2]: value == "yes"
        for name, value in request.POST.items()
        if name.startswith("decision|") and value
    }
    departure = None
    if request.POST.get("departure"):
        departure = {
            "outcome": entry.field(request, "departure", limit=20),
            "clause": entry.field(request, "clause", limit=20),
            "reason": entry.field(request, "reason", limit=1000),
        }
    act = actions.settle if request.POST.get("conclude") else actions.confirm_verdict
    return _act(
        request,
        reference,
        act,
        decisions=decisions,
        departure=departure,
        done="判定已确认，结论已拟定。" if request.POST.get("conclude") else "判定已确认。",
    )


@entry.page(SCREEN, methods=("POST",))
def settle(request, reference: str):
    """采用判定: 均无异议, verdict and the conclusion that follows, one click and nothing typed."""
    return _act(request, reference, actions.settle, done="判定已确认，结论已拟定。")


@entry.page(SCREEN, methods=("POST",))
def waive_and_send(request, reference: str):
    """免交并送会签, with a reason from the list or a typed one, or (`reason|<paper>`) one for each paper."""
    return _act(
        request,
        reference,
        actions.waive_and_send,
        reason=lambda: entry.field(request, "reason", limit=300),
        reasons=lambda: _reasons(request),
        done="已送联合会签。",
    )


@entry.page(SCREEN, methods=("POST",))
def conclude(request, reference: str):
    """Propose the conclusion, with 审定 amounts `amount|<component>|<source>|<year>` and the clause of each cut."""
    kind = entry.field(request, "kind", limit=16)
    amounts = []
    for name, value in request.POST.items():
        head, _, key = name.partition("|")
        if head == "amount" and key.count("|") == 2:
            component, source, year = key.split("|")
            year = entry.integer(year, name="年度", low=1900, high=2100)
            amounts.append(
                {"component": component, "source": source, "fiscal_year": year, "approved_wan": value}
                | {"clause": entry.field(request, f"cut|{key}", limit=20)}
                | {"reason": entry.field(request, f"why|{key}", limit=300)}
            )
    return _act(
        request,
        reference,
        actions.propose_conclusion,
        kind=kind,
        reason=lambda: entry.field(request, "reason", limit=1000),
        clause=lambda: entry.field(request, "clause", limit=20),
        lacking=lambda: entry.field(request, "lacking", limit=1000),
        re_review_on=lambda: entry.day(request, "re_review_on", "复审日期"),
        amounts=amounts or None,
        payers={n[6:]: v for n, v in request.POST.items() if n.startswith("payer|")},
        done="结论已拟定。",
    )


@entry.page(SCREEN, methods=("POST",))
def ask_opinion(request, reference: str):
    """Ask the network centre, or experts (`expert` repeated; none named: the first who is free) of a `group`."""
    what = entry.field(request, "what", limit=20)
    keys = [k for k in request.POST.getlist("expert") if k.isascii() and k.isdigit() and len(k) < 18]
    people = list(User.objects.filter(pk__in=keys).order_by("pk")) if keys else None
    return _act(
        request,
        reference,
        actions.request_opinion,
        what=what,
        assigned=people,
        group=lambda: entry.field(request, "group", limit=60, label="组"),
        due_day=lambda: entry.day(request, "due_day", "期限"),
        done="已发出征求意见。",
    )


@entry.page(SCREEN, methods=("POST",))
def waive(request, reference: str):
    """免交: `reason|<paper>` for each, or `what` with one `reason`."""
    if any(name.startswith("reason|") for name in request.POST):
        return _act(request, reference, actions.waive_each, reasons=lambda: _reasons(request))
    what = [w for w in request.POST.getlist("what") if w]
    return _act(
        request, reference, actions.waive_opinion, what=what, reason=lambda: entry.field(request, "reason", limit=300)
    )


def _reasons(request) -> dict[str, str]:
    """The papers that have a reason of their own; whoever asks for none has typed none."""
    found = {what: entry.field(request, f"reason|{what}", limit=300) for what in PAPERS}
    return {what: reason for what, reason in found.items() if reason}


@entry.page(SCREEN, methods=("POST",))
def send(request, reference: str):
    return _act(request, reference, actions.send, done="已送联合会签。")


@entry.page(SCREEN, methods=("POST",))
def re_review(request, reference: str):
    return _act(request, reference, actions.re_review, reason=lambda: entry.field(request, "reason", limit=500))


@entry.page(SCREEN, methods=("POST",))
def acknowledge(request, reference: str):
    return _act(request, reference, actions.acknowledge, done="已备案，回执已发区县。")


@entry.page(SCREEN, methods=("POST",))
def self_funded(request, reference: str):
    """The recorded check against 统一发展部署 (D18): network, exchange, CA, security."""
    points = {name: request.POST.get(name) == "yes" for name in ("shared_network", "exchange", "ca", "security")}
    return _act(
        request, reference, actions.check_self_funded, note=lambda: entry.field(request, "note", limit=1000), **points
    )


@entry.page(SCREEN)
def projects_without_case(request):
    """Projects of the plan that no proposal of the coming plan year asks for yet."""
    asked = Submission.objects.exclude(project=None).values("project_id")
    rows = Project.objects.planned().exclude(pk__in=asked)
    return render(request, "priorities/without_case.html", {"rows": rows})
