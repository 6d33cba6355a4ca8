"""Criteria and rule sets: one clause with text, reading and facts; drafts, their dry run, and adoption."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.shortcuts import redirect, render

from governance import clock, web
from governance.access import may
from governance.models import Clause, Discrepancy
from governance.once import once
from governance.refusal import NotVisible, Refused
from governance.roles import Permission
from priorities import actions, rescreening, rule_sets
from priorities.labels import OUTCOMES
from priorities.models import RuleSetRecord, Screening, Submission
from priorities.rules.plan_2006 import CRITERIA
from priorities.views.desk import _day

TITLES = {"8.3.1": "优先建设的项目（原文称 9 类，实列 8 类，D14）", "8.3.2": "缓建的项目", "8.3.3": "市财政不支持的项目"}


@web.page(Permission.READ_REGISTER)
def listing(request):
    """The 17 clauses by heading with the reading in force, and how many cases meet each."""
    rows = rule_sets.described(clock.today())
    met = _met_counts(request.actor)
    groups = [
        {"heading": heading, "title": title,
         "rows": [r | {"met": met.get(r["clause"], 0), "slug": slug_of(r["clause"])} for r in rows if r["heading"] == heading]}
        for heading, title in TITLES.items()
    ]  # fmt: skip
    others = Clause.objects.filter(kind__in=["principle", "type"])
    return render(request, "priorities/criteria.html", {"groups": groups, "others": others,
                                                        "record": rule_sets.record_on(clock.today())})  # fmt: skip


def slug_of(clause: str) -> str:
    return clause.replace("(", "-").rstrip(")")


def _met_counts(actor) -> dict[str, int]:
    """How many of the latest screenings that the actor may see meet each clause."""
    counts: dict[str, int] = {}
    for result in _latest(actor).values():
        for clause in result.result["met"]:
            counts[clause] = counts.get(clause, 0) + 1
    return counts


def _latest(actor) -> dict[int, Screening]:
    rows = Screening.objects.filter(submission__in=Submission.objects.visible_to(actor)).select_related("submission__organisation")
    return {s.submission_id: s for s in rows.order_by("pk")}


@web.page(Permission.READ_REGISTER)
def page(request, slug: str):
    """One clause: the plan's words with their line, reading in force and the others, facts asked, cases that meet it."""
    clause = f"{slug.rpartition('-')[0]}({slug.rpartition('-')[2]})"
    row = next((r for r in rule_sets.described(clock.today()) if r["clause"] == clause), None)
    if row is None:
        raise NotVisible("规划 8.3.1 称“优先考虑9类项目”，实列 8 类，没有 8.3.1(9)（D14）。" if clause == "8.3.1(9)" else
                         "8.3 没有这一条。")  # fmt: skip
    stored = Clause.objects.filter(clause=clause).first()
    cases = [s for s in _latest(request.actor).values() if any(
        t["clause"] == clause and t["result"] in ("met", "partly", "undetermined") for t in s.result["trace"])]  # fmt: skip
    for case in cases:
        case.step = next(t for t in case.result["trace"] if t["clause"] == clause)
    order = [c.clause for c in CRITERIA]
    at = order.index(clause)
    return render(
        request,
        "priorities/criterion.html",
        {
            "row": row, "stored": stored, "cases": cases, "title": TITLES[row["heading"]],
            "discrepancies": [d for d in Discrepancy.objects.all() if clause in (d.touches or {}).get("clauses", [])],
            "previous": slug_of(order[at - 1]) if at else None,
            "next": slug_of(order[at + 1]) if at + 1 < len(order) else None,
            "precedence": rule_sets.precedence_words(clock.today()),
        },
    )  # fmt: skip


@web.page(Permission.READ_REGISTER)
def rule_sets_page(request):
    """All rule sets with their periods; the information office drafts one."""
    refusal = None
    if request.method == "POST":
        try:
            with once(request.actor, "priorities.draft_rule_set", request.POST.get("once")) as call:
                if call.address is None:
                    call.address = f"/priorities/rule-sets/{_draft(request).key}/"
            return redirect(call.address)
        except Refused as caught:
            refusal = caught
    return render(
        request,
        "priorities/rule_sets.html",
        {
            "rows": RuleSetRecord.objects.select_related("meeting"), "clauses": rule_sets.described(clock.today()),
            "may_draft": may(request.actor, Permission.DRAFT_RULE_SET), "refusal": refusal, "typed": request.POST,
            "outcomes": [(k, v) for k, v in OUTCOMES.items() if k != "undetermined"],
        },
        status=refusal.status if refusal else 200,
    )  # fmt: skip


def _draft(request) -> RuleSetRecord:
    chosen, off = {}, []
    for row in rule_sets.described(clock.today()):
        value = request.POST.get(f"reading|{row['clause']}", "")
        if value == "off":
            off.append(row["clause"])
        elif value and value != row["readings"][0]["key"]:
            chosen[row["clause"]] = value
    precedence = [v for v in request.POST.getlist("precedence") if v]
    return actions.draft_rule_set(
        by=request.actor, key=web.field(request, "key", limit=60), title=web.field(request, "title", limit=120),
        readings=chosen, switched_off=off, precedence=precedence, reason=web.field(request, "reason", limit=2000),
    )  # fmt: skip


@web.page(Permission.READ_REGISTER)
def rule_set(request, key: str):
    """One rule set: what it reads otherwise, who would flip (dry run over every case), adoption by the leading group."""
    row = web.found(RuleSetRecord.objects.select_related("meeting"), key=key)
    refusal = None
    if request.method == "POST":
        try:
            with once(request.actor, "priorities.adopt_rule_set", request.POST.get("once")) as call:
                if call.address is None:
                    actions.adopt_rule_set(
                        by=request.actor, record=row,
                        version=web.integer(request.POST.get("version"), name="版本", low=1, high=10**8, default=row.version),
                        from_day=_day(request.POST.get("from_day"), "起始日期"),
                        meeting_title=web.field(request, "meeting_title", limit=120),
                        held_on=_day(request.POST.get("held_on"), "会议日期"),
                        minutes_number=web.field(request, "minutes_number", limit=60),
                    )
                    messages.success(request, "规则集已审定。")
                    call.address = f"/priorities/rule-sets/{key}/"
            return redirect(call.address)
        except Refused as caught:
            if caught.status in (403, 404):
                raise
            refusal = caught
    flips, screened = [], 0
    if may(request.actor, Permission.SCREEN) or may(request.actor, Permission.ADOPT_RULE_SET):
        flips, screened = rescreening.flips(rule_sets.build(row))
    described = {r["clause"]: r for r in rule_sets.described(clock.today())}
    differs = [
        {"clause": c, "text": described[c]["text"],
         "reading": next(r["text"] for r in described[c]["readings"] if r["key"] == k)}
        for c, k in row.readings.items()
    ] + [{"clause": c, "text": described[c]["text"], "reading": "停用"} for c in row.switched_off]  # fmt: skip
    return render(
        request,
        "priorities/rule_set.html",
        {
            "row": row, "differs": differs, "flips": flips, "screened": screened, "refusal": refusal, "typed": request.POST,
            "flip_wan": sum((f.amount_wan for f in flips), Decimal(0)),
            "precedence": " > ".join(OUTCOMES[o] for o in rule_sets.build(row).precedence),
            "may_adopt": row.state == "draft" and may(request.actor, Permission.ADOPT_RULE_SET), "labels": OUTCOMES,
        },
        status=refusal.status if refusal else 200,
    )  # fmt: skip
