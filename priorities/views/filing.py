"""A department's pages: its proposals, the form with the live verdict, submit and withdraw."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission, Role
from governance.kernel import audit
from governance.kernel.access import may
from governance.kernel.once import once
from governance.models import Organisation
from governance.storage import files
from governance.web import entry
from priorities import actions
from priorities import proposal as proposals
from priorities.approval import carried, opinions
from priorities.case import case_page, guards
from priorities.documents import filing_receipts, receipts
from priorities.labels import OUTCOMES, STATES
from priorities.models import Attachment, FilingWindow, Submission
from priorities.screening import decided, turns, verdicts
from priorities.submissions import advised, expected_papers, filing_form, filing_windows, merging, returned, workflow
from priorities.submissions.posted import as_typed, base_of, raw_proposal
from priorities.submissions.workflow import DRAFT, EDITABLE
from priorities.views.frame import case_of, do
from projects.models import Project

CLOSED = ("withdrawn", "no_city_funding", "deferred", "pool", "self_funded", "filed", "adopted")  # may be filed again
DECIDING = ("sign", "refuse", "adopt", "leave_over")  # verbs that may end in a letter
AWAITS_SCAN = ("submitted", "under_review", "returned")  # the stamped scan of the frozen version may still come
READ, WRITE = Permission.READ_SUBMISSIONS, Permission.SUBMIT


@entry.page(WRITE)
def mine(request):
    """我的申报: all or those in one state (`?state=`); the window; 新建申报."""
    rows = Submission.objects.visible_to(request.actor).select_related("organisation", "project").order_by("-pk")
    state = request.GET.get("state", "")
    if state in STATES:
        rows = rows.in_state(state)
    day = clock.today()
    window = FilingWindow.objects.filter(closes__gte=day).order_by("closes").first()
    district = request.actor.role == Role.DISTRICT
    kinds = [k for k in Submission.KINDS if (k[0] == "district") == district and k[0] != "supplementary"]
    projects = Project.objects.led_by(request.actor.organisation_id).order_by("order")
    open_rows = [r for r in rows if r.state in EDITABLE and not r.is_secret]
    context = {
        "open_rows": open_rows,
        "rows": decided.with_money(r for r in rows if r.state not in EDITABLE or r.is_secret),
        "lacks_scan": _lacking_scan(rows),
        "window": window,
        "only": STATES.get(state),
        "window_open": window and window.opens <= day,
        "kinds": kinds,
        "projects": projects,
        "steps": filing_windows.year_steps(window.plan_year, day) if window else (),
        "days_left": (window.closes - day).days if window else None,
    }
    return render(request, "priorities/mine.html", context)


def _lacking_scan(rows) -> set[int]:
    """Which of the cases still lack the stamped scan of the version that was filed."""
    there = Attachment.objects.filter(kind="scan", removed=False, version=F("submission__current_version"))
    filed = [r.pk for r in rows if r.state in AWAITS_SCAN and r.current_version and not r.is_secret]
    return set(filed) - set(there.filter(submission__in=filed).values_list("submission_id", flat=True))


@entry.page(WRITE, methods=("POST",))
def create(request):
    """Start a draft: kind, plan year, the project that it is for, and the first question 是否涉密."""
    kind = entry.field(request, "kind", limit=20)
    year = entry.integer(request.POST.get("plan_year"), name="计划年度", low=2000, high=2050)
    earlier = entry.field(request, "earlier", limit=24, label="据以重报")

    def start() -> str:
        case = {"by": request.actor, "kind": kind, "plan_year": year}
        if request.POST.get("is_secret") == "yes":
            title, paper = entry.field(request, "title", limit=200), entry.field(request, "paper_number", limit=60)
            return actions.declare_secret(**case, title=title, paper_number=paper).get_absolute_url()
        project = entry.field(request, "project", limit=12) or None
        before = case_of(request, earlier) if earlier else None
        return edit_url(actions.create_draft(**case, project_code=project, from_earlier=before))

    return entry.posted(request, "priorities.create", start)


def edit_url(row: Submission) -> str:
    return reverse("priorities:edit", args=[row.reference])


@entry.page(READ)
def detail(request, reference: str):
    """The proposal as filed, where it stands, who is waited for, its versions and history."""
    with one_page():
        row = case_of(request, reference)
        return render(request, "priorities/submission.html", _detail(request, row))


def _detail(request, row: Submission) -> dict:
    versions = list(row.versions.all())
    document = versions[-1].proposal if versions and row.state != "draft" else row.proposal
    screenings = list(row.screenings.select_related("version").order_by("pk"))
    latest = screenings[-1] if screenings else None
    may_write, transitions = may(request.actor, WRITE, row), list(row.transitions.all())
    money = decided.NOTHING if row.is_secret else decided.of(row)
    again = not row.is_secret and row.state in CLOSED and row.kind not in guards.FOR_A_PROJECT
    return {
        "row": row,
        "p": document or proposals.empty(),
        "view": filing_form.readable(document) if document and not row.is_secret else None,
        **(
            case_page.parts(document, latest.result, money)
            if latest
            else {"components": filing_form.component_rows(document or proposals.empty())}
        ),
        "decided": money,
        "versions": versions,
        "receipts": receipts.of_versions(row, versions),
        "filing_receipt": filing_receipts.of(row),
        "latest": latest,
        "turns": turns.of_case(screenings) if not row.is_secret else (),
        "has_letter": any(t.verb in DECIDING for t in transitions) and row.letters.exists(),
        "carried": carried.shown_to(row, request.actor, clock.today()),
        "rounds": opinions.shown_rounds(row, request.actor, actions.rounds_of(row)),
        "conclusion": row.conclusions.filter(in_force=True).first(),
        "points": row.returned_points.filter(version=row.current_version) if row.state == "returned" else (),
        "corrections": verdicts.corrections(row, document),
        "attachments": (kept := verdicts.attachments(row)),
        "papers": expected_papers.expected(document, {a.kind for a in kept}, is_filed=True)
        if document and may_write
        else (),
        "choices": filing_form.CHOICES,
        "transitions": transitions,
        "editable": row.state in EDITABLE and may_write and not row.is_secret,
        "may_file_again": may_write and again,
        "may_add": may_write and bool(row.current_version) and row.state in AWAITS_SCAN and not row.is_secret,
        "may_screen": row.state != DRAFT and may(request.actor, Permission.SCREEN, row),
        "may_audit": may(request.actor, Permission.READ_AUDIT),
        "open": workflow.open_verbs(row),
        "may_withdraw": may_write and row.state in ("submitted", "under_review", "joint_approval", "returned"),
        "states": STATES,
    }


@dataclass(frozen=True)
class Typed:
    """A posted form: what was typed raw and cleaned, the errors, the base that it started from, what stays shut."""

    raw: dict
    document: dict
    errors: dict
    base: dict | None
    version: int


def _typed(request, row: Submission) -> Typed:
    """Closed fields of a returned case are not posted and stay as they are; `take`: fields to have as they are now."""
    raw = raw_proposal(request.POST)
    document, errors = proposals.clean(raw)
    base = base_of(request.POST)
    asked = returned.open_fields(row)
    if asked is not None:
        held = base or row.proposal
        document = merging.fill(document, held, lambda path: returned.is_open(merging.by_place(held, path), asked))
    if base is not None and (taken := request.POST.getlist("take")[:500]):
        document = merging.take(document, base, [path for path in taken if path])
    return Typed(raw, document, errors, base, entry.version(request))


@entry.page(WRITE)
def edit(request, reference: str):
    """The form: sections, live panel at the right; POST saves everything (the way without JavaScript).

    Where two people changed the same field the page comes back (409) with both values to choose from, and with
    everything else of both in the form.
    """
    row = case_of(request, reference)
    if request.method != "POST":
        if row.state not in EDITABLE or not may(request.actor, WRITE, row):
            return redirect(row)  # a POST is refused by the verb, with what was typed still in the form
        return _form(request, row, row.proposal)
    typed = _typed(request, row)
    if typed.errors:
        shown = as_typed(typed.document, typed.raw, typed.errors, row.proposal)
        return _form(request, row, typed.document, errors=typed.errors, shown=shown, base=typed.base, status=422)
    try:
        with once(request.actor, f"priorities.save.{row.pk}", entry.token(request)) as call:
            if call.address is None:
                saved = actions.save_draft(
                    by=request.actor, submission=row, version=typed.version, base=typed.base, proposal=typed.document
                )
                _tell_taken_over(request, typed, saved)
                call.address = edit_url(row)
    except Stale as stale:
        row.refresh_from_db()
        merged = stale.current.get("merged", typed.document)
        clashes = stale.current.get("conflict")
        if clashes is None:
            clashes = merging.clashes(row.proposal, typed.document)
        return _form(request, row, merged, errors={"": [stale.sentence]}, conflict=clashes, status=409)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        errors = refusal.fields or {"": [refusal.sentence]}
        return _form(request, row, typed.document, errors=errors, base=typed.base, status=refusal.status)
    if request.POST.get("then") == "submit":
        return redirect(reverse("priorities:review", args=[row.reference]))
    messages.success(request, "已保存。")
    return redirect(call.address)


def _form(request, row: Submission, document: dict, *, errors=None, shown=None, base=None, conflict=None, status=200):
    """The edit page. `base` is what the next save starts from: what is stored, or where what was typed started."""
    context = filing_form.context(row, document, errors=errors or {}, shown=shown)
    context |= {
        "row": row,
        "conflict": conflict,
        "live": _live(request, row, document),
        "may_remove": not guards.blockers(row, "participants", request.actor),
        "base": proposals.canonical(base or row.proposal),
    }
    if conflict:
        context["last_save"] = audit.history(row, limit=5)[:1]
    return render(request, "priorities/edit.html", context, status=status)


def _live(request, row: Submission, document: dict) -> dict:
    """The live panel; what it advises is remembered when it is first seen."""
    shown = case_page.live(row, document, request.actor)
    moves = advised.unseen(row, advised.advised_moves(shown["advice"], document))
    if moves and row.state in EDITABLE and may(request.actor, WRITE, row):
        actions.advice_shown(by=request.actor, submission=row, moves=moves)
    return shown | {"advised": advised.changed(row, document)}


def _tell_taken_over(request, typed: Typed, saved: Submission) -> None:
    others = merging.compare(typed.document, saved.proposal)
    if others:
        messages.info(request, f"别人同时改过的 {len(others)} 处已并入：{'、'.join(d.label for d in others[:5])}。")


@entry.page(WRITE, methods=("POST",))
def autosave(request, reference: str):
    """Save what is typed; JSON `{"version", "saved_at", "missing", "base", "others"}`, 422 `{"errors"}`, 409
    `{"detail", "conflict"}`. `others` names the fields that somebody else changed meanwhile and that were kept."""
    row = case_of(request, reference)
    typed = _typed(request, row)
    if typed.errors:
        detail = "有几处填得不对，没有保存：" + next(iter(typed.errors.values()))[0]
        return JsonResponse({"errors": typed.errors, "detail": detail}, status=422)
    try:
        saved = actions.save_draft(
            by=request.actor, submission=row, version=typed.version, base=typed.base, proposal=typed.document
        )
    except Stale as stale:
        conflict = stale.current.get("conflict") or merging.clashes(stale.current["proposal"], typed.document)
        body = {"detail": stale.sentence, "version": stale.current["version"], "conflict": conflict}
        return JsonResponse(body, status=409)
    except Refused as refusal:
        return JsonResponse({"detail": refusal.sentence, "errors": refusal.fields}, status=refusal.status)
    moment = clock.timezone.localtime(clock.now())
    others = [d.label for d in merging.compare(typed.document, saved.proposal)]
    # The page goes on from what it shows; what others changed is merged in again at every save.
    return JsonResponse(
        {
            "version": saved.version,
            "saved_at": f"{moment:%H:%M:%S}",
            "missing": len(proposals.gaps(saved.proposal)),
            "others": others,
            "base": proposals.canonical(typed.document),
        }
    )


@entry.page(WRITE, methods=("POST",))
def live(request, reference: str):
    """The live panel for what is typed now: verdict, missing facts, advice, who pays. Stores nothing typed."""
    row = case_of(request, reference)
    typed = _typed(request, row)
    document = typed.document
    context = {
        "row": row,
        "live": _live(request, row, document),
        "p": document,
        "errors": typed.errors,
        "progress": filing_form.progress(document),
        "gaps": proposals.gaps(document),
        "swapped": True,  # the step counters stand outside the panel
    }
    return render(request, "priorities/parts/live.html", context)


@entry.page(WRITE, methods=("POST",))
def money(request, reference: str):
    """The money table for what is typed now: other years, other kinds of parts. Stores nothing."""
    row = case_of(request, reference)
    typed = _typed(request, row)
    shown = as_typed(typed.document, typed.raw, typed.errors, row.proposal)
    asked = returned.open_fields(row)
    context = {
        "row": row,
        "money": filing_form.money_table(shown, row.kind),
        "errors": typed.errors,
        "open_fields": asked,
        "points": returned.sentences(row),
        "choices": filing_form.CHOICES,
        "answers": filing_form.ANSWERS.items(),
    }
    return render(request, "priorities/parts/money.html", context)


@entry.page(WRITE)
def review(request, reference: str):
    """Before a submit: what will be filed, what blocks it; POST submits."""
    row = case_of(request, reference)
    if request.method != "POST" and row.state not in EDITABLE:
        return redirect(row)
    if request.method == "POST":
        version = entry.version(request)

        def submit() -> str:
            filed = actions.submit(by=request.actor, submission=row, version=version)
            way = f"申请的市财政 {filed.city_wan} 万元另按 8.1 联合审批（D50）。" if filed.goes_both_ways else ""
            messages.success(request, f"已提交申报，编号 {filed.number}。回执见本页。{way}{_turned(filed)}")
            return filed.get_absolute_url()

        return entry.posted(request, "priorities.submit", submit)
    remarks = returned.remarks(row, row.proposal)
    context = {
        "row": row,
        "view": filing_form.readable(row.proposal),
        "p": row.proposal,
        "gaps": proposals.gaps(row.proposal),
        "blockers": actions.blockers(submission=row, verb="submit", actor=request.actor, day=clock.today()),
        "live": _live(request, row, row.proposal),
        "attachments": row.attachments.filter(removed=False).select_related("file"),
        "remarks": remarks,
        "unchanged": [r for r in remarks if not r.is_changed],
    }
    return render(request, "priorities/review.html", context)


def _turned(filed: Submission) -> str:
    """Why the verdict is not the one that the form showed, where it is not."""
    (turn, *_) = turns.of_case(list(filed.screenings.select_related("version"))[-1:]) or (None,)
    return f"判定由“{OUTCOMES[turn.was]}”成为“{OUTCOMES[turn.now]}”：{turn.why}。" if turn else ""


@entry.page(WRITE, methods=("POST",))
def withdraw(request, reference: str):
    row = case_of(request, reference)
    given = {"version": lambda: entry.version(request), "reason": lambda: entry.field(request, "reason", limit=500)}
    return do(request, actions.withdraw, row.get_absolute_url(), submission=row, **given)


@entry.page(WRITE, methods=("POST",))
def discard(request, reference: str):
    """Delete a draft that was never filed."""
    row = case_of(request, reference)
    actions.discard_draft(by=request.actor, submission=row, version=entry.version(request))
    messages.success(request, "草稿已删除。")
    return redirect("priorities:mine")


@entry.page(WRITE, methods=("POST",))
def participants(request, reference: str):
    """Add a co-applicant, take one off (`remove`, its id), or confirm one's own part."""
    row = case_of(request, reference)
    off = entry.integer(request.POST.get("remove"), name="单位", low=1, high=10**9)
    if request.POST.get("confirm"):
        actions.confirm_participation(by=request.actor, submission=row)
    elif off:
        unit = entry.found(Organisation.objects.all(), pk=off)
        actions.remove_participant(by=request.actor, submission=row, version=entry.version(request), organisation=unit)
    else:
        unit = entry.field(request, "organisation_name", limit=100, label="单位")
        found = Organisation.objects.units().filter(Q(name=unit) | Q(aliases__as_named=unit)).first()
        if found is None:
            raise Invalid(f"没有名为“{unit}”的单位；单位名称见“机构与别名”，缺的请信息办登记。")
        actions.add_participant(by=request.actor, submission=row, version=entry.version(request), organisation=found)
    return redirect(edit_url(row))


