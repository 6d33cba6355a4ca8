"""Scenarios of a year's plan: their settings, and the figures that a scenario keeps.

settings  {"years": 1–3, "ceilings": {"2008:city": "1300.00"}, "floor": "20" | null (percent, 9.6.1),
           "weights": {level: integer}, "load": most projects of a lead | null, "phases": bool, "must_state": bool,
           "spared": [key], "waived": [key], "extra_load": {lead: more}}
figures   {"plans": {"best", "greedy", "human", "draft"}, "prices", "clash", "frontier", "values": {key: value},
           "needs": {key: [sentence]}, "forced": {key: price}, "gains": [{"more", "value", "enter", "leave"}],
           "inputs": sha256 of what was asked}; amounts are strings in 万元; a key is a submission's id
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from decimal import Decimal

from budgets.models import SOURCES
from governance.basics.refusal import Invalid
from governance.basics.text import NotAnAmount, parse_wan
from priorities import optimiser
from priorities.annual_plan import optimiser_inputs
from priorities.annual_plan.optimiser_inputs import Inputs
from priorities.models import AnnualPlan
from priorities.optimiser import Plan, Problem
from priorities.optimiser.compare import growth_percent
from priorities.optimiser.value import LEVELS, MOST_WEIGHT, WEIGHTS

SECONDS = 6.0  # of search for one figure
MARGIN_SECONDS = 3.0  # of search for all next amounts, and for all prices
MOST_YEARS, MOST_LOAD = 3, 99
FRONTIER = 24


def default_settings(inputs: Inputs) -> dict:
    """What a first scenario starts from: the finance bureau's ceilings, 20 %, every bond on, the office's weights."""
    return {
        "years": 1,
        "ceilings": {f"{y}:{s}": f"{amount:.2f}" for (y, s), (amount, _) in inputs.ceilings.items()},
        "floor": "20",
        "weights": dict(WEIGHTS),
        "load": None,
        "phases": True,
        "must_state": True,
        "spared": [],
        "waived": [],
        "extra_load": {},
    }


def clean_settings(raw: dict, year: int) -> dict:
    """Settings as typed (a form's flat fields, or a stored dict) made exact. Invalid names every wrong field."""
    errors: dict[str, list[str]] = {}

    def whole(name: str, low: int, high: int, default: int | None) -> int | None:
        typed = raw.get(name)
        text = unicodedata.normalize("NFKC", "" if typed is None else str(typed)).strip()
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high:
            return int(text)
        errors[name] = [f"请填 {low}—{high} 的整数，您填的是“{text[:20]}”。"]
        return default

    years = whole("years", 1, MOST_YEARS, 1)
    weights = {
        level: whole(f"weight_{level}", 0, MOST_WEIGHT, raw.get("weights", WEIGHTS).get(level, WEIGHTS[level]))
        for level in LEVELS
    }
    ceilings: dict[str, str] = {}
    for key, typed in (raw.get("ceilings") or {}).items():
        fiscal_year, _, source = str(key).partition(":")
        if source not in dict(SOURCES) or not fiscal_year.isdigit() or not year <= int(fiscal_year) < year + MOST_YEARS:
            errors[f"ceiling:{key}"] = ["没有这个年度或来源。"]
            continue
        try:
            amount = parse_wan(typed)
        except NotAnAmount as error:
            errors[f"ceiling:{key}"] = [str(error)]
            continue
        if amount is not None and int(fiscal_year) < year + years:
            ceilings[f"{fiscal_year}:{source}"] = f"{amount:.2f}"
    floor, load = _percent(raw.get("floor"), errors), whole("load", 1, MOST_LOAD, None)
    if errors:
        raise Invalid(next(iter(errors.values()))[0], fields=errors)
    return {
        "years": years,
        "ceilings": ceilings,
        "floor": floor,
        "weights": weights,
        "load": load,
        "phases": bool(raw.get("phases")),
        "must_state": bool(raw.get("must_state")),
        "spared": sorted(str(k) for k in raw.get("spared") or ()),
        "waived": sorted(str(k) for k in raw.get("waived") or ()),
        "extra_load": {str(k): int(v) for k, v in (raw.get("extra_load") or {}).items()},
    }


def _percent(typed, errors: dict) -> str | None:
    """The growth floor in percent with at most two decimals; empty switches it off."""
    if typed is None:
        return None
    try:
        amount = parse_wan(str(typed).strip().rstrip("%％"))
    except NotAnAmount:
        amount = Decimal(-1)
    if amount is None:
        return None
    if not 0 <= amount <= 1000:
        errors["floor"] = [f"增幅下限请填 0—1000 的百分数，您填的是“{str(typed)[:20]}”。"]
        return None
    return f"{amount.normalize():f}"


def compute(inputs: Inputs, settings: dict, overrides) -> dict:
    """The figures of a scenario: optimum, greedy, by hand and the draft side by side, prices, clash and repairs,
    frontier.

    `overrides`: PlanOverride rows that stand.
    """
    into = frozenset(str(o.submission_id) for o in overrides if o.kind == "in")
    out = frozenset(str(o.submission_id) for o in overrides if o.kind == "out")
    known = {c.key for c in inputs.candidates}
    free = optimiser_inputs.problem_of(inputs, settings)
    by_hand = optimiser_inputs.problem_of(inputs, settings, into=into & known, out=out & known)
    best = optimiser.solve(free, seconds=SECONDS)
    human = optimiser.solve(by_hand, seconds=SECONDS) if into or out else best
    plans = {
        "best": _optimum(free, inputs, best),
        "greedy": _plan(inputs, optimiser.greedy(free)),
        "human": _optimum(by_hand, inputs, human),
        "draft": _draft(free, inputs),
    }
    prices = optimiser.prices(by_hand, human, seconds=SECONDS) if into or out else ()
    values = {c.key: optimiser.score(c.parts, settings["weights"]) for c in inputs.candidates}
    clash = optimiser.explain(by_hand, seconds=SECONDS) if human.value is None else None
    key = (inputs.year, "city")
    steps = optimiser.frontier(free, key, steps=FRONTIER, seconds=SECONDS)
    return {
        "plans": plans,
        "prices": {p.key: _price(p) for p in prices},
        "clash": None if clash is None else _clash(clash, settings, inputs),
        "frontier": [
            {"ceiling": f"{s.ceiling_wan:.2f}", "value": s.value, "used": f"{s.used_wan:.2f}", "proven": s.proven}
            for s in steps
        ],
        "values": values,
        "needs": needs(by_hand, human.chosen, values) if human.value is not None else {},
        **margins(by_hand, human, key),
        "inputs": fingerprint(inputs, settings, overrides),
    }


def needs(problem: Problem, chosen: dict[str, int], values: dict[str, int]) -> dict[str, list[str]]:
    """For every candidate that does not start this year what it would need, as sentences; one at least."""
    return {
        key: [lack.sentence for lack in found]
        or ["约束之内装得下，没有列入是人定的" if values[key] else "约束之内装得下，但价值为 0，列入不增加价值"]
        for key, found in optimiser.lacks(problem, chosen).items()
    }


def margins(problem: Problem, best, key: tuple[int, str]) -> dict:
    """What more money would buy beyond the best plan, and what each choice by hand would cost, those left out first."""
    by_hand = problem.forced_in | problem.forced_out
    keys = sorted((i.key for i in problem.items if i.options and i.key not in by_hand), key=lambda k: k in best.chosen)
    return {
        "gains": [
            {"more": f"{g.more_wan:.2f}", "value": g.value - best.value, "enter": list(g.enter), "leave": list(g.leave)}
            for g in optimiser.gains(problem, key, best, seconds=MARGIN_SECONDS)
        ],
        "forced": {p.key: _price(p) for p in optimiser.forced(problem, best, keys, seconds=MARGIN_SECONDS)},
    }


def _price(p: optimiser.Override) -> dict:
    wan = None if p.cost_wan is None else f"{p.cost_wan:.2f}"
    return {"kind": p.kind, "value": p.cost_value, "wan": wan, "follows": list(p.follows)}


def fingerprint(inputs: Inputs, settings: dict, overrides) -> str:
    """sha256 of everything that the figures depend on: a page compares it to say that something has changed since."""
    asked = {
        "settings": settings,
        "candidates": [
            [
                c.key,
                c.submission.title,
                c.lead,
                list(c.clauses),
                vars(c.parts),
                c.must,
                list(c.earlier),
                _money(c.amounts),
            ]
            for c in inputs.candidates
        ],
        "held": _money(inputs.held),
        "running": inputs.running,
        "reading": inputs.reading,
        "overrides": sorted([o.submission_id, o.kind] for o in overrides),
    }
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _money(amounts: dict[tuple[int, str], Decimal]) -> list[list]:
    return sorted([*key, f"{amount:.2f}"] for key, amount in amounts.items())


def _optimum(problem: Problem, inputs: Inputs, best) -> dict:
    if best.value is None:
        return {"status": best.status, "bound": best.bound}
    return _plan(inputs, optimiser.plan_of(problem, best.chosen)) | {
        "status": best.status,
        "bound": best.bound,
        "gap": best.gap,
        "proven": best.proven,
        "fewest": best.fewest_wan,
        "milliseconds": round(best.seconds * 1000),
    }


def _plan(inputs: Inputs, plan: Plan) -> dict:
    year = inputs.year
    city = plan.money.get((year, "city"), Decimal(0))
    problem = Problem((), held=inputs.held)
    growth = growth_percent(problem, plan.money, year)
    every = sum((a for (y, _), a in plan.money.items() if y == year), Decimal(0))
    return {
        "chosen": plan.chosen,
        "count": plan.count,
        "value": plan.value,
        "city": f"{city:.2f}",
        "cost": f"{plan.cost_wan:.2f}",
        "every": f"{every:.2f}",
        "growth": None if growth is None else f"{growth:.1f}",
        "broken": list(plan.broken),
        "money": {f"{y}:{s}": f"{a:.2f}" for (y, s), a in sorted(plan.money.items()) if y >= year},
    }


def _draft(problem: Problem, inputs: Inputs) -> dict | None:
    """The plan's draft as it stands, judged by the same bonds."""
    draft = AnnualPlan.objects.filter(plan_year=inputs.year, state="draft").first()
    if draft is None:
        return None
    listed = draft.entries.filter(decision__in=("listed", "adjusted")).values_list("submission_id", flat=True)
    known = {c.key for c in inputs.candidates}
    return _plan(inputs, optimiser.plan_of(problem, {str(pk): inputs.year for pk in listed if str(pk) in known}))


def _clash(clash: optimiser.Clash, settings: dict, inputs: Inputs) -> dict:
    return {
        "sentences": list(clash.sentences),
        "repairs": [
            {
                "kind": r.kind,
                "sentence": r.sentence,
                "cost": None if r.cost_wan is None else f"{r.cost_wan:.2f}",
                "who": r.who,
                "value": r.plan.value,
                "count": len(r.plan.chosen),
                "settings": _repaired(r, settings),
            }
            for r in clash.repairs
        ],
    }


def _repaired(repair: optimiser.Repair, settings: dict) -> dict | None:
    """The settings with a repair made; None for a decision by hand, which is taken back in its place."""
    problem, changed = repair.problem, dict(settings)
    if repair.kind == "ceiling":
        changed["ceilings"] = {f"{y}:{s}": f"{amount:.2f}" for (y, s), amount in problem.ceilings.items()}
    elif repair.kind == "growth":
        changed["floor"] = f"{(problem.growth.floor * 100).normalize():f}"
    elif repair.kind == "load":
        lead = repair.about[0]
        changed["extra_load"] = settings["extra_load"] | {lead: settings["extra_load"].get(lead, 0) + repair.more}
    elif repair.kind == "must":
        changed["spared"] = sorted({*settings["spared"], repair.about[0]})
    elif repair.kind == "phase":
        changed["waived"] = sorted(problem.waived_phases)
    else:
        return None
    return changed
