"""Experts for a grading (9.3.2) or a technical document (9.1.1): named from the register of experts by the office or
the bureau, never by whoever's works they judge (D44; 系统默认)."""

from __future__ import annotations

from collections.abc import Iterable

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role, holders
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import Appointment, User
from governance.notices import inbox
from governance.signing.rounds import SeatSpec
from projects.actions import signing
from projects.models import Project, SecurityGrading, TechnicalDocument

NAMERS = "、".join(dict.fromkeys((*holders(Permission.MANAGE_PROJECT), *holders(Permission.ACCEPT_WORKS))))


def naming(by: Actor) -> Permission:
    """By which right somebody names experts: the office by 管理项目, the bureau by 组织验收."""
    manages = by is not None and by.scope(Permission.MANAGE_PROJECT)
    return Permission.MANAGE_PROJECT if manages else Permission.ACCEPT_WORKS


def why_not_name(by: Actor, project: Project) -> str:
    """Why somebody may not name experts about a project, without full stop; empty where he may."""
    if by.organisation_id in project.belongs_to():
        return f"{by.organisation_name}牵头本项目，专家由{NAMERS}（不牵头本项目的）从专家名册指派，不自选（D44）"
    return "" if access.may(by, naming(by)) else f"专家由{NAMERS}从专家名册指派，申报单位不自选（9.3.2，系统默认）"


@verb("projects.experts.name")
def name_experts(
    *, by: Actor, row: SecurityGrading | TechnicalDocument, experts: Iterable[User]
) -> SecurityGrading | TechnicalDocument:
    """Name who judges a proposed grading or document; its round opens and each expert hears of it."""
    access.require(by, naming(by))
    held = type(row).objects.select_for_update(of=("self",)).select_related("project").get(pk=row.pk)
    if held.state != "proposed":
        raise Refused(f"{held}{held.get_state_display()}，现在不指派专家。")
    if why := why_not_name(by, held.project):
        raise Refused(f"{why}。")
    specs = seats(held.project, list(experts))
    opening = signing.open_grading if isinstance(held, SecurityGrading) else signing.open_step
    opening(row=held, seats=specs)
    audit.record(
        by=by,
        about=(held, held.project),
        now=len(specs),
        address=held.get_absolute_url(),
        sentence=f"{held}指派{'、'.join(s.label for s in specs)}",
    )
    return held


def seats(project: Project, experts: list[User]) -> list[SeatSpec]:
    """A seat for each: experts in office, none of a unit that leads the project. Raises Invalid naming `experts`."""
    if not experts:
        raise Invalid("请至少选一位专家（9.3.2、9.1.1）。", fields={"experts": ["请至少选一位专家"]})
    hats = (
        Appointment.objects.in_force(clock.today())
        .filter(role=Role.EXPERT, user__in=experts)
        .select_related("user", "organisation")
    )
    by_user = {h.user_id: h for h in hats}
    if strangers := [u.full_name for u in experts if u.pk not in by_user]:
        raise Invalid(f"{'、'.join(strangers)}不是在任的专家。", fields={"experts": ["请从专家中选择"]})
    if led := [h for h in by_user.values() if h.organisation.survivor_id in project.belongs_to()]:
        raise Invalid(f"{led[0].user.full_name}所在单位牵头本项目，须回避（D44）。", fields={"experts": ["请另选专家"]})
    return [
        SeatSpec(f"expert-{h.user_id}", f"专家 {h.user.full_name}", h.organisation_id, assigned_id=h.user_id)
        for h in sorted(by_user.values(), key=lambda h: h.user_id)
    ]


@step
def ask_for(*, row: SecurityGrading | TechnicalDocument) -> None:
    """The office hears that experts are wanted."""
    inbox.tell(
        key=f"experts:{row.audit_key}:{row.round_id or 0}",
        role=Role.REVIEWER,
        address=row.get_absolute_url(),
        sentence=f"{row}待指派专家（从专家名册中，不由申报单位自选）。",
        is_demo=row.is_demo,
    )
