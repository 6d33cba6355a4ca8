"""Bulk handling on the desk: choose, rehearse, let it go or undo it, read what came of each."""

from __future__ import annotations

from django.shortcuts import redirect, render

from governance.basics import clock
from governance.basics.refusal import Invalid
from governance.basics.roles import Permission
from governance.web import entry
from priorities import actions
from priorities.actions.batches import MOST, UNDO_S
from priorities.models import DeskBatch, Submission
from priorities.views.frame import do

SCREEN = Permission.SCREEN


@entry.page(SCREEN, methods=("POST",))
def rehearse(request):
    """预演: every chosen case tried and rolled back, with verdict, blockers and the text of the mails."""
    act, reason = entry.field(request, "act", limit=20), entry.field(request, "reason", limit=300)
    numbers = [n[:24] for n in request.POST.getlist("case")]
    rows = {r.reference: r for r in _rows(request, numbers)}
    chosen = [rows[n] for n in dict.fromkeys(numbers) if n in rows]
    if not 1 <= len(chosen) <= MOST:
        raise Invalid(f"请先在审核队列里勾选 1—{MOST} 件申报，再选怎样办理。", fields={"case": ["请选择申报"]})
    tried = actions.rehearse(by=request.actor, act=act, rows=chosen, reason=reason)
    context = {
        "tried": tried,
        "act": act,
        "act_label": dict(DeskBatch.ACTS)[act],
        "reason": reason,
        "undo_s": UNDO_S,
        "going": [t for t in tried if t.goes],
        "kept": [t for t in tried if not t.goes],
        "mails": sum(len(t.mails) for t in tried),
    }
    return render(request, "priorities/rehearsal.html", context)


def _rows(request, numbers: list[str]):
    rows = Submission.objects.visible_to(request.actor).filter(number__in=numbers, is_secret=False)
    return rows.select_related("organisation", "project", "author")


@entry.page(SCREEN, methods=("POST",))
def plan(request):
    """The rehearsed cases as a batch: inputs `case` = number:version, as they were tried."""
    pairs = [c.rpartition(":")[::2] for c in request.POST.getlist("case")]
    versions = {n[:24]: entry.integer(v, name="版本", low=1, high=10**8) for n, v in pairs if n and v}
    rows = [(r, versions[r.number]) for r in _rows(request, list(versions)).order_by("state_day", "pk")]
    act, reason = entry.field(request, "act", limit=20), entry.field(request, "reason", limit=300)
    return do(request, actions.plan_batch, DeskBatch.get_absolute_url, act=act, items=rows, reason=reason)


@entry.page(SCREEN, always_drawn="counts the seconds until it can no longer be undone")
def batch(request, pk: int):
    """One batch: how long it can be undone, then what came of each case. POST undoes or hurries it."""
    row = entry.found(DeskBatch.objects.filter(user_id=request.actor.user_id), pk=pk)
    if request.method == "POST":
        if request.POST.get("undo"):
            actions.undo_batch(by=request.actor, batch=row)
        else:
            actions.hurry_batch(by=request.actor, batch=row)
            actions.run_due()
        return redirect(row)
    items = list(row.items.select_related("submission__organisation"))
    left = max(0, round((row.leaves_at - clock.now()).total_seconds()))
    context = {
        "batch": row,
        "items": items,
        "left": left,
        "done": sum(i.state == "done" for i in items),
        "refused": sum(i.is_refused for i in items),
    }
    template = "priorities/parts/batch.html" if request.headers.get("HX-Request") == "true" else "priorities/batch.html"
    return render(request, template, context)


batch.is_poll = True
