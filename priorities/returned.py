"""Which fields of a returned case are open: those that the office asked about, no others."""

from __future__ import annotations

from priorities.models import Submission


def open_fields(submission: Submission) -> set[str] | None:
    """The fields that a returned case may change (paths or heads of paths); None where everything is open."""
    if submission.state != "returned":
        return None
    return set(submission.returned_points.filter(version=submission.current_version).values_list("field", flat=True))


def is_open(path: str, fields: set[str] | None) -> bool:
    """Whether a leaf lies in an open field. `money` stands for the amounts of all components."""
    if fields is None:
        return True
    parts = path.split(".")
    heads = {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return bool(heads & fields) or ("money" in fields and parts[0] == "components" and "money" in parts)
