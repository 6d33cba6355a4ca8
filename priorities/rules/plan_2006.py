"""8.3 of 《贵阳市“十一五”电子政务规划（下）》, read beside the plan: same order, same words.

8.3.1 announces 9 classes and lists 8 (D14): eight stand here, and 8.3.1(9) is refused. The first reading of each clause
is the default of discrepancies D14, D15, D21, D22; the others are what a rule set may choose instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from priorities.rules.criteria import Criterion, Outcome, Reading, UnknownClause, under
from priorities.rules.facts import Fact
from priorities.rules.logic import All, Any, no, some

F = Fact
_OFFICE = (F.EASY_TO_USE, F.SERVES_LEADERS_DECISIONS)
_SERVICE = (F.IMPROVES_INVESTMENT_CLIMATE, F.DRIVES_ECONOMIC_DEVELOPMENT, F.BROAD_BENEFIT)
_SAFETY = (F.PROTECTS_LIVELIHOOD, F.PROTECTS_PRODUCTION, F.SUPPORTS_QUALITY_CITY)
_READY = (F.LEADERSHIP_COMMITTED, F.OPERATORS_QUALIFIED, F.TECHNICAL_ENVIRONMENT_READY)
_WEAK = (F.NARROW_SCOPE, F.UNCLEAR_APPROACH, F.COMPLEX_TECHNOLOGY, F.NO_CLEAR_SOCIAL_BENEFIT)
_SHARED = (F.INTEGRATES_EXISTING, F.HIGHLY_SHARED, F.HIGHLY_INTEGRATED, F.MANAGED_BY_RESOURCE_DEPARTMENT)

CRITERIA: tuple[Criterion, ...] = (
    # 8.3.1 优先建设的项目
    Criterion(
        "8.3.1(1)",
        "能有效整合现有资源,共享度、集成度高且能纳入市信息资源管理部门管理的项目",
        (
            Reading("all", "四项都具备（“且”）", All(*_SHARED)),
            Reading(
                "managed_and_one",
                "能纳入管理，并具备其余一项",
                All(F.MANAGED_BY_RESOURCE_DEPARTMENT, Any(*_SHARED[:3])),
            ),
        ),
    ),
    Criterion(
        "8.3.1(2)",
        "能增加政府监管能力和税收收入的项目",
        (
            Reading(
                "any",
                "具备一项即成立；仅一项时注明，由审核人确认",
                Any(F.STRENGTHENS_SUPERVISION, F.RAISES_TAX_REVENUE),
            ),
            Reading("both", "监管能力和税收收入都增加（“和”）", All(F.STRENGTHENS_SUPERVISION, F.RAISES_TAX_REVENUE)),
        ),
        note_single=True,
    ),
    Criterion(
        "8.3.1(3)",
        "能大大提高办公效率、使用方便、为市领导决策服务的项目",
        (
            Reading(
                "main_and_one",
                "大大提高办公效率，并具备其余一项",
                All(F.GREATLY_IMPROVES_OFFICE_EFFICIENCY, Any(*_OFFICE)),
            ),
            Reading("all", "三项都具备", All(F.GREATLY_IMPROVES_OFFICE_EFFICIENCY, *_OFFICE)),
            Reading("any", "具备一项即成立", Any(F.GREATLY_IMPROVES_OFFICE_EFFICIENCY, *_OFFICE)),
        ),
    ),
    Criterion(
        "8.3.1(4)",
        "改善投资环境、推动经济发展、具有较大收益面、提高公共服务水平显著的项目",
        (
            Reading(
                "main_and_one",
                "公共服务水平显著，并具备其余一项",
                All(F.MARKEDLY_IMPROVES_PUBLIC_SERVICE, Any(*_SERVICE)),
            ),
            Reading("all", "四项都具备", All(F.MARKEDLY_IMPROVES_PUBLIC_SERVICE, *_SERVICE)),
            Reading("any", "具备一项即成立", Any(F.MARKEDLY_IMPROVES_PUBLIC_SERVICE, *_SERVICE)),
        ),
    ),
    Criterion(
        "8.3.1(5)",
        "能保障百姓生活、生产安全、利于“质量兴市”的社会监管项目",
        (
            Reading("main_and_one", "是社会监管项目，并具备其余一项", All(F.SOCIAL_SUPERVISION, Any(*_SAFETY))),
            Reading("all", "四项都具备", All(F.SOCIAL_SUPERVISION, *_SAFETY)),
        ),
    ),
    Criterion(
        "8.3.1(6)",
        "能广泛提高城市弱势群体或农民素质的公共文化教育项目",
        (Reading("both", "两项都具备", All(F.PUBLIC_CULTURE_EDUCATION, F.BROADLY_RAISES_SKILLS)),),
    ),
    Criterion(
        "8.3.1(7)",
        "国家要求建设的重要项目",
        (
            Reading("both", "国家要求，且属重要项目；省要求不算（D13）", All(F.REQUIRED_BY_STATE, F.IMPORTANT)),
            Reading("required", "国家要求即成立", All(F.REQUIRED_BY_STATE)),
        ),
    ),
    Criterion(
        "8.3.1(8)",
        "政府已进行部分投资且急需和效益明显的项目",
        (Reading("all", "三项都具备", All(F.PARTLY_FUNDED_BY_GOVERNMENT, F.URGENTLY_NEEDED, F.CLEAR_BENEFIT)),),
    ),
    # 8.3.2 缓建的项目
    Criterion(
        "8.3.2(1)",
        "建设单位不完全具备建设条件的项目(包括领导重视度、运行维护人员素质及计算机、网络等技术环境)",
        (
            Reading("not_all", "三项有一项不具备即成立", no(All(*_READY))),
            Reading("none", "三项都不具备才成立", no(Any(*_READY))),
        ),
    ),
    Criterion(
        "8.3.2(2)",
        "服务范围窄小、建设思路不清晰、系统技术复杂、社会效益不明显的项目",
        (
            Reading(
                "three_of_four", "四项占三项成立，恰占两项为疑似，由审核人决定（D15）", some(3, *_WEAK), some(2, *_WEAK)
            ),
            Reading("two_of_four", "四项占两项即成立", some(2, *_WEAK)),
            Reading("all", "四项都占才成立", All(*_WEAK)),
            Reading("any", "占一项即成立", Any(*_WEAK)),
        ),
    ),
    Criterion(
        "8.3.2(3)",
        "不能纳入信息资源管理部门共享交换的业务系统",
        (Reading("plain", "是业务系统，而不能共享交换", All(F.BUSINESS_SYSTEM, no(F.EXCHANGEABLE))),),
    ),
    Criterion(
        "8.3.2(4)",
        "要求跨部门、跨系统支持,但是本部门信息化程度尚不足的项目",
        (
            Reading(
                "plain",
                "要求跨部门支持，而本部门信息化程度不足",
                All(F.NEEDS_CROSS_DEPARTMENT_SUPPORT, no(F.DEPARTMENT_INFORMATISED)),
            ),
        ),
    ),
    # 8.3.3 市财政不支持的项目
    Criterion(
        "8.3.3(1)",
        "封闭独立的纵向网络建设",
        (Reading("both", "是纵向网络，且封闭独立（D17）", All(F.VERTICAL_NETWORK, F.CLOSED_AND_INDEPENDENT)),),
    ),
    Criterion(
        "8.3.3(2)",
        "严重重复建设的项目",
        (Reading("severe", "审核人记为“严重”才成立（D23）", All(F.SEVERELY_DUPLICATES)),),
    ),
    Criterion(
        "8.3.3(3)",
        "没有应用、不能共享的纯数据库建设项目",
        (
            Reading(
                "all",
                "三项累加：纯数据库、没有应用、不能共享（D21）",
                All(F.PURE_DATABASE, no(F.HAS_APPLICATION), no(F.SHAREABLE)),
            ),
            Reading(
                "either",
                "纯数据库，没有应用或不能共享",
                All(F.PURE_DATABASE, Any(no(F.HAS_APPLICATION), no(F.SHAREABLE))),
            ),
        ),
    ),
    Criterion(
        "8.3.3(4)",
        "业务流程稳定前景不明朗的项目",
        (Reading("plain", "审核人认定不明朗", All(F.PROCESS_STABILITY_UNCLEAR)),),
    ),
    Criterion(
        "8.3.3(5)",
        "各部门的新建机房类建设项目",
        (Reading("plain", "部门新建机房；改造、扩建和市级共用设施不算（D22）", All(F.NEW_DEPARTMENT_MACHINE_ROOM)),),
    ),
)

CLAUSES = tuple(c.clause for c in CRITERIA)
BY_CLAUSE = {c.clause: c for c in CRITERIA}
CLAUSE_OF = {fact: c.clause for c in CRITERIA for fact in c.facts}
PRIORITISED, POSTPONED, UNFUNDED = "8.3.1", "8.3.2", "8.3.3"


@dataclass(frozen=True)
class Heading:
    """A heading of 8.3, the outcome of what meets one of its clauses, and how many it announces where it lists
    others."""

    key: str
    outcome: Outcome
    title: str
    announced: int | None = None

    @property
    def clauses(self) -> list[str]:
        return under(self.key, CLAUSES)

    @property
    def note(self) -> str:
        """原文称 9 类，实列 8 类."""
        return f"原文称 {self.announced} 类，实列 {len(self.clauses)} 类" if self.announced else ""


HEADINGS = (
    Heading(PRIORITISED, Outcome.PRIORITY, "优先建设的项目", announced=9),
    Heading(POSTPONED, Outcome.DEFER, "缓建的项目"),
    Heading(UNFUNDED, Outcome.NO_CITY_FUNDING, "市财政不支持的项目"),
)

_apart = [c.clause for c in CRITERIA if c.on_components]
# 8.3.3(1)、(3)、(5)
ON_COMPONENTS = _apart[0] + "".join(f"、{c.removeprefix(UNFUNDED)}" for c in _apart[1:])


def criterion(clause: str) -> Criterion:
    """The criterion of a clause id; raises UnknownClause with a sentence."""
    if clause in BY_CLAUSE:
        return BY_CLAUSE[clause]
    for h in HEADINGS:
        if h.announced and clause == f"{h.key}({h.announced})":
            listed = len(h.clauses)
            raise UnknownClause(
                f"规划 {h.key} 称“优先考虑{h.announced}类项目”，实列 {listed} 类，没有 {clause}（D14）。"
            )
    raise UnknownClause(f"8.3 没有条款“{clause}”。条款号写作 8.3.2(3)。")
