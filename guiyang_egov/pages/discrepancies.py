"""The register of the plan's contradictions: list, and one with quotes, readings, effects and decisions."""

from __future__ import annotations

from bisect import bisect_right

from django.shortcuts import render

from governance import charts
from governance.basics import clock
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.basics.text import search_text
from governance.kernel import audit, readings
from governance.kernel.access import may
from governance.models import Discrepancy, Organisation, Plan, PlanLine
from governance.web.entry import looked_for, one_of
from governance.web.entry import page as may_enter
from guiyang_egov.pages import consequences, home
from priorities.rule_sets import repository
from projects.models import PlanTask, Project

WEIGHTS = ("A", "B", "C")
TIME_CODES = ("D27", "D28", "D29", "D31")  # a picture of the projects' time says more than their codes
MOST_NAMED = 9  # projects and tasks up to here stand with their names


@may_enter(Permission.READ_REGISTER)
def listing(request):
    """All of them with the reading in force; `?weight=A`, `?q=` (words, quotes, P03, 9.2.7), `?open=1` (not yet decided),
    `?open=0`, `?section=8.3`, `?by=code` (`code`: read by code, `rules`: by the rule set, `note`: 仅作说明)."""
    weight, is_open = one_of(request.GET, "weight", WEIGHTS), one_of(request.GET, "open", ("0", "1"))
    query, section, by = (
        looked_for(request.GET),
        one_of(request.GET, "section"),
        one_of(request.GET, "by", ("code", "rules", "note")),
    )
    found = everything(clock.today())
    sections = _sections(found)
    wanted = search_text(query)
    shown = [
        row
        for row in found
        if (not weight or row["row"].weight == weight)
        and (not section or row["section"] == section)
        and (not by or row["by"] == by)
        and (not is_open or (row["decided"] is None) == (is_open == "1"))
        and (not wanted or wanted in row["text"])
    ]
    counts = {w: sum(row["row"].weight == w for row in found) for w in WEIGHTS}
    return render(
        request,
        "pages/discrepancies.html",
        {
            "rows": shown,
            "counts": counts,
            "total": len(found),
            "weight": weight,
            "q": query,
            "by": by,
            "is_open": is_open,
            "section": section,
            "sections": sections,
            "undecided": sum(row["decided"] is None for row in found),
            "decided": sum(row["decided"] is not None for row in found),
            "may_decide": may(request.actor, Permission.DECIDE_READING),
        },
    )


def everything(day) -> list[dict]:
    """Every entry with the reading that holds on the day, who decided it, what it touches; two queries."""
    return [_row(row, day) for row in Discrepancy.objects.prefetch_related("decisions")]


def _sections(rows: list[dict]) -> list[dict]:
    """The entries by the section (8.1, 9.2 …) that their first quote stands in: rows, counts by weight, decided, by
    default. Each row is told its `section`."""
    heads = list(
        PlanLine.objects.filter(text__regex=r"^[0-9]+\.[0-9]+ ").order_by("number").values_list("number", "text")
    )
    numbers = [number for number, _ in heads]
    found: dict[str, dict] = {}
    for row in rows:
        line = next((q["line"] for q in row["row"].quotes if q.get("line")), None)
        place = bisect_right(numbers, line) - 1 if line else -1
        title = heads[place][1] if place >= 0 else "其他"
        row["section"] = title.partition(" ")[0]
        section = found.setdefault(
            title,
            {
                "title": title,
                "key": row["section"],
                "order": place,
                "A": 0,
                "B": 0,
                "C": 0,
                "decided": 0,
                "all": 0,
                "rows": [],
            },
        )
        section[row["row"].weight] += 1
        section["all"] += 1
        section["decided"] += row["decided"] is not None
        section["rows"].append(row)
    for section in found.values():
        section["open"] = section["all"] - section["decided"]
    return sorted(found.values(), key=lambda section: section["order"])


def _row(row: Discrepancy, day) -> dict:
    decisions = sorted((d for d in row.decisions.all() if d.from_day <= day), key=lambda d: (d.from_day, d.pk))
    decided = decisions[-1] if decisions else None
    key = decided.reading if decided else row.default
    reading = next((r for r in row.readings if r["key"] == key), None)
    touches = row.touches or {}
    words = [
        row.code,
        row.title,
        row.default_text,
        *(q["text"] for q in row.quotes),
        *(r["text"] for r in row.readings),
    ]
    for name in ("projects", "tasks", "clauses"):
        words += touches.get(name, [])
    return {
        "row": row,
        "decided": decided,
        "reading": reading,
        "projects": touches.get("projects", []),
        "tasks": touches.get("tasks", []),
        "clauses": touches.get("clauses", []),
        "by": _by(row.code),
        "changed": decided is not None and decided.reading != row.default,
        "text": search_text(*words),
    }


