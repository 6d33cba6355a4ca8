"""Which cases people call by a name, for lower floors that know no case: 申报编号, or draft-12 before there is one."""

from __future__ import annotations

from governance.basics.refs import Ref
from priorities.models import Submission


def cases(text: str) -> list[Ref]:
    """The reference of the case with this number."""
    name = text.strip()
    pk = name.removeprefix("draft-")
    rows = Submission.objects.filter(number=name.upper())
    if pk != name:
        rows = Submission.objects.filter(pk=int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 18 else rows.none()
    return [row.audit_key for row in rows]
