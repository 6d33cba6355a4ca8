"""方案: how the candidates of a year are chosen: optimum, greedy, by hand and draft side by side; why nothing fits
and what repairs it; the whole period; the frontier; every saved scenario compared."""

from __future__ import annotations

import functools
from decimal import Decimal

from django.shortcuts import render
from django.urls import reverse

from budgets.growth import whole_period
from budgets.models import SOURCES
from governance import charts
from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused, WrongRole
from governance.basics.roles import Permission, Scope
from governance.kernel.access import may
from governance.web import entry
from priorities import actions
from priorities.annual_plan import cautions, evidence, optimiser_inputs, scenarios
from priorities.models import AnnualPlan, PlanOverride, PlanScenario, Submission
from priorities.optimiser.value import LEVELS, strict_weights

PLANS = [("best", "最优"), ("greedy", "贪心"), ("human", "人工"), ("draft", "现草案")]
NOTES = {
    "best": "满足全部约束，价值最高，同值取钱少",
    "greedy": "按单位价值依次装入，只作对照",
    "human": "在最优上加手工改动",
    "draft": "草案现在列入的各项",
}


@entry.page(Permission.READ_SUBMISSIONS)
def page(request, year: int):
    """GET: `?id=` one scenario, else the latest, or settings for a first one. POST: save settings under a name."""
    _enter(request, year)
    if request.method != "POST":
        return render(request, "priorities/scenarios.html", _context(request, year))

    def save() -> PlanScenario:
        name, settings = entry.field(request, "name", limit=60), _settings(request, year)
        return actions.save_scenario(by=request.actor, plan_year=year, name=name, settings=settings)

    return _act(request, year, "save_scenario", save, "方案已保存。")


@entry.page(Permission.COMPILE_PLAN, methods=("POST",))
def change(request, year: int, pk: int):
    """One verb on a scenario: `what` = override | take_back | recompute | withdraw | apply | repair."""
    _enter(request, year)
    row = entry.found(PlanScenario.objects.filter(plan_year=year, withdrawn=False), pk=pk)
    what = request.POST.get("what", "")
    run, done = CHANGES.get(what, (_unknown, ""))
    return _act(request, year, f"scenario.{what}", lambda: run(request, row), done, row)


@entry.page(Permission.COMPILE_PLAN, methods=("POST",))
def period(request, year: int):
    """据此建方案 from a repair of the whole period."""
    _enter(request, year)
    kind = entry.field(request, "kind", limit=12)
    save = functools.partial(actions.save_period, by=request.actor, plan_year=year, kind=kind)
    return _act(request, year, "save_period", save, "已据修补建方案。")


def _unknown(request, row):
    raise Invalid("没有这个动作。", fields={"what": ["没有这个动作"]})


def _override(request, row):
    pk = entry.integer(request.POST.get("submission"), name="申报", low=1, high=10**9)
    submission = entry.found(Submission.objects.visible_to(request.actor), pk=pk)
    return actions.override(
        by=request.actor,
        scenario=row,
        version=entry.version(request, row.version),
        submission=submission,
        kind=entry.field(request, "kind", limit=3),
        reason=entry.field(request, "reason", limit=300, label="理由"),
    )


def _take_back(request, row):
    pk = entry.integer(request.POST.get("override"), name="改动", low=1, high=10**9)
    standing = entry.found(PlanOverride.objects.select_related("submission"), pk=pk, scenario=row)
    return actions.take_back(
        by=request.actor, scenario=row, version=entry.version(request, row.version), override=standing
    )


def _repair(request, row):
    """A scenario of its own from a repair of a clash."""
    number = entry.integer(request.POST.get("repair"), name="修补", low=0, high=1000)
    offered = (row.figures.get("clash") or {}).get("repairs", [])
    if number is None or number >= len(offered) or offered[number]["settings"] is None:
        raise Refused("没有这一种修补；方案可能已重新计算，请刷新页面。")
    name = f"{row.name}·修补{number + 1}"[:60]
    return actions.save_scenario(
        by=request.actor, plan_year=row.plan_year, name=name, settings=offered[number]["settings"]
    )


