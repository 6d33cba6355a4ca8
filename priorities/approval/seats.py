"""Who sits in a joint approval: 8.1's three seats with 9.2.7's four signatures (D03), bodies as they stood on the day
(D05), conflicts of interest and the independent signature (D44). The seats are rows of the plan's bodies, not code."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Exists, OuterRef

from governance.basics.memo import remembered
from governance.basics.refusal import Refused
from governance.kernel.access import Actor
from governance.models import Body, Organisation, Seat, of_unit
from governance.signing import signers
from governance.signing.rounds import SeatSpec
from priorities.approval import contacts
from priorities.models import Participant, Submission
from projects.models import Project, ProjectLead

SEAT_KIND = "会签席位"
LEADING_GROUP = "leading-group"
OPINION_BODIES = {
    "network_centre": "network-centre",
    "expert": "expert-group",
    "resource": "resource-department",
    "ca": "ca-department",
}


@remembered
def bodies() -> list[Body]:
    """The bodies and seats of 9.1, in the plan's order."""
    return list(
        Body.objects.select_related("holder", "acting", "holder__canonical", "acting__canonical").order_by("pk")
    )


def _body(key: str) -> Body | None:
    return next((b for b in bodies() if b.key == key), None)


def signing_bodies() -> list[Body]:
    """The seats of the joint approval as the plan's data states them."""
    return [b for b in bodies() if b.data.get("kind") == SEAT_KIND]


def holder_on(body: Body, day: dt.date) -> tuple[Organisation | None, str]:
    """Who does the body's work on the day, and the name it acts for: before the body is set up another unit 代行."""
    holder = body.holder
    exists = body.exists_on(day) and holder is not None and (holder.valid_from is None or holder.valid_from <= day)
    if exists:
        return _survivor(holder), ""
    return (_survivor(body.acting), body.name) if body.acting_id else (None, body.name)


@remembered
def interested(submission: Submission) -> set[int]:
    """Organisations (as survivors) that lead or co-lead the submission or the project that it is for."""
    units = set(submission.belongs_to())
    return units | submission.project.belongs_to() if submission.project_id else units


def joint_approval(submission: Submission, day: dt.date) -> list[SeatSpec]:
    """The seats of a joint approval on the day: all four signatures, a conflicted one marked, then an independent one.

    Raises Refused where a seat has no holder, or where nobody independent is left.
    """
    if lacking := vacancies(submission, day):
        raise Refused("；".join(lacking) + "。")
    units, specs = interested(submission), []
    for organisation, label, acting_for in _holders(day):
        conflict = ""
        if organisation.survivor_id in units:
            conflict = f"{organisation.name}是牵头或联合申报单位，须另有独立签署（D44）"
        specs.append(
            SeatSpec(
                key=organisation.key,
                label=label,
                organisation_id=organisation.survivor_id,
                conflict=conflict,
                acting_for=acting_for,
            )
        )
    conflicted = [s.key for s in specs if s.conflict]
    if conflicted and signers.independent_required(day):
        body = Body.objects.select_related("holder").get(key=LEADING_GROUP)
        specs.append(
            SeatSpec(
                key=LEADING_GROUP,
                label=f"{body.holder.name}（独立签署）",
                organisation_id=body.holder.survivor_id,
                stands_for=",".join(conflicted)[:40],
            )
        )
    return specs


def led_share(organisation: Organisation) -> dict:
    """How much of the plan a signing body itself leads: `{"led", "rows", "led_wan", "wan"}` over the plan's own
    projects (D44), each counted once; 万元 as the plan estimates them."""
    mine = ProjectLead.objects.filter(of_unit(organisation.survivor_id), project=OuterRef("pk"))
    rows = list(
        Project.objects.planned().annotate(leads_it=Exists(mine)).values_list("leads_it", "plan_item__estimate_wan")
    )
    led_wan = sum((wan for leads_it, wan in rows if leads_it), Decimal(0))
    whole = sum((wan for _, wan in rows), Decimal(0))
    percent = (led_wan / whole * 100).quantize(Decimal("0.1")) if whole else None
    return {
        "organisation": organisation,
        "led": sum(leads_it for leads_it, _ in rows),
        "rows": len(rows),
        "led_wan": led_wan,
        "wan": whole,
        "percent": percent,
    }


def vacancies(submission: Submission, day: dt.date) -> list[str]:
    """Why no joint approval can be opened on the day: seats without a holder, nobody independent."""
    bodies = signing_bodies()
    if not bodies:
        return ["还没有设定会签席位（8.1、9.2.7）；请载入规划数据"]
    found = [f"{b.name}在 {day} 还没有承担单位（D05）" for b in bodies if holder_on(b, day)[0] is None]
    leading = _body(LEADING_GROUP)
    units = interested(submission)
    conflict = any(o.survivor_id in units for o, _, _ in _holders(day)) and signers.independent_required(day)
    if conflict and (leading is None or leading.holder is None or leading.holder.survivor_id in units):
        found.append("会签单位与本件有利害关系，而又没有可独立签署的机构（D44）")
    return found


def opinion(what: str, day: dt.date, body_key: str = "") -> tuple[Organisation | None, str, str]:
    """Who gives an opinion on the day (`body_key`: one of the expert group's groups): its organisation, the body
    that it acts for (代行), whom to call."""
    body = _body(body_key or OPINION_BODIES[what])
    if body is None:
        return None, "", ""
    organisation, acting_for = holder_on(body, day)
    return organisation, acting_for, contacts.phone_of(organisation, day) if organisation else ""


def opinion_body(what: str) -> str:
    """The name of the body whose opinion it is."""
    return body_name(OPINION_BODIES[what])


def body_name(key: str) -> str:
    """The name of a body of 9.1; empty where the plan has none."""
    body = _body(key)
    return body.name if body else ""


def answered_by(submission: Submission, actor: Actor) -> Seat | None:
    """The seat of the round under way that is signed, and that the actor fills."""
    rows = Seat.objects.filter(
        round__kind="joint_approval", round__about=submission.audit_key, round__state="open", answers__in_force=True
    )
    return rows.filter(signers.fills(actor)).first()


def participant_of(submission: Submission, actor: Actor) -> Participant | None:
    """The co-applicant that the actor stands for."""
    return submission.participants.filter(of_unit(actor.organisation_id)).select_related("organisation").first()


@remembered
def _holders(day: dt.date) -> list[tuple[Organisation, str, str]]:
    """`(organisation, label, acting for)` of every signature in order, each organisation once."""
    found: list[tuple[Organisation, str, str]] = []
    for body in signing_bodies():
        organisation, acting_for = holder_on(body, day)
        others = [_unit(key) for key in body.data.get("cosigners", [])]
        for unit, acting in [(organisation, acting_for), *((_survivor(o), "") for o in others)]:
            if unit is not None and unit.pk not in {o.pk for o, _, _ in found}:
                found.append((unit, f"{unit.name}（{body.name}）", acting))
    return found


def signing_units(day: dt.date) -> dict[int, str]:
    """Names of the units that sign joint approvals on the day, by survivor."""
    return {organisation.survivor_id: organisation.name for organisation, _, _ in _holders(day)}


def _unit(key: str) -> Organisation | None:
    """A unit by its key; most cosigners hold a body of 9.1 and were read with it."""
    held = next((b.holder for b in bodies() if b.holder_id and b.holder.key == key), None)
    return held or Organisation.objects.select_related("canonical").filter(key=key).first()


def _survivor(organisation: Organisation | None) -> Organisation | None:
    return organisation.canonical or organisation if organisation else None
