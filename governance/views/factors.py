"""动态验证码: one's second factor."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters

from governance import actions
from governance.basics import codes
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.charts import qr
from governance.models import SecondFactor
from governance.people import factors
from governance.web import confirmation, entry, throttle

ISSUER = f"{settings.CITY_NAME}电子政务"  # short: each of its characters is nine in the QR code


@entry.page(Permission.USE, always_drawn="shows the secret and recovery codes once")
@sensitive_post_parameters("code")
def factor(request):
    """POST `act`: begin (offers a secret), confirm (with its first code), codes (new recovery codes), end. Recovery
    codes stand in the answer alone."""
    made, refusal = [], None
    if request.method == "POST":
        try:
            act = ACTS.get(request.POST.get("act", ""))
            if act is None:
                raise Invalid("请选择启用、确认、重新生成恢复码或停用。")
            if settings.SECOND_FACTOR == "off":
                raise Refused("本系统没有开放动态验证码；由系统管理员在 GUIYANG_SECOND_FACTOR 设定。")
            made = act(request)
            if not made:
                return redirect("governance:factor")
        except Refused as caught:
            if caught.status in (403, 404, 429):
                raise
            refusal = caught
    return render(request, "governance/factor.html", _context(request, made, refusal), status=_status(refusal))


def _status(refusal: Refused | None) -> int:
    return refusal.status if refusal else 200


def _context(request, made: list[str], refusal: Refused | None) -> dict:
    row = SecondFactor.objects.filter(user=request.user).first()
    secret = "" if made else actions.offered_secret(request.user)
    address = codes.address(secret, request.user.username, ISSUER) if secret else ""
    picture = qr.svg(address, title="动态验证码的二维码", dark="black", light="white", scale=5) if secret else ""
    return {
        "made": made,
        "refusal": refusal,
        "is_on": settings.SECOND_FACTOR != "off",
        "must": factors.must_have(request.user),
        "row": row if row and row.confirmed_at else None,
        "left": row.recovery_codes.count() if row and row.pk else 0,
        "secret": codes.grouped(secret),
        "address": address,
        "qr": mark_safe(picture),
    }


def _begin(request) -> list[str]:
    actions.begin_factor(by=request.actor)
    return []


def _confirm(request) -> list[str]:
    key = f"code:{request.actor.user_id}"
    throttle.require(key, throttle.CODES)
    try:
        made = actions.confirm_factor(
            by=request.actor, code=request.POST.get("code", "")[:40], session_key=request.session.session_key
        )
    except Invalid:
        throttle.count(key, throttle.CODES)
        raise
    throttle.forget(key)
    confirmation.confirm(request, factors.CODE)
    return made


def _codes(request) -> list[str]:
    return actions.renew_recovery_codes(by=request.actor)


def _end(request) -> list[str]:
    actions.end_factor(by=request.actor)
    messages.success(request, "已停用动态验证码，登录只用密码。")
    return []


ACTS = {"begin": _begin, "confirm": _confirm, "codes": _codes, "end": _end}
