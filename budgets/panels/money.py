"""What pages of floors 4 and 5 show of money: a year, a project, who pays, search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from budgets import payers
from budgets.growth import rule
from budgets.ledger.decided import beside
from budgets.models import SOURCES, STAGES, BudgetLine, Entry, ProjectYear
from budgets.table.budget_table import add, year_growth
from governance.basics.roles import Permission, Scope
from governance.basics.searching import holding
from governance.basics.text import quantise
from governance.database.prepared import Prepared
from governance.kernel.access import Actor, may
from projects.models import Project


@dataclass(frozen=True)
class YearBrief:
    """A year in three sums: projects whose window touches it, how many of them have an approved amount, 批复, 下达 and
    支出 over them (None: 未填), and both tests of 9.6.1."""

    year: int
    projects: int
    filled: int
    sums: list[tuple[str, Decimal | None]]
    growth: rule.YearGrowth


def year_brief(actor: Actor, year: int) -> YearBrief | None:
    """For whoever reads the whole city's budget; None for others. Five queries."""
    if actor.scope(Permission.READ_BUDGET) is not Scope.CITY:
        return None
    filled, *amounts = _SUMS.first((year,)) or (0, *(None for _ in SHOWN))
    sums = [(stage, None if wan is None else quantise(wan)) for stage, wan in zip(SHOWN, amounts, strict=True)]
    return YearBrief(year, _IN_YEAR.count((year,)), filled, sums, year_growth(year))


SHOWN = tuple(stage for stage, _ in STAGES[1:])
_IN_YEAR = Prepared(lambda year: Project.objects.in_year(year[0]).order_by().values_list("pk"))


@Prepared
def _SUMS(year: tuple[int]) -> QuerySet:
    held = ProjectYear.objects.filter(fiscal_year=year[0], project__in=Project.objects.in_year(year[0]))
    sums = {stage: Sum(f"{stage}_wan") for stage in SHOWN}
    found = held.order_by().values("fiscal_year").annotate(filled=Count("approved_wan"), **sums)
    return found.values_list("filled", *SHOWN)


@dataclass(frozen=True)
class ProjectMoney:
    """One project: years × stages, sources under approved, the gap to the estimate, the illustrative even split."""

    years: list[int]
    stages: list[dict]  # {"key", "label", "cells": [(Decimal | None, address of its rows)], "total", "gap"}
    sources: list[dict]  # approved by source: {"key", "label", "cells", "total"}
    illustrative: list[Decimal]
    entries: QuerySet  # the newest 20, read where they are shown
    totals: dict[str, Decimal | None]
    decided: list[tuple[str, Decimal, Decimal]]  # (source, 申报, 审定), where a case was decided
    beside: list[tuple[str, Decimal]]  # (source, 万元) that payers find beside what was filed


def project_money(project: Project, actor: Actor, day: dt.date) -> ProjectMoney | None:
    """A project's money for whoever may see it; None for others."""
    if not may(actor, Permission.READ_BUDGET):
        return None
    lines = list(BudgetLine.objects.visible_to(actor).filter(project=project).order_by("fiscal_year", "source"))
    years = sorted({line.fiscal_year for line in lines} | set(window(project)))
    stages, totals = [], {}
    for key, label in STAGES:
        cells = [add(getattr(x, f"{key}_wan") for x in lines if x.fiscal_year == y) for y in years]
        totals[key] = add(cells)
        gap = None
        if project.estimate_wan is not None and key in ("estimate", "approved"):
            gap = project.estimate_wan - (totals[key] or Decimal(0))
        stages.append(
            {"key": key, "label": label, "cells": _led(cells, years, project, key), "total": totals[key], "gap": gap}
        )
    sources = []
    for key, label in SOURCES:
        mine = [x for x in lines if x.source == key and x.approved_wan is not None]
        if mine:
            cells = [add(x.approved_wan for x in mine if x.fiscal_year == y) for y in years]
            led = _led(cells, years, project, "approved", f"&source={key}")
            sources.append({"key": key, "label": label, "cells": led, "total": add(cells)})
    entries = Entry.objects.filter(line__in=lines).select_related("line").order_by("-pk")[:20]
    labels = dict(SOURCES)
    decided = [
        (labels[source], Decimal(a["filed_wan"]), Decimal(a["decided_wan"]))
        for source, a in project.decided.items()
        if a["decided_wan"] is not None
    ]
    found = [(labels[source], amount) for source, amount in beside(project).items()]
    split = [quantise(a) for a in even_split(project, years)]
    return ProjectMoney(years, stages, sources, split, entries, totals, decided, found)


