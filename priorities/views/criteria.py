"""The criteria: all of them, and one clause with its text, reading, facts and cases."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.shortcuts import render

from governance.basics import clock
from governance.basics.refusal import NotVisible
from governance.basics.roles import Permission
from governance.kernel.access import may
from governance.models import Clause, Discrepancy, Regulation
from governance.web import entry
from priorities.models import Screening, Submission
from priorities.rescreening import dry_run
from priorities.rescreening.portfolio import SHOWN, Portfolio
from priorities.rule_sets import repository
from priorities.rules import shape
from priorities.rules.criteria import UnknownClause
from priorities.rules.facts import FACTS, on_screen
from priorities.rules.plan_2006 import CLAUSES, CRITERIA, HEADINGS, criterion
from priorities.rules.tables import Table
from priorities.views.rule_sets import may_try

TITLES = {h.key: h.title + (f"（{h.note}，D14）" if h.note else "") for h in HEADINGS}


@entry.page(Permission.READ_REGISTER)
def listing(request):
    """The clauses by heading with the reading in force, and how many cases meet each."""
    rows = repository.described(clock.today())
    met = _met_counts(request.actor)
    groups = [
        {
            "heading": heading,
            "title": title,
            "rows": [
                r | {"met": met.get(r["clause"], 0), "cases": f"{at}#cases", "asked": f"{at}#facts"}
                for r in rows
                if r["heading"] == heading
                for at in [f"/priorities/criteria/{slug_of(r['clause'])}/"]
            ],
        }
        for heading, title in TITLES.items()
    ]
    others = Clause.objects.filter(kind__in=["principle", "type"])
    return render(
        request,
        "priorities/criteria.html",
        {"groups": groups, "others": others, "total": len(rows), "record": repository.record_on(clock.today())},
    )


def slug_of(clause: str) -> str:
    return clause.replace("(", "-").rstrip(")")


def _met_counts(actor) -> dict[str, int]:
    """How many of the latest screenings that the actor may see meet each clause."""
    counts: dict[str, int] = {}
    for result in _latest(actor).values():
        for clause in result.result["met"]:
            counts[clause] = counts.get(clause, 0) + 1
    return counts


def _latest(actor) -> dict[int, Screening]:
    rows = Screening.objects.filter(submission__in=Submission.objects.visible_to(actor)).select_related(
        "submission__organisation"
    )
    return {s.submission_id: s for s in rows.order_by("pk")}


@entry.page(Permission.READ_REGISTER)
def page(request, slug: str):
    """One clause: the plan's words with their line, how it is judged, its readings, the cases, who departed from it."""
    clause = f"{slug.rpartition('-')[0]}({slug.rpartition('-')[2]})"
    row = next((r for r in repository.described(clock.today()) if r["clause"] == clause), None)
    if row is None:
        raise NotVisible(_unknown(clause))
    stored = Clause.objects.filter(clause=clause).first()
    latest = list(_latest(request.actor).values())
    cases = [
        s
        for s in latest
        if any(t["clause"] == clause and t["result"] in ("met", "partly", "undetermined") for t in s.result["trace"])
    ]
    judged = _table(clause)
    for case in cases:
        case.step = next(t for t in case.result["trace"] if t["clause"] == clause)
        case.answers = [on_screen(f, case.facts.get(f, "unknown")) for f in judged.facts]
    trials = _trials(clause) if may_try(request.actor) else []
    at = CLAUSES.index(clause)
    context = {
        "row": row,
        "stored": stored,
        "cases": cases,
        "title": TITLES[row["heading"]],
        "discrepancies": [d for d in Discrepancy.objects.all() if clause in (d.touches or {}).get("clauses", [])],
        "instruments": Regulation.objects.filter(
            clause__in=[c for c, relied in settings.RELIED_ON.items() if {clause, "8.3"} & set(relied)]
        ),
        "previous": slug_of(CLAUSES[at - 1]) if at else None,
        "next": slug_of(CLAUSES[at + 1]) if at + 1 < len(CLAUSES) else None,
        "precedence": repository.precedence_words(clock.today()),
        **_shape(judged),
        "departures": [s for s in latest if s.override and clause in (s.override_clause, *s.result["met"])],
        "headings": [(TITLES[h], [(c, slug_of(c.clause)) for c in CRITERIA if c.heading == h]) for h in TITLES],
        "trials": trials,
        "behind": _behind(request, trials),
        "may_draft": may(request.actor, Permission.DRAFT_RULE_SET),
    }
    return render(request, "priorities/criterion.html", context)


def _unknown(clause: str) -> str:
    try:
        return f"{criterion(clause).clause} 不在现行判据里。"
    except UnknownClause as error:
        return str(error)


def _table(clause: str) -> Table:
    """The clause under the reading in force, under its default one where it is switched off."""
    in_force = next((t for t in repository.in_force_on(clock.today()).tables if t.clause == clause), None)
    return in_force or Table(criterion(clause), criterion(clause).readings[0])


def _shape(table: Table) -> dict:
    """How the clause is judged, to look at."""
    partly = table.reading.partly_when
    return {
        "boxes": shape.boxes(table.reading.met_when),
        "partly": shape.boxes(partly) if partly else (),
        "asked": [FACTS[f].question for f in table.facts],
        "grid": shape.grid(table),
        "ways": shape.ways(table),
    }


def _behind(request, trials: list[dict]) -> dry_run.Behind | None:
    """Whom a trial moves: `?reading=KEY&was=…&now=…`."""
    key = entry.one_of(request.GET, "reading", [t["key"] for t in trials])
    trial = next((t for t in trials if t["key"] == key), None)
    if trial is None:
        return None
    asked = {name: entry.one_of(request.GET, name, map(str, SHOWN)) for name in ("was", "now")} | {"kind": ""}
    rows = [r for r in Portfolio().listed(repository.in_force_on(clock.today()), trial["new"]) if r[1] != r[2]]
    return dry_run.listed(rows, asked, f"改为“{trial['text']}”")


def _trials(clause: str) -> list[dict]:
    """What every other reading of the clause, and having none, would do to all cases and the plan's rows."""
    old, everything, found = repository.in_force_on(clock.today()), Portfolio(), []
    now = next((r.key for c, r in old.chosen if c.clause == clause), "off")
    for reading in (*criterion(clause).readings, None):
        key = reading.key if reading else "off"
        if key != now:
            kept = {c: r for c, r in old.readings.items() if c != clause} | ({clause: key} if reading else {})
            off = tuple(c for c in old.switched_off if c != clause) + (() if reading else (clause,))
            new = replace(old, readings=kept, switched_off=off)
            cells = everything.moved(old, new)
            found.append(
                {
                    "key": key,
                    "new": new,
                    "text": reading.text if reading else "停用这一条",
                    "cells": cells,
                    "count": sum(c.count for c in cells),
                }
            )
    return found