def _plain(verb):
    """A verb that takes the scenario and its version alone."""
    return lambda request, row: verb(by=request.actor, scenario=row, version=entry.version(request, row.version))


CHANGES = {
    "override": (_override, "已记下改动，代价已重新计算。"),
    "take_back": (_take_back, "已撤回。"),
    "recompute": (_plain(actions.recompute), "已重新计算。"),
    "withdraw": (_plain(actions.withdraw_scenario), "方案已撤下。"),
    "apply": (_plain(actions.apply_scenario), "已写入计划草案。"),
    "repair": (_repair, "已据修补建方案。"),
}


def _enter(request, year: int) -> None:
    if not 2000 <= year <= 2050:
        raise NotVisible()
    if request.actor.scope(Permission.READ_SUBMISSIONS) is not Scope.CITY:
        raise WrongRole("方案含全市候选项目的判定和资金，只有全市审核、会签、审定和审计的岗位可以查看。")


def _act(request, year: int, verb: str, run, done: str, row: PlanScenario | None = None):
    def act() -> str:
        made = run()
        return reverse("priorities:plan", args=[year]) if isinstance(made, AnnualPlan) else _address(made, year)

    def again(status: int, **more):
        context = _context(request, year, shown=row, **more)
        return render(request, "priorities/scenarios.html", context, status=status)

    return entry.posted(request, f"priorities.{verb}", act, again, done)


def _address(made: PlanScenario, year: int) -> str:
    return reverse("priorities:scenarios", args=[year]) if made.withdrawn else made.get_absolute_url()


def _settings(request, year: int) -> dict:
    """The form's fields as priorities.annual_plan.scenarios takes them; what a repair set stays in hidden fields."""
    post = request.POST
    raw = {name: post.get(name, "") for name in ("years", "floor", "load", *(f"weight_{level}" for level in LEVELS))}
    if post.get("strict") == "1":
        count = len(optimiser_inputs.read(year).candidates)
        raw |= {f"weight_{level}": weight for level, weight in strict_weights(count).items()}
    return raw | {
        "ceilings": {
            name.removeprefix("ceiling:"): value for name, value in post.items() if name.startswith("ceiling:")
        },
        "phases": post.get("phases") == "1",
        "must_state": post.get("must_state") == "1",
        "spared": [k for k in post.getlist("spared") if k.isdigit()],
        "waived": [k for k in post.getlist("waived") if k.isdigit()],
    }


def _context(request, year: int, shown: PlanScenario | None = None, **more) -> dict:
    rows = list(PlanScenario.objects.filter(plan_year=year, withdrawn=False))
    choices = [r for r in rows if r.kind == "choice"]
    if shown is None:
        pk = entry.integer(request.GET.get("id"), name="方案", low=1, high=10**9)
        shown = next((r for r in rows if r.pk == pk), None) if pk else (choices or [None])[-1]
        if pk and shown is None:
            raise NotVisible("这个方案已撤下。")
    else:
        shown = next((r for r in rows if r.pk == shown.pk), None)
    choice = shown if shown is not None and shown.kind == "choice" else None
    inputs = optimiser_inputs.read(year, choice.settings["years"] if choice else 1)
    standing = list(choice.overrides.filter(taken_back_day=None).select_related("submission")) if choice else []
    settings = choice.settings if choice else scenarios.default_settings(inputs)
    return {
        "year": year,
        "shown": shown,
        "choice": choice,
        "inputs": inputs,
        "candidates": _candidates(inputs, choice, standing),
        "settings": settings,
        "ceilings": _ceilings(inputs, settings, more.get("typed")),
        "weights": [(level, label, settings["weights"][level]) for level, label in LEVELS.items()],
        "cards": _cards(choice),
        "overrides": [{"row": o, "price": choice.figures["prices"].get(str(o.submission_id), {})} for o in standing],
        "cautions": cautions.of_scenario(choice, inputs, clock.today()) if choice else (),
        "gains": _gains(inputs, choice),
        "stale": choice is not None and choice.figures["inputs"] != scenarios.fingerprint(inputs, settings, standing),
        "clash": choice.figures["clash"] if choice else None,
        "chart": _frontier(choice, year) if choice else None,
        "compared": _compared(choices, inputs),
        "periods": [r for r in rows if r.kind == "period"],
        "period_table": _period_table(shown) if shown is not None and shown.kind == "period" else None,
        "whole": _whole(),
        "may_compile": may(request.actor, Permission.COMPILE_PLAN),
        "draft": AnnualPlan.objects.filter(plan_year=year, state="draft").first(),
        "years": range(2006, 2012),
    } | more


