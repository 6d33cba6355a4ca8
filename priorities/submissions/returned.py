"""Which fields of a returned case are open: those that the office asked about, no others."""

from __future__ import annotations

from priorities import proposal as proposals
from priorities.labels import ATTACHMENTS
from priorities.models import Submission
from priorities.rules.facts import COMPONENT_FACTS, OFFICE_FACTS, Fact
from priorities.submissions import merging as fields_of


def open_fields(submission: Submission) -> set[str] | None:
    """The fields that a returned case may change (paths or heads of paths); None where everything is open."""
    if submission.state != "returned":
        return None
    return set(submission.returned_points.filter(version=submission.current_version).values_list("field", flat=True))


def is_open(path: str, fields: set[str] | None) -> bool:
    """Whether a leaf lies in an open field. `money` stands for the amounts of all components."""
    if fields is None:
        return True
    if path == "precision":  # follows from how the dates are written
        return bool(fields & {"precision", "start", "end"})
    parts = path.split(".")
    heads = {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return bool(heads & fields) or ("money" in fields and parts[0] == "components" and "money" in parts)


def askable() -> list[tuple[str, str]]:
    """What the office may ask about: `(field, label)` of every mandatory point, the rest of the form, each question and
    each kind of attachment."""
    names = [f for f, *_ in proposals.MANDATORY]
    names += ["mandate_document", "prior_investment", "running_cost"]
    names += [f"facts.{f}" for f in Fact if f not in OFFICE_FACTS and f not in COMPONENT_FACTS]
    names += [f"attachments.{kind}" for kind in ATTACHMENTS if kind != "scan"]
    return [(name, fields_of.label(name)) for name in names]


def sentences(submission: Submission) -> dict[str, list[str]]:
    """What was asked about each open field, in the order of the office's list; empty where nothing is returned."""
    found: dict[str, list[str]] = {}
    if submission.state == "returned":
        for point in submission.returned_points.filter(version=submission.current_version):
            found.setdefault(point.field, []).append(point.sentence)
    return found
