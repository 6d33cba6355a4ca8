"""Verbs about the second factor: one enrols one's phone, renews one's recovery codes, gives it up where one may.

Whoever lost both phone and recovery codes is reset by a one-time link like a forgotten password's
(governance.actions.passwords): asked for by one, vouched for by another, used with one's own password.
"""

from __future__ import annotations

import datetime as dt
import time

from governance.actions.people import end_sessions
from governance.basics import clock, codes, vault
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, step, verb
from governance.models import ApiToken, SecondFactor, User
from governance.notices import inbox
from governance.people import factors

OFFER_MINUTES = 30
AGAIN = "这次启用已经过期，请重新开始。"


def offered_secret(user: User) -> str:
    """The secret that waits for its first code, "" where none does."""
    since = clock.now() - dt.timedelta(minutes=OFFER_MINUTES)
    row = SecondFactor.objects.filter(user=user).exclude(offered="").first()
    return factors.opened(row.offered) if row and row.offered_at and row.offered_at > since else ""


@verb("governance.factor.begin", signs=True)
def begin_factor(*, by: Actor) -> None:
    """Offer the person a secret for his phone; what he has stays in force until its first code is typed."""
    access.require(by, Permission.USE)
    row = _mine(by)
    row.offered, row.offered_at = factors.closed(codes.new_secret()), clock.now()
    row.save()
    audit.record(by=by, about=row.user, address=factors.ADDRESS, sentence="开始启用动态验证码")


@verb("governance.factor.confirm")
def confirm_factor(*, by: Actor, code: str, session_key: str | None = None) -> list[str]:
    """The first code of the phone: the secret is in force, every other session ends. Returns the recovery codes, shown
    once. Invalid for a wrong code, Refused where nothing waits."""
    access.require(by, Permission.USE)
    row = _mine(by)
    secret = offered_secret(row.user)
    if not secret:
        raise Refused(AGAIN)
    used = codes.matching_step(secret, code, time.time())
    if used is None:
        sentence = "验证码不对：请输入手机上现在显示的六位数；手机的时间要准。"
        raise Invalid(sentence, fields={"code": ["验证码不对"]})
    row.secret, row.offered, row.offered_at = row.offered, "", None
    row.confirmed_at, row.last_step = clock.now(), used
    row.save()
    made = factors.renew_recovery_codes(row=row)
    end_sessions(row.user, but=session_key)
    inbox.tell(
        key=f"factor:{row.pk}:{row.confirmed_at.isoformat()}",
        user_id=by.user_id,
        address=factors.ADDRESS,
        topic="account",
        sentence="您的账号启用了动态验证码；不是您本人办的，请立即联系安全管理员。",
    )
    audit.record(by=by, about=row.user, address=factors.ADDRESS, sentence=f"启用动态验证码，生成 {len(made)} 个恢复码")
    return made


@verb("governance.factor.renew_codes", signs=True)
def renew_recovery_codes(*, by: Actor) -> list[str]:
    """New recovery codes, shown once; the old ones are void."""
    access.require(by, Permission.USE)
    row = _mine(by)
    if row.confirmed_at is None:
        raise Refused("您还没有启用动态验证码；请先启用。")
    made = factors.renew_recovery_codes(row=row)
    audit.record(by=by, about=row.user, address=factors.ADDRESS, sentence=f"重新生成 {len(made)} 个恢复码")
    return made


@verb("governance.factor.end", signs=True)
def end_factor(*, by: Actor) -> None:
    """Give it up; whoever must have one does not."""
    access.require(by, Permission.USE)
    row = _mine(by)
    if row.confirmed_at is None:
        raise Refused("您没有启用动态验证码。")
    if factors.must_have(row.user):
        raise Refused("您的角色要签署或管理账号（或持有接口令牌），不能停用动态验证码；换手机请重新启用。")
    row.delete()
    audit.record(by=by, about=row.user, address=factors.ADDRESS, sentence="停用动态验证码")


def _mine(by: Actor) -> SecondFactor:
    """The person's row, locked; a new one where he has none."""
    User.objects.select_for_update().get(pk=by.user_id)
    row = SecondFactor.objects.select_for_update().filter(user_id=by.user_id).first()
    return row or SecondFactor(user_id=by.user_id)


@step
def forget_factor(*, user: User) -> None:
    """His phone is lost: the next login enrols another. His sessions and tokens end."""
    SecondFactor.objects.filter(user=user).delete()
    end_sessions(user)
    ApiToken.objects.filter(user=user).delete()


def renew_keys() -> int:
    """Every secret under the first key; returns how many. Refused where a key is gone (nothing is changed)."""
    with frame():
        rows = list(SecondFactor.objects.select_for_update().order_by("pk"))
        for row in rows:
            try:
                for name in ("secret", "offered"):
                    if held := getattr(row, name):
                        setattr(row, name, vault.renew(held, factors.keys()))
            except vault.Sealed:
                raise Refused(
                    f"{row.user}的动态验证码用现有的密钥解不开，什么都没有改；请把原来的密钥写回 GUIYANG_FACTOR_KEYS。"
                ) from None
            row.save(update_fields=["secret", "offered"])
        audit.record(by=None, event="governance.factor.renew_keys", sentence=f"{len(rows)} 人的动态验证码换了密钥")
    return len(rows)
