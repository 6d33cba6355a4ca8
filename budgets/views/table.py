"""The pages of the budget tables, one stage at a time: a year by source, whose cells are typed into; all years."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from budgets import actions
from budgets.growth import rule, whole_period
from budgets.ledger.booking import ABOVE, LineKey
from budgets.models import FISCAL_YEARS, SOURCES, STAGES
from budgets.table import budget_table, chosen, pictures
from budgets.table.chosen import FOOTNOTES, Chosen
from governance.basics import clock
from governance.basics.memo import one_page
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale
from governance.basics.roles import Permission
from governance.database.prepared import Prepared
from governance.kernel.access import may
from governance.kernel.once import once
from governance.models import Discrepancy
from governance.web import entry
from projects.models import Project

READ, EDIT = Permission.READ_BUDGET, Permission.EDIT_BUDGET
BEFORE = ABOVE | {"approved": "estimate"}  # the stage that a stage follows


@entry.page(READ, methods=("GET", "HEAD"))
def index(request):
    """The clock's year."""
    return redirect("budgets:year", clock.today().year)


@entry.page(READ)
def year(request, year: int):
    if not FISCAL_YEARS[0] <= year <= FISCAL_YEARS[1]:
        raise NotVisible()
    with one_page():
        context = _context(request, year)
    return render(request, "budgets/year.html", context)


_FOOTNOTES = Prepared(lambda: Discrepancy.objects.filter(code__in=FOOTNOTES).only("code", "title"))


def _stage(request) -> str:
    stage = request.GET.get("stage") or request.POST.get("stage") or "approved"
    return stage if stage in budget_table.STAGE_KEYS else "approved"


def _chosen(request) -> Chosen:
    return Chosen.read(request.POST if request.method == "POST" else request.GET)


def _filter(asked: Chosen) -> dict:
    """What templates/budgets/parts/filter.html needs."""
    return {"chosen": asked, "options": chosen.options(), "query": f"&{asked.query}" if asked else ""}


def _context(request, year: int, **more) -> dict:
    stage, asked = _stage(request), _chosen(request)
    found = budget_table.year_table(year, request.actor, asked)
    may_edit = may(request.actor, EDIT)
    editable = may_edit and stage not in found.locks
    refused = {r["key"]: r for r in more.get("refused", ())}
    every = "sources" in request.GET or "sources" in request.POST
    shown = found.sources
    if not asked.source and (every or any(key.split("|")[1] not in dict(shown) for key in refused)):
        shown = SOURCES
    groups = [
        {"group": g, "sums": _sums(g, stage, shown), "rows": [_row(r, stage, shown, editable, refused) for r in g.rows]}
        for g in found.groups
    ]
    _unfold(groups, request.GET.get("open") == "all")
    return (
        {
            "year": year,
            "stage": stage,
            "stage_label": dict(STAGES)[stage],
            "stages": [_card(found, key, label, stage) for key, label in STAGES],
            "table": found,
            "of_unit": "" if found.whole else f"&lead={request.actor.organisation_id}",
            "groups": groups,
            "sources": shown,
            "every": every,
            "folded": [label for s, label in SOURCES if s not in dict(shown)] if not asked.source else [],
            "totals": _sums(found, stage, shown),
            "ordered": _ordered(found),
            "editable": editable,
            "may_edit": may_edit,
            "growth": found.growth,
            "ahead": _ahead(found) if found.whole else None,
            "lacking": year - (found.growth.revenue_before_wan is None and found.growth.revenue_wan is not None),
            "reconciled": found.planned_wan + found.rest_wan == found.check_wan,
            "planned_all": found.planned_wan + found.rest_wan,
            "unsplit": found.planned_wan + found.rest_wan - sum(found.approved_by_year.values()),
            "footnotes": _FOOTNOTES(),
            "years": settings.PLAN_YEARS,
        }
        | _filter(asked)
        | more
    )


def _ahead(found: budget_table.YearTable) -> dict:
    """What follows from 9.6.1 for years to come: the next year's least money, whether the whole period can hold it."""
    whole = whole_period.find(projects=[r.project for r in found.rows + found.rest if r.project.plan_item_id])
    return {
        "need": rule.growth_of(found.year + 1, {found.year: found.growth.fund_wan}, {}, "a").need_wan,
        "next": found.year + 1,
        "tight": whole.tight if whole.split is None else None,
        "years": whole_period.years(),
    }


