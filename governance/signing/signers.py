"""Who may sign: the one place that seat list, guard, page, desk, notice and refusal ask.

A seat names a unit, or one person of it (an expert). A unit's seat is filled under a hat of that unit (merged names
included) whose role is the unit's office: 9.1 gives 财政席 to 市财政局, whose office is 财政局,
so that an expert or anybody else appointed there signs nothing for it. A unit that holds or acts for several of these
bodies has an office for each; one that holds none is signed for by whichever of its roles may sign.
The role has the right that the round asks for. One person fills at most one seat of a round, whatever hats he has.
Who is appointed by 委托 fills a seat like any other, and enters there what others signed on paper,
nothing of his own (governance.signing.paper). Where a unit signs in its own matter an independent one signs as well
(D44).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, Q

from governance.basics import clock
from governance.basics.roles import ROLE_LABELS, Permission, Role, roles_with
from governance.kernel import readings
from governance.kernel.access import Actor
from governance.models import Appointment, Body, Discrepancy, Organisation, Round, Seat, of_unit

# The office that signs for a body of 9.1, by the body's key; who holds the body stands in the plan's data.
OFFICES: dict[str, Role] = {
    "finance-seat": Role.FINANCE,
    "development-seat": Role.NDRC,
    "informatisation-authority": Role.INDUSTRY,
    "informatisation-office": Role.OFFICE_HEAD,
    "egov-department": Role.OFFICE_HEAD,
    "leading-group": Role.LEADING_GROUP,
    "network-centre": Role.NETWORK_CENTRE,
    "resource-department": Role.RESOURCE_DEPARTMENT,
    "ca-department": Role.CA_DEPARTMENT,
    "expert-group": Role.EXPERT,
}
# The right that a kind of round asks for; acceptance and evaluation take either (an expert group may be the
# independent one).
RIGHTS: dict[str, Permission] = {
    "joint_approval": Permission.SIGN,
    "opinion_network_centre": Permission.GIVE_OPINION,
    "opinion_expert": Permission.GIVE_OPINION,
    "opinion_resource": Permission.GIVE_OPINION,
    "opinion_ca": Permission.GIVE_OPINION,
    "grading": Permission.GIVE_OPINION,
    "document_view": Permission.GIVE_OPINION,
    "document_group": Permission.GIVE_OPINION,
    "document_pre": Permission.SIGN,
    "document_approve": Permission.SIGN,
    "collaboration": Permission.SIGN,
}
SIGNING = (*roles_with(Permission.SIGN), *roles_with(Permission.GIVE_OPINION))


@dataclass(frozen=True)
class MaySign:
    """Whether somebody may fill a seat now. `why` says why not (without its full stop),
    `ask` whose seats are waited for instead; `seat` is his (`is_his`), or his unit's where another role signs for it,
    None where it has none."""

    seat: Seat | None
    is_his: bool = False
    why: str = ""
    ask: tuple[Seat, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.why


def _bodies(unit: int):
    held = of_unit(unit, "holder") | of_unit(unit, "acting")
    return Body.objects.filter(held, key__in=OFFICES)


def offices(seat: Seat) -> list[Role]:
    """The roles that fill a unit's seat, in the order of the table of roles."""
    keys = _bodies(seat.organisation.survivor_id).values_list("key", flat=True)
    held, right = {OFFICES[key] for key in keys} or SIGNING, RIGHTS.get(seat.round.kind)
    return [role for role in (roles_with(right) if right else SIGNING) if role in held]


@dataclass(frozen=True)
class Deciding:
    """Who decides for a body of 9.1 on a day; `acting_for`: the body that it 代行, "" where it holds it itself."""

    body: str
    unit: Organisation | None
    acting_for: str = ""