def _ceilings(inputs, settings: dict, typed) -> list[dict]:
    """A row for every year and source that holds money of a candidate or has a ceiling, 市财政 first."""
    used = {key for c in inputs.candidates for key in c.amounts if key[0] in inputs.years} | {
        (y, "city") for y in inputs.years
    }
    used |= {key for key in inputs.ceilings if key[0] in inputs.years}
    order = [s for s, _ in SOURCES]
    found = []
    for year, source in sorted(used, key=lambda k: (k[0], order.index(k[1]))):
        name = f"{year}:{source}"
        official = inputs.ceilings.get((year, source))
        found.append(
            {
                "name": name,
                "label": f"{year} 年{dict(SOURCES)[source]}",
                "held": inputs.held.get((year, source)),
                "official": official,
                "asked": sum((c.amounts.get((year, source), Decimal(0)) for c in inputs.candidates), Decimal(0)),
                "value": typed.get(f"ceiling:{name}", "") if typed else settings["ceilings"].get(name, ""),
            }
        )
    return found


def _cards(choice: PlanScenario | None) -> list[dict]:
    plans = choice.figures["plans"] if choice else {}
    best = (plans.get("best") or {}).get("value")
    ceiling = Decimal(choice.settings["ceilings"].get(f"{choice.plan_year}:city", 0)) if choice else Decimal(0)
    cards = []
    for key, label in PLANS:
        plan = plans.get(key)
        if plan is None:
            continue
        less = None if best is None or plan.get("value") is None else best - plan["value"]
        left = ceiling - Decimal(plan["city"]) if ceiling and plan.get("city") else None
        cards.append({"key": key, "label": label, "note": NOTES[key], "plan": plan, "less": less, "left": left})
    return cards


def _candidates(inputs, choice: PlanScenario | None, standing) -> list[dict]:
    """The candidates by value per 100 万元, what each plan does with them, the decision by hand and its price."""
    plans = choice.figures["plans"] if choice else {}
    titles = {c.key: c.submission.title for c in inputs.candidates}
    by_hand = {str(o.submission_id): o for o in standing}
    found = []
    for c in inputs.candidates:
        value = choice.figures["values"].get(c.key) if choice else None
        total = sum(c.amounts.values(), Decimal(0))
        price = (choice.figures["prices"].get(c.key) if choice else None) or {}
        found.append(
            {
                "c": c,
                "value": value,
                "city": c.amounts.get((inputs.year, "city")),
                "total": total,
                "rate": round(value / float(total) * 100) if value is not None and total else None,
                "cells": [
                    (label, (plans.get(key) or {}).get("chosen", {}).get(c.key), key)
                    for key, label in PLANS
                    if plans.get(key) is not None
                ],
                "override": by_hand.get(c.key),
                "price": price,
                "follows": [titles[k] for k in price.get("follows", []) if k in titles],
                "needs": (choice.figures.get("needs", {}) if choice else {}).get(c.key, ()),
                "forced": evidence.price_sentence(choice.figures.get("forced", {}).get(c.key), titles)
                if choice
                else "",
                "earlier": [titles.get(k) or inputs.missing.get(k, "") for k in c.earlier],
            }
        )
    return sorted(found, key=lambda r: (-(r["rate"] or 0), r["c"].submission.number))


def _gains(inputs, choice: PlanScenario | None) -> list[str]:
    """“+59.00 万元：列入…”, the next amounts of city money at which the scenario's plan changes."""
    titles = {c.key: c.submission.title for c in inputs.candidates}
    return [evidence.gain_sentence(g, titles) for g in choice.figures.get("gains", [])] if choice else []


