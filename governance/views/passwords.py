"""Passwords: one's own, the one-time link, and the second person who stands for it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from governance import actions
from governance.basics.refusal import Refused
from governance.basics.roles import ROLE_LABELS, Permission
from governance.forms.accounts import FactorLinkForm, LinkForm, PasswordForm, errors_of
from governance.kernel.once import once
from governance.models import PasswordLink
from governance.web import confirmation, entry, sessions, throttle


@entry.page(Permission.USE, always_drawn="shows sessions, which are written by every request")
def logins(request):
    """我的登录: one's open sessions; POST ends the one named by `login`, or all others."""
    this = request.session.session_key
    if request.method == "POST":
        name = request.POST.get("login", "")[:40]
        only = (lambda key: sessions.name_of(key) == name) if name else (lambda key: True)
        ended = actions.end_logins(by=request.actor, user=request.user, but=this, only=only)
        messages.success(request, f"已结束 {ended} 个登录。")
        return redirect("governance:logins")
    return render(request, "governance/logins.html", {"logins": sessions.logins_of(request.user, this)})


@entry.page(Permission.VOUCH_PASSWORD, always_drawn="shows one-time links and codes, which end by themselves")
def vouching(request):
    """密码链接复核: the links that are asked for; POST `link` vouches for one, its code stands in the answer alone."""
    refusal, code, vouched = None, "", None
    if request.method == "POST":
        key = entry.integer(request.POST.get("link"), name="链接", low=1, high=10**12, default=0)
        vouched = entry.found(PasswordLink.objects.select_related("user"), pk=key)
        try:
            with once(request.actor, actions.vouch_password_link.event, entry.token(request)) as call:
                if call.address is None:
                    call.address = request.path
                    code = actions.vouch_password_link(by=request.actor, link=vouched)
            if not code:
                return redirect(call.address)
        except Refused as caught:
            if caught.status == 403:
                raise
            refusal = caught
    rows = [
        {
            "link": row,
            "label": ROLE_LABELS[role := actions.voucher_for(row.user)],
            "is_mine": not row.vouched_by_id and role == request.actor.role,
        }
        for row in PasswordLink.objects.open().select_related("user", "asked_by", "vouched_by").order_by("pk")
    ]
    context = {"rows": rows, "code": code, "vouched": vouched, "refusal": refusal}
    return render(request, "governance/passwords.html", context, status=refusal.status if refusal else 200)


@entry.page(Permission.USE, always_drawn="a password is typed there")
@sensitive_post_parameters(confirmation.FIELD)
def confirm(request):
    """再输一次密码, before one signs; leads back to `next` on this site."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    wrong = confirmation.check(request) if request.method == "POST" else ""
    if request.method == "POST" and not wrong:
        messages.success(request, "已确认是您本人，十分钟内可以签署、审定和记账。")
        return redirect(target)
    context = {"alone": True, "back": target, "wrong": wrong, "asked": confirmation.asked_of(request)}
    return render(request, "governance/confirm.html", context, status=422 if wrong else 200)


@entry.public
@sensitive_post_parameters("code", "new", "again", "password")
def link(request, secret: str):
    """Set one's password, or take off one's second factor, by a link and the code that goes with it; leads to the
    login."""
    found = actions.open_link(secret)
    use, kind = LINKS[found.opens]
    form, refusal = kind(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "again"}
        try:
            use(secret=secret, **given)
            return redirect("/login/")
        except Refused as caught:
            if caught.status == 404:
                raise
            refusal = caught
            errors_of(form, refusal)
    context = {"form": form, "refusal": refusal, "person": found.user, "is_factor": found.opens == "factor"}
    return render(request, "governance/password_link.html", context, status=422 if form.errors else 200)


LINKS = {"password": (actions.use_password_link, LinkForm), "factor": (actions.use_factor_link, FactorLinkForm)}


@entry.page(Permission.USE, always_drawn="a password is typed there")
def password(request):
    """One's own password; the session at hand goes on."""
    form, refusal = PasswordForm(), None
    if request.method == "POST":
        key = f"password:{request.actor.user_id}"
        throttle.require(key, throttle.PASSWORDS)
        form = PasswordForm(request.POST)
        if form.is_valid():
            try:
                user = actions.change_password(
                    by=request.actor,
                    old=form.cleaned_data["old"],
                    new=form.cleaned_data["new"],
                    session_key=request.session.session_key,
                )
                update_session_auth_hash(request, user)
                return redirect("/governance/password/?done=1")
            except Refused as caught:
                refusal = caught
                errors_of(form, refusal)
                if "old" in refusal.fields:
                    throttle.count(key, throttle.PASSWORDS)
    bad = bool(form.errors)
    context = {
        "form": form,
        "refusal": refusal,
        "done": request.GET.get("done") == "1",
        "is_temporary": request.user.password_is_temporary,
    }
    return render(
        request, "governance/password.html", context, status=refusal.status if refusal else 422 if bad else 200
    )
