"""Joint approval and opinions: what waits for my signature, and the page of one case (four signatures, three seats)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from urllib.parse import quote

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.shortcuts import render
from django.urls import reverse

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.refs import pk_of
from governance.basics.roles import Permission, Scope
from governance.models import Answer, Seat
from governance.signing import rounds, signers
from governance.storage import files
from governance.web import entry
from priorities import actions
from priorities.approval import carried, opinions, seats, shown
from priorities.case import case_page, guards
from priorities.labels import REFUSALS, STATES
from priorities.models import Sitting, Submission
from priorities.screening import decided
from priorities.views.frame import again_of, case_of, do


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
    by_key = {s.audit_key: s for s in decided.with_money(asked.select_related("organisation"))}
    rows = [
        {
            "round": r,
            "submission": by_key.get(r.about),
            "url": reverse(
                "priorities:opinion" if "opinion" in r.kind else "priorities:approval", args=[by_key[r.about].reference]
            ),
            "age": (day - r.day).days,
            "late": r.due_day and r.due_day < day,
        }
        for r in open_rounds
        if r.about in by_key
    ]
    mine = {r["submission"].pk for r in rows}
    others = [s for s in by_key.values() if s.state == "joint_approval" and s.pk not in mine]
    with one_page():
        shown = case_page.approvals(others, request.actor, day)
    state = request.GET.get("state", "")
    cases = None
    if state in STATES:
        found = Submission.objects.visible_to(request.actor).in_state(state).select_related("organisation")
        cases = Paginator(found.defer("search_text").order_by("-state_day", "-pk"), 50).get_page(
            request.GET.get("page")
        )
        decided.with_money(cases)
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
    return _show(request, case_of(request, reference))


@one_page()
def _context(request, row: Submission, **more) -> dict:
    found = case_page.approval(row, request.actor, clock.today())
    asked = found["open"] and request.actor.scope(Permission.SIGN)
    return {
        "row": row,
        "a": found,
        "case": case_page.essence(row),
        "carried": carried.shown_to(row, request.actor, clock.today()),
        "shown": shown.of(row) if asked else "",
        "sign": signers.among(list(found["round"].seats.all()), request.actor) if asked else None,
        "conflicts": [seats.led_share(s["unit"]) for s in found["seats"] if s["conflict"]],
        "refusals": REFUSALS.items(),
        "may_remind": not guards.blockers(row, "remind", request.actor),
        "sitting": Sitting.objects.filter(cases__submission=row, state="convened").first(),
    } | more


def _show(request, row: Submission, *, status: int = 200, **more):
    return render(request, "priorities/approval.html", _context(request, row, **more), status=status)


def _act(request, reference: str, verb: Callable, done: str, **given):
    """One verb of the signing body; refused on its merits, the page comes back with the sentence and what was typed."""
    row = case_of(request, reference)
    address, again = (
        reverse("priorities:approval", args=[row.reference]),
        again_of(row, functools.partial(_show, request)),
    )
    given |= {"submission": row, "version": lambda: entry.signed_version(request)}
    return do(request, verb, address, again, done=done, **given)


def _text(request, name: str, limit: int = 1000) -> Callable[[], str]:
    return lambda: entry.field(request, name, limit=limit)


def _paper(request) -> actions.PaperSignature:
    signed_on = entry.day(request, "signed_on", "签署日期")
    return actions.PaperSignature(entry.field(request, "signer", limit=60), signed_on, request.FILES.get("scan"))


@entry.page(Permission.SIGN, methods=("POST",))
def sign(request, reference: str):
    return _act(
        request,
        reference,
        actions.sign,
        "已签署。",
        shown=lambda: request.POST.get("shown", ""),
        kind=rounds.CONDITIONAL if request.POST.get("condition", "").strip() else rounds.AGREE,
        text=_text(request, "text"),
        condition=_text(request, "condition"),
        condition_due=lambda: entry.day(request, "condition_due", "满足期限"),
        paper=lambda: _paper(request),
    )


@entry.page(Permission.SIGN, methods=("POST",))
def refuse(request, reference: str):
    texts = {"reason": _text(request, "reason"), "text": _text(request, "text"), "clause": _text(request, "clause", 20)}
    done = "已签署不同意，申报退回审核。"
    texts["shown"] = lambda: request.POST.get("shown", "")
    return _act(request, reference, actions.refuse, done, paper=lambda: _paper(request), **texts)


@entry.page(Permission.SIGN, methods=("POST",))
def withdraw_signature(request, reference: str):
    return _act(request, reference, actions.withdraw_signature, "签署已撤回。", text=_text(request, "text", 500))


@entry.page(Permission.GIVE_OPINION)
def opinion(request, reference: str):
    """An opinion of the network centre or an expert; others' opinions stay hidden until one's own is in."""
    row = case_of(request, reference)
    if request.method != "POST":
        return _opinion(request, row)
    return do(
        request,
        actions.give_opinion,
        reverse("priorities:opinion", args=[row.reference]),
        again_of(row, functools.partial(_opinion, request)),
        done="意见已记录；现在可以看到其他意见。",
        submission=row,
        edition=lambda: entry.integer(request.POST.get("edition"), name="版次", low=1, high=999, default=0),
        kind=_text(request, "kind", 12),
        text=lambda: entry.field(request, "text", limit=2000, label="意见"),
        clause=lambda: entry.field(request, "clause", limit=20, label="条款"),
        condition=lambda: entry.field(request, "condition", limit=1000, label="条件"),
        condition_due=lambda: entry.day(request, "condition_due", "满足期限"),
    )


def _opinion(request, row: Submission, *, status: int = 200, **more):
    day = clock.today()
    with one_page():
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
    row = case_of(request, reference)
    asked = Seat.objects.filter(round__about=row.audit_key)
    seat = entry.found(asked, pk=entry.integer(request.POST.get("seat"), name="席位", low=1, high=10**9, default=0))
    back = {"case": "priorities:case", "submission": "priorities:submission"}.get(
        request.POST.get("back", ""), "priorities:approval"
    )
    address = reverse(back, args=[row.reference])
    return do(request, actions.remind, address, done=f"已催办{seat.label}。", submission=row, seat=seat)


@entry.page(Permission.READ_SUBMISSIONS, methods=("GET", "HEAD"))
def scan(request, reference: str, pk: int):
    """The scan of a paper signature, for whoever may see the submission; every download is audited."""
    row = case_of(request, reference)
    answers = Answer.objects.filter(seat__round__about=row.audit_key, seat__round__kind="joint_approval")
    answer = entry.found(answers.exclude(scan=None).select_related("scan", "seat"), pk=pk)
    return files.serve(actions.download_scan(by=request.actor, submission=row, answer=answer))
