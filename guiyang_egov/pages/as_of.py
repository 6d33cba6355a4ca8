"""The register as it stood on a day: portfolio, tasks, lines of money, one project with all its facts.

Every page says loudly which day it shows, offers no verb, and its links stay on that day.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.shortcuts import render

from budgets.models import STAGES
from budgets.table import past as money
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible
from governance.basics.roles import Permission
from governance.kernel.access import Actor
from governance.web.entry import integer, one_of
from governance.web.entry import page as may_enter
from projects.labels import STATES, TASK_STATES, TASK_TONES
from projects.models import Project
from projects.panels import past
from projects.panels.project import history

ADDRESS = "/projects/as-of/"
PARTS = {"": "项目", "tasks": "规划任务", "lines": "预算行"}
FIRST_YEAR, LAST_YEAR = 1990, 2100


def day_of(text: str, name: str, default: dt.date) -> dt.date:
    """A day of an address: 2006-12-31, also 2006/12/31, 2006年12月31日 and full-width figures. Raises Invalid."""
    typed = unicodedata.normalize("NFKC", text).strip()
    for mark in "/.年月":
        typed = typed.replace(mark, "-")
    try:
        year, month, day = (
            (int(part) for part in typed.removesuffix("日").split("-"))
            if typed
            else (default.year, default.month, default.day)
        )
        found = dt.date(year, month, day)
    except ValueError:
        raise Invalid(f"“{text[:20]}”不是日期，请写作 2006-12-31。", fields={name: ["请写作 2006-12-31"]}) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Invalid(f"{found.year} 年不在 {FIRST_YEAR}—{LAST_YEAR} 之间，请换一天。", fields={name: ["请换一天"]})
    return found


@dataclass(frozen=True)
class Day:
    """The day that a page shows, seen from today."""

    day: dt.date
    today: dt.date
    opened: dt.date | None  # the first day that the register knows

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def is_future(self) -> bool:
        return self.day > self.today

    @property
    def is_before_everything(self) -> bool:
        return self.opened is None or self.day < self.opened

    @property
    def others(self) -> list[dt.date]:
        """Days worth a look: the ends of the half-years that the register knows, the newest last; at most six."""
        first = self.opened or self.today
        ends = [dt.date(y, m, 30 if m == 6 else 31) for y in range(first.year, self.today.year + 1) for m in (6, 12)]
        return [end for end in ends if first <= end <= self.today][-6:]

    def address(self, **more) -> str:
        """An address of this day; what is empty is left out."""
        return "?" + urlencode({"day": self.day.isoformat()} | {k: v for k, v in more.items() if v not in ("", None)})


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request):
    """`?day=2006-12-31`, with `part=tasks` or `part=lines` the tasks or the money; `?code=P01` one project."""
    today = clock.today()
    asked = Day(day_of(request.GET.get("day", ""), "day", today), today, past.opened_on())
    sees_money = bool(request.actor.scope(Permission.READ_BUDGET))
    part = one_of(request.GET, "part", PARTS)
    if part == "lines" and not sees_money:
        raise NotVisible()
    code = request.GET.get("code", "").strip()[:12]
    context = {"asked": asked, "day": asked.day, "part": part, "code": code, "stages": STAGES, "sees_money": sees_money}
    if code:
        return render(request, "pages/as_of_project.html", context | _project(request.actor, asked, code, sees_money))
    context["tabs"] = [
        (label, asked.address(part=key), key == part) for key, label in PARTS.items() if key != "lines" or sees_money
    ]
    show = {"": _portfolio, "tasks": _tasks, "lines": _lines}[part]
    return render(request, "pages/as_of.html", context | show(request, asked))


def _portfolio(request, asked: Day) -> dict:
    """One page of the projects, of all or of those in a state that day, each with its money over all years."""
    state = one_of(request.GET, "state", STATES)
    found = past.on_day(asked.day, state=state, number=request.GET.get("page"))
    held, totals, shown = {}, None, STAGES[1:]
    if request.actor.scope(Permission.READ_BUDGET):
        held = money.as_of(asked.day, request.actor, codes=[p.code for p in found.page]).projects
        ids = past.projects_on(asked.day).order_by().filter(state=state).values("id") if state else None
        sums = money.sums(asked.day, request.actor, projects=ids)
        totals = [(stage, sums.get(stage)) for stage, _ in shown]
    in_state = {key: (n, wan) for key, _, n, wan in found.states}
    count, wan = in_state.get(state, (0, Decimal(0))) if state else (found.count, found.total_wan)
    return {
        "found": found,
        "state": STATES.get(state, ""),
        "count": count,
        "wan": wan,
        "totals": totals,
        "rows": [
            (p, [(stage, label, held.get(p.code, {}).get(stage)) for stage, label in shown] if totals else [])
            for p in found.page
        ],
        "here": f"{asked.address(state=state)}#rows",
        "at": f"{asked.address()}#rows",
        "states": [(label, n, wan, f"{asked.address(state=key)}#rows") for key, label, n, wan in found.states],
    }


def _tasks(request, asked: Day) -> dict:
    """The tasks as they stood, of all or of those in a state."""
    state = one_of(request.GET, "state", TASK_STATES)
    tasks = past.tasks_on(asked.day)
    return {
        "tasks": [(t, TASK_TONES[t.state]) for t in tasks if state in ("", t.state)],
        "state": TASK_STATES.get(state, ""),
        "every": len(tasks),
        "at": f"{asked.address(part='tasks')}#rows",
        "states": [
            (label, sum(t.state == key for t in tasks), f"{asked.address(part='tasks', state=key)}#rows")
            for key, label in TASK_STATES.items()
        ],
    }


def _lines(request, asked: Day) -> dict:
    """The lines of money as they stood, of all fiscal years or of one, above them every year's sums."""
    year = integer(request.GET.get("year"), name="年度", low=FIRST_YEAR, high=LAST_YEAR)
    years = money.years(asked.day, request.actor)
    rows = money.as_of(asked.day, request.actor, year=year).rows()
    sums = [_sum(amounts[n] for y, amounts in years if year in (None, y)) for n, _ in enumerate(STAGES)]
    return {
        "page": Paginator(rows, past.PAGE_ROWS).get_page(request.GET.get("page")),
        "year": year,
        "count": len(rows),
        "totals": list(zip([stage for stage, _ in STAGES], sums, strict=True)),
        "years": [
            (
                y,
                f"{asked.address(part='lines', year=y)}#rows",
                [(stage, wan) for (stage, _), wan in zip(STAGES, amounts, strict=True)],
            )
            for y, amounts in years
        ],
        "here": f"{asked.address(part='lines', year=year)}#rows",
    }


def _project(actor: Actor, asked: Day, code: str, sees_money: bool) -> dict:
    """One project: all its facts, its lines, what was done about it until that day."""
    project, living = (
        past.one(code, asked.day),
        Project.objects.filter(code=code).prefetch_related("leads__organisation").first(),
    )
    if project is None or living is None:
        raise NotVisible()
    lines, keys = money.as_of(asked.day, actor, codes=[code]).of(code) if sees_money else [], [key for key, _ in STAGES]
    return {
        "p": project,
        "facts": project.facts(),
        "lines": [(*where, list(zip(keys, amounts, strict=True))) for *where, amounts in lines],
        "totals": [(key, _sum(a[n] for *_, a in lines)) for n, key in enumerate(keys)],
        "history": history(living, actor, until=asked.day),  # what he may not read today is not in the past either
    }


def _sum(amounts) -> Decimal | None:
    """None where nothing is filled in."""
    held = [a for a in amounts if a is not None]
    return sum(held, Decimal(0)) if held else None
