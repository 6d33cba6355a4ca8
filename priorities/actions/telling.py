"""What several verbs end with: the edit lock goes up, the applicant is told."""

from __future__ import annotations

from governance import notices
from priorities.models import Submission


def touch(row: Submission) -> None:
    """Raise the edit lock of a locked submission."""
    row.version += 1
    row.save(update_fields=["version"])


def tell_applicant(row: Submission, key: str, sentence: str) -> None:
    """A notice to the applicant and every co-applicant."""
    notices.tell(key=key, organisation_id=row.organisation.survivor_id, sentence=sentence,
                 address=row.get_absolute_url(), is_demo=row.is_demo)  # fmt: skip
    for part in row.participants.select_related("organisation"):
        notices.tell(key=f"{key}:{part.organisation_id}", organisation_id=part.organisation.survivor_id,
                     sentence=sentence, address=row.get_absolute_url(), is_demo=row.is_demo)  # fmt: skip