@entry.page(WRITE, methods=("POST",))
def attach(request, reference: str):
    """Add a file by kind; what is refused says why and nothing is stored."""
    row = case_of(request, reference)
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("请选择要上传的文件。", fields={"file": ["请选择文件"]})
    actions.attach(by=request.actor, submission=row, kind=entry.field(request, "kind", limit=12), upload=upload)
    messages.success(request, "附件已保存。")
    back = {"detail": f"{row.get_absolute_url()}#attachments", "mine": reverse("priorities:mine")}
    return redirect(back.get(request.POST.get("back", ""), edit_url(row)))


@entry.page(WRITE, methods=("POST",))
def detach(request, reference: str, pk: int):
    row = case_of(request, reference)
    actions.detach(
        by=request.actor, submission=row, attachment=entry.found(row.attachments.filter(removed=False), pk=pk)
    )
    return redirect(edit_url(row))


@entry.page(READ, methods=("GET", "HEAD"))
def attachment(request, reference: str, pk: int) -> HttpResponse:
    """The bytes, for whoever may see the submission; every download is audited."""
    row = case_of(request, reference)
    kept = entry.found(row.attachments.filter(removed=False).select_related("file"), pk=pk)
    return files.serve(actions.download_attachment(by=request.actor, submission=row, attachment=kept).file)


@entry.page(WRITE, methods=("POST",))
def answer_correction(request, reference: str):
    """Answer a corrected fact with evidence, within five working days."""
    row = case_of(request, reference)
    limits = {"fact": 60, "component": 40, "text": 1000}
    values = {name: entry.field(request, name, limit=limit) for name, limit in limits.items()}
    return do(request, actions.answer_correction, row.get_absolute_url(), submission=row, **values)
