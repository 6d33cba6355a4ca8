"""What the verbs on a case end with: the edit lock goes up, the audit row is written, the units concerned are told."""

from __future__ import annotations

from governance.basics import clock
from governance.basics.roles import Permission, Role, roles_with
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Appointment, Seat
from governance.notices import inbox
from governance.signing import signers
from priorities.models import Submission


@step
def touch(row: Submission) -> None:
    """Raise the edit lock of a locked submission."""
    row.version += 1
    row.save(update_fields=["version"])


def record(by: Actor, row: Submission, verb: str, sentence: str, *, about=None, **values) -> None:
    """The audit row of a verb on a case; its sentence begins with the case's number. `about`: the case and others;
    `values`: what it `was` and is `now`."""
    event, sentence = f"priorities.submission.{verb}", f"{row.reference} {sentence}"
    audit.record(by=by, event=event, about=about or row, sentence=sentence, **values)


def tell_unit(
    row: Submission,
    organisation_id: int,
    able: list[Role],
    key: str,
    sentence: str,
    *,
    topic: str = "case",
    address: str = "",
) -> None:
    """A notice to whoever may act for the unit: an auditor or system administrator there reads no business."""
    hats = Appointment.objects.in_force(clock.today()).filter(organisation_id=organisation_id, role__in=able)
    held = set(hats.values_list("role", flat=True))
    for role in [r for r in able if r in held] or able[:1]:
        whom = {"organisation_id": organisation_id, "role": role}
        _tell(row, f"{key}:{organisation_id}:{role}", sentence, topic, address=address, **whom)


def _tell(row: Submission, key: str, sentence: str, topic: str, *, address: str = "", **whom) -> None:
    address = address or row.get_absolute_url()
    inbox.tell(key=key, sentence=sentence, address=address, is_demo=row.is_demo, topic=topic, **whom)


def tell_office(row: Submission, key: str, sentence: str) -> None:
    """A notice to the information office's reviewers."""
    _tell(row, key, sentence, "case", role=Role.REVIEWER)


def tell_applicant(row: Submission, key: str, sentence: str, *, topic: str = "case", address: str = "") -> None:
    """A notice to the applicant and every co-applicant; it leads to the case unless another address is given."""
    for unit in sorted(row.belongs_to()):
        tell_unit(row, unit, roles_with(Permission.SUBMIT), key, sentence, topic=topic, address=address)


def tell_seat(row: Submission, seat: Seat, key: str, sentence: str, *, topic: str = "case") -> None:
    """A notice to a seat: its person, else those of its unit who fill it (governance.signing.signers)."""
    key = f"{key}:{seat.pk}"
    if seat.assigned_id:
        _tell(row, key, sentence, topic, user_id=seat.assigned_id)
        return
    tell_unit(row, seat.organisation.survivor_id, signers.offices(seat), key, sentence, topic=topic)