def _led(
    cells: list, years: list[int], project: Project, stage: str, query: str = ""
) -> list[tuple[Decimal | None, str]]:
    """Each year's amount with the address of the project's row in that year's table."""
    return [
        (amount, f"{reverse('budgets:year', args=[year])}?stage={stage}{query}#r-{project.code}")
        for year, amount in zip(years, cells, strict=True)
    ]


def window(project: Project) -> range:
    """The calendar years that the project's latest window touches."""
    if not project.latest_start or not project.latest_end:
        return range(0)
    return range(project.latest_start.year, project.latest_end.year + 1)


def even_split(project: Project, years: Iterable[int]) -> list[Decimal]:
    """示意, not rounded: the estimate spread evenly over the months of its window, per year; never stored (D08)."""
    first, last = project.start, project.end
    if not first or not last or project.estimate_wan is None:
        return [Decimal(0) for _ in years]

    begins, ends = first.year * 12 + first.month, last.year * 12 + last.month
    inside = [max(min(ends, year * 12 + 12) - max(begins, year * 12 + 1) + 1, 0) for year in years]
    return [project.estimate_wan * months / (ends - begins + 1) for months in inside]


@dataclass(frozen=True)
class Paying:
    """谁出钱 of a project or proposal: what 8.1 and 8.2 say, and beside each payer the money that is there, in 万元."""

    answer: payers.PayerAnswer
    rows: list[dict]  # {"label", "role", "clause", "wan"}; what no clause names last: 补充 of 政府型, else no role
    total: Decimal | None
    type_open: bool  # the investment type of 8.2 is not settled
    amount_label: str  # 申报 or 批复
    is_settled: bool = False  # the joint approval settled the shares that the plan leaves open

    @property
    def questions(self) -> list[tuple[str, str, bool]]:
        """What the plan leaves open: (discrepancy, sentence, whether its shares are settled)."""
        shares = {share.code for share in self.answer.open_shares}
        return [(code, text, self.is_settled and code in shares) for code, text in self.answer.conflicts]


def paying(
    question: payers.PayerQuestion,
    held: dict[str, Decimal | None],
    amount_label: str,
    settled: Mapping[str, Decimal] | None = None,
) -> Paying:
    """The answer of 8.1 and 8.2 beside `held`, the money by source, and beside the shares that the joint approval
    `settled`; a payer without any shows None (未填)."""
    answer = payers.who_pays(question)
    labels = dict(SOURCES)
    named = {
        part.source: {
            "label": labels[part.source],
            "role": part.role_label,
            "clause": part.clause,
            "wan": held.get(part.source),
        }
        for part in answer.mix
    }
    more = (
        {"role": payers.ROLES[payers.SUPPORT], "clause": "8.2(1)"}
        if question.investment_type == "government"
        else {"role": "", "clause": ""}
    )
    settled = settled or {}
    others = [
        {"label": labels[s], "wan": held.get(s)} | more
        for s in labels
        if s not in named and (held.get(s) or settled.get(s))
    ]
    rows = [*named.values(), *others]
    keys = {label: source for source, label in labels.items()}
    rows = [row | {"settled": settled.get(keys[row["label"]])} for row in rows]
    return Paying(answer, rows, add(held.values()), not question.investment_type, amount_label, bool(settled))


def paying_of(project: Project, money: ProjectMoney | None = None) -> Paying:
    """谁出钱 of a project, by what the office said of it (that it stands in 8.1(2)'s list is not assumed), beside what
    is approved over all years and what was settled for payers beside the filing; `money` where the page has read it,
    else no amounts are shown."""
    question = payers.PayerQuestion(
        mandate=project.mandate,
        investment_type=project.investment_type,
        on_shared_list=bool(project.on_shared_list),
        is_district=project.origin == "district",
        is_self_funded=project.origin == "self_funded",
    )
    return paying(
        question,
        {s["key"]: s["total"] for s in money.sources} if money else {},
        "批复，各年" if money else "",
        beside(project) if money else {},
    )


def search(actor: Actor, query: str, most: int = 20) -> list[tuple[str, str, str, str]]:
    """Entries whose 文号, 说明 or budget-unit code holds the words: (code, title, address, note), newest first."""
    if not query or not may(actor, Permission.READ_BUDGET):
        return []
    mine = BudgetLine.objects.visible_to(actor).values("pk")
    holds = holding(("document_number", "reason", "line__unit_code"), query)
    found = Entry.objects.filter(holds, line__in=mine).select_related("line__project").order_by("-pk")[:most]
    return [
        (
            e.line.project.code,
            f"{e.line.fiscal_year} 年{e.line.get_source_display()}{e.get_stage_display()} {e.amount_wan:+,.2f} 万元",
            f"/budgets/lines/{e.line_id}/",
            " ".join(filter(None, (e.document_number, e.reason))),
        )
        for e in found
    ]
