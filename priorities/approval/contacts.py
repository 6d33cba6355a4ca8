"""Who can be called: every sentence that says who is waited for shows the office phone."""

from __future__ import annotations

import datetime as dt

from governance.basics.memo import is_one_page, remembered
from governance.basics.roles import ROLE_LABELS, Permission, Role, holders, roles_with
from governance.models import Appointment, Organisation
from governance.people import institutions


@remembered
def everybody(day: dt.date) -> list[Appointment]:
    """All appointments in force on the day, first given first."""
    rows = Appointment.objects.in_force(day).reachable().select_related("user", "organisation", "on_behalf_of")
    return list(rows.order_by("pk"))


def _hats(day: dt.date, **who) -> list[Appointment]:
    """Those in office on the day, first appointed first; a page asks for everybody once."""
    if is_one_page():
        return [h for h in everybody(day) if all(getattr(h, name) == value for name, value in who.items())]
    return list(Appointment.objects.in_force(day).reachable().filter(**who).select_related("user").order_by("pk"))


def phone_of(organisation: Organisation, day: dt.date) -> str:
    """The unit's office phone, else that of a person appointed there; empty where none is known."""
    if organisation.phone:
        return organisation.phone
    return institutions.phones(_hats(day, organisation_id=organisation.pk)).get(organisation.pk, "")


def unit(organisation: Organisation, day: dt.date) -> str:
    """市卫生局（0851-5820101）."""
    phone = phone_of(organisation, day)
    return f"{organisation.name}（{phone}）" if phone else organisation.name


def role(role_: Role, day: dt.date) -> str:
    """信息办审核人（周敏 0851-5820201）: the first person who holds the role on the day and can be called."""
    hats = _hats(day, role=role_)
    hat = next((h for h in hats if h.user.phone), next(iter(hats), None))
    if hat is None:
        return ROLE_LABELS[role_]
    return f"{ROLE_LABELS[role_]}（{' '.join(p for p in (hat.user.full_name, hat.user.phone) if p)}）"


def holder(permission: Permission, day: dt.date) -> str:
    """Whoever holds a permission, by name where one role alone holds it."""
    roles = roles_with(permission)
    return role(roles[0], day) if len(roles) == 1 else "、".join(holders(permission))


def person(user) -> str:
    """吴思远（0851-5820701）."""
    return f"{user}（{user.phone}）" if user.phone and not user.is_disabled else user.listed_name
