"""The budget table: one year, one stage at a time by source; the finance bureau types into cells."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from budgets import actions, table
from budgets.models import SOURCES, STAGES, BudgetLine, CityRevenue, Entry
from governance import audit, clock, web
from governance.access import may
from governance.models import Discrepancy
from governance.once import once
from governance.refusal import NotVisible, Refused
from governance.roles import Permission
from projects.models import Project

READ, EDIT = Permission.READ_BUDGET, Permission.EDIT_BUDGET
FOOTNOTES = ("D08", "D09", "D34", "D40", "D41", "D42", "D43")


@web.page(READ, methods=("GET", "HEAD"))
def index(request):
    """The clock's year."""
    return redirect("budgets:year", clock.today().year)


@web.page(READ)
def year(request, year: int):
    if not 1990 <= year <= 2100:
        raise NotVisible()
    return render(request, "budgets/year.html", _context(request, year))


def _context(request, year: int, **more) -> dict:
    stage = request.GET.get("stage") or request.POST.get("stage") or "approved"
    if stage not in table.STAGE_KEYS:
        stage = "approved"
    found = table.year_table(year, request.actor)
    editable = may(request.actor, EDIT) and stage not in found.locks
    typed = more.pop("typed", {})
    groups = [
        {"group": g, "sums": _sums(g, stage, found.sources),
         "rows": [_row(r, stage, found.sources, editable, typed) for r in g.rows]}
        for g in found.groups
    ]  # fmt: skip
    return {
        "year": year,
        "stage": stage,
        "stage_label": dict(STAGES)[stage],
        "stages": [
            {"key": k, "label": label, "sum": found.sum(k), "filled": found.filled(k), "lock": found.locks.get(k), "now": k == stage}
            for k, label in STAGES
        ],
        "table": found,
        "groups": groups,
        "sources": found.sources,
        "totals": _sums(found, stage, found.sources),
        "editable": editable,
        "may_edit": may(request.actor, EDIT),
        "growth": found.growth,
        "revenues": CityRevenue.objects.filter(fiscal_year__in=(year - 1, year)),
        "reconciled": found.planned_wan + found.rest_wan == found.check_wan,
        "planned_all": found.planned_wan + found.rest_wan,
        "footnotes": Discrepancy.objects.filter(code__in=FOOTNOTES),
        "years": range(2005, 2011),
    } | more  # fmt: skip


def _sums(thing, stage: str, sources) -> dict:
    return {"by_source": [thing.amount(s, stage) for s, _ in sources], "stage": thing.sum(stage),
            **{k: thing.sum(k) for k in table.STAGE_KEYS}}  # fmt: skip


def _row(row: table.Row, stage: str, sources, editable: bool, typed: dict) -> dict:
    cells = []
    for source, label in sources:
        line = row.lines.get(source)
        key = f"{row.project.code}|{source}"
        open_ = editable and (stage in ("estimate", "approved") or (line is not None and getattr(
            line, {"appropriated": "approved_wan", "spent": "appropriated_wan"}[stage]) is not None))  # fmt: skip
        cells.append({"source": source, "label": label, "key": key, "value": row.amount(source, stage), "open": open_,
                      "version": line.version if line else 0, "typed": typed.get(key), "line": line})  # fmt: skip
    approved, appropriated, spent = row.sum("approved"), row.sum("appropriated"), row.sum("spent")
    rate = None if not approved or spent is None else int((spent / approved * 100).to_integral_value())
    left = None if approved is None else approved - (appropriated or 0)
    return {"row": row, "cells": cells, "stage": row.sum(stage), "estimate": row.sum("estimate"), "approved": approved,
            "appropriated": appropriated, "spent": spent, "left": left, "rate": rate}  # fmt: skip


