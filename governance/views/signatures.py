"""核验签署: one signature, what it was given to, whether that still stands, and how its person was known."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.kernel import audit
from governance.models import Answer
from governance.signing import shown
from governance.web import entry


@entry.page(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def signature(request, pk: int):
    """For whoever reads the record, its signer, and who reads the trail; a handful of queries."""
    answers = Answer.objects.select_related("seat__round", "seat__organisation", "user", "scan")
    answer = entry.found(answers, pk=pk)
    standing = shown.standing(request.actor, answer)
    reads_trail = request.actor.scope(Permission.READ_AUDIT) is not None
    if standing is None and answer.user_id != request.actor.user_id and not reads_trail:
        raise NotVisible()
    since = audit.done_about(answer.seat.round.about).filter(recorded_at__gte=answer.recorded_at)
    row = since.filter(user_id=answer.user_id).last()
    context = {
        "answer": answer,
        "round": answer.seat.round,
        "standing": standing,
        "is_same": bool(standing) and standing.digest == answer.shown,
        "row": row,
        "later": since.filter(seq__gt=row.seq).count() if row else since.count(),
        "reads_trail": reads_trail,
    }
    return render(request, "governance/signature.html", context)
