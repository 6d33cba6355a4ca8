"""The project list and the project page: the register's part, the money beside it, what 8.3 would say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings
from django.shortcuts import render

from budgets.models import ProjectYear
from budgets.panels import money as money_panels
from governance.basics import clock
from governance.basics.roles import Permission
from governance.kernel.access import Actor, may
from governance.web.entry import found
from governance.web.entry import page as may_enter
from guiyang_egov.pages.sums import of_column, rated
from priorities.panels import cases as priorities_panels
from projects import panels
from projects.actions.checks import reporting
from projects.labels import INVESTMENT_TYPES, ORIGINS, STATES
from projects.lifecycle import life
from projects.models import Project
from projects.panels.lists import BASES, LARGE, LATER, SORT_LABELS, Filter, Listing
from projects.panels.plan import TIME_CODES, touched
from projects.progress import rating

STAGES = ("approved", "appropriated", "spent")


@dataclass
class YearMoney:
    """The money of one year beside a page's rows, and the money that their rating counts; one query for both."""

    actor: Actor
    year: int
    rows: Mapping[int, ProjectYear] | None = None  # by project id; None where the actor sees no money at all

    def of(self, projects: list[Project]) -> dict[int, rating.Money]:
        """Estimate, approved and spent over all years of the projects whose money the actor may see."""
        if not may(self.actor, Permission.READ_BUDGET):
            return {}
        seen = [p for p in projects if may(self.actor, Permission.READ_BUDGET, p)]
        every = list(ProjectYear.objects.filter(project_id__in=[p.pk for p in seen]))
        self.rows = {row.project_id: row for row in every if row.fiscal_year == self.year}
        return rated(seen, every)

    def total(self, stage: str) -> Decimal | None:
        """A stage's sum over the page's rows; None where nothing is filled in."""
        return of_column((self.rows or {}).values(), f"{stage}_wan")


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def listing(request):
    """The list as a good spreadsheet: views, filters, rows with their year's money, three closing lines. Of a large
    register `?part=totals` asks for the closing lines, which then come by themselves (htmx) or with the page."""
    day, asked = clock.today(), Filter.read(request.GET)
    counted = request.GET.get("part") == "totals"
    year = asked.year or day.year
    entries, money = touched(day), YearMoney(request.actor, year)
    found_rows = panels.listing(
        request.actor, asked, day=day, touched=entries, money_of=money.of, tab_year=day.year, counted=counted
    )
    options = panels.options(counted=found_rows.totals is not None and found_rows.totals.all <= LARGE)
    return render(
        request,
        "pages/parts/project_totals.html" if counted and request.htmx else "pages/projects.html",
        _choices()
        | {
            "f": asked,
            "list": found_rows,
            "rows": [(row, (money.rows or {}).get(row.project.pk)) for row in found_rows.rows],
            "year": year,
            "money": money if money.rows is not None else None,
            "sums": [(stage, money.total(stage)) for stage in STAGES],
            "rows_address": f"{asked.address()}#rows",  # from the first page on: the closing line counts every page
            "unfilled": sum((money.rows or {}).get(r.project.pk) is None for r in found_rows.rows),
            "whole_page": found_rows.page.is_whole,
            "totals": found_rows.totals,
            "totals_address": f"{asked.address()}&part=totals",
            "pages": [
                (word, asked.address(**{way: place}))
                for word, way, place in (
                    ("上一页", "before", found_rows.page.before),
                    ("下一页", "after", found_rows.page.after),
                )
                if place
            ],
            "first_page": asked.address() if asked.after or asked.before else "",
            "tabs": _tabs(asked, found_rows, options, entries, day),
            "chips": _chips(asked, options),
            "options": options,
        },
    )


def _choices() -> dict:
    """What the filters offer whatever the register holds."""
    return {
        "states": STATES.items(),
        "origins": (ORIGINS | LATER).items(),
        "types": [*INVESTMENT_TYPES.items(), ("none", "待定")],
        "sorts": SORT_LABELS.items(),
        "bases": BASES.items(),
        "years": settings.PLAN_YEARS,
    }


