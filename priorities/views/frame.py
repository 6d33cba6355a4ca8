"""What the pages of floor 4 share: the case as far as the reader may see it, and how a verb is done by a POST."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from governance.web import entry
from priorities.models import Submission


def case_of(request: HttpRequest, reference: str) -> Submission:
    """The submission with this number and who acts on it; NotVisible where the actor may not see it."""
    rows = Submission.objects.visible_to(request.actor)
    rows = rows.select_related("organisation", "project", "author", "proposed_change", "assignee")
    return entry.found(rows.by_reference(reference))


def do(request: HttpRequest, verb: Callable, address, again: Callable | None = None, *, done: str = "", **given):
    """Do a verb once by a POST and go on to `address`, or to what it makes of the verb's result (see entry.posted).

    What is `given` as a function is read only then, so that what cannot be read is refused like anything else.
    """

    def act() -> str:
        values = {name: value() if callable(value) else value for name, value in given.items()}
        result = verb(by=request.actor, **values)
        return address(result) if callable(address) else address

    return entry.posted(request, verb.event, act, again, done)


def again_of(row, show: Callable) -> Callable:
    """The page of a row once more after a refusal, with the row as it is now."""

    def again(status: int, **more):
        row.refresh_from_db()
        return show(row, status=status, **more)

    return again
