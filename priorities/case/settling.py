"""What accepting a verdict comes to: the conclusion that follows from it, the papers that nobody was asked for, and
what the verdict would be with 均无异议. Readers alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from priorities.approval import opinions
from priorities.labels import OPINIONS, OUTCOMES, PAPERS
from priorities.models import Conclusion, Screening, Submission
from priorities.rules.criteria import heading_of
from priorities.rules.facts import OFFICE_FACTS
from priorities.rules.plan_2006 import POSTPONED
from priorities.screening import conclusions, verdicts

RE_REVIEW_DAYS = 182  # 系统默认; the reviewer may name another day (D26)
APART_FROM_WAN = Decimal(100)  # 系统默认: from this total on each paper is waived apart, with a reason of its own
# Reasons that need no typing, each only where it is true; any other is typed. None is chosen beforehand.
SMALL = "项目规模小、技术方案简单，不需另行征求意见"
CONTINUED = "续建，方案与上一期相同"
SEEN_BEFORE = "技术方案已在同类项目中审查过"
SCAN_LATER = "盖章扫描件随后补交"


def asks_apart(row: Submission) -> bool:
    """Whether each paper is waived apart: a large amount, or several components."""
    return (row.total_wan or Decimal(0)) >= APART_FROM_WAN or len(verdicts.document_of(row)["components"]) > 1


def size_words(row: Submission) -> str:
    """120.00 万元、2 个组成部分."""
    return f"{row.total_wan or Decimal(0):.2f} 万元、{len(verdicts.document_of(row)['components'])} 个组成部分"


def untrue(row: Submission, reason: str) -> str:
    """Why a reason of the list does not fit this case; empty where it does, and for what was typed."""
    if SMALL in reason and asks_apart(row):
        return f"“{SMALL}”与本件不符：{size_words(row)}。"
    if CONTINUED in reason and row.kind != "continuation":
        return f"“{CONTINUED}”与本件不符：这是{row.get_kind_display()}申报。"
    return ""


def reasons_for(row: Submission, papers: list[str]) -> list[str]:
    """The reasons of the list that are true of the case for these papers together."""
    whole = [r for r in (SMALL, CONTINUED, SEEN_BEFORE) if not untrue(row, r)]
    if papers == ["scan"]:
        return [SCAN_LATER]
    return [f"{r}；{SCAN_LATER}" for r in whole] if "scan" in papers else whole


def bulk_reasons() -> list[str]:
    """What is offered for many cases at once; a case that it does not fit is refused by itself."""
    return [f"{r}；{SCAN_LATER}" for r in (SMALL, SEEN_BEFORE)]


@dataclass(frozen=True)
class Following:
    """The conclusion that follows from a verdict, with what 缓建 asks for."""

    kind: str
    lacking: str = ""
    re_review_on: dt.date | None = None

    @property
    def label(self) -> str:
        return dict(Conclusion.KINDS)[self.kind]


@dataclass(frozen=True)
class Step:
    """The one act that brings a case under review on: the verdict that it takes, the papers that it waives."""

    is_settled: bool  # verdict and conclusion are there
    outcome: str
    following: Following
    office_open: int
    to_decide: tuple[str, ...]
    papers: tuple[str, ...]  # Chinese names of what would be waived
    apart: str  # what makes each of them a waiver of its own, empty where one reason does for all
    reasons: tuple[str, ...]  # that may be picked

    @property
    def outcome_label(self) -> str:
        return OUTCOMES.get(self.outcome, "")

    @property
    def can_settle(self) -> bool:
        return not self.to_decide and self.outcome != "undetermined"


def open_office_facts(row: Submission) -> list[str]:
    """The facts that only the office answers, as far as nobody did."""
    held = verdicts.confirmed_facts(row)
    return [fact for fact in map(str, OFFICE_FACTS) if ("", fact) not in held]


def following(frozen: Screening, row: Submission, day: dt.date) -> Following:
    """What a confirmed verdict, or the departure from it, comes to as a conclusion."""
    ahead = _following(frozen.override or frozen.outcome, frozen.result, row, day)
    return replace(ahead, lacking=frozen.override_reason) if frozen.override == "defer" else ahead


def _following(outcome: str, result: dict, row: Submission, day: dt.date) -> Following:
    kind = suggested_kind(outcome, row)
    if kind != "deferred":
        return Following(kind)
    lacking = [
        f"{step['clause']} {step['text']}"
        for step in result["trace"]
        if step["result"] == "met" and heading_of(step["clause"]) == POSTPONED
    ]
    return Following(kind, "；".join(lacking) or f"{POSTPONED} 所列条件", day + dt.timedelta(days=RE_REVIEW_DAYS))


def suggested_kind(outcome: str, row: Submission) -> str:
    """8.3's outcome as a conclusion; 8.3 only advises on the plan's own rows (D20), 一般 goes to the pool (D19)."""
    if conclusions.is_advisory(row):
        return "candidate"
    return {"priority": "candidate", "defer": "deferred", "no_city_funding": "no_city_funding"}.get(outcome, "pool")


def papers_never_asked(row: Submission) -> list[str]:
    """Opinions that nobody was asked for and the scan where it is not there, as far as they are not waived yet."""
    waived = {w.what for w in verdicts.waivers(row)}
    asked = {
        s.round.kind.removeprefix("opinion_")
        for s in opinions.opinion_seats(row)
        if s.round.about_version == str(row.current_version) and s.round.state != "closed"
    }
    absent = [what for what in OPINIONS if what not in asked | waived]
    scans = [a for a in verdicts.attachments(row) if (a.kind, a.version) == ("scan", row.current_version)]
    return absent + (["scan"] if "scan" not in waived and not scans else [])


def step_of(row: Submission, result: dict, day: dt.date) -> Step:
    """What the desk offers next for a case under review. `result` is its verdict as it stands."""
    confirmed, concluded = verdicts.confirmed(row), conclusions.in_force(row)
    still_open = open_office_facts(row)
    if still_open and confirmed is None:
        facts, components = verdicts.facts_of(row)
        result = verdicts.assess_stated(facts | dict.fromkeys(still_open, "no"), components, day)
    absent = papers_never_asked(row)
    return Step(
        confirmed is not None and concluded is not None,
        result["outcome"],
        _following(result["outcome"], result, row, day),
        len(still_open),
        tuple(result["needs_decision"]),
        tuple(PAPERS[p] for p in absent),
        size_words(row) if len(absent) > 1 and asks_apart(row) else "",
        tuple(reasons_for(row, absent)),
    )