def _unfold(groups: list[dict], every: bool) -> None:
    """On the phone a programme is open where something was refused, else where a row has no amount of this stage but
    one of the stage before; the first one where nothing waits; all on demand."""
    for group in groups:
        group["unfolded"] = every or any(r["refused"] for r in group["rows"])
    if not any(g["unfolded"] for g in groups):
        for group in groups:
            group["unfolded"] = any(r["waits"] for r in group["rows"])
    if groups and not any(g["unfolded"] for g in groups):
        groups[0]["unfolded"] = True


def _card(found, key: str, label: str, stage: str) -> dict:
    amount, upper = found.sum(key), ABOVE.get(key)
    above = found.sum(upper) if upper else None
    return {
        "key": key,
        "label": label,
        "sum": amount,
        "filled": found.filled(key),
        "lock": found.locks.get(key),
        "now": key == stage,
        "above": dict(STAGES)[upper] if above else "",
        "share": rule.percent(amount, above) if amount is not None and above else None,
    }


def _ordered(found) -> dict[str, int]:
    """How many lines the database's own constraint on the order of the stages holds for."""
    lines = [line for row in found.rows for line in row.lines.values()]
    return {
        "appropriated": sum(1 for x in lines if x.appropriated_wan is not None),
        "spent": sum(1 for x in lines if x.spent_wan is not None),
    }


def _sums(thing, stage: str, sources) -> dict:
    sums = {k: thing.sum(k) for k in budget_table.STAGE_KEYS}
    return {
        "by_source": [(s, thing.amount(s, stage)) for s, _ in sources],
        "stage": thing.sum(stage),
        **sums,
        **_derived(sums),
    }


def _derived(sums: dict) -> dict:
    approved, spent = sums["approved"], sums["spent"]
    return {
        "left": None if approved is None else approved - (sums["appropriated"] or 0),
        "rate": None if not approved or spent is None else rule.percent(spent, approved, "1"),
    }


def _row(row: budget_table.Row, stage: str, sources, editable: bool, refused: dict) -> dict:
    needs = ABOVE.get(stage)
    cells = []
    for source, label in sources:
        line = row.lines.get(source)
        key = f"{row.project.code}|{source}"
        takes = needs is None or (line is not None and getattr(line, f"{needs}_wan") is not None)
        refusal = refused.get(key)
        cells.append(
            {
                "source": source,
                "label": label,
                "key": key,
                "value": row.amount(source, stage),
                "open": editable and takes,
                "takes": takes,
                "version": line.version if line else 0,
                "refused": refusal,
                "typed": refusal["typed"] if refusal else None,
                "line": line,
                "upper": getattr(line, f"{needs}_wan", None) if needs and line else None,
            }
        )
    sums = {k: row.sum(k) for k in budget_table.STAGE_KEYS}
    return {
        "row": row,
        "cells": cells,
        "stage": row.sum(stage),
        **sums,
        **_derived(sums),
        "said": _said(row, sums),
        "waits": stage in BEFORE and sums[stage] is None and sums[BEFORE[stage]] is not None,
        "empty": needs is not None and not any(c["takes"] for c in cells),
        "refused": [c for c in cells if c["refused"]],
    }


def _said(row: budget_table.Row, sums: dict) -> list[tuple[str, object]]:
    """What figures of this page and others add up of the row: its stages, estimate, of the plan alone, its lines."""
    planned, lines = row.project.plan_item_id, row.lines.values()
    said = {
        **sums,
        "left": _derived(sums)["left"],
        "whole": row.project.estimate_wan,
        "plan": row.project.estimate_wan if planned else None,
        "plan-approved": sums["approved"] if planned else None,
    }
    said |= {
        f"lines-{stage}": sum(getattr(x, f"{stage}_wan") is not None for x in lines) or None
        for stage in ("appropriated", "spent")
    }
    return [(name, value) for name, value in said.items() if value is not None]