def _compared(choices: list[PlanScenario], inputs) -> dict | None:
    """Saved scenarios as columns, what is asked of a plan as rows, then the projects on which they differ."""
    if not choices:
        return None
    columns = choices[-6:]
    plans = [r.figures["plans"]["human"] for r in columns]

    def cell(name: str):
        return [plan.get(name) for plan in plans]

    best = [(r.figures["plans"].get("best") or {}).get("value") for r in columns]
    ceilings = [r.settings["ceilings"].get(f"{r.plan_year}:city") for r in columns]
    possible = [p for p in plans if p.get("value") is not None]
    differ = [c for c in inputs.candidates if len({p["chosen"].get(c.key) for p in possible}) > 1]
    return {
        "differing": [(c.submission, [(p in possible, p.get("chosen", {}).get(c.key)) for p in plans]) for c in differ],
        "columns": columns,
        "rows": [
            ("价值", "int", cell("value")),
            ("同条件最优", "int", best),
            ("列入项数", "int", cell("count")),
            ("市财政上限", "wan", ceilings),
            ("市财政，含已批复", "wan", cell("city")),
            ("全部来源", "wan", cell("every")),
            ("比上年增长", "percent", cell("growth")),
            ("手工改动", "int", [len(r.figures["prices"]) for r in columns]),
        ],
    }


def _frontier(choice: PlanScenario, year: int):
    """Value against the ceiling of city money, the scenario's plans on it."""
    plans, steps = choice.figures["plans"], choice.figures["frontier"]
    ceiling = choice.settings["ceilings"].get(f"{year}:city")
    spots = []
    for key, label, tone, hollow in (
        ("best", "最优", "done", False),
        ("greedy", "贪心", "rest", True),
        ("human", "人工", "amber", False),
    ):
        plan = plans.get(key) or {}
        if plan.get("value") is None or (key == "human" and not choice.figures["prices"]):
            continue
        spots.append(
            charts.Spot(
                float(plan["city"]),
                plan["value"],
                f"{label} {plan['value']:,}，用 {Decimal(plan['city']):,.0f}",
                tone,
                hollow,
            )
        )
    # A value can be had from the money on that its plan takes, not only from the ceiling that was tried.
    return charts.frontier(
        sorted({(float(s["used"]), s["value"]) for s in steps}),
        spots,
        title=f"{year} 年市财政上限每变一档，价值变多少",
        limit=float(ceiling) if ceiling else None,
        limit_text=f"上限 {Decimal(ceiling).normalize():,f}" if ceiling else "",
        x_label=f"{year} 年市财政上限（万元），左端为已批复",
        y_label="价值",
    )


def _whole() -> dict | None:
    """全期检验: the tight block in three steps, a bar with the gap, the repairs."""
    found = whole_period.find()
    if found.split is not None and not found.split.parts:
        return None
    chart = None
    if found.split is None and found.tight:
        t = found.tight
        rows = [
            charts.BarRow(f"{_span(t.late)} 至少需要", float(t.need_wan), f"{t.need_wan:,.2f}", tone="light"),
            charts.BarRow("时间窗内最多可排", float(t.room_wan), f"{t.room_wan:,.2f}　缺 {t.gap_wan:,.2f}"),
        ]
        chart = charts.bars(rows, title="至少需要与最多可排", label_width=150)
    years = whole_period.years()
    return {
        "found": found,
        "chart": chart,
        "early": _span(found.tight.early) if found.tight else "",
        "late": _span(found.tight.late) if found.tight else "",
        "years": years,
        "sums": list(zip(years, found.split.sums, strict=True)) if found.split else [],
    }


def _span(years: tuple[int, int]) -> str:
    return f"{years[0]}—{years[1]}" if years[0] != years[1] else f"{years[0]}"


def _period_table(row: PlanScenario) -> dict:
    figures = row.figures
    rows = [p for p in figures["parts"] if any(Decimal(a) for a in p["amounts"])]
    return {"figures": figures, "rows": rows, "total": sum((Decimal(s) for s in figures["sums"]), Decimal(0))}