def _by(code: str) -> str:
    """Who asks for its reading: code, the rule set, or nobody (仅作说明)."""
    return "code" if code in readings.READ_BY_CODE else "rules" if code in readings.BY_RULE_SET else "note"


@may_enter(Permission.READ_REGISTER)
def page(request, code: str):
    """One: the quotes in their lines, each reading with its effect, the default, who decided what, why and from when; the
    whole register beside it."""
    day = clock.today()
    found = everything(day)
    sections = _sections(found)
    place = next((n for n, r in enumerate(found) if r["row"].code == code), None)
    if place is None:
        raise NotVisible()
    shown = found[place]
    row, touches = shown["row"], shown["row"].touches or {}
    current = shown["reading"]["key"] if shown["reading"] else row.default
    projects = list(
        Project.objects.filter(code__in=touches.get("projects", []))
        .select_related("programme")
        .prefetch_related("milestones", "phases")
    )
    decisions = sorted(row.decisions.all(), key=lambda d: -d.pk)
    told = consequences.of(row, request.actor, day)
    return render(
        request,
        "pages/discrepancy.html",
        {
            "row": row,
            "current": current,
            "shown": shown,
            "sections": sections,
            "today": day,
            "quotes": _quotes(row),
            "readings": [
                r | {"current": r["key"] == current, "default": r["key"] == row.default, "told": told.get(r["key"])}
                for r in row.readings
            ],
            "decisions": decisions,
            "seen": decisions[0].pk if decisions else 0,
            "projects": projects,
            "names_projects": len(projects) <= MOST_NAMED,
            "tasks": PlanTask.objects.filter(code__in=touches.get("tasks", [])),
            "names_tasks": len(touches.get("tasks", [])) <= MOST_NAMED,
            "clauses": touches.get("clauses", []),
            "units": Organisation.objects.filter(key__in=touches.get("organisations", [])),
            **_time(row, projects, day),
            **(_ruled(shown, day) if shown["by"] == "rules" else {}),
            "used_by": readings.READ_BY_CODE.get(code, ""),
            "may_decide": may(request.actor, Permission.DECIDE_READING) and shown["by"] != "rules",
            "history": audit.history(row),
            "previous": found[place - 1]["row"] if place else None,
            "next": found[place + 1]["row"] if place + 1 < len(found) else None,
        },
    )


def _ruled(shown: dict, day) -> dict:
    """What the rule set in force reads the entry's clauses of 8.3 as, clause by clause; D16 is its precedence."""
    rows = [r for r in repository.described(day) if r["clause"] in shown["clauses"]]
    found = [
        (r["clause"], next((x["text"] for x in r["readings"] if x["key"] == r["reading"]), ""), r["in_force"])
        for r in rows
    ]
    return {
        "rule_set": repository.in_force_on(day).id,
        "ruled": found,
        "precedence": repository.precedence_words(day) if shown["row"].code == "D16" else "",
    }


def _quotes(row: Discrepancy) -> list[dict]:
    """The quotes by line, each line once with all its quoted words: `{"line", "text", "words"}`; a quote without a line
    stands alone."""
    texts = dict(
        PlanLine.objects.filter(number__in=[q["line"] for q in row.quotes if q.get("line")]).values_list(
            "number", "text"
        )
    )
    found: dict[object, dict] = {}
    for number, quote in enumerate(row.quotes):
        line = quote.get("line")
        one = found.setdefault(
            line or f"q{number}", {"line": line, "text": texts.get(line, quote["text"]), "words": []}
        )
        one["words"].append(quote["text"])
    return list(found.values())


def _time(row: Discrepancy, projects: list[Project], day) -> dict:
    """The touched projects' time with what the plan dates in it, for wide and narrow pages; {} where it is not about time."""
    drawn = [home.row(p, []) for p in projects if p.latest_start and p.latest_end and p.estimate_wan is not None]
    if row.code not in TIME_CODES or not drawn:
        return {}
    span = {"first": home.FIRST_DAY, "last": home.LAST_DAY, "today": day}
    blocks = home.blocks(Plan.objects.order_by("pk").first())
    chart = charts.gantt(
        [charts.Group("", tuple(drawn), "", "")], **span, blocks=blocks, title=f"{row.code} 牵涉项目的时间", width=860
    )
    return {"chart": chart, "minis": [charts.gantt_row(one, **span, width=300) for one in drawn]}
