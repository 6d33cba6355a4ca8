"""Accounts (system administrator) and appointments (security administrator)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from governance import actions
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import ROLE_LABELS, Permission
from governance.forms.accounts import AccountForm, Day, GrantForm, errors_of
from governance.kernel.once import once
from governance.models import Appointment, User
from governance.people import factors, handover
from governance.web import entry, visitor


@dataclass(frozen=True)
class Post:
    """An appointment on its account's page: what became of it, for whoever runs accounts. Neither role nor unit is
    named, and how much lies on the desk is a number: business is not his (三权分立)."""

    appointment: Appointment
    fate: str
    is_stranded: bool
    open_work: int

    @classmethod
    def of(cls, row: Appointment) -> Post:
        day = clock.today()
        if row.to_day is not None and row.to_day < day:
            return cls(row, f"任职至 {row.to_day}，已由安全管理员结束", False, 0)
        work = sum(w.personal for w in handover.open_work(row, day))
        if row.user.is_disabled:
            return cls(row, "账号已停用，等安全管理员结束任职、移交或交回单位", True, work)
        return cls(row, "在任", False, work)


def _search(request) -> str:
    return request.GET.get("q", "").strip()[:60]


def _accounts(request, *, form=None, refusal=None, status=200) -> HttpResponse:
    rows = User.objects.order_by("-is_active", "username")
    if text := _search(request):
        rows = rows.filter(Q(username__icontains=text) | Q(full_name__icontains=text))
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "form": form or AccountForm(),
        "q": text,
        "refusal": refusal,
        "is_open": form is not None,
    }
    return render(request, "governance/accounts.html", context, status=status)


@entry.page(Permission.MANAGE_ACCOUNTS, always_drawn="personal data, which no browser keeps")
def accounts(request):
    """The accounts, without anything of the business; POST makes a new one."""
    if request.method != "POST":
        return _accounts(request)
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _accounts(request, form=form, status=422)
    try:
        with once(request.actor, "governance.account.create", entry.token(request)) as call:
            if call.address is None:
                user = actions.create_account(by=request.actor, **form.cleaned_data)
                call.address = f"/governance/accounts/{user.pk}/"
    except Refused as refusal:
        errors_of(form, refusal)
        return _accounts(request, form=form, refusal=refusal, status=refusal.status)
    return redirect(call.address)


@entry.page(Permission.MANAGE_ACCOUNTS, always_drawn="personal data, whose every reading is recorded")
def account(request, pk: int):
    """One account: POST `act` = disable, enable, logout, or link, factor (to a password, to another phone; shown in the
    answer alone)."""
    user = entry.found(User.objects, pk=pk)
    refusal, secret = None, ""
    if request.method == "GET":
        visitor.note(request, "access.account", f"查看账号 {user.username} 的个人信息")
    if request.method == "POST":
        act = request.POST.get("act", "")
        try:
            if act not in ("disable", "enable", "link", "factor", "logout"):
                raise Invalid("请选择停用、启用、结束登录或申请一次性链接。")
            with once(request.actor, f"governance.account.{act}", entry.token(request)) as call:
                if call.address is None:
                    call.address = f"/governance/accounts/{user.pk}/"
                    if act == "logout":
                        actions.end_logins(by=request.actor, user=user)
                    elif act in ("link", "factor"):
                        opens = "factor" if act == "factor" else "password"
                        secret = actions.ask_password_link(by=request.actor, user=user, opens=opens)
                    else:
                        actions.set_active(by=request.actor, user=user, is_active=act == "enable")
            if not secret:
                return redirect(call.address)
        except Refused as caught:
            refusal = caught
    context = {
        "account": user,
        "refusal": refusal,
        "sentence": refusal.sentence if refusal else "",
        "link": secret and request.build_absolute_uri(reverse("governance:password_link", args=[secret])),
        "is_factor": request.POST.get("act") == "factor",
        "has_factor": factors.enrolled(user),
        "voucher": ROLE_LABELS[actions.voucher_for(user)],
        "posts": [Post.of(a) for a in user.appointments.select_related("organisation").order_by("from_day", "pk")],
    }
    return render(request, "governance/account.html", context, status=refusal.status if refusal else 200)


def _appointments(request, *, form=None, refusal=None, status=200) -> HttpResponse:
    today = clock.today()
    rows = Appointment.objects.select_related("user", "organisation", "on_behalf_of").order_by("user__username", "pk")
    if text := _search(request):
        rows = rows.filter(
            Q(user__username__icontains=text)
            | Q(user__full_name__icontains=text)
            | Q(organisation__name__icontains=text)
        )
    shows_past, only_off = request.GET.get("past") == "1", request.GET.get("off") == "1"
    if only_off:
        rows = rows.stranded(today)
    elif not shows_past:
        rows = rows.not_over(today)
    bare = (
        User.objects.filter(is_active=True)
        .exclude(appointments__in=Appointment.objects.in_force(today))
        .order_by("username")[:20]
    )
    form = form or GrantForm()
    if not form["second"].value() and "second" not in form.errors:
        del form.fields["second"]  # asked only where the department has a CIO
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "form": form,
        "q": text,
        "today": today,
        "refusal": refusal,
        "is_open": form is not None,
        "bare": bare,
        "stranded": Appointment.objects.stranded(today).count(),
        "only_off": only_off,
        "shows_past": shows_past,
    }
    return render(request, "governance/appointments.html", context, status=status)


@entry.page(Permission.GRANT_ROLES)
def appointments(request):
    """Who is appointed to what; POST appoints."""
    if request.method != "POST":
        return _appointments(request)
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _appointments(request, form=form, status=422)
    try:
        with once(request.actor, "governance.appointment.grant", entry.token(request)) as call:
            if call.address is None:
                actions.grant(by=request.actor, **form.cleaned_data)
                call.address = "/governance/roles/"
    except Refused as refusal:
        errors_of(form, refusal)
        return _appointments(request, form=form, refusal=refusal, status=refusal.status)
    return redirect(call.address)


@entry.page(Permission.GRANT_ROLES)
def appointment_end(request, pk: int):
    """The open work of an appointment; POST lets it end with a day (today, where none is named) and hands the work over
    to `successor` or, with `to_unit`, back to the unit."""
    row = entry.found(Appointment.objects.select_related("user", "organisation"), pk=pk)
    if request.method != "POST":
        return _ending(request, row)
    try:
        try:
            last_day = Day(required=False).clean(request.POST.get("last_day", "")) or clock.today()
        except ValidationError:
            raise Invalid("止日应写作 2007-08-20。") from None
        key = entry.integer(request.POST.get("successor"), name="接手人", low=1, high=10**9)
        successor = entry.found(User.objects.filter(is_active=True), pk=key) if key else None
        with once(request.actor, "governance.appointment.end", entry.token(request)) as call:
            if call.address is None:
                moved = actions.end_appointment(
                    by=request.actor,
                    appointment=row,
                    last_day=last_day,
                    successor=successor,
                    to_unit=bool(request.POST.get("to_unit")),
                )
                call.address = "/governance/roles/"
                for sentence in moved[:10]:
                    messages.success(request, f"已移交：{sentence}")
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return _ending(request, row, refusal=refusal, status=refusal.status)
    return redirect(call.address)


def _ending(request, row: Appointment, *, refusal=None, status=200) -> HttpResponse:
    work, day = handover.open_work(row, clock.today()), clock.today()
    context = {
        "row": row,
        "work": work,
        "personal": sum(w.personal for w in work),
        "successors": handover.successors(row, day),
        "refusal": refusal,
        "typed": request.POST,
        "today": day,
    }
    return render(request, "governance/appointment_end.html", context, status=status)
