"""Joint approval and opinions: what waits for my signature, and the page of one case (four signatures, three seats)."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.basics import clock
from governance.basics.refs import pk_of
from governance.basics.refusal import Refused
from governance.basics.roles import Permission, Scope
from governance.kernel.once import once
from governance.models import Answer, Seat
from governance.signing import rounds, signers
from governance.storage import files
from governance.web import entry
from priorities import actions
from priorities.approval import carried, opinions, seats
from priorities.case import case_page, guards
from priorities.labels import REFUSALS, STATES
from priorities.memo import reading
from priorities.models import Sitting, Submission
from priorities.views.desk import _day


def _mine(request, reference: str) -> Submission:
    rows = Submission.objects.visible_to(request.actor).select_related(
        "organisation", "project", "author", "proposed_change", "assignee"
    )
    return entry.found(rows.by_reference(reference))


@entry.page(Permission.READ_SUBMISSIONS)
def waiting(request):
    """Rounds that wait for my unit, oldest first; those that I answered; for the office all that are open.
    `?state=`: before them every case in that state that the reader may see, which the home page counts, in pages.
    `?reason=`: who gave that reason for 不同意."""
    day = clock.today()
    open_rounds = list(rounds.waiting_on(request.actor))
    asked = Submission.objects.visible_to(request.actor).filter(
        state__in=("joint_approval", "under_review", "submitted")
    )
    by_key = {s.audit_key: s for s in asked.select_related("organisation")}
    rows = [
        {
            "round": r,
            "submission": by_key.get(r.about),
            "url": reverse(
                "priorities:opinion" if "opinion" in r.kind else "priorities:approval",
                args=[by_key[r.about].reference],
            ),
            "age": (day - r.day).days,
            "late": r.due_day and r.due_day < day,
        }
        for r in open_rounds
        if r.about in by_key
    ]
    mine = {r["submission"].pk for r in rows}
    others = [s for s in by_key.values() if s.state == "joint_approval" and s.pk not in mine]
    with reading():
        shown = case_page.approvals(others, request.actor, day)
    state = request.GET.get("state", "")
    cases = None
    if state in STATES:
        found = Submission.objects.visible_to(request.actor).in_state(state).select_related("organisation")
        cases = Paginator(found.defer("proposal", "search_text").order_by("-state_day", "-pk"), 50).get_page(
            request.GET.get("page")
        )
    counted = _refused_for() if request.actor.scope(Permission.READ_SUBMISSIONS) is Scope.CITY else None
    reason = entry.one_of(request.GET, "reason", [r["reason"][:60] for r in counted or ()])
    context = {
        "rows": rows,
        "cases": cases,
        "state_label": STATES.get(state),
        "others": shown,
        "done": case_page.answered_by(request.actor),
        "counted": counted,
        "reason": reason,
        "refusals": _refusals(reason) if reason else (),
    }
    return render(request, "priorities/approvals.html", context)


def _refused_for() -> list[dict]:
    """How often each reason was given for 不同意, the most frequent first."""
    counted = _refusing().values("reason").annotate(n=Count("pk")).order_by("-n", "reason")[:20]
    return [r | {"asked": quote(r["reason"][:60])} for r in counted]


def _refusing() -> QuerySet:
    return Answer.objects.filter(kind=rounds.REFUSE, seat__round__kind="joint_approval").exclude(reason="")


def _refusals(reason: str) -> list[tuple[Answer, Submission | None]]:
    """Who gave a reason, about which case, the newest first."""
    rows = list(_refusing().filter(reason__startswith=reason).select_related("seat__round").order_by("-pk")[:200])
    cases = Submission.objects.filter(pk__in=[pk_of(r.seat.round.about) for r in rows]).defer("proposal", "search_text")
    by_key = {s.audit_key: s for s in cases}
    return [(r, by_key.get(r.seat.round.about)) for r in rows]


@entry.page(Permission.READ_SUBMISSIONS)
def page(request, reference: str):
    """Four signatures on three seats: state of each, age of its silence, conflicts; sign or refuse."""
    row = _mine(request, reference)
    return render(request, "priorities/approval.html", _context(request, row))


@reading()
def _context(request, row: Submission, **more) -> dict:
    found = case_page.approval(row, request.actor, clock.today())
    asked = found["open"] and request.actor.scope(Permission.SIGN)
    return {
        "row": row,
        "a": found,
        "case": case_page.essence(row),
        "carried": carried.shown_to(row, request.actor, clock.today()),
        "sign": signers.among(list(found["round"].seats.all()), request.actor) if asked else None,
        "conflicts": [seats.led_share(s["unit"]) for s in found["seats"] if s["conflict"]],
        "refusals": REFUSALS.items(),
        "may_remind": not guards.blockers(row, "remind", request.actor),
        "sitting": Sitting.objects.filter(cases__submission=row, state="convened").first(),
    } | more


def _act(request, reference: str, verb: str, run, done: str):
    row = _mine(request, reference)
    try:
        with once(request.actor, f"priorities.{verb}", request.POST.get("once")) as call:
            if call.address is None:
                run(
                    row, entry.integer(request.POST.get("version"), name="版本", low=1, high=10**8, default=row.version)
                )
                call.address = reverse("priorities:approval", args=[row.reference])
                messages.success(request, done)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        row.refresh_from_db()
        context = _context(request, row, refusal=refusal, typed=request.POST)
        return render(request, "priorities/approval.html", context, status=refusal.status)
    return redirect(call.address)


@entry.page(Permission.SIGN, methods=("POST",))
def sign(request, reference: str):
    kind = "conditional" if request.POST.get("condition", "").strip() else "agree"
    return _act(
        request,
        reference,
        "sign",
        lambda row, v: actions.sign(
            by=request.actor,
            submission=row,
            version=v,
            kind=kind,
            text=entry.field(request, "text", limit=1000),
            condition=entry.field(request, "condition", limit=1000),
            condition_due=_day(request.POST.get("condition_due"), "满足期限"),
            signer=entry.field(request, "signer", limit=60),
            signed_on=_day(request.POST.get("signed_on"), "签署日期"),
            scan=request.FILES.get("scan"),
        ),
        "已签署。",
    )


@entry.page(Permission.SIGN, methods=("POST",))
def refuse(request, reference: str):
    return _act(
        request,
        reference,
        "refuse",
        lambda row, v: actions.refuse(
            by=request.actor,
            submission=row,
            version=v,
            reason=entry.field(request, "reason", limit=1000),
            text=entry.field(request, "text", limit=1000),
            clause=entry.field(request, "clause", limit=20),
            signer=entry.field(request, "signer", limit=60),
            signed_on=_day(request.POST.get("signed_on"), "签署日期"),
            scan=request.FILES.get("scan"),
        ),
        "已签署不同意，申报退回审核。",
    )


@entry.page(Permission.SIGN, methods=("POST",))
def withdraw_signature(request, reference: str):
    return _act(
        request,
        reference,
        "withdraw_signature",
        lambda row, v: actions.withdraw_signature(
            by=request.actor, submission=row, version=v, text=entry.field(request, "text", limit=500)
        ),
        "签署已撤回。",
    )


@entry.page(Permission.GIVE_OPINION)
def opinion(request, reference: str):
    """An opinion of the network centre or an expert; others' opinions stay hidden until one's own is in."""
    row = _mine(request, reference)
    if request.method != "POST":
        return _opinion(request, row)
    try:
        with once(request.actor, "priorities.give_opinion", request.POST.get("once")) as call:
            if call.address is None:
                actions.give_opinion(
                    by=request.actor,
                    submission=row,
                    edition=entry.integer(request.POST.get("edition"), name="版次", low=1, high=999, default=0),
                    kind=entry.field(request, "kind", limit=12),
                    text=entry.field(request, "text", limit=2000, label="意见"),
                    clause=entry.field(request, "clause", limit=20, label="条款"),
                    condition=entry.field(request, "condition", limit=1000, label="条件"),
                )
                call.address = reverse("priorities:opinion", args=[row.reference])
                messages.success(request, "意见已记录；现在可以看到其他意见。")
    except Refused as refusal:
        if refusal.status == 404:
            raise
        row.refresh_from_db()
        return _opinion(request, row, refusal=refusal, typed=request.POST, status=refusal.status)
    return redirect(call.address)


def _opinion(request, row: Submission, *, status: int = 200, **more):
    day = clock.today()
    with reading():
        mine = opinions.mine(row, request.actor)
        context = {
            "row": row,
            "case": case_page.essence(row),
            "carried": carried.shown_to(row, request.actor, day),
            "mine": mine,
            "group": opinions.group_name(mine.group) if mine else "",
            "others": opinions.others(row, request.actor, day),
            "blocked": guards.blockers(row, "give_opinion", request.actor, day) if mine else (),
        }
        return render(request, "priorities/opinion.html", context | more, status=status)


@entry.page(Permission.READ_SUBMISSIONS, methods=("POST",))
def remind(request, reference: str):
    """催办 one silent seat; once a day."""
    row = _mine(request, reference)
    asked = Seat.objects.filter(round__about=row.audit_key)
    seat = entry.found(asked, pk=entry.integer(request.POST.get("seat"), name="席位", low=1, high=10**9, default=0))
    back = {"case": "priorities:case", "submission": "priorities:submission"}.get(
        request.POST.get("back", ""), "priorities:approval"
    )
    with once(request.actor, "priorities.remind", request.POST.get("once")) as call:
        if call.address is None:
            actions.remind(by=request.actor, submission=row, seat=seat)
            call.address = reverse(back, args=[row.reference])
            messages.success(request, f"已催办{seat.label}。")
    return redirect(call.address)


@entry.page(Permission.READ_SUBMISSIONS, methods=("GET", "HEAD"))
def scan(request, reference: str, pk: int):
    """The scan of a paper signature, for whoever may see the submission; every download is audited."""
    row = _mine(request, reference)
    answers = Answer.objects.filter(seat__round__about=row.audit_key, seat__round__kind="joint_approval")
    answer = entry.found(answers.exclude(scan=None).select_related("scan", "seat"), pk=pk)
    return files.serve(actions.download_scan(by=request.actor, submission=row, answer=answer))
