"""Verbs about people: accounts (system administrator), appointments (security administrator), one's own matters.

三权分立: who runs accounts grants no roles, who grants roles has no account in hand, and nobody grants himself or an
account whose password he had a hand in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import ROLE_LABELS, Permission, Role
from governance.basics.text import clean_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import ApiToken, Appointment, NoticeChoice, Organisation, User, of_unit
from governance.notices import inbox
from governance.people import handover, passwords
from governance.people.institutions import lock_units

ADDRESS = "/governance/accounts/"


@verb("governance.notices.read")
def mark_read(*, by: Actor) -> int:
    """Mark one's notices read; returns how many were unread."""
    access.require(by, Permission.USE)
    return inbox.unread(by).update(read_at=clock.now())


@step
def end_sessions(user: User, *, but: str | None = None, only: Callable[[str], bool] = lambda key: True) -> int:
    """End a person's sessions at once (password, disabling, end of an appointment); `but` keeps one, `only` picks."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        if session.session_key == but or session.get_decoded().get("_auth_user_id") != str(user.pk):
            continue
        if only(session.session_key):
            session.delete()
            ended += 1
    return ended


@verb("governance.session.end")
def end_logins(*, by: Actor, user: User, but: str | None = None, only: Callable[[str], bool] = lambda key: True) -> int:
    """End sessions of one's own, or as the system administrator somebody's; returns how many."""
    access.require(by, Permission.USE)
    if user.pk != by.user_id:
        access.require(by, Permission.MANAGE_ACCOUNTS)
    ended = end_sessions(user, but=but, only=only)
    audit.record(by=by, about=user, sentence=f"结束 {user.full_name} 的 {ended} 个登录")
    return ended


@verb("governance.notices.choose")
def choose_notices(*, by: Actor, choices: dict[str, str], email: str) -> None:
    """How one wants each topic by e-mail (at_once, digest, none), and the address they go to (empty: none goes)."""
    access.require(by, Permission.USE)
    email = clean_text(email, limit=254, field="电子邮箱")
    fields: dict[str, list[str]] = {}
    if email:
        try:
            validate_email(email)
        except ValidationError:
            fields["email"] = [f"“{email[:40]}”不是电子邮箱地址。"]
    ways = dict(NoticeChoice.HOW)
    fields |= {topic: ["请选择随时发、每天汇总或不发"] for topic in inbox.TOPICS if choices.get(topic) not in ways}
    if fields:
        raise Invalid(
            "没有保存：" + "；".join(text.rstrip("。") for found in fields.values() for text in found) + "。",
            fields=fields,
        )
    User.objects.filter(pk=by.user_id).update(email=email)
    for topic in inbox.TOPICS:
        NoticeChoice.objects.update_or_create(user_id=by.user_id, topic=topic, defaults={"how": choices[topic]})
    said = "、".join(f"{words}{ways[choices[topic]]}" for topic, (words, _) in inbox.TOPICS.items())
    audit.record(by=by, now=choices, sentence=f"设定通知邮件：{said}")


def checked_username(username: str) -> str:
    """What is wrong with a new account's name, "" where it can be had."""
    if not username or not all(c.isascii() and (c.isalnum() or c in "._-") for c in username) or len(username) > 60:
        return "用户名用英文字母、数字和 . _ -，最多 60 个"
    return f"用户名 {username} 已经有人用了" if User.objects.filter(username__iexact=username).exists() else ""


@verb("governance.account.create")
def create_account(*, by: Actor, username: str, full_name: str, email: str = "", phone: str = "") -> User:
    """A new account without any right and without a password: the security administrator appoints, the person sets his
    password by a one-time link (governance.actions.passwords). Invalid for a name that is taken."""
    access.require(by, Permission.MANAGE_ACCOUNTS)
    fields: dict[str, list[str]] = {}
    if fault := checked_username(username):
        fields["username"] = [fault]
    if not full_name:
        fields["full_name"] = ["写明姓名"]
    if fields:
        raise Invalid("账号没有建立：" + "；".join(s for ss in fields.values() for s in ss) + "。", fields=fields)
    user = User(username=username, full_name=full_name, email=email, phone=phone)
    user.set_unusable_password()
    user.save()
    audit.record(by=by, about=user, now=username, address=ADDRESS, sentence=f"建立账号 {username}（{full_name}）")
    return user


