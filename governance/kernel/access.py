"""Who acts, and whether he may. `may` and `require` are the only questions about rights; `visible_to` of every
queryset starts from `Actor.scope`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from governance.basics import clock
from governance.basics.refusal import NotVisible, WrongRole
from governance.basics.roles import PERMISSION_LABELS, ROLE_LABELS, Permission, Role, Scope, holders, scope_of
from governance.database.prepared import Prepared
from governance.models import Appointment, User


@dataclass(frozen=True)
class Actor:
    """Who acts: a person under one appointment (hat). `paper` is the basis of what a leader signed on paper."""

    user_id: int
    name: str
    role: Role
    organisation_id: int
    organisation_name: str
    appointment_id: int | None = None
    manner: str = "正式"  # 正式 / 兼任 / 代行 / 委托
    on_behalf_of: str = ""
    paper: str = ""

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role]

    @property
    def text(self) -> str:
        """How audit rows and histories name him."""
        acting = f"（{self.manner}{self.on_behalf_of}）" if self.manner != "正式" else ""
        return f"{self.organisation_name} · {self.name}{acting}"

    @property
    def enters_paper(self) -> bool:
        """An appointed 经办人: he enters what others signed on paper and signs nothing himself."""
        return self.manner == "委托"

    def scope(self, permission: Permission) -> Scope | None:
        return scope_of(self.role, permission)


def actor_for(
    user: User,
    appointment_id: int | None = None,
    day: dt.date | None = None,
    *,
    hats: list[Appointment] | None = None,
) -> Actor | None:
    """The actor that a user is under one of his appointments of the day (the first, unless one is chosen). `hats`:
    these appointments, where they have been read already (governance.kernel.state)."""
    hats = _HATS(user.pk, day or clock.today()) if hats is None else hats
    user.hats_in_force = hats  # the frame of the page shows them again (governance.web.context)
    if not hats:
        return None
    return under(next((h for h in hats if h.pk == appointment_id), hats[0]), user)


def under(hat: Appointment, user: User | None = None) -> Actor:
    """The actor that an appointment makes of its person."""
    user = user or hat.user
    return Actor(
        user_id=user.pk,
        name=user.full_name or user.username,
        role=Role(hat.role),
        organisation_id=hat.organisation.survivor_id,
        organisation_name=hat.organisation.name,
        appointment_id=hat.pk,
        manner=hat.manner,
        on_behalf_of=hat.on_behalf_of.name if hat.on_behalf_of else "",
    )


def hats_of(user: User | int, day: dt.date | None = None) -> QuerySet[Appointment]:
    """The user's appointments in force on the day, first given first."""
    return (
        Appointment.objects.in_force(day or clock.today())
        .filter(user=user)
        .select_related("organisation", "on_behalf_of")
        .order_by("pk")
    )


_HATS = Prepared(hats_of)


def may(actor: Actor | None, permission: Permission, about: object = None) -> bool:
    """Whether the actor holds the permission, and for `about` (any record with the word below) within its reach.

    A record says whom it belongs to by `belongs_to() -> set[int]` (organisations, own), `involves() -> set[int]`
    (organisations with a seat) and `assigned_to() -> set[int]` (users); a missing word means nobody.
    """
    if actor is None or (scope := actor.scope(permission)) is None:
        return False
    if about is None or scope is Scope.CITY:
        return True
    if scope is Scope.ASSIGNED:
        return actor.user_id in _told(about, "assigned_to")
    mine = actor.organisation_id in _told(about, "belongs_to")
    return mine or (scope is Scope.INVOLVED and actor.organisation_id in _told(about, "involves"))


def _told(about: object, word: str) -> set[int]:
    method = getattr(about, word, None)
    return method() if method else set()


def require(actor: Actor | None, permission: Permission, about: object = None) -> None:
    """Raise WrongRole (403) without the permission, NotVisible (404) where the record lies outside its reach."""
    if actor is None or actor.scope(permission) is None:
        who = actor.role_label if actor else "未登录的人"
        can = "、".join(holders(permission))
        raise WrongRole(f"{who}不能{PERMISSION_LABELS[permission]}；可以{PERMISSION_LABELS[permission]}的是：{can}。")
    if about is not None and not may(actor, permission, about):
        raise NotVisible()