def decides_for(key: str, day: dt.date) -> Deciding:
    """The body's holder, once it is set up and has somebody in office to sign for it; until then whoever 代行 (D05),
    where that unit has somebody. Three queries."""
    body = Body.objects.select_related("holder__canonical", "acting__canonical").filter(key=key).first()
    if body is None:
        return Deciding(key, None)
    holder, acting = (unit and (unit.canonical or unit) for unit in (body.holder, body.acting))

    def is_staffed(unit: Organisation) -> bool:
        return Appointment.objects.in_force(day).filter(of_unit(unit.pk), role=OFFICES[key]).exists()

    holds = holder is not None and body.exists_on(day)
    if acting is None or (holds and (is_staffed(holder) or not is_staffed(acting))):
        return Deciding(body.name, holder if holds else None)
    return Deciding(body.name, acting, body.name)


def independent_required(day: dt.date) -> bool:
    """Whether a conflict of interest asks for an independent signature (D44, reading a) or is only marked (b)."""
    try:
        return readings.current("D44", day) == "a"
    except Discrepancy.DoesNotExist:
        return True  # no plan is loaded: the careful reading


def fills(actor: Actor) -> Q:
    """Seats that the actor fills under his hat, answered or not: his own, and his unit's where his role is its
    office."""
    if actor.role not in SIGNING:
        return Q(pk__in=[])
    held = _bodies(actor.organisation_id)
    is_office = Exists(held.filter(key__in=[k for k, role in OFFICES.items() if role == actor.role])) | ~Exists(held)
    closed = [kind for kind, right in RIGHTS.items() if not actor.scope(right)]
    whose = Q(is_office, of_unit(actor.organisation_id), assigned=None) | Q(assigned_id=actor.user_id)
    return whose & ~Q(round__kind__in=closed)


def may_sign(round_: Round, actor: Actor, key: str | None = None, screened: Collection[int] = ()) -> MaySign:
    """Whether the actor may sign in the round now, in the seat named or the first that is his and still silent.

    `screened`: users who screened the case, and therefore do not sign it.
    """
    rows = round_.seats.annotate(mine=fills(actor)).select_related("organisation")
    return among(list(rows.prefetch_related("answers")), actor, key, screened)


def among(seats: list[Seat], actor: Actor, key: str | None = None, screened: Collection[int] = ()) -> MaySign:
    """The same of a round's seats that a page has read: with `mine` (by `fills`), organisation and answers."""
    waiting = tuple(s for s in seats if s.required and not s.standing)
    mine = [s for s in seats if s.mine and key in (None, s.key)]
    if not mine:
        unit = [s for s in seats if not s.assigned_id and s.organisation.survivor_id == actor.organisation_id]
        if wrong := next((s for s in unit if key in (None, s.key)), None):
            return MaySign(wrong, False, _other_role(wrong, actor), (wrong,))
        return MaySign(None, False, "您的单位不在这一轮的签署席位里", waiting)
    seat = next((s for s in mine if not s.standing), mine[0])
    if actor.user_id in screened:
        return MaySign(seat, True, "您审核过这件申报，不能再签署（审、签分离）；请由本席其他人签署", (seat,))
    if seat.standing:
        why = f"{seat.label}已于 {seat.standing.day} 签过，不能重复签署；要改请先撤回原签署"
        return MaySign(seat, True, why, waiting)
    if other := next((s for s in seats if s.standing and s.standing.user_id == actor.user_id), None):
        return MaySign(seat, True, f"您已在这一轮以{other.label}的身份签过；一人在一轮里只能填一个席位", (seat,))
    return MaySign(seat, True)


def _other_role(seat: Seat, actor: Actor) -> str:
    able = offices(seat)
    hats = Appointment.objects.in_force(clock.today()).reachable().filter(of_unit(actor.organisation_id), role__in=able)
    people = "、".join(dict.fromkeys(str(h.user) for h in hats.select_related("user").order_by("pk")))
    roles = "、".join(f"“{ROLE_LABELS[role]}”" for role in able)
    return f"{seat.label}由{roles}签署{f'（{people}）' if people else ''}，您的角色是“{actor.role_label}”"