def _tabs(asked: Filter, shown: Listing, options: dict, entries, day: dt.date) -> list[dict]:
    """The views that people ask for, with their counts: all, the running year, a programme, the unit named most, …"""
    totals, current = shown.totals, _bare(asked)
    views = [("全部", {}, totals and totals.all), (f"周期含 {day.year} 年", {"year": day.year}, totals and totals.year)]
    programmes = sorted((p for p in options["programmes"] if "count" in p), key=lambda p: -(p["count"] or 0))
    views += [(p["name"], {"programme": p["key"]}, p["count"]) for p in programmes[:1]]
    views += [(f"{u['name']}列名", {"lead": int(u["key"])}, u["count"]) for u in options["leads"][:1]]
    views.append(("时间有不一致", {"discrepancy": "time"}, len(entries.projects_of(TIME_CODES))))
    views.append(("自评与测算不同", {"rated": "differ"}, totals.shown if totals and asked.rated else None))
    return [
        {
            "label": label,
            "count": count,
            "address": Filter(**values).address() if values else "/projects/",
            "current": Filter(**values) == current,
        }
        for label, values, count in views
    ]


def _bare(asked: Filter) -> Filter:
    """What is asked for, without order and place."""
    usual = Filter()
    return replace(asked, **{name: getattr(usual, name) for name in ("sort", "after", "before", "basis")})


def _chips(asked: Filter, options: dict) -> list[tuple[str, str]]:
    """What the filter says, each with the address without it."""
    units = {int(u["key"]): u["name"] for u in options["leads"]}
    programmes = {p["key"]: p["name"] for p in options["programmes"]}
    tasks = {"any": "有", "none": "没有"}.get(asked.tasks, f"{asked.tasks} 有")
    said = {
        "year": f"项目周期 含 {asked.year} 年",
        "programme": f"工程 {programmes.get(asked.programme, asked.programme)}",
        "lead": f"牵头 {units.get(asked.lead, '其他单位')}（{BASES[asked.basis]}）",
        "state": f"状态 {STATES.get(asked.state)}",
        "origin": f"来源 {(ORIGINS | LATER).get(asked.origin)}",
        "investment_type": f"投资类型 {INVESTMENT_TYPES.get(asked.investment_type, '待定')}",
        "discrepancy": f"疑义 {'时间有不一致' if asked.discrepancy == 'time' else asked.discrepancy}",
        "tasks": f"{tasks}推进任务",
        "rated": "自评与测算不同",
        "q": f"含“{asked.q}”",
    }
    usual = Filter()
    without = {name: {name: getattr(usual, name)} for name in said} | {"lead": {"lead": None, "basis": usual.basis}}
    return [(words, asked.address(**without[name])) for name, words in said.items() if getattr(asked, name)]


@may_enter(Permission.READ_REGISTER, methods=("GET", "HEAD"))
def page(request, code: str):
    """One project; `?part=cases` is the part that is asked for afterwards: its cases and what 8.3 would say."""
    actor, day = request.actor, clock.today()
    project = found(priorities_panels.with_pending(panels.with_facts(Project.objects.visible_to(actor))), code=code)
    if request.GET.get("part") == "cases":
        template = "pages/parts/project_cases.html" if request.htmx else "pages/project_cases.html"
        return render(request, template, _cases(project, actor, day))
    sees_money = may(actor, Permission.READ_BUDGET, project)
    money = money_panels.project_money(project, actor, day) if sees_money else None
    counted = (
        rating.Money(project.estimate_wan, money.totals.get("approved"), money.totals.get("spent")) if money else None
    )
    parts = panels.parts(project, actor, day=day, money=counted)
    ended = project.state in life.ENDED  # nothing of it is reported or changed any more
    context = {
        "p": project,
        "x": parts,
        "money": money,
        "paying": money_panels.paying_of(project, money),
        "amounts": [(stage, money.totals.get(stage)) for stage in STAGES] if money else None,
        "may_manage": may(actor, Permission.MANAGE_PROJECT),
        "ended": ended,
        "may_report": not ended and may(actor, reporting(actor), project),
        "may_rate": may(actor, Permission.MANAGE_PROJECT) or bool(actor.scope(Permission.GIVE_OPINION)),
        "may_change_state": any(o["may"] for o in parts.offered),
        "may_propose": not ended and may(actor, Permission.SUBMIT, project),
        "pending": priorities_panels.pending_changes(project, actor),
        "weights": [(w, sum(e.row.weight == w for e in parts.entries)) for w in "AB"],
    }
    return render(request, "pages/project.html", context)


def _cases(project: Project, actor: Actor, day: dt.date) -> dict:
    return {
        "p": project,
        "cases": priorities_panels.for_project(project, actor),
        "advice": priorities_panels.advice_for(project, day),
    }