@verb("governance.account.set_active")
def set_active(*, by: Actor, user: User, is_active: bool) -> None:
    """Disable or enable an account; disabling ends its sessions and tokens. Nobody disables himself.

    His appointments stay until the security administrator ends them and hands over (三权分立), who is told of each.
    """
    access.require(by, Permission.MANAGE_ACCOUNTS)
    if user.pk == by.user_id and not is_active:
        raise Refused("不能停用自己的账号；请另一位系统管理员来做。")
    row = User.objects.select_for_update().get(pk=user.pk)
    if not is_active and _is_last_secadmin(row):
        raise Refused(
            "这是最后一位安全管理员，停用后没有人能授予角色；请先任命另一位。",
            blockers=(("先任命另一位安全管理员", "安全管理员"),),
        )
    word = "启用" if is_active else "停用"
    if row.is_active == is_active:
        raise Refused(f"账号 {row.username} 已经{word}。")
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    if not is_active:
        end_sessions(row)
        ApiToken.objects.filter(user=row).delete()
    left = "" if is_active else _tell_of_stranded(row)
    audit.record(
        by=by, about=row, now=word, address=ADDRESS, sentence=f"{word}账号 {row.username}（{row.full_name}）{left}"
    )


@step
def _tell_of_stranded(user: User) -> str:
    """Tell the security administrators which appointments of a disabled account wait to be ended or handed over;
    returns the words of it for the trail."""
    rows = Appointment.objects.filter(user=user).stranded(clock.today()).select_related("organisation").order_by("pk")
    if not rows:
        return ""
    held = "、".join(f"{a.organisation.name}{a.get_role_display()}" for a in rows)
    inbox.tell(
        key=f"stranded:{user.pk}:{clock.now().isoformat()}",
        role=Role.SECADMIN,
        address="/governance/roles/?off=1#rows",
        topic="account",
        sentence=f"{user.full_name}的账号已停用，任职还在：{held}。请结束任职并移交手上的事，或交回单位。",
    )
    return f"，任职 {len(rows)} 项待安全管理员结束或移交：{held}"


def _is_last_secadmin(user: User, but: int | None = None) -> bool:
    """Whether without this user (or without his appointment `but`) nobody could grant roles any more."""
    standing = Appointment.objects.in_force(clock.today()).filter(role=Role.SECADMIN, user__is_active=True)
    if not standing.filter(user=user).exists():
        return False
    rest = standing.exclude(pk=but) if but else standing.exclude(user=user)
    return not rest.filter(Q(to_day=None) | Q(to_day__gt=clock.today())).exists()


# Roles of the three powers exclude each other and everything else: one person, one power.
_POWERS = {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}


@verb("governance.appointment.grant", signs=True)
def grant(
    *,
    by: Actor,
    user: User,
    organisation: Organisation,
    role: str,
    manner: str = "正式",
    from_day: dt.date,
    to_day: dt.date | None = None,
    on_behalf_of: Organisation | None = None,
    second: bool = False,
) -> Appointment:
    """Appoint somebody to a role of a unit for a period. Nobody grants himself; the three powers stay apart.

    A department has one CIO (9.1.4): a further one is asked about and made only with `second`.
    """
    access.require(by, Permission.GRANT_ROLES)
    if user.pk == by.user_id:
        raise Refused("不能给自己授予角色；请另一位安全管理员来做。")
    if passwords.lately_reset(user, by):
        raise Refused(f"{user.full_name}的密码是您在一天之内经手重置的，不能由您授予角色；请另一位安全管理员来做。")
    _check_appointment(organisation, role, manner, from_day, to_day, on_behalf_of)
    user = User.objects.select_for_update().get(pk=user.pk)
    wanted = Role(role)
    _check_powers(user, organisation, wanted, from_day, to_day)
    if wanted == Role.DEPARTMENT_CIO and not second:
        _check_single_cio(user, organisation, from_day, to_day)
    row = Appointment.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        manner=manner,
        from_day=from_day,
        to_day=to_day,
        on_behalf_of=on_behalf_of,
    )
    audit.record(
        by=by,
        about=(user, organisation),
        now=role,
        address="/governance/roles/",
        sentence=f"任命{user.full_name}为{organisation.name}{ROLE_LABELS[wanted]}（{manner}，自 {from_day}）",
    )
    inbox.tell(
        key=f"appointment:{row.pk}",
        user_id=user.pk,
        address="/",
        topic="account",
        sentence=f"您被任命为{organisation.name}{ROLE_LABELS[wanted]}，自 {from_day} 起。",
    )
    return row


def _check_appointment(
    organisation: Organisation,
    role: str,
    manner: str,
    from_day: dt.date,
    to_day: dt.date | None,
    on_behalf_of: Organisation | None,
) -> None:
    """Invalid, naming every field that does not hold: what is chosen, and that the unit stands all the time."""
    fields: dict[str, list[str]] = {}
    if role not in set(Role):
        fields["role"] = ["请选择角色"]
    if manner not in {m for m, _ in Appointment.MANNERS}:
        fields["manner"] = ["请选择方式"]
    if manner in ("代行", "委托") and on_behalf_of is None:
        fields["on_behalf_of"] = [f"{manner}要写明代哪个单位"]
    if to_day and to_day < from_day:
        fields["to_day"] = ["止日不能早于起日"]
    if organisation.is_generic:
        fields["organisation"] = [f"“{organisation.name}”是泛指，不能任职（D42）"]
    elif organisation.valid_from and from_day < organisation.valid_from:
        fields["from_day"] = [f"{organisation.name} {organisation.valid_from} 才设立，此前由代行单位办理（D05）"]
    elif organisation.valid_to and (to_day is None or to_day > organisation.valid_to):
        fields["to_day"] = [f"{organisation.name}到 {organisation.valid_to} 为止"]
    if fields:
        raise Invalid("任职没有登记：" + "；".join(s for ss in fields.values() for s in ss) + "。", fields=fields)


