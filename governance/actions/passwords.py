"""Verbs about passwords: one changes one's own; whoever forgot his, or lost the phone of his second factor, gets a
one-time link, for which two people stand.

三权分立: the system administrator asks and holds the link, the security administrator (for one of his own kind the
auditor) vouches and holds the code. The person sets the password himself; nobody else ever knows it.
"""

from __future__ import annotations

import hmac

from governance.actions.factors import forget_factor
from governance.actions.people import ADDRESS, end_sessions
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.basics.roles import ROLE_LABELS, Permission, Role
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import frame, verb
from governance.models import ApiToken, Appointment, PasswordLink, User, digest_of
from governance.notices import inbox
from governance.people import factors, passwords

VOUCHING = "/governance/passwords/"
PASSWORD, FACTOR = "password", "factor"
PURPOSE = {PASSWORD: "设密码", FACTOR: "重设动态验证码"}


def voucher_for(user: User) -> Role:
    """Who stands as the second person: the security administrator, for one of his own kind the auditor."""
    is_his_kind = Appointment.objects.in_force(clock.today()).filter(user=user, role=Role.SECADMIN).exists()
    return Role.AUDITOR if is_his_kind else Role.SECADMIN


@verb("governance.password.link", signs=True)
def ask_password_link(*, by: Actor, user: User, opens: str = PASSWORD) -> str:
    """Ask for a link for somebody who has no password or forgot it, or (`opens` FACTOR) lost his phone; returns what
    stands in the link, shown once.

    It opens nothing before the second person has vouched; what was asked before for him ends."""
    access.require(by, Permission.MANAGE_ACCOUNTS)
    row = User.objects.select_for_update().get(pk=user.pk)
    if not row.is_active:
        raise Refused(f"账号 {row.username} 已停用；请先启用。")
    if opens == FACTOR and not factors.enrolled(row):
        raise Refused(f"{row.username} 没有启用动态验证码，不用重设。")
    PasswordLink.objects.open().filter(user=row, opens=opens).update(ended_at=clock.now())
    secret, role = PasswordLink.new_secret(), voucher_for(row)
    is_first = opens == PASSWORD and not row.has_usable_password()
    link = PasswordLink.objects.create(
        user=row, digest=digest_of(secret), opens=opens, asked_by_id=by.user_id, is_first=is_first
    )
    inbox.tell(
        key=f"password-link:{link.pk}",
        role=role,
        address=VOUCHING,
        topic="account",
        sentence=f"{by.name}为 {row.username}（{row.full_name}）申请了{PURPOSE[opens]}的一次性链接，请核实本人后复核。",
    )
    audit.record(
        by=by,
        about=row,
        address=ADDRESS,
        sentence=f"为 {row.username}（{row.full_name}）申请{PURPOSE[opens]}的一次性链接，待{ROLE_LABELS[role]}复核",
    )
    return secret


@verb("governance.password.vouch", signs=True)
def vouch_password_link(*, by: Actor, link: PasswordLink) -> str:
    """Stand as the second person; returns the code, shown once, to be given to the person himself."""
    access.require(by, Permission.VOUCH_PASSWORD)
    row = PasswordLink.objects.select_for_update().filter(pk=link.pk).first()
    if row is None or not PasswordLink.objects.open().filter(pk=row.pk).exists():
        raise Refused("这个链接已经用过、作废或过期；请系统管理员重新申请。")
    if row.vouched_by_id:
        raise Refused("这个链接已经复核过；确认码只显示一次，丢了请系统管理员重新申请。")
    if by.user_id in (row.asked_by_id, row.user_id):
        raise Refused("不能复核自己申请的或自己账号的链接；请另一位来做。")
    if by.role != (role := voucher_for(row.user)):
        raise WrongRole(f"这个账号的链接由{ROLE_LABELS[role]}复核，您的角色是“{by.role_label}”。")
    code = PasswordLink.new_code()
    row.code_digest, row.vouched_by_id = digest_of(code), by.user_id
    row.save(update_fields=["code_digest", "vouched_by"])
    audit.record(
        by=by,
        about=row.user,
        address=VOUCHING,
        sentence=f"复核 {row.user.username}（{row.user.full_name}）{PURPOSE[row.opens]}的一次性链接",
    )
    return code


def open_link(secret: str) -> PasswordLink:
    """The link that is open and vouched for, or NotVisible."""
    found = PasswordLink.objects.open().exclude(vouched_by=None).select_related("user")
    row = found.filter(digest=digest_of(secret), user__is_active=True).first()
    if row is None:
        raise NotVisible("这个链接不能用：没有复核、已经用过、作废或过期。请向系统管理员重新申请。")
    return row


