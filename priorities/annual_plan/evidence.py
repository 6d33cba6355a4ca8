"""What a version of the annual plan was chosen from and why: frozen in its document at adoption, never read again from
the record.

{"scenario": {"name", "version", "by", "day"} | null, "ceiling_wan", "best": {"value", "count", "city_wan", "proven"},
 "plan": {"value", "count", "city_wan", "broken": [sentence]},
 "candidates": [{"number", "title", "lead", "clauses", "urgency", "benefit", "ease", "value", "must", "city_wan",
                 "total_wan", "listed", "reason", "needs": [sentence], "forced": sentence}],
 "gains": [sentence], "frontier": [{"used_wan", "value"}], "cautions": [sentence]}   amounts are strings in 万元
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from governance import charts
from governance.basics.figures import Section, Table, rows_of, table_columns
from priorities import optimiser
from priorities.annual_plan import cautions, optimiser_inputs, scenarios
from priorities.annual_plan.plan_versions import LISTED
from priorities.models import AnnualPlan

SECONDS = 3.0  # of search for one figure, while the adoption holds its locks


def of(plan: AnnualPlan, day: dt.date, *, search: bool = True) -> dict:
    """The evidence of a draft as the record stands; without `search` no optimum, curve and prices, only what each
    candidate left out would need."""
    scenario = plan.scenario
    inputs = optimiser_inputs.read(plan.plan_year, scenario.settings["years"] if scenario else 1)
    settings = scenario.settings if scenario else scenarios.default_settings(inputs)
    entries = {str(e.submission_id): e for e in plan.entries.all()}
    chosen = {
        c.key: plan.plan_year for c in inputs.candidates if c.key in entries and entries[c.key].decision in LISTED
    }
    free, key = optimiser_inputs.problem_of(inputs, settings), (plan.plan_year, "city")
    values = {c.key: optimiser.score(c.parts, settings["weights"]) for c in inputs.candidates}
    found = {"best": None, "gains": [], "forced": {}, "frontier": []}
    if search and inputs.candidates:
        found = _searched(free, key)
    chosen_later = _later(scenario, plan.plan_year, values, chosen)
    needs = scenarios.needs(free, chosen | chosen_later, values)
    titles = {c.key: c.submission.title for c in inputs.candidates}
    made = optimiser.plan_of(free, chosen | chosen_later)
    return {
        "scenario": scenario
        and {"name": scenario.name, "version": scenario.version, "by": scenario.by_text, "day": f"{scenario.day}"},
        "ceiling_wan": settings["ceilings"].get(f"{plan.plan_year}:city"),
        "best": found["best"],
        "plan": {"value": made.value, "count": made.count, "broken": list(made.broken)}
        | {"city_wan": f"{made.money.get(key, Decimal(0)):.2f}"},
        "candidates": [
            _candidate(c, key, c.key in chosen, entries.get(c.key))
            | {
                "value": values[c.key],
                "needs": needs.get(c.key, []),
                "forced": price_sentence(found["forced"].get(c.key), titles),
            }
            for c in inputs.candidates
        ],
        "gains": [gain_sentence(g, titles) for g in found["gains"]],
        "frontier": found["frontier"],
        "cautions": cautions.of(inputs, settings["ceilings"], chosen, day),
    }


def _later(scenario, year: int, known: Mapping[str, int], chosen: Mapping[str, int]) -> dict[str, int]:
    """What the scenario puts into later years: they belong to the choice, though not to this plan."""
    starts = scenario.figures["plans"]["human"].get("chosen", {}) if scenario else {}
    return {k: start for k, start in starts.items() if start > year and k in known and k not in chosen}


def _searched(problem: optimiser.Problem, key: tuple[int, str]) -> dict:
    best = optimiser.solve(problem, seconds=SECONDS)
    steps = optimiser.frontier(problem, key, steps=scenarios.FRONTIER, seconds=SECONDS)
    found = {"gains": [], "forced": {}} if best.value is None else scenarios.margins(problem, best, key)
    used = Decimal(0)
    if best.value is not None:
        used = optimiser.plan_of(problem, best.chosen).money.get(key, Decimal(0))
    return found | {
        "best": best.value is not None
        and {"value": best.value, "count": len(best.chosen), "city_wan": f"{used:.2f}", "proven": best.proven}
        or None,
        "frontier": [{"used_wan": f"{s.used_wan:.2f}", "value": s.value} for s in steps],
    }


def _candidate(c: optimiser_inputs.Candidate, key: tuple[int, str], listed: bool, entry) -> dict:
    return {
        "number": c.submission.reference,
        "title": c.submission.title,
        "lead": c.lead,
        "clauses": list(c.clauses),
        "urgency": c.parts.urgency,
        "benefit": c.parts.benefit,
        "ease": c.parts.ease,
        "must": c.must,
        "city_wan": f"{c.amounts.get(key, Decimal(0)):.2f}",
        "total_wan": f"{sum(c.amounts.values(), Decimal(0)):.2f}",
        "listed": listed,
        "reason": entry.reason if entry else "",
    }


def gain_sentence(gain: Mapping, titles: Mapping[str, str]) -> str:
    """“+59.00 万元：列入甲，让出乙，价值多 80”, from a gain of a scenario's figures."""
    names = {way: "、".join(titles.get(k, k) for k in gain[way]) for way in ("enter", "leave")}
    parts = [f"列入{names['enter']}" if names["enter"] else "", f"让出{names['leave']}" if names["leave"] else ""]
    said = "，".join(filter(None, [*parts, f"价值多 {gain['value']:,}"]))
    return f"+{Decimal(gain['more']):,.2f} 万元：{said}"


