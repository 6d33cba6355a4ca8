"""What the pages of a case share: the case as far as the reader may see it."""

from __future__ import annotations

from django.http import HttpRequest

from governance.web import entry
from priorities.models import Submission


def case_of(request: HttpRequest, reference: str, *related: str) -> Submission:
    """The submission with this number, read with `related` rows; NotVisible where the actor may not see it."""
    rows = Submission.objects.visible_to(request.actor)
    rows = rows.select_related("organisation", "project", "author", "proposed_change", *related)
    return entry.found(rows.by_reference(reference))
