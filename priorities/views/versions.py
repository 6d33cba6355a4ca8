"""Versions of a submission: what changed from one to another, field by field, and the receipt of each."""

from __future__ import annotations

from django.shortcuts import render

from governance.basics.roles import Permission
from governance.web import entry
from priorities import actions
from priorities import proposal as proposals
from priorities.documents import filing_receipts, receipts
from priorities.submissions import merging
from priorities.views.frame import case_of

READ = Permission.READ_SUBMISSIONS


@entry.page(READ, methods=("GET", "HEAD"))
def versions(request, reference: str):
    """`?from=1&to=2`: both versions side by side where they differ; without it the last two."""
    row = case_of(request, reference)
    held = {v.number: v for v in row.versions.all()}
    newest = max(held, default=0)
    to = entry.integer(request.GET.get("to"), name="版次", low=1, high=10**4, default=newest)
    since = entry.integer(request.GET.get("from"), name="版次", low=1, high=10**4, default=max(1, to - 1))
    old, new = held.get(since), held.get(to)
    found = merging.compare(old.proposal, new.proposal) if old and new else []
    asked: dict[str, list[str]] = {}
    for point in row.returned_points.filter(version=since):
        asked.setdefault(point.field, []).append(point.sentence)
    sections = [(title, [d for d in found if d.section == key]) for key, title in proposals.SECTIONS.items()]
    context = {
        "row": row,
        "old": old,
        "new": new,
        "numbers": sorted(held),
        "count": len(found),
        "sections": [(title, rows) for title, rows in sections if rows],
        "asked": [(merging.label(f), s) for f, s in asked.items()],
        "receipts": receipts.of_versions(row, list(held.values())),
        "filing_receipt": filing_receipts.of(row),
    }
    return render(request, "priorities/versions.html", context)


@entry.page(READ, methods=("POST",))
def request_receipt(request, reference: str):
    """Print the receipt of a version that has none yet, or (`what=filing`) of the filing."""
    row = case_of(request, reference)
    number = entry.integer(request.POST.get("number"), name="版次", low=1, high=10**4, default=row.current_version)
    is_filing = request.POST.get("what") == "filing"

    def run() -> str:
        if is_filing:
            actions.request_filing_receipt(by=request.actor, submission=row)
        else:
            actions.request_receipt(by=request.actor, submission=row, number=number)
        return f"{row.get_absolute_url()}#receipts"

    done = f"正在生成{'备案回执' if is_filing else '项目申报表'}，办好后在“通知”里提醒，也可以刷新本页。"
    return entry.posted(request, "priorities.request_receipt", run, done=done)
