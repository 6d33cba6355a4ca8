"""The plan's text by line: /governance/plan/#L123, with what hangs on each line."""

from __future__ import annotations

from collections import defaultdict

from django.shortcuts import render

from governance.models import Clause, Discrepancy, Plan, PlanItem, PlanLine, Regulation
from governance.roles import Permission
from governance.templatetags.look import anchor_of
from governance.web import page as may_enter
from projects.models import PlanTask


@may_enter(Permission.READ_REGISTER)
def page(request):
    """Every line verbatim; beside it the clauses, rows, tasks and discrepancies that cite it."""
    plan = Plan.objects.order_by("pk").first()
    marks = defaultdict(list)
    clauses = list(Clause.objects.all())
    for clause in clauses:
        url = f"/priorities/criteria/{clause.clause.replace('(', '-').rstrip(')')}/" if "8.3." in clause.clause else ""
        marks[clause.line].append({"label": clause.clause, "url": url, "kind": "clause"})
    for item in PlanItem.objects.all():
        marks[item.line].append({"label": item.code, "url": f"/projects/{item.code}/", "kind": "item"})
    for task in PlanTask.objects.all():
        marks[task.line].append({"label": task.code, "url": f"/projects/tasks/{task.code}/", "kind": "task"})
    for row in Regulation.objects.all():
        marks[row.line].append({"label": row.clause, "url": "/governance/regulations/", "kind": "regulation"})
    for row in Discrepancy.objects.all():
        for line in dict.fromkeys(q.get("line") for q in row.quotes):
            marks[line].append({"label": row.code, "url": row.get_absolute_url(), "kind": "discrepancy"})
    anchors = defaultdict(list)  # by line: ids that a clause is found by
    for clause in clauses:
        anchors[clause.line].append(anchor_of(clause.clause))
    lines, contents, taken = [], [], set()
    for line in PlanLine.objects.filter(plan=plan):
        if not line.text.strip():
            continue
        level, ids = _is_heading(line.text), anchors[line.number]
        if level:
            number, _, title = line.text.partition(" ")
            ids = [anchor_of(number.rstrip(".")), *ids]
            contents.append({"id": ids[0], "number": number.rstrip("."), "title": title, "level": level})
        ids = [i for i in dict.fromkeys(ids) if i not in taken]
        taken.update(ids)
        lines.append({"number": line.number, "text": line.text, "marks": marks.get(line.number, []), "heading": level, "ids": ids})
    return render(request, "pages/plan_text.html", {"plan": plan, "lines": lines, "contents": contents})


def _is_heading(text: str) -> int:
    """0 for body, 1–3 for a chapter, section, article: `8 …`, `8.1 …`, `8.3.1 …`."""
    head = text.split(" ")[0].rstrip(".")
    parts = head.split(".")
    return len(parts) if len(text) < 60 and all(p.isdigit() and len(p) < 3 for p in parts) and " " in text else 0