@web.page(EDIT, methods=("POST",))
def cells(request, year: int):
    """Save every cell that was typed over: inputs `cell|P06|city` with `version|P06|city`; each on its own, so that one
    refused cell keeps what was typed and says why, while the others are saved."""
    stage = web.field(request, "stage", limit=12)
    refused, saved, typed = [], 0, {}
    wanted = [n for n in request.POST if n.startswith("cell|") and n.count("|") == 2][:2000]
    projects = {p.code: p for p in Project.objects.filter(code__in={n.split("|")[1] for n in wanted})}
    for name in wanted:
        _, code, source = name.split("|")
        key = f"{code}|{source}"
        value, before = request.POST[name].strip(), request.POST.get(f"was|{key}", "").strip()
        if value == before or code not in projects:
            continue
        try:
            version = web.integer(request.POST.get(f"version|{key}"), name="版本", low=0, high=10**9, default=0)
            with once(request.actor, f"budgets.cell.{year}.{stage}.{key}", _token(request, key)):
                actions.set_cell(
                    by=request.actor, project=projects[code], fiscal_year=year, source=source, stage=stage, typed=value,
                    version=version, document_number=web.field(request, "document_number", limit=60),
                )
            saved += 1
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            refused.append({"code": code, "source": dict(SOURCES).get(source, source), "typed": value, "sentence": refusal.sentence,
                            "current": refusal.current, "status": refusal.status})  # fmt: skip
            typed[key] = value
    if refused:
        code = 409 if any(r["status"] == 409 for r in refused) else 422
        context = _context(request, year, refused=refused, saved=saved, typed=typed)
        return render(request, "budgets/year.html", context, status=code)
    messages.success(request, f"已保存 {saved} 处。" if saved else "没有改动。")
    return redirect(f"{reverse('budgets:year', args=[year])}?stage={stage}")


def _token(request, key: str) -> str | None:
    token = request.POST.get("once", "")
    return f"{token[:60]}.{key}" if token else None


@web.page(READ)
def line(request, pk: int):
    """The history of a line: its entries, each reversible by the finance bureau."""
    row = web.found(BudgetLine.objects.visible_to(request.actor).select_related("project"), pk=pk)
    if request.method == "POST":
        with once(request.actor, "budgets.reverse", request.POST.get("once")) as call:
            if call.address is None:
                entry = web.found(Entry.objects.filter(line=row),
                                  pk=web.integer(request.POST.get("entry"), name="记账", low=1, high=10**15))  # fmt: skip
                actions.reverse_entry(by=request.actor, entry=entry, reason=web.field(request, "reason", limit=300))
                call.address = reverse("budgets:line", args=[row.pk])
        return redirect(call.address)
    entries = row.entries.select_related("reverses", "reversed_by").order_by("-pk")
    return render(request, "budgets/line.html", {"row": row, "entries": entries, "may_edit": may(request.actor, EDIT),
                                                 "history": audit.history(row), "stages": STAGES})  # fmt: skip


@web.page(EDIT, methods=("POST",))
def lock(request, year: int):
    """Freeze or unfreeze a column."""
    stage = web.field(request, "stage", limit=12)
    actions.lock_stage(by=request.actor, fiscal_year=year, stage=stage, locked=request.POST.get("locked") == "1")
    return redirect(f"{reverse('budgets:year', args=[year])}?stage={stage}")


@web.page(EDIT, methods=("POST",))
def revenue(request, year: int):
    """市本级财政收入 of a year with its source."""
    try:
        with once(request.actor, "budgets.revenue", request.POST.get("once")) as call:
            if call.address is None:
                actions.set_revenue(
                    by=request.actor, typed=request.POST.get("revenue_wan", "")[:60], document=web.field(request, "document", limit=200),
                    fiscal_year=web.integer(request.POST.get("fiscal_year"), name="年度", low=1990, high=2100, default=year),
                )  # fmt: skip
                call.address = reverse("budgets:year", args=[year])
    except Refused as refusal:
        context = _context(request, year, refusal=refusal, typed_revenue=request.POST)
        return render(request, "budgets/year.html", context, status=refusal.status)
    return redirect(call.address)
