"""Pages of the 政务协同推进组织 (9.1.1): members and subjects, one subject."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render

from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.web.entry import found, one_of
from governance.web.entry import page as may_enter
from projects import actions
from projects.acceptance import acceptances as signatures
from projects.actions import signing
from projects.actions.checks import reporting
from projects.forms import works as forms
from projects.forms.acceptance import ReasonForm, SignForm
from projects.models import CollaborationMember, CollaborationSubject
from projects.views.frame import duty_page

READ, MANAGE = Permission.READ_REGISTER, Permission.MANAGE_PROJECT
ROWS = CollaborationSubject.objects.select_related("project", "round")
AT = "/projects/collaboration/"
BACK = {"back": AT, "back_label": "返回政务协同"}


@may_enter(READ, methods=("GET", "HEAD"))
def board(request):
    """Who sits in it, who did, and every subject, the newest first."""
    day = clock.today()
    former = CollaborationMember.objects.filter(to_day__lt=day).select_related("organisation")
    context = {
        "members": CollaborationMember.objects.in_force(day),
        "former": former.order_by("-to_day"),
        "page": Paginator(ROWS.all(), 50).get_page(request.GET.get("page")),
        "may_manage": access.may(request.actor, MANAGE),
        "day": day,
    }
    return render(request, "projects/collaboration.html", context)


def _form(request, form, title: str, note: str, act, done: str, **about):
    context = BACK | {"title": title, "about": "政务协同推进组织", "note": note}
    return duty_page(request, form, context, act, done=done, **about)


@may_enter(MANAGE)
def appoint(request):
    """A new member."""
    form = forms.MemberForm(request.POST or None)
    note = "成员由市委办公厅、市政府办公厅、市信息办、市信息产业局等部门相关领导组成，组长由市信息办领导兼任（9.1.1）。"
    return _form(request, form, "登记成员", note, actions.appoint_member, "已登记成员。")


@may_enter(MANAGE)
def end(request, pk: int):
    """A member leaves."""
    row = found(CollaborationMember.objects.select_related("organisation"), pk=pk)
    form = forms.EndMemberForm(request.POST or None)
    return _form(request, form, "成员离任", f"{row}，记录留存。", actions.end_member, "已登记离任。", member=row)


@may_enter(MANAGE)
def raise_subject(request):
    """A new subject."""
    form = forms.SubjectForm(request.POST or None)
    note = "研究、协调和推动全市政务协同建设，提出协同机制（9.1.1）；成员单位收到通知，在期限以前提出意见。"
    return _form(request, form, "提出议题", note, actions.raise_subject, "已提出，成员单位已收到通知。")


@may_enter(READ)
def subject(request, pk: int):
    """One subject: opinions, the outcome, the head's word; `?do=opine|settle|sign` says which form was sent."""
    row, actor = found(ROWS, pk=pk), request.actor
    manages = access.may(actor, MANAGE)
    members = list(CollaborationMember.objects.in_force(clock.today()))
    units = list({m.organisation.survivor_id: m.organisation.canonical or m.organisation for m in members}.values())
    mine = [u for u in units if manages or u.pk == actor.organisation_id]
    opines = row.state == "open" and bool(mine) and access.may(actor, reporting(actor), row)
    do = one_of(request.GET, "do", {"opine", "settle", "sign"})
    if request.method == "POST" and not do:
        raise Invalid("没有这种办理。")
    made = {
        "opine": (forms.OpinionForm(_posted(request, do, "opine"), units=mine), actions.give_subject_opinion),
        "settle": (forms.OutcomeForm(_posted(request, do, "settle")), actions.settle_subject),
        "sign": (SignForm(_posted(request, do, "sign"), request.FILES or None, record=row), actions.sign_subject),
    }
    opinions = list(row.opinions.select_related("organisation"))
    standing = {o.organisation.survivor_id: o for o in opinions if o.in_force}
    context = {
        "s": row,
        "opinions": [(u, standing.get(u.pk)) for u in units],
        "earlier": [o for o in opinions if not o.in_force],
        "opine": made["opine"][0] if opines else None,
        "settle": made["settle"][0] if manages and row.state == "open" else None,
        "sign": made["sign"][0] if signing.may_sign(actor, row) else None,
        "may_withdraw": manages and row.state in ("open", "signing"),
        "seats": signatures.seats_about(row),
        "history": audit.history(row, limit=20),
        "day": clock.today(),
        "back": row.get_absolute_url(),
    }
    form, act = made[do or "opine"]
    return duty_page(
        request,
        form,
        context,
        act,
        row=row,
        template="projects/subject.html",
        done="已办理。",
        address=row.get_absolute_url(),
    )


def _posted(request, do: str, which: str):
    """What was sent to this one of the page's forms."""
    return request.POST if request.method == "POST" and do == which else None


@may_enter(MANAGE)
def withdraw(request, pk: int):
    """A subject that nobody pursues."""
    row = found(ROWS, pk=pk)
    form = ReasonForm(request.POST or None)
    return _form(request, form, "撤回议题", f"{row}，往来留存。", actions.withdraw_subject, "已撤回。", row=row)
