"""The plan's text by line: /governance/plan/#L123, with what hangs on each line; `?q=` looks for words in it."""

from __future__ import annotations

from collections import defaultdict

from django.shortcuts import render

from governance.basics.roles import Permission
from governance.basics.text import search_text
from governance.models import Body, Clause, Discrepancy, Plan, PlanItem, PlanLine, Regulation
from governance.templatetags.look import anchor_of, clause_address
from governance.web.entry import looked_for
from governance.web.entry import page as may_enter
from projects.models import PlanTask


@may_enter(Permission.READ_REGISTER)
def page(request):
    """Every line verbatim; beside it the clauses, rows of 10.4 and 10.5, tasks, bodies, instruments and discrepancies that
    rely on it. `?q=` marks the words and lists the lines that have them; a line number (L123) leads there."""
    plan = Plan.objects.order_by("pk").first()
    clauses = list(Clause.objects.all())
    marks, anchors = _marks(clauses), defaultdict(list)  # by line: ids that a clause is found by
    for clause in clauses:
        anchors[clause.line].append(anchor_of(clause.clause))
    query = looked_for(request.GET)
    wanted = search_text(query)
    lines, contents, taken, hits, section = [], [], set(), [], ""
    for line in PlanLine.objects.filter(plan=plan):
        if not line.text.strip():
            continue
        level, ids = _is_heading(line.text), anchors[line.number]
        if level:
            number, _, title = line.text.partition(" ")
            ids = [anchor_of(number.rstrip(".")), *ids]
            section = number.rstrip(".")
            contents.append({"id": ids[0], "number": section, "title": title, "level": level})
        ids = [i for i in dict.fromkeys(ids) if i not in taken]
        taken.update(ids)
        one = {
            "number": line.number,
            "text": line.text,
            "marks": marks.get(line.number, []),
            "heading": level,
            "ids": ids,
            "section": section,
            "hit": bool(wanted) and (wanted in search_text(line.text) or wanted == f"l{line.number}"),
        }
        lines.append(one)
        if one["hit"]:
            hits.append(one)
    context = {"plan": plan, "lines": lines, "contents": contents, "q": query, "hits": hits}
    return render(request, "pages/plan_text.html", context)


def _marks(clauses: list[Clause]) -> dict[int, list[dict]]:
    """What relies on each line: label, address, kind and a title for whoever points at it."""
    found: dict[int, list[dict]] = defaultdict(list)

    def mark(line: int | None, label: str, url: str, kind: str, title: str) -> None:
        if line and all(one["label"] != label for one in found[line]):
            found[line].append({"label": label, "url": url, "kind": kind, "title": title})

    for clause in clauses:
        here = clause_address(clause.clause)
        mark(clause.line, clause.clause, "" if here.startswith("/governance/plan/") else here, "clause", clause.heading)
    for item in PlanItem.objects.all():
        mark(item.line, item.code, f"/projects/{item.code}/", "item", item.name)
        mark(
            item.data.get("years", {}).get("line"), item.code, f"/projects/{item.code}/", "item", f"{item.name}（10.5）"
        )
    for task in PlanTask.objects.all():
        mark(task.line, task.code, f"/projects/tasks/{task.code}/", "task", task.text)
    for row in Regulation.objects.all():
        mark(row.line, f"制度 {row.clause}", row.get_absolute_url(), "regulation", row.get_state_display())
    for body in Body.objects.all():
        mark(body.line, body.name, f"/governance/bodies/#b{body.pk}", "body", body.clause)
    for row in Discrepancy.objects.all():
        for quote in row.quotes:
            mark(quote.get("line"), row.code, row.get_absolute_url(), "discrepancy", row.title)
    return found


def _is_heading(text: str) -> int:
    """0 for body, 1–3 for a chapter, section, article: `8 …`, `8.1 …`, `8.3.1 …`."""
    head = text.split(" ")[0].rstrip(".")
    parts = head.split(".")
    return len(parts) if len(text) < 60 and all(p.isdigit() and len(p) < 3 for p in parts) and " " in text else 0