@entry.page(EDIT, methods=("POST",))
def cells(request, year: int):
    """Save every cell that was typed over: inputs `cell|P06|city` with `version|P06|city`; each on its own, so that one
    refused cell keeps what was typed and says why, while the others are saved."""
    stage = request.POST.get("stage", "")
    if stage not in budget_table.STAGE_KEYS:
        raise Invalid("没有这一栏；可填的是概算、批复、下达、支出。")
    refused, saved = [], 0
    wanted = [n for n in request.POST if n.startswith("cell|") and n.count("|") == 2][:2000]
    projects = {p.code: p for p in Project.objects.filter(code__in={n.split("|")[1] for n in wanted})}
    for name in wanted:
        _, code, source = name.split("|")
        key = f"{code}|{source}"
        value, before = request.POST[name].strip()[:60], request.POST.get(f"was|{key}", "").strip()
        if value == before or code not in projects:
            continue
        try:
            version = entry.integer(request.POST.get(f"version|{key}"), name="版本", low=0, high=10**9, default=0)
            token = entry.token(request, f"{key}={value} {request.POST.get('document_number', '')}")
            with once(request.actor, f"budgets.cell.{year}.{stage}.{key}", token) as call:
                if call.address is None:
                    actions.set_cell(
                        by=request.actor,
                        at=LineKey(projects[code], year, source),
                        stage=stage,
                        typed=value,
                        version=version,
                        paper=actions.Paper(entry.field(request, "document_number", limit=60)),
                    )
                    call.address = reverse("budgets:year", args=[year])
            saved += 1
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            refused.append(_refused_cell(key, value, stage, refusal))
    if refused:
        code = 409 if any(r["status"] == 409 for r in refused) else 422
        return render(request, "budgets/year.html", _context(request, year, refused=refused, saved=saved), status=code)
    messages.success(request, f"已保存 {saved} 处。" if saved else "没有改动。")
    asked = _chosen(request)
    more = ("&sources=all" if "sources" in request.POST else "") + (f"&{asked.query}" if asked else "")
    return redirect(f"{reverse('budgets:year', args=[year])}?stage={stage}{more}")


def _refused_cell(key: str, typed: str, stage: str, refusal: Refused) -> dict:
    """What the row under a refused cell says: the sentence, what is there now, and the amount that would be taken."""
    code, source = key.split("|")
    current = refusal.current or {}
    stale = isinstance(refusal, Stale)
    fix = current.get("ceiling_wan") or current.get("floor_wan") or (current.get(stage) if stale else None)
    return {
        "key": key,
        "code": code,
        "source": dict(SOURCES).get(source, source),
        "typed": typed,
        "sentence": refusal.sentence,
        "status": refusal.status,
        "stale": stale,
        "now": current.get(stage) if stale else None,
        "fix": fix,
        "is_ceiling": "ceiling_wan" in current,
        "upper": ABOVE.get(stage, ""),
    }


@entry.page(READ, methods=("GET", "HEAD"))
def every_year(request):
    """/budgets/all/: every year in one stage, by programme and source, and growth over the years."""
    stage, asked = _stage(request), _chosen(request)
    found = budget_table.years_table(stage, request.actor, asked)
    grown = [
        g
        for g in budget_table.growth_series(found.years)
        if g.fund_wan is not None or g.before_wan is not None or g.revenue_wan is not None
    ]
    sums = {year: found.sum(year) for year in found.years}
    keys = {label: key for key, label in SOURCES}
    groups = [
        {
            "name": name,
            "key": budget_table.group_key(rows[0].project),
            "rows": [{"row": r, "cells": [(y, r.amounts.get(y)) for y in found.years]} for r in rows],
            "unfolded": request.GET.get("open") == "all" or name == found.groups[0][0],
            "cells": [(y, found.sum(y, rows)) for y in found.years],
            "total": budget_table.add(r.total for r in rows),
            "estimate": sum(r.project.estimate_wan or 0 for r in rows),
        }
        for name, rows in found.groups
    ]
    total = budget_table.add(sums.values())
    return render(
        request,
        "budgets/all.html",
        {
            "stage": stage,
            "stage_label": dict(STAGES)[stage],
            "stages": STAGES,
            "table": found,
            "groups": groups,
            "total": total,
            "sums": [(y, sums[y]) for y in found.years],
            "sources": [
                (keys[label], label, [(y, by.get(y)) for y in found.years], budget_table.add(by.values()))
                for label, by in found.sources
            ],
            "gap": found.unsplit_wan,
            "reconciled": found.planned_wan == found.check_wan,
            "growth": grown,
            "years": settings.PLAN_YEARS,
            "chart": pictures.growth_columns(grown, title="市财政批复与增长（万元）", uid="budget-growth"),
            "may_edit": may(request.actor, EDIT),
            "footnotes": _FOOTNOTES(),
        }
        | _filter(asked)
        | {"pictures": pictures.of_years(found, dict(STAGES)[stage], request.actor)},
    )


@entry.page(EDIT, methods=("POST",))
def lock(request, year: int):
    """Freeze or unfreeze a column."""
    stage = entry.field(request, "stage", limit=12)
    actions.lock_stage(by=request.actor, fiscal_year=year, stage=stage, locked=request.POST.get("locked") == "1")
    return redirect(f"{reverse('budgets:year', args=[year])}?stage={stage}")