def use_password_link(*, secret: str, code: str, new: str) -> User:
    """The person sets his password; his sessions and tokens end. He is nobody yet, so this is no verb.

    NotVisible for a link that is not open, Invalid for a wrong code (the fifth ends the link) or a bad password."""
    with frame():
        row = _taken(secret, PASSWORD)
        is_right = _is_right(row, code)
        if is_right:
            user = User.objects.select_for_update().get(pk=row.user_id)
            user.renew_password(passwords.checked(user, new, "new"))
            user.password_is_temporary = False
            user.save(update_fields=["password", "former_passwords", "password_is_temporary"])
            end_sessions(user)
            ApiToken.objects.filter(user=user).delete()
            inbox.tell(
                key=f"password:{row.pk}",
                user_id=user.pk,
                address="/governance/password/",
                topic="account",
                sentence="您的密码由一次性链接重新设定；不是您本人设的，请立即联系安全管理员。",
            )
            audit.record(
                by=None, event="governance.password.set", about=user, sentence=f"{user.full_name}用一次性链接设定密码"
            )
    if not is_right:
        raise Invalid(WRONG_CODE, fields={"code": ["确认码不对"]})
    return user


WRONG_CODE = "确认码不对；连错五次链接作废。"


def _taken(secret: str, opens: str) -> PasswordLink:
    """The open link, locked. NotVisible where it is of another kind or somebody was quicker."""
    row = PasswordLink.objects.select_for_update().get(pk=open_link(secret).pk)
    if row.ended_at is not None or row.opens != opens:
        raise NotVisible("这个链接刚才已经用过。")
    return row


def _is_right(row: PasswordLink, code: str, password: str | None = None) -> bool:
    """Use the link up where its code is right, and the person's password where one is asked; else count the try."""
    is_right = hmac.compare_digest(row.code_digest, digest_of(code.strip()))
    if password is not None:
        is_right = row.user.check_password(password[:200]) and is_right
    if is_right:
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
    else:
        row.tries += 1
        row.save(update_fields=["tries"])
        audit.record(by=None, event="governance.password.wrong_code", about=row.user, sentence="确认码不对")
    return is_right


def use_factor_link(*, secret: str, code: str, password: str) -> User:
    """The person lost his phone: with the link, its code and his password his second factor is taken off, and the next
    login enrols another. He is nobody yet, so this is no verb. Refused as `use_password_link`."""
    with frame():
        row = _taken(secret, FACTOR)
        is_right = _is_right(row, code, password)
        if is_right:
            user = User.objects.select_for_update().get(pk=row.user_id)
            forget_factor(user=user)
            inbox.tell(
                key=f"factor-reset:{row.pk}",
                user_id=user.pk,
                address=factors.ADDRESS,
                topic="account",
                sentence="您的动态验证码由一次性链接重设；不是您本人办的，请立即联系安全管理员。",
            )
            audit.record(
                by=None,
                event="governance.factor.reset",
                about=user,
                sentence=f"{user.full_name}用一次性链接重设动态验证码",
            )
    if not is_right:
        sentence = "确认码或密码不对；连错五次链接作废。"
        raise Invalid(sentence, fields={"code": ["确认码或密码不对"]})
    return user


def first_code(*, by: Actor, user: User) -> str:
    """Vouch for somebody's first password: its code, empty where no link waits or another role is the second person."""
    link = PasswordLink.objects.open().filter(user=user, vouched_by=None, is_first=True).first()
    return vouch_password_link(by=by, link=link) if link and by.role == voucher_for(user) else ""


@verb("governance.account.change_password")
def change_password(*, by: Actor, old: str, new: str, session_key: str | None = None) -> User:
    """One's own password; other sessions and all tokens end."""
    access.require(by, Permission.USE)
    row = User.objects.select_for_update().get(pk=by.user_id)
    if not row.check_password(old):
        raise Invalid("现在的密码不对。", fields={"old": ["现在的密码不对"]})
    if old == new:
        raise Invalid("新密码要与现在的不同。", fields={"new": ["新密码要与现在的不同"]})
    row.renew_password(passwords.checked(row, new, "new"))
    row.password_is_temporary = False
    row.save(update_fields=["password", "former_passwords", "password_is_temporary"])
    end_sessions(row, but=session_key)
    ApiToken.objects.filter(user=row).delete()
    audit.record(by=by, about=row, sentence="改了自己的密码", address="/governance/password/")
    return row
