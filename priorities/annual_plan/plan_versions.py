"""Reads of the annual plan: what an adjustment changes, what still blocks an adoption."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from governance.basics.roles import Role
from priorities import proposal as proposals
from priorities.approval import contacts
from priorities.models import AnnualPlan, PlanEntry, Submission
from priorities.screening import conclusions
from priorities.submissions import workflow

LISTED = ("listed", "adjusted")  # decisions by which a case is in the plan
CHANGES = {"add": "增列", "drop": "取消", "raise": "调增", "lower": "调减", "move": "调整年度或来源", "same": "不变"}


@dataclass(frozen=True)
class Difference:
    """One entry of an adjustment against the version adopted before. Amounts in 万元."""

    entry: PlanEntry
    change: str  # a key of CHANGES
    was_wan: Decimal
    now_wan: Decimal

    @property
    def label(self) -> str:
        return CHANGES[self.change]


def adopted_before(plan: AnnualPlan) -> AnnualPlan | None:
    """The version of the year that was in force before this one."""
    rows = AnnualPlan.objects.filter(plan_year=plan.plan_year, number__lt=plan.number)
    return rows.exclude(state="draft").order_by("-number").first()


def adopted_entry(plan: AnnualPlan, submission: Submission) -> PlanEntry | None:
    """The case's listed entry in the version before, if any."""
    before = adopted_before(plan)
    if before is None:
        return None
    return before.entries.filter(submission=submission, decision__in=LISTED).first()


def differences(plan: AnnualPlan) -> list[Difference]:
    """What a version adds, drops, raises, lowers or moves against the one before; all 增列 for the first."""
    before = adopted_before(plan)
    old = {}
    if before is not None:
        old = {e.submission_id: e for e in before.entries.filter(decision__in=LISTED)}
    found = []
    for entry in plan.entries.select_related("submission").order_by("order", "pk"):
        listed = entry.decision in LISTED
        was = old.get(entry.submission_id)
        if not listed and was is None:
            continue
        was_wan, now_wan = _sum(was.amounts if was else []), _sum(entry.amounts if listed else [])
        if was is None:
            change = "add"
        elif not listed:
            change = "drop"
        elif now_wan != was_wan:
            change = "raise" if now_wan > was_wan else "lower"
        else:
            change = "move" if signed_differences(was.amounts, entry.amounts) else "same"
        found.append(Difference(entry, change, was_wan, now_wan))
    return found


def signed_differences(was: list[dict], now: list[dict]) -> list[dict]:
    """`now` minus `was` per source and year: [{"source", "fiscal_year", "amount_wan"}], zeros left out, lower first."""
    before, after = proposals.sums_of(was), proposals.sums_of(now)
    keys = before.keys() | after.keys()
    return proposals.as_amounts({key: after.get(key, Decimal(0)) - before.get(key, Decimal(0)) for key in keys})


def adoption_blockers(plan: AnnualPlan, day: dt.date) -> list[tuple[str, str]]:
    """Why a draft cannot be adopted yet, and who can lift it; as many queries for many entries as for one."""
    office = contacts.role(Role.REVIEWER, day)
    entries = list(plan.entries.select_related("submission").order_by("order", "pk"))
    taken = {e.submission_id for e in entries}
    last = adopted_before(plan)
    before = set(last.entries.filter(decision__in=LISTED).values_list("submission_id", flat=True)) if last else set()
    concluded = conclusions.standing(taken)
    found = []
    if not entries:
        found.append(("计划里一项也没有", office))
    open_ = Submission.objects.filter(state=workflow.CANDIDATE, plan_year__lte=plan.plan_year).exclude(pk__in=taken)
    found += [(f"候选 {row.reference}“{row.title}”还没有列入或结转的意见", office) for row in open_]
    for entry in entries:
        row = entry.submission
        if row.state != workflow.CANDIDATE and row.pk not in before:
            found.append((f"{row.reference} 已不是候选（{workflow.STATES[row.state]}），请从计划里去掉", office))
        elif entry.decision in LISTED and not _sum(entry.amounts):
            found.append((f"{row.reference} 没有审定金额", office))
        elif row.state == workflow.CANDIDATE and row.pk not in concluded:
            found.append((f"{row.reference} 的结论不是对现在这一版申报书作的", office))
    return found


def _sum(amounts: list[dict]) -> Decimal:
    return sum((Decimal(a["amount_wan"]) for a in amounts), Decimal(0))
