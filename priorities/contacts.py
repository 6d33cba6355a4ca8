"""Who can be called: every sentence that says who is waited for shows the office phone."""

from __future__ import annotations

import datetime as dt

from governance.models import Appointment, Organisation
from governance.roles import ROLE_LABELS, Permission, Role, holders, scope_of


def phone_of(organisation: Organisation, day: dt.date) -> str:
    """The unit's office phone, else that of a person appointed there; empty where none is known."""
    if organisation.phone:
        return organisation.phone
    people = Appointment.objects.in_force(day).filter(organisation=organisation).exclude(user__phone="")
    return people.order_by("pk").values_list("user__phone", flat=True).first() or ""


def unit(organisation: Organisation, day: dt.date) -> str:
    """市卫生局（0851-5820101）."""
    phone = phone_of(organisation, day)
    return f"{organisation.name}（{phone}）" if phone else organisation.name


def role(role_: Role, day: dt.date) -> str:
    """信息办审核人（周敏 0851-5820201）: the first person who holds the role on the day."""
    hat = Appointment.objects.in_force(day).filter(role=role_).select_related("user").order_by("pk").first()
    if hat is None:
        return ROLE_LABELS[role_]
    return f"{ROLE_LABELS[role_]}（{' '.join(p for p in (hat.user.full_name, hat.user.phone) if p)}）"


def holder(permission: Permission, day: dt.date) -> str:
    """Whoever holds a permission, by name where one role alone holds it."""
    roles = [r for r in Role if scope_of(r, permission)]
    return role(roles[0], day) if len(roles) == 1 else "、".join(holders(permission))


def person(user) -> str:
    """吴思远（0851-5820701）."""
    return f"{user}（{user.phone}）" if user.phone else str(user)
