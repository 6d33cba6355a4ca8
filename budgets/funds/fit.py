"""Which projects fit a call (9.6.2) and why: the rules of a call are data, each about one fact of the register.

A fact is three-valued: what the register does not know is 不明 and names who can say it, never a no. The plan gives no
rules; they are the call's own conditions, as far as the register can answer them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from budgets.ledger import decided
from budgets.models import BudgetLine, FundingCall
from projects.labels import INVESTMENT_TYPES
from projects.lifecycle import life
from projects.models import Benefit, Project

YES, NO, UNKNOWN = "yes", "no", "unknown"
WORDS = {YES: "符合", NO: "不符合", UNKNOWN: "不明"}
TONES = {YES: "green", NO: "slate", UNKNOWN: "amber"}
MANDATES = dict(Project.MANDATES)
STAGES = {"before": "尚未开工", "building": "在建", "finished": "已建成"}
OFFICE, UNIT = "市信息办核定", "牵头单位在申报中写明"


@dataclass(frozen=True)
class Facts:
    """What is known of a project; None and "" are not known."""

    words: str
    mandate: str
    investment_type: str
    stage: str
    total_wan: Decimal | None
    years: range | None
    protection_level: int | None
    goals: int
    city_wan: Decimal | None


@dataclass(frozen=True)
class Check:
    """One rule held against a project: what is asked, what is known, the answer, and who can say what is not known."""

    asked: str
    known: str
    answer: str
    who: str = ""

    @property
    def word(self) -> str:
        return WORDS[self.answer]

    @property
    def tone(self) -> str:
        return TONES[self.answer]


def _one_of(labels: dict[str, str], name: str, who: str) -> Callable:
    def check(facts: Facts, value: list[str]) -> tuple:
        held = getattr(facts, name)
        asked = "、".join(labels[v] for v in value)
        return asked, labels.get(held, "未定"), UNKNOWN if not held else YES if held in value else NO, who

    return check


def _words(facts: Facts, value: list[str]) -> tuple:
    found = [word for word in value if word in facts.words]
    return "、".join(value), f"含“{'、'.join(found)}”" if found else "都没有写到", YES if found else NO, ""


def _least(facts: Facts, value: str) -> tuple:
    wan = facts.total_wan
    answer = UNKNOWN if wan is None else YES if wan >= Decimal(value) else NO
    return f"不低于 {Decimal(value):,.2f} 万元", _wan(wan), answer, OFFICE


def _most(facts: Facts, value: str) -> tuple:
    wan = facts.total_wan
    answer = UNKNOWN if wan is None else YES if wan <= Decimal(value) else NO
    return f"不超过 {Decimal(value):,.2f} 万元", _wan(wan), answer, OFFICE


def _year(facts: Facts, value: int) -> tuple:
    years = facts.years
    answer = UNKNOWN if years is None else YES if value in years else NO
    return f"含 {value} 年", f"{years[0]}—{years[-1]} 年" if years else "未填", answer, OFFICE


def _level(facts: Facts, value: int) -> tuple:
    level = facts.protection_level
    answer = UNKNOWN if level is None else YES if level >= value else NO
    return f"不低于 {value} 级", f"{level} 级" if level else "未定级", answer, "牵头单位定级（9.3.2）"


def _goals(facts: Facts, value: bool) -> tuple:
    return "有", f"{facts.goals} 个" if facts.goals else "没有", YES if facts.goals else UNKNOWN, UNIT


def _matching(facts: Facts, value: bool) -> tuple:
    wan = facts.city_wan
    return "有", f"市财政批复 {wan:,.2f} 万元" if wan else "没有批复", YES if wan else UNKNOWN, "市财政局"


def _wan(amount: Decimal | None) -> str:
    return "未填" if amount is None else f"概算 {amount:,.2f} 万元"


# fact: (what a page calls it, how it is answered)
RULES: dict[str, tuple[str, Callable]] = {
    "words": ("项目名称或内容写到", _words),
    "mandate": ("谁要求建设", _one_of(MANDATES, "mandate", OFFICE)),
    "investment_type": ("投资类型（8.2）", _one_of(INVESTMENT_TYPES, "investment_type", OFFICE)),
    "stage": ("建设阶段", _one_of(STAGES, "stage", OFFICE)),
    "least_wan": ("概算", _least),
    "most_wan": ("概算", _most),
    "year": ("建设周期", _year),
    "protection_level": ("安全保护等级", _level),
    "goals": ("可度量的目标（8.1(6)）", _goals),
    "city_money": ("本级配套资金", _matching),
}


@dataclass(frozen=True)
class Fit:
    """A project beside a call: every rule with its answer, and the whole."""

    project: Project
    checks: tuple[Check, ...]

    @property
    def answer(self) -> str:
        answers = {check.answer for check in self.checks}
        return NO if NO in answers else UNKNOWN if UNKNOWN in answers else YES

    @property
    def word(self) -> str:
        return {YES: "符合", NO: "不符合", UNKNOWN: "可能符合"}[self.answer]

    @property
    def tone(self) -> str:
        return TONES[self.answer]

    @property
    def against(self) -> list[Check]:
        return [check for check in self.checks if check.answer == NO]


def check(rules: list[dict], facts: Facts) -> tuple[Check, ...]:
    """Each rule's answer, in the order of the rules."""
    found = []
    for rule in rules:
        label, ask = RULES[rule["fact"]]
        asked, known, answer, who = ask(facts, rule["value"])
        found.append(Check(f"{label}：{asked}", known, answer, who if answer == UNKNOWN else ""))
    return tuple(found)


def asked_of(rules: list[dict]) -> list[str]:
    """The rules in words, for whoever reads the call."""
    nothing = Facts("", "", "", "", None, None, None, 0, None)
    return [one.asked for one in check(rules, nothing)]


def fits(call: FundingCall, projects: Iterable[Project] | None = None) -> list[Fit]:
    """Projects that have not ended beside the call, those that fit first; three queries."""
    rows = Project.objects.exclude(state__in=life.ENDED).order_by("order") if projects is None else projects
    rows = list(rows)
    goals: dict[int, int] = {}
    for pk in Benefit.objects.in_force().filter(project__in=rows).values_list("project_id", flat=True):
        goals[pk] = goals.get(pk, 0) + 1
    lines = BudgetLine.objects.filter(source=decided.CITY, project__in=rows).exclude(approved_wan=None)
    city: dict[int, Decimal] = {}
    for pk, wan in lines.values_list("project_id", "approved_wan"):
        city[pk] = city.get(pk, Decimal(0)) + wan
    found = [Fit(p, check(call.rules, _facts(p, goals.get(p.pk, 0), city.get(p.pk)))) for p in rows]
    return sorted(found, key=lambda fit: (YES, UNKNOWN, NO).index(fit.answer))


def _facts(project: Project, goals: int, city_wan: Decimal | None) -> Facts:
    start, end = project.latest_start, project.latest_end
    before = project.state in ("registered", "approved", "procurement")
    return Facts(
        words=f"{project.name} {project.content}",
        mandate=project.mandate,
        investment_type=project.investment_type,
        stage="before" if before else "finished" if project.state in life.FINISHED else "building",
        total_wan=project.estimate_wan,
        years=range(start.year, end.year + 1) if start and end else None,
        protection_level=project.protection_level,
        goals=goals,
        city_wan=city_wan,
    )
