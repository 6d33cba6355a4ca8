"""What several verbs end with: the edit lock goes up, the units concerned are told."""

from __future__ import annotations

from governance.basics import clock
from governance.basics.roles import Permission, Role, scope_of
from governance.kernel.verbs import step
from governance.models import Appointment, Seat
from governance.notices import inbox
from priorities.models import Submission


@step
def touch(row: Submission) -> None:
    """Raise the edit lock of a locked submission."""
    row.version += 1
    row.save(update_fields=["version"])


def tell_unit(
    row: Submission, organisation_id: int, permission: Permission, key: str, sentence: str, *, topic: str = "case"
) -> None:
    """A notice to whoever may act for the unit: an auditor or system administrator of the same house reads no business."""
    able = [role for role in Role if scope_of(role, permission)]
    hats = Appointment.objects.in_force(clock.today()).filter(organisation_id=organisation_id, role__in=able)
    held = set(hats.values_list("role", flat=True))
    for role in [r for r in able if r in held] or able[:1]:
        inbox.tell(
            key=f"{key}:{organisation_id}:{role}",
            organisation_id=organisation_id,
            role=role,
            sentence=sentence,
            address=row.get_absolute_url(),
            is_demo=row.is_demo,
            topic=topic,
        )


def tell_applicant(row: Submission, key: str, sentence: str, *, topic: str = "case") -> None:
    """A notice to the applicant and every co-applicant."""
    for unit in sorted(row.belongs_to()):
        tell_unit(row, unit, Permission.SUBMIT, key, sentence, topic=topic)


def tell_seat(row: Submission, seat: Seat, key: str, sentence: str, *, topic: str = "case") -> None:
    """A notice to a seat: its person, else those of its unit who may sign or give the opinion."""
    if seat.assigned_id:
        inbox.tell(
            key=f"{key}:{seat.pk}",
            user_id=seat.assigned_id,
            sentence=sentence,
            address=row.get_absolute_url(),
            is_demo=row.is_demo,
            topic=topic,
        )
    else:
        permission = Permission.GIVE_OPINION if seat.round.kind.startswith("opinion") else Permission.SIGN
        tell_unit(row, seat.organisation.survivor_id, permission, f"{key}:{seat.pk}", sentence, topic=topic)
