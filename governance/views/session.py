"""Pages of governance that everybody has: login, logout, the hat, notices."""

from __future__ import annotations

import sys
import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from governance import actions
from governance.basics.refusal import Refused, of_full_disk
from governance.basics.roles import Permission
from governance.basics.text import storable
from governance.kernel import access
from governance.models import Answer, Letter, NoticeChoice, User
from governance.notices import inbox, mail
from governance.people import factors
from governance.web import confirmation, entry, throttle, visitor
from governance.web import kept as keeping
from governance.web.entry import public, refusal_page
from governance.web.middleware import HAT_KEY

WAITS, WAIT_SECONDS = "waits_for_code", 300


@public
def csrf_failure(request, reason=""):
    return refusal_page(request, Refused("页面已过期，请返回刷新后再提交；填过的内容还在。", status=403))


@public
def server_error(request):
    """What went wrong, in a page that needs neither session nor database; a full disk is named (507)."""
    full = of_full_disk(sys.exception())
    context = {"sentence": full.sentence, "status": full.status} if full else {}
    return HttpResponse(loader.render_to_string("500.html", context), status=full.status if full else 500)


@public
@sensitive_post_parameters("password")
def login(request):
    """Username and password; leads back to `next` on this site alone. The same sentence whoever is wrong."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    context = {"next": target, "embedded": settings.EMBEDDED, "username": ""}
    if request.method != "POST":
        return redirect(target) if request.actor else render(request, "registration/login.html", context)
    username, password = request.POST.get("username", "")[:60], request.POST.get("password", "")[:200]
    key = f"login:{visitor.address_of(request)}"
    throttle.require(key, throttle.LOGINS)
    hostile = "\x00" in username + password
    user = None if hostile else authenticate(request, username=username, password=password)
    if user is None:
        throttle.count(key, throttle.LOGINS)
        visitor.note(request, "session.failed", f"用户名“{storable(username)}”登录没有成功", ok=False)
        context |= {
            "username": username.replace("\x00", ""),
            "sentence": "用户名或密码不对，或账号已停用。忘记密码请找系统管理员申请一次性链接。",
        }
        return render(request, "registration/login.html", context, status=422)
    if factors.has(user):
        request.session[WAITS] = {
            "user": user.pk,
            "at": int(time.time()),
            "hash": user.get_session_auth_hash(),
            "next": target,
            "backend": user.backend,
        }
        return redirect("login_code")
    return _enter(request, user, factors.PASSWORD, target)


def _enter(request, user, how: str, target: str):
    """Open the session of somebody who is known; back to what he wanted."""
    request.session.pop(WAITS, None)
    start_session(request, user)
    request.session.set_expiry(None)
    confirmation.confirm(request, how)
    request.actor = access.actor_for(user)
    visitor.note(request, "session.login", f"登录（{dict(Answer.KNOWN)[how]}）")
    return redirect("governance:kept" if keeping.held(request) else target)


def _waiting(request) -> User | None:
    """Whose password was right a moment ago in this browser, and whose code is waited for."""
    waits = request.session.get(WAITS)
    if not waits or not 0 <= time.time() - waits["at"] < WAIT_SECONDS:
        return None
    user = User.objects.filter(pk=waits["user"], is_active=True).first()
    if user is None or not factors.has(user) or user.get_session_auth_hash() != waits["hash"]:
        return None
    user.backend = waits["backend"]
    return user


@public
@sensitive_post_parameters("code")
def login_code(request):
    """The second step of a login: a code of the phone, or a recovery code. Nobody is logged in before it."""
    user = _waiting(request)
    if user is None:
        request.session.pop(WAITS, None)
        return redirect("login")
    target, sentence = request.session[WAITS]["next"], ""
    if request.method == "POST":
        if how := confirmation.spend(request, user, request.POST.get("code", "").replace("\x00", "")):
            return _enter(request, user, how, target)
        sentence = "验证码不对或已经用过。请输入手机上现在显示的六位数，或一个恢复码。"
    return render(request, "registration/login_code.html", {"sentence": sentence}, status=422 if sentence else 200)


@public
def logout(request):
    """POST ends the session."""
    if request.method == "POST":
        if request.user.is_authenticated:
            visitor.note(request, "session.logout", "退出登录")
        end_session(request)
    return redirect("/login/")


@entry.page(Permission.USE, always_drawn="shows what was typed into a session, for half an hour")
def kept(request):
    """找回的内容: what was posted after the session had ended, to be posted once more; POST forgets it."""
    found = keeping.held(request)
    if request.method == "POST":
        keeping.drop(request)
        return redirect(found.back if found and found.back else "/")
    return render(request, "governance/kept.html", {"kept": found})


@entry.page(Permission.USE, methods=("POST",))
def hat(request):
    """Pick one of one's appointments for the pages to come."""
    pk = entry.integer(request.POST.get("appointment"), name="任职", low=1, high=10**12)
    if not access.hats_of(request.user).filter(pk=pk).exists():
        raise Refused("您没有这个任职，或它已经结束。", status=404)
    request.session[HAT_KEY] = pk
    return redirect("/")


@entry.page(Permission.USE)
def notice_list(request):
    """One's notices, the newest first (`?unread=1`: those alone that are not read); POST marks them read."""
    if request.method == "POST":
        actions.mark_read(by=request.actor)
        return redirect("governance:notices")
    rows = inbox.for_actor(request.actor).order_by("-recorded_at")
    if "unread" in request.GET:
        rows = rows.filter(read_at=None)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "governance/notices.html", {"page": page, "unread": inbox.unread(request.actor).count()})


@entry.page(Permission.USE, always_drawn="shows what became of letters, which the post writes outside every verb")
def notice_choices(request):
    """邮件设置: how one wants each topic by e-mail, where to, and what became of the last letters."""
    person = User.objects.get(pk=request.actor.user_id)
    held = mail.wanted([person.pk])
    # Who runs accounts or roles is told nothing of the business.
    shown = [topic for topic in inbox.TOPICS if topic == "account" or request.actor.scope(Permission.READ_REGISTER)]
    chosen = {topic: held[person.pk, topic] for topic in inbox.TOPICS}
    email, refusal = person.email, None
    if request.method == "POST":
        chosen |= {topic: request.POST.get(topic, "")[:10] for topic in shown}
        email = request.POST.get("email", "")[:300]
        try:
            actions.choose_notices(by=request.actor, choices=chosen, email=email)
            messages.success(request, "已保存。")
            return redirect("governance:notice_choices")
        except Refused as refused:
            refusal = refused
    rows = [(topic, words, chosen[topic]) for topic, (words, _) in inbox.TOPICS.items() if topic in shown]
    letters = Letter.objects.filter(user=person).order_by("-made_at").annotate(count=Count("deliveries"))[:10]
    context = {
        "rows": rows,
        "ways": NoticeChoice.HOW,
        "email": email,
        "refusal": refusal,
        "letters": letters,
        "goes_out": bool(settings.EMAIL_HOST),
    }
    return render(request, "governance/notice_choices.html", context, status=refusal.status if refusal else 200)