def price_sentence(price: Mapping | None, titles: Mapping[str, str]) -> str:
    """What a choice by hand would cost; empty where it was not searched."""
    if price is None:
        return ""
    what = "强制列入" if price["kind"] == "in" else "强制不列"
    if price["value"] is None:
        return f"{what}则排不出方案"
    follows = "、".join(titles[k] for k in price["follows"] if k in titles)
    money = Decimal(price["wan"])
    said = f"{what}：价值少 {price['value']:,}，" + (
        f"多用 {money:,.2f} 万元" if money >= 0 else f"少用 {-money:,.2f} 万元"
    )
    return said + (f"，带出或带入{follows}" if follows else "")


def needs_by_case(evidence: Mapping | None) -> dict[str, str]:
    """What each candidate left out would need, by number; empty where a version was adopted without evidence."""
    rows = evidence["candidates"] if evidence else ()
    return {c["number"]: "；".join(c["needs"]) for c in rows if not c["listed"]}


def curve(evidence: Mapping, year: int) -> charts.Frontier | None:
    """Value against the ceiling, with the optimum and the plan on it."""
    spots = []
    for label, of_it, tone, hollow in (
        ("最优", evidence["best"], "done", False),
        ("本计划", evidence["plan"], "amber", True),
    ):
        if of_it:
            words = f"{label} {of_it['value']:,}，用 {Decimal(of_it['city_wan']):,.0f}"
            spots.append(charts.Spot(float(of_it["city_wan"]), of_it["value"], words, tone, hollow))
    limit = evidence["ceiling_wan"]
    return charts.frontier(
        sorted({(float(s["used_wan"]), s["value"]) for s in evidence["frontier"]}),
        spots,
        title=f"{year} 年市财政上限每变一档，价值变多少",
        limit=float(limit) if limit else None,
        limit_text=f"上限 {Decimal(limit).normalize():,f}" if limit else "",
        x_label=f"{year} 年市财政上限（万元），左端为已批复",
        y_label="价值",
    )


def said(evidence: Mapping) -> list[str]:
    """How the choice was made and how far it is from the best one, as sentences."""
    scenario, best, plan = evidence["scenario"], evidence["best"], evidence["plan"]
    found = [
        f"据方案“{scenario['name']}”（第 {scenario['version']} 稿，{scenario['by']}，{scenario['day']}）编制。"
        if scenario
        else "没有据方案编制；下面按市财政局定的上限和默认权重算出。"
    ]
    if best:
        less = best["value"] - plan["value"]
        money = f"本计划价值 {plan['value']:,}、{plan['count']} 项、市财政 {Decimal(plan['city_wan']):,.2f} 万元"
        gap = "与最优同值" if less == 0 else f"比最优少 {less:,}" if less > 0 else "破约束，与最优不可比"
        found.append(
            f"{money}，{gap}；同条件最优 {best['value']:,}、{best['count']} 项{'，已证明' if best['proven'] else ''}。"
        )
    if plan["broken"]:
        found.append(f"本计划突破的约束：{'；'.join(plan['broken'])}。")
    return found


def section(document: Mapping) -> Section | None:
    """取舍依据 of the plan on paper; None for a version without it."""
    evidence = document.get("evidence")
    if not evidence or not evidence["candidates"]:
        return None
    columns = table_columns(
        "candidate 候选 text 26, value 价值 int 9, city 市财政 wan 11, listed 处理 text 8, "
        "why 依据、还差什么、强制的代价 text 46"
    )
    rows = rows_of(
        columns,
        (
            (
                f"{c['number']} {c['title']}",
                c["value"],
                Decimal(c["city_wan"]),
                "列入" if c["listed"] else "未列",
                "；".join(
                    filter(None, ["、".join(c["clauses"]) or "没有 8.3.1 成立", c["must"], *c["needs"], c["forced"]])
                ),
            )
            for c in evidence["candidates"]
        ),
    )
    more = table_columns("gain 再多多少钱，最优就变 text 100")
    gains = rows_of(more, ((g,) for g in evidence["gains"]))
    drawn = curve(evidence, document["year"])
    return Section(
        "evidence",
        "取舍依据（审定时）",
        (*said(evidence), *(f"{c}。" for c in evidence["cautions"])),
        tables=(
            Table("evidence", "审定时的候选", columns, rows, "万元"),
            *((Table("gains", "再多多少钱，最优就变", more, gains),) if gains else ()),
        ),
        charts=((("价值随市财政上限（万元）", drawn),) if drawn else ()),
    )
