"""Sittings of the joint approval: convene, agenda and pack, decisions seat by seat, minutes."""

from __future__ import annotations

import functools
import uuid

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect, render

from governance.actions import request_job
from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.refusal import Invalid, WrongRole
from governance.basics.roles import Permission, Scope
from governance.models import Document, Job
from governance.signing import rounds
from governance.web import entry
from priorities import actions
from priorities.approval import carried, meeting_pack
from priorities.case import case_page
from priorities.labels import REFUSALS
from priorities.models import Sitting, Submission
from priorities.screening import decided
from priorities.views.frame import again_of, do

READ = Permission.READ_SUBMISSIONS
KINDS = ((rounds.AGREE, "同意"), (rounds.CONDITIONAL, "附条件同意"), (rounds.REFUSE, "不同意"))


def _enter(request) -> None:
    """Sittings are about the whole city's cases: an applicant or expert, who reads some, has no place here."""
    if request.actor.scope(READ) is not Scope.CITY:
        raise WrongRole("会签会议只对信息办、会签各席和审计开放；您的申报在会签中的情况见申报页。")


@entry.page(READ)
def listing(request):
    """All sittings; POST convenes one about chosen cases in joint approval."""
    _enter(request)
    if request.method != "POST":
        return _list(request)
    return entry.posted(
        request, "priorities.sitting.convene", lambda: _convene(request), functools.partial(_list, request)
    )


def _list(request, status: int = 200, **more):
    rows = Sitting.objects.annotate(n=Count("cases"))[:100]
    waiting = Submission.objects.visible_to(request.actor).in_state("joint_approval").select_related("organisation")
    context = {
        "rows": rows,
        "waiting": decided.with_money(waiting.order_by("state_day", "pk")),
        "typed": request.POST,
        "chosen": request.POST.getlist("submission"),
        "may_convene": bool(request.actor.scope(Permission.SCREEN)),
    }
    return render(request, "priorities/sittings.html", context | more, status=status)


def _convene(request) -> str:
    keys = [int(k) for k in request.POST.getlist("submission") if k.isascii() and k.isdigit() and len(k) < 18]
    return actions.convene(
        by=request.actor,
        title=entry.field(request, "title", limit=120, label="会议名称"),
        place=entry.field(request, "place", limit=100, label="地点"),
        held_on=entry.day(request, "held_on", "会议日期"),
        submissions=list(Submission.objects.visible_to(request.actor).filter(pk__in=keys)),
    ).get_absolute_url()


@entry.page(READ)
def page(request, pk: int):
    """One sitting: its agenda with every seat's answer, what I decide for my seat, the pack, the minutes."""
    _enter(request)
    return _show(request, entry.found(Sitting.objects, pk=pk))


def _show(request, sitting: Sitting, *, status: int = 200, **more):
    day = clock.today()
    with one_page():
        agenda = list(sitting.cases.select_related("submission__organisation", "submission__project"))
        shown = case_page.approvals([c.submission for c in agenda], request.actor, day)
        held = carried.of([c.submission for c in agenda], day)
        decided.with_money(c.submission for c in agenda)
        for item, approval in zip(agenda, shown, strict=True):
            item.approval, item.carried = approval, held[item.submission_id]
            item.decides = approval["open"] and approval["my_seat"] is not None
        jobs_of_it = Job.objects.filter(kind=meeting_pack.KIND, params__sitting=sitting.pk).order_by("-recorded_at")
        context = {
            "sitting": sitting,
            "agenda": agenda,
            "kinds": KINDS,
            "refusals": REFUSALS.items(),
            "held": sitting.held_on <= day,
            "decides": sum(item.decides for item in agenda),
            "packs": Document.objects.filter(job__in=jobs_of_it.values("pk"))[:5],
            "under_way": jobs_of_it.filter(state__in=("queued", "running")).first(),
            "may_screen": (screens := bool(request.actor.scope(Permission.SCREEN))),
            "may_record": screens and sitting.is_convened,
            "may_print": meeting_pack.may(request.actor),
        }
        return render(request, "priorities/sitting.html", context | more, status=status)


@entry.page(Permission.SIGN, methods=("POST",))
def decide(request, pk: int):
    """Record my body's decisions: inputs `kind.<id>`, `reason.<id>`, `text.<id>` per case; `signer` for paper."""
    sitting = entry.found(Sitting.objects, pk=pk)
    decisions = {}
    for key in sitting.cases.values_list("submission_id", flat=True):
        kind = request.POST.get(f"kind.{key}", "")
        if not kind:
            continue
        if kind not in dict(KINDS):
            raise Invalid("请选择同意、附条件同意或不同意。")
        text = entry.field(request, f"text.{key}", limit=1000, label="意见")
        decisions[key] = {
            "kind": kind,
            "text": text,
            "condition": text if kind == rounds.CONDITIONAL else "",
            "reason": entry.field(request, f"reason.{key}", limit=20, label="理由"),
        }
    if not decisions:
        return _show(request, sitting, status=422, refusal=Invalid("还没有选择任何一件的决定。"), typed=request.POST)
    done = actions.record_decisions(
        by=request.actor,
        sitting=sitting,
        decisions=decisions,
        signer=entry.field(request, "signer", limit=60, label="签署人"),
        token=entry.token(request) or uuid.uuid4().hex,
    )
    signed = sum(not d.refusal for d in done)
    if signed:
        messages.success(request, f"已记录 {signed} 件。")
    if signed < len(done):
        return _show(request, sitting, status=409, results=[d for d in done if d.refusal], typed=request.POST)
    return redirect(sitting)


@entry.page(Permission.SCREEN, methods=("POST",))
def minutes(request, pk: int):
    """纪要文号 and what the minutes say of each case: inputs `note.<id>`."""
    sitting = entry.found(Sitting.objects, pk=pk)
    keys = sitting.cases.values_list("submission_id", flat=True)
    return do(
        request,
        actions.record_minutes,
        sitting.get_absolute_url(),
        again_of(sitting, functools.partial(_show, request)),
        sitting=sitting,
        minutes_number=lambda: entry.field(request, "minutes_number", limit=60, label="纪要文号"),
        version=lambda: entry.signed_version(request),
        notes=lambda: {key: entry.field(request, f"note.{key}", limit=500, label="纪要意见") for key in keys},
    )


@entry.page(READ, methods=("POST",))
def pack(request, pk: int):
    """Ask for 会议材料 of all cases as one PDF."""
    sitting = entry.found(Sitting.objects, pk=pk)

    def ask() -> str:
        request_job(by=request.actor, kind=meeting_pack.KIND, params={"sitting": sitting.pk})
        return sitting.get_absolute_url()

    return entry.posted(request, "priorities.sitting.pack", ask, done="正在生成会议材料，完成后在本页和“文档”里下载。")
