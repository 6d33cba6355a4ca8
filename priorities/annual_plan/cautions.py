"""What is still open about a year's choice, said when it is saved and again wherever it is read; it blocks nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Count

from priorities.annual_plan.optimiser_inputs import Inputs
from priorities.labels import STATES
from priorities.models import FilingWindow, PlanScenario, Submission
from priorities.proposal import SOURCE_LABELS

ON_THE_WAY = ("submitted", "under_review", "returned", "joint_approval")
YEARLY = ("new", "planned", "continuation", "supplementary", "change")  # kinds that may become candidates
UNDETERMINED = "undetermined"


def of(inputs: Inputs, ceilings: Mapping[str, str], chosen: Iterable[str], day: dt.date) -> list[str]:
    """Sentences about the ceilings that were asked (`{"2008:city": "1300.00"}`), the window, cases still on their way,
    and chosen candidates (keys) whose verdict is open. Four queries at most."""
    return [
        *_ceilings(inputs, ceilings, set(chosen)),
        *_window(inputs.year, day),
        *_coming(inputs.year),
        *_open(inputs, set(chosen)),
    ]


def of_scenario(row: PlanScenario, inputs: Inputs, day: dt.date) -> list[str]:
    """The same of a saved scenario: what it starts this year, under its own ceilings."""
    chosen = row.figures["plans"]["human"].get("chosen", {})
    this_year = [key for key, start in chosen.items() if start == row.plan_year]
    return of(inputs, row.settings["ceilings"], this_year, day)


def _ceilings(inputs: Inputs, ceilings: Mapping[str, str], chosen: set[str]) -> list[str]:
    found = []
    for (year, source), (official, paper) in sorted(inputs.ceilings.items()):
        if year not in inputs.years:
            continue
        name, asked = f"{year} 年{SOURCE_LABELS[source]}", ceilings.get(f"{year}:{source}")
        if asked is None:
            found.append(f"{name}没有照上限 {official:,.2f} 万元（{paper}）约束，审定时批复超过它会被拒绝")
        elif Decimal(asked) > official:
            over = Decimal(asked) - official
            found.append(
                f"{name}按 {Decimal(asked):,.2f} 万元排，比上限 {official:,.2f}（{paper}）多 {over:,.2f} 万元，"
                "要先提高上限才能审定"
            )
    for (year, source), amount in sorted(_taken(inputs, chosen).items()):
        limit = inputs.ceilings.get((year, source))
        if limit and amount > limit[0]:
            name, over = f"{year} 年{SOURCE_LABELS[source]}", amount - limit[0]
            found.append(f"{name}列入后合计 {amount:,.2f} 万元，超过上限 {limit[0]:,.2f}（{limit[1]}）{over:,.2f} 万元")
    return found


def _taken(inputs: Inputs, chosen: set[str]) -> dict[tuple[int, str], Decimal]:
    """Money of this year's choice by year and source, what is approved already included."""
    sums = dict(inputs.held)
    for candidate in inputs.candidates:
        if candidate.key in chosen:
            for key, amount in candidate.amounts.items():
                sums[key] = sums.get(key, Decimal(0)) + amount
    return sums


def _window(year: int, day: dt.date) -> list[str]:
    window = FilingWindow.objects.filter(plan_year=year).first()
    if window is None:
        return []
    until = window.extensions.filter(is_leave=False).values_list("until", flat=True)
    last = max([window.closes, *until])
    return [f"{year} 年度申报窗口到 {last} 才截止，还会有新的候选"] if day <= last else []


def _coming(year: int) -> list[str]:
    rows = Submission.objects.filter(state__in=ON_THE_WAY, plan_year__lte=year, kind__in=YEARLY)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    if not counts:
        return []
    parts = "，".join(f"{STATES[s]} {counts[s]} 件" for s in ON_THE_WAY if s in counts)
    return [f"还有 {sum(counts.values())} 件没有会签结论（{parts}），通过后成为候选"]


def _open(inputs: Inputs, chosen: set[str]) -> list[str]:
    rows = [c.submission for c in inputs.candidates if c.key in chosen and c.submission.outcome == UNDETERMINED]
    if not rows:
        return []
    names = "、".join(f"{row.reference}“{row.title}”" for row in rows[:5]) + ("等" if len(rows) > 5 else "")
    return [f"列入的 {len(rows)} 项判定仍是待定：{names}"]
