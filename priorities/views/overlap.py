"""查重: what is like a proposal, for its author while he types and for the reviewer who judges it. Similarity only
suggests (D23)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.shortcuts import render
from django.urls import reverse

from governance.basics import clock
from governance.basics.refs import parse, ref
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission
from governance.web import entry
from priorities import actions
from priorities import proposal as proposals
from priorities.approval import contacts
from priorities.models import OverlapJudgement, Submission
from priorities.radar import overlap, phrases
from priorities.screening import verdicts
from priorities.views.frame import again_of, case_of, do

WRITE, SCREEN = Permission.SUBMIT, Permission.SCREEN
SHOWN, SHOWN_WHILE_TYPING, SHOWN_AT_LEAST = 12, 5, 3
FAR = 0.2  # below, only the nearest three are shown
EXCERPT = 160


@dataclass(frozen=True)
class Line:
    """One row of the reviewer's table: a record, the pieces of its name and content with the shared phrases marked,
    what was judged of it."""

    key: str
    code: str
    address: str
    note: str
    name: list[tuple[str, bool]]
    content: list[tuple[str, bool]]
    hit: overlap.Hit | None
    judged: OverlapJudgement | None

    @property
    def treatments(self) -> list[tuple[str, str]]:
        """What may follow from the degree that is recorded, where there is a choice."""
        if self.judged is None or self.judged.degree == "none":
            return []
        words = dict(OverlapJudgement.TREATMENTS)
        return [(t, words[t]) for t in OverlapJudgement.FITTING[self.judged.degree] if t]


def _line(hit: overlap.Hit, judged: OverlapJudgement | None = None) -> Line:
    content = hit.content if len(hit.content) <= EXCERPT else hit.content[:EXCERPT] + "…"
    marked = (phrases.marked(hit.name, hit.shared), phrases.marked(content, hit.shared))
    return Line(hit.key, hit.code, hit.address, hit.note, *marked, hit, judged)


def _found(row: Submission, title: str, content: str, actor, top: int) -> overlap.Found:
    return overlap.search(title, content, actor=actor, top=top, leave_out=row.audit_key)


def _near(found: overlap.Found) -> overlap.Found:
    return replace(found, hits=tuple(h for i, h in enumerate(found.hits) if i < SHOWN_AT_LEAST or h.score >= FAR))


def _readable(request, reference: str) -> Submission:
    """A case that has a text."""
    row = case_of(request, reference)
    if row.is_secret:
        raise NotVisible()
    return row


@entry.page(WRITE)
def typed(request, reference: str):
    """POST: the part of the form that follows the title while it is typed. GET: the page for what is saved."""
    row = _readable(request, reference)
    if request.method == "POST":
        title, content = request.POST.get("title", ""), request.POST.get("content", "")
        found = _found(row, title, content, request.actor, SHOWN_WHILE_TYPING).from_score(overlap.SUGGEST)
        return render(
            request, "priorities/parts/overlaps_typed.html", _context(request, row, found, bool(title.strip()))
        )
    document = verdicts.document_of(row) or proposals.empty()
    found = _near(_found(row, document["title"], document["content"], request.actor, SHOWN))
    return render(request, "priorities/overlaps.html", _context(request, row, found, True))


def _context(request, row: Submission, found: overlap.Found, asked: bool) -> dict:
    return {
        "row": row,
        "found": found,
        "clusters": [(c, [_line(h) for h in c.hits]) for c in found.clusters],
        "office": contacts.holder(SCREEN, clock.today()) if found.masked else "",
        "asked": asked,
        "suggest": overlap.SUGGEST,
    }


@entry.page(SCREEN)
def judge(request, reference: str):
    """GET: the reviewer's panel (for htmx a part). POST records degree and treatment against one record."""
    row = _readable(request, reference)
    if request.method == "POST":
        return _record(request, row)
    return _panel(request, row)


def _panel(request, row: Submission, *, refusal: Refused | None = None):
    document = verdicts.document_of(row) or proposals.empty()
    found = _near(_found(row, document["title"], document["content"], request.actor, SHOWN))
    judged = {j.other: j for j in row.overlap_judgements.all()}
    lines = [_line(h, judged.pop(h.key, None)) for h in found.hits]
    for key, kept in judged.items():  # judged once and no longer among the nearest
        name = verdicts.name_of(key, request.actor) or "（看不到的记录）"
        lines.append(Line(key, parse(key)[1], "", "另行比较", [(name, False)], [], None, kept))
    open_at = next((i for i, line in enumerate(lines) if line.judged is None), None)
    context = {
        "row": row,
        "found": found,
        "lines": lines,
        "open_at": open_at,
        "refusal": refusal,
        "suggest": overlap.SUGGEST,
        "clusters": [c for c in found.clusters if len(c.hits) > 1],
        "degrees": OverlapJudgement.DEGREES,
        "may_judge": row.state == "under_review",
        "part": request.headers.get("HX-Request") == "true",
    }
    template = "priorities/parts/overlaps_judged.html" if context["part"] else "priorities/overlaps_judged.html"
    return render(request, template, context, status=refusal.status if refusal else 200)


def _record(request, row: Submission):
    other, degree = entry.field(request, "other", limit=40), entry.field(request, "degree", limit=8)
    treatment, score = entry.field(request, "treatment", limit=8), _score(request.POST.get("score"))
    version = entry.version(request, row.version)
    if ":" not in other and other:
        other = _key_of(other, request.actor)
    address = reverse("priorities:case", args=[row.reference]) + "#overlap"
    again = again_of(row, lambda row, status, refusal, typed: _panel(request, row, refusal=refusal))
    judgement = {"other": other, "degree": degree, "treatment": treatment, "score": score}
    return do(request, actions.record_overlap, address, again, submission=row, version=version, **judgement)


def _key_of(code: str, actor) -> str:
    """P06, T2-31 or SB2008-003 as people write it; empty where there is no such record."""
    code = code.strip().upper()
    if code.startswith("SB"):
        row = Submission.objects.visible_to(actor).filter(number=code).first()
        return row.audit_key if row else ref("submission", 0)
    return ref("plan-task" if code.startswith("T") else "project", code)


def _score(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    if not 0 <= value <= 1:
        raise Invalid("相似度在 0 到 1 之间。", fields={"score": ["不对"]})
    return value