def _check_single_cio(user: User, organisation: Organisation, from_day: dt.date, to_day: dt.date | None) -> None:
    """Invalid under `second` where somebody else is the department's CIO in the period; its row is locked first, so
    that two at once are asked about as well."""
    lock_units([organisation.survivor_id])
    held = Appointment.objects.filter(of_unit(organisation.survivor_id), role=Role.DEPARTMENT_CIO).not_over(from_day)
    if to_day:
        held = held.filter(from_day__lte=to_day)
    others = held.exclude(user=user).select_related("user").order_by("pk")
    if others:
        names = "、".join(
            f"{a.user.listed_name}（{a.from_day} 起{f'至 {a.to_day}' if a.to_day else ''}）" for a in others
        )
        raise Invalid(
            f"没有登记：{organisation.name}这段时间已有部门CIO {names}。换人请先结束原任职并移交；"
            "确实要再任一位，请勾选“再任一位”后提交（9.1.4 每个部门一位）。",
            fields={"second": ["请确认是否再任一位"]},
        )


def _check_powers(
    user: User, organisation: Organisation, wanted: Role, from_day: dt.date, to_day: dt.date | None
) -> None:
    """Refused where he has the appointment in the period already, or one of another of the three powers."""
    standing = Appointment.objects.filter(user=user).filter(Q(to_day=None) | Q(to_day__gte=from_day))
    if to_day:
        standing = standing.filter(from_day__lte=to_day)
    held = {Role(r) for r in standing.values_list("role", flat=True)}
    if standing.filter(organisation=organisation, role=wanted).exists():
        raise Refused(f"{user.full_name}在这段时间已经是{organisation.name}的{ROLE_LABELS[wanted]}。")
    clash = (held - {wanted}) if wanted in _POWERS else (held & _POWERS)
    if clash:
        names = "、".join(sorted(ROLE_LABELS[r] for r in clash))
        raise Refused(
            f"三权分立：{user.full_name}已任{names}，不能再任{ROLE_LABELS[wanted]}；请先结束原任职，或另选一人。"
        )


@verb("governance.appointment.end", signs=True)
def end_appointment(
    *, by: Actor, appointment: Appointment, last_day: dt.date, successor: User | None = None, to_unit: bool = False
) -> list[str]:
    """Let an appointment end and hand over what lies on the desk, in one act; returns sentences of what moved.

    Personal work goes to `successor` (of the same role and unit) or, with `to_unit`, back to the unit; with neither the
    end is refused and every open thing is named. The last security administrator stays. Its row stays as history.
    """
    access.require(by, Permission.GRANT_ROLES)
    # The standing security administrators are locked together, so that two of them cannot end each other at once.
    list(Appointment.objects.select_for_update().filter(role=Role.SECADMIN).order_by("pk"))
    row = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if row.to_day is not None and row.to_day < clock.today():
        raise Refused("这项任职已经结束。")
    if last_day < row.from_day:
        raise Invalid("止日不能早于起日。", fields={"last_day": [f"起日是 {row.from_day}"]})
    if row.role == Role.SECADMIN and _is_last_secadmin(row.user, but=row.pk):
        raise Refused(
            "这是最后一位安全管理员，结束后没有人能授予角色；请先任命另一位。",
            blockers=(("先任命另一位安全管理员", "安全管理员"),),
        )
    day, moved = clock.today(), []
    open_ = [work.sentence for work in handover.open_work(row, day) if work.personal]
    if successor is not None and successor.pk not in {h.user_id for h in handover.successors(row, last_day)}:
        raise Refused(f"{successor}不是{row.organisation.name}的{row.get_role_display()}，不能接手；请先登记他的任职。")
    if open_ and successor is None and not to_unit:
        raise Refused(
            f"{row.user}手上还有 {len(open_)} 件没办完：{'；'.join(open_[:20])}。请选择接手人，或交回单位。",
            blockers=[(sentence, "接手人") for sentence in open_],
        )
    if open_:
        moved = handover.move_all(by=by, appointment=row, successor=successor, day=day)
    was = row.to_day
    row.to_day = last_day
    row.save(update_fields=["to_day"])
    audit.record(
        by=by,
        about=(row.user, row.organisation),
        was=str(was or ""),
        now=str(last_day),
        sentence=f"{row.user.full_name}的{row.organisation.name}{row.get_role_display()}任职至 {last_day}"
        + (f"，移交 {len(moved)} 件给{successor or '本单位'}" if moved else ""),
        address="/governance/roles/",
    )
    return moved
