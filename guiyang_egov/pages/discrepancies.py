"""The register of the plan's contradictions: list, and one with quotes, readings, effects and decisions."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from django.shortcuts import render

from governance import charts
from governance.basics import clock
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.basics.text import search_text
from governance.kernel import audit, readings
from governance.kernel.access import may
from governance.models import Discrepancy, Organisation, PlanLine, ReadingDecision
from governance.web.entry import looked_for, one_of
from governance.web.entry import page as may_enter
from guiyang_egov.pages import consequences, timeline
from priorities.rule_sets import repository
from projects.models import PlanTask, Project
from projects.panels.plan import frame

WEIGHTS = ("A", "B", "C")
TIME_CODES = ("D27", "D28", "D29", "D31")  # a picture of the projects' time says more than their codes
MOST_NAMED = 9  # projects and tasks up to here stand with their names


@may_enter(Permission.READ_REGISTER)
def listing(request):
    """All of them with the reading in force.

    `?weight=A`, `?q=` (words, quotes, P03, 9.2.7), `?open=1` (not yet decided), `?open=0`, `?section=8.3`, `?by=code`
    (`code`: read by code, `rules`: by the rule set, `note`: 仅作说明).
    """
    weight, is_open = one_of(request.GET, "weight", WEIGHTS), one_of(request.GET, "open", ("0", "1"))
    query, section = looked_for(request.GET), one_of(request.GET, "section")
    by = one_of(request.GET, "by", ("code", "rules", "note"))
    found = everything(clock.today())
    sections = _sections(found)
    wanted = search_text(query)
    shown = [
        row
        for row in found
        if (not weight or row.row.weight == weight)
        and (not section or row.section == section)
        and (not by or row.by == by)
        and (not is_open or (row.decided is None) == (is_open == "1"))
        and (not wanted or wanted in row.text)
    ]
    whole = Section("", "", 0, found)
    return render(
        request,
        "pages/discrepancies.html",
        {
            "rows": shown,
            "counts": {"A": whole.A, "B": whole.B, "C": whole.C},
            "total": whole.all,
            "weight": weight,
            "q": query,
            "by": by,
            "is_open": is_open,
            "section": section,
            "sections": sections,
            "undecided": whole.open,
            "decided": whole.decided,
            "may_decide": may(request.actor, Permission.DECIDE_READING),
        },
    )


@dataclass
class Entry:
    """One discrepancy with the reading that holds on a day and who decided it (None: its default holds)."""

    row: Discrepancy
    decided: ReadingDecision | None
    reading: dict | None
    by: str  # who asks for the reading: "code", "rules" (the rule set) or "note" (仅作说明)
    section: str = ""  # where its first quote stands: 8.1, 9.2 …

    @property
    def projects(self) -> list[str]:
        return self._touches("projects")

    @property
    def tasks(self) -> list[str]:
        return self._touches("tasks")

    @property
    def clauses(self) -> list[str]:
        return self._touches("clauses")

    @property
    def changed(self) -> bool:
        return self.decided is not None and self.decided.reading != self.row.default

    @property
    def text(self) -> str:
        """What a search looks through."""
        row = self.row
        words = [q["text"] for q in row.quotes] + [r["text"] for r in row.readings]
        touched = [*self.projects, *self.tasks, *self.clauses]
        return search_text(row.code, row.title, row.default_text, *words, *touched)

    def _touches(self, what: str) -> list[str]:
        return (self.row.touches or {}).get(what, [])


@dataclass
class Section:
    """The entries of one section of the plan, counted by weight and by whether somebody decided them."""

    title: str
    key: str
    order: int
    rows: list[Entry]

    def _weighing(self, weight: str) -> int:
        return sum(entry.row.weight == weight for entry in self.rows)

    A = property(lambda self: self._weighing("A"))
    B = property(lambda self: self._weighing("B"))
    C = property(lambda self: self._weighing("C"))
    all = property(lambda self: len(self.rows))
    decided = property(lambda self: sum(entry.decided is not None for entry in self.rows))
    open = property(lambda self: self.all - self.decided)


def everything(day) -> list[Entry]:
    """Every entry with the reading that holds on the day, who decided it, what it touches; two queries."""
    return [_entry(row, day) for row in Discrepancy.objects.prefetch_related("decisions")]


def _entry(row: Discrepancy, day) -> Entry:
    decisions = sorted((d for d in row.decisions.all() if d.from_day <= day), key=lambda d: (d.from_day, d.pk))
    decided = decisions[-1] if decisions else None
    key = decided.reading if decided else row.default
    return Entry(row, decided, next((r for r in row.readings if r["key"] == key), None), _by(row.code))


def _sections(entries: list[Entry]) -> list[Section]:
    """The entries by the section that their first quote stands in; each is told its `section`."""
    headings = PlanLine.objects.filter(text__regex=r"^[0-9]+\.[0-9]+ ").order_by("number")
    heads = list(headings.values_list("number", "text"))
    numbers = [number for number, _ in heads]
    found: dict[str, Section] = {}
    for entry in entries:
        line = next((q["line"] for q in entry.row.quotes if q.get("line")), None)
        place = bisect_right(numbers, line) - 1 if line else -1
        title = heads[place][1] if place >= 0 else "其他"
        entry.section = title.partition(" ")[0]
        found.setdefault(title, Section(title, entry.section, place, [])).rows.append(entry)
    return sorted(found.values(), key=lambda section: section.order)


def _by(code: str) -> str:
    """Who asks for its reading: code, the rule set, or nobody (仅作说明)."""
    return "code" if code in readings.READ_BY_CODE else "rules" if code in readings.BY_RULE_SET else "note"


@may_enter(Permission.READ_REGISTER)
def page(request, code: str):
    """One: the quotes in their lines, each reading with its effect, the default, who decided what, why and from when;
    the whole register beside it."""
    day = clock.today()
    found = everything(day)
    sections = _sections(found)
    place = next((n for n, r in enumerate(found) if r.row.code == code), None)
    if place is None:
        raise NotVisible()
    shown = found[place]
    row, touches = shown.row, shown.row.touches or {}
    current = shown.reading["key"] if shown.reading else row.default
    projects = list(
        Project.objects.filter(code__in=shown.projects)
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
            "tasks": PlanTask.objects.filter(code__in=shown.tasks),
            "names_tasks": len(shown.tasks) <= MOST_NAMED,
            "clauses": shown.clauses,
            "units": Organisation.objects.filter(key__in=touches.get("organisations", [])),
            **_time(row, projects, day),
            **(_ruled(shown, day) if shown.by == "rules" else {}),
            "used_by": readings.READ_BY_CODE.get(code, ""),
            "may_decide": may(request.actor, Permission.DECIDE_READING) and shown.by != "rules",
            "history": audit.history(row),
            "previous": found[place - 1].row if place else None,
            "next": found[place + 1].row if place + 1 < len(found) else None,
        },
    )


def _ruled(shown: Entry, day) -> dict:
    """What the rule set in force reads the entry's clauses of 8.3 as, clause by clause; D16 is its precedence."""
    rows = [r for r in repository.described(day) if r["clause"] in shown.clauses]
    found = [
        (r["clause"], next((x["text"] for x in r["readings"] if x["key"] == r["reading"]), ""), r["in_force"])
        for r in rows
    ]
    return {
        "rule_set": repository.in_force_on(day).id,
        "ruled": found,
        "precedence": repository.precedence_words(day) if shown.row.code == "D16" else "",
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
    """The touched projects' time with what the plan dates in it, for wide and narrow pages; {} where it is about
    something else."""
    drawn = [timeline.row(p, []) for p in projects if p.latest_start and p.latest_end and p.estimate_wan is not None]
    if row.code not in TIME_CODES or not drawn:
        return {}
    chart = charts.gantt(
        [charts.Group("", tuple(drawn), "", "")],
        first=timeline.FIRST_DAY,
        last=timeline.LAST_DAY,
        today=day,
        blocks=timeline.blocks(frame()),
        title=f"{row.code} 牵涉项目的时间",
        width=860,
    )
    return {"chart": chart, "minis": [timeline.mini(one, day, 300) for one in drawn]}
