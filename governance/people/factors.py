"""The second factor: who must have one, what a code is worth, and the keys that its secrets lie encrypted under.

is_missing(user)     he may do nothing before he has one
has(user)            he is asked for a code beside his password
spend(user, code)    take a code or a recovery code; how he is known by it ("code", "recovery"), "" where it is wrong
"""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from governance.basics import clock, codes, vault
from governance.basics.refusal import Refused
from governance.basics.roles import needs_second_factor
from governance.kernel import access, audit
from governance.kernel.verbs import frame, step
from governance.models import ApiToken, RecoveryCode, SecondFactor, User, digest_of
from governance.notices import inbox
from governance.storage import files

PASSWORD, CODE, RECOVERY = "password", "code", "recovery"
ADDRESS = "/governance/factor/"
RECOVERY_CODES = 10
FEW = 3  # recovery codes left when the notice says so
FIRST = "请先启用动态验证码：登录网页，按页面的提示用手机扫一次码；启用以前，别的什么都做不了。"


def must_have(user: User) -> bool:
    """Whether a password alone is too little for the person: he signs, administers, or holds a token (GRANTS)."""
    if settings.SECOND_FACTOR != "required":
        return False
    hats = getattr(user, "hats_in_force", None)
    hats = access.hats_of(user) if hats is None else hats
    if any(needs_second_factor(hat.role) for hat in hats):
        return True
    return ApiToken.objects.filter(user=user, expires_at__gt=clock.now()).exists()


def has(user: User) -> bool:
    """Whether a code is asked of him."""
    return settings.SECOND_FACTOR != "off" and enrolled(user)


def enrolled(user: User) -> bool:
    """Whether his phone knows a secret in force."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def is_missing(user: User) -> bool:
    """Whether he must have one and has none."""
    return must_have(user) and not enrolled(user)


def keys() -> list[str]:
    """Newest first. Read each time, so that a running process knows a new one."""
    if settings.FACTOR_KEYS:
        return list(settings.FACTOR_KEYS)
    return Path(settings.FACTOR_KEYS_FILE).read_text().split()


def put_in_front(key: str) -> None:
    """A new key for the data folder's file; the one before stays for what is being written, older ones go."""
    files.write_whole(Path(settings.FACTOR_KEYS_FILE), "\n".join([key, *keys()[:1]]).encode())


def closed(secret: str) -> str:
    return vault.close(secret, keys())


def opened(text: str) -> str:
    """Refused (503) where its key is gone."""
    try:
        return vault.open_(text, keys())
    except vault.Sealed:
        raise Refused(
            "动态验证码的密钥不在，现在核对不了；请系统管理员把原来的密钥写进 GUIYANG_FACTOR_KEYS，或为您申请重设。",
            status=503,
        ) from None


def spend(user: User, code: str) -> str:
    """Use a code up; he may be nobody yet (at the login), so this is no verb."""
    with frame():
        row = SecondFactor.objects.select_for_update().filter(user=user).exclude(confirmed_at=None).first()
        text = codes.tidy(code[:60])
        if row is None or not text:
            return ""
        if len(text) != codes.DIGITS:
            return _recovered(row, text)
        step = codes.matching_step(opened(row.secret), text, time.time(), after=row.last_step)
        if step is None:
            return ""
        row.last_step = step
        row.save(update_fields=["last_step"])
        return CODE


def _recovered(row: SecondFactor, text: str) -> str:
    """Use a recovery code up, and tell its owner."""
    used = row.recovery_codes.filter(digest=digest_of(text)).first()
    if used is None:
        return ""
    inbox.tell(
        key=f"recovery-code:{used.pk}",
        user_id=row.user_id,
        address=ADDRESS,
        topic="account",
        sentence="您的账号用了一个恢复码；不是您本人用的，请立即联系安全管理员。",
    )
    used.delete()
    left = row.recovery_codes.count()
    more = "，请尽快重新生成" if left <= FEW else ""
    audit.record(
        by=None,
        event="governance.factor.recovered",
        about=row.user,
        address=ADDRESS,
        sentence=f"{row.user.full_name}用了一个恢复码，还剩 {left} 个{more}",
    )
    return RECOVERY


@step
def renew_recovery_codes(*, row: SecondFactor) -> list[str]:
    """Ten new ones, shown once; those of before are void."""
    made = [codes.new_recovery_code() for _ in range(RECOVERY_CODES)]
    row.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=row, digest=digest_of(text)) for text in made)
    return [codes.grouped(text) for text in made]
