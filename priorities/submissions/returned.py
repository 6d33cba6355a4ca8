"""Which fields of a returned case are open: those that the office asked about, no others."""

from __future__ import annotations

from dataclasses import dataclass

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
    names += ["mandate_document", "prior_investment", "running_cost", "sharing"]
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


@dataclass(frozen=True)
class Remark:
    """One point of a 退回补正 with what the working copy has changed for it since."""

    field: str
    label: str
    sentence: str
    changes: tuple[fields_of.Difference, ...]
    files: tuple[str, ...]  # names of files of the kind that was asked for, uploaded since

    @property
    def is_changed(self) -> bool:
        return bool(self.changes or self.files)


def remarks(submission: Submission, document: dict) -> list[Remark]:
    """The office's remarks in their order, each against the version that was returned; [] where nothing is returned."""
    if submission.state != "returned":
        return []
    points = list(submission.returned_points.filter(version=submission.current_version))
    filed = submission.versions.get(number=submission.current_version).proposal
    changed = fields_of.compare(filed, document)
    kept = submission.attachments.filter(removed=False, version=submission.current_version).select_related("file")
    uploaded = [(a.kind, a.recorded_at, a.file.display_name) for a in kept]
    return [
        Remark(
            point.field,
            fields_of.label(point.field, document, filed),
            point.sentence,
            tuple(d for d in changed if is_open(fields_of.by_place(document, d.path), {point.field})),
            tuple(
                name
                for kind, moment, name in uploaded
                if point.field in ("attachments", f"attachments.{kind}") and moment > point.recorded_at
            ),
        )
        for point in points
    ]
