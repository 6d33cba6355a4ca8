"""The facts of 8.3: each one plain question, answered yes / no / unknown with evidence. Unanswered is unknown, never
no.

Questions quote the plan's words and are put positively; the keys are labels only. Some keys name a fault
(服务范围窄小): their question asks for its opposite, and 是 / 否 are turned round where they are shown (`on_screen`);
stored is the key's answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial


class Answer(StrEnum):
    """是 / 否 / 不明."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


ANSWER_WORDS = {Answer.YES.value: "是", Answer.NO.value: "否", Answer.UNKNOWN.value: "不明"}


class Fact(StrEnum):
    """Keys in the order of the plan's clauses."""

    INTEGRATES_EXISTING = "integrates_existing"
    HIGHLY_SHARED = "highly_shared"
    HIGHLY_INTEGRATED = "highly_integrated"
    MANAGED_BY_RESOURCE_DEPARTMENT = "managed_by_resource_department"
    STRENGTHENS_SUPERVISION = "strengthens_supervision"
    RAISES_TAX_REVENUE = "raises_tax_revenue"
    GREATLY_IMPROVES_OFFICE_EFFICIENCY = "greatly_improves_office_efficiency"
    EASY_TO_USE = "easy_to_use"
    SERVES_LEADERS_DECISIONS = "serves_leaders_decisions"
    MARKEDLY_IMPROVES_PUBLIC_SERVICE = "markedly_improves_public_service"
    IMPROVES_INVESTMENT_CLIMATE = "improves_investment_climate"
    DRIVES_ECONOMIC_DEVELOPMENT = "drives_economic_development"
    BROAD_BENEFIT = "broad_benefit"
    SOCIAL_SUPERVISION = "social_supervision"
    PROTECTS_LIVELIHOOD = "protects_livelihood"
    PROTECTS_PRODUCTION = "protects_production"
    SUPPORTS_QUALITY_CITY = "supports_quality_city"
    PUBLIC_CULTURE_EDUCATION = "public_culture_education"
    BROADLY_RAISES_SKILLS = "broadly_raises_skills_of_disadvantaged_or_farmers"
    REQUIRED_BY_STATE = "required_by_state"
    IMPORTANT = "important"
    PARTLY_FUNDED_BY_GOVERNMENT = "partly_funded_by_government"
    URGENTLY_NEEDED = "urgently_needed"
    CLEAR_BENEFIT = "clear_benefit"
    LEADERSHIP_COMMITTED = "leadership_committed"
    OPERATORS_QUALIFIED = "operators_qualified"
    TECHNICAL_ENVIRONMENT_READY = "technical_environment_ready"
    NARROW_SCOPE = "narrow_scope"
    UNCLEAR_APPROACH = "unclear_approach"
    COMPLEX_TECHNOLOGY = "complex_technology"
    NO_CLEAR_SOCIAL_BENEFIT = "no_clear_social_benefit"
    BUSINESS_SYSTEM = "business_system"
    EXCHANGEABLE = "exchangeable"
    NEEDS_CROSS_DEPARTMENT_SUPPORT = "needs_cross_department_support"
    DEPARTMENT_INFORMATISED = "department_informatised"
    VERTICAL_NETWORK = "vertical_network"
    CLOSED_AND_INDEPENDENT = "closed_and_independent"
    SEVERELY_DUPLICATES = "severely_duplicates"
    PURE_DATABASE = "pure_database"
    HAS_APPLICATION = "has_application"
    SHAREABLE = "shareable"
    PROCESS_STABILITY_UNCLEAR = "process_stability_unclear"
    NEW_DEPARTMENT_MACHINE_ROOM = "new_department_machine_room"


@dataclass(frozen=True, slots=True)
class FactInfo:
    """A fact on screen. `kinds`: the kinds of construction that call for the question (empty: always asked).

    `is_sharing`: what the clause asks about sharing, which the department of 9.1.2.2 answers where there is one.
    `names_kind`: a part that is of another kind answers no. `remedy`: how the department can change it (advice moves
    only these). `turned`: the question asks for the opposite of the key.
    """

    key: Fact
    question: str
    is_office: bool = False
    is_component_fact: bool = False
    kinds: tuple[str, ...] = ()
    names_kind: bool = False
    is_sharing: bool = False
    remedy: str = ""
    turned: bool = False

    @property
    def topic(self) -> str:
        """The plan's words that the question quotes: 服务范围."""
        return self.question.partition("“")[2].partition("”")[0]


_f = FactInfo
_office = partial(FactInfo, is_office=True, turned=True)
_net = partial(FactInfo, is_component_fact=True, kinds=("network",))
_base = partial(FactInfo, is_component_fact=True, kinds=("database",))

FACTS: dict[Fact, FactInfo] = {
    info.key: info
    for info in (
        _f(Fact.INTEGRATES_EXISTING, "能否“有效整合现有资源”？", remedy="整合现有资源"),
        _f(Fact.HIGHLY_SHARED, "“共享度”是否高？", is_sharing=True, remedy="扩大共享范围"),
        _f(Fact.HIGHLY_INTEGRATED, "“集成度”是否高？", remedy="提高集成度"),
        _f(
            Fact.MANAGED_BY_RESOURCE_DEPARTMENT,
            "“能纳入市信息资源管理部门管理”吗？",
            is_sharing=True,
            remedy="纳入市信息资源管理部门管理（9.1.2.2）",
        ),
        _f(Fact.STRENGTHENS_SUPERVISION, "能否“增加政府监管能力”？"),
        _f(Fact.RAISES_TAX_REVENUE, "能否增加“税收收入”？"),
        _f(Fact.GREATLY_IMPROVES_OFFICE_EFFICIENCY, "能否“大大提高办公效率”？"),
        _f(Fact.EASY_TO_USE, "是否“使用方便”？", remedy="改进设计，使用方便"),
        _f(Fact.SERVES_LEADERS_DECISIONS, "是否“为市领导决策服务”？"),
        _f(Fact.MARKEDLY_IMPROVES_PUBLIC_SERVICE, "“提高公共服务水平”是否“显著”？"),
        _f(Fact.IMPROVES_INVESTMENT_CLIMATE, "能否“改善投资环境”？"),
        _f(Fact.DRIVES_ECONOMIC_DEVELOPMENT, "能否“推动经济发展”？"),
        _f(Fact.BROAD_BENEFIT, "是否“具有较大收益面”？"),
        _f(Fact.SOCIAL_SUPERVISION, "是否属于“社会监管项目”？"),
        _f(Fact.PROTECTS_LIVELIHOOD, "能否“保障百姓生活”安全？"),
        _f(Fact.PROTECTS_PRODUCTION, "能否保障“生产安全”？"),
        _f(Fact.SUPPORTS_QUALITY_CITY, "是否“利于‘质量兴市’”？"),
        _f(Fact.PUBLIC_CULTURE_EDUCATION, "是否属于“公共文化教育项目”？"),
        _f(Fact.BROADLY_RAISES_SKILLS, "“能广泛提高城市弱势群体或农民素质”吗？"),
        _f(Fact.REQUIRED_BY_STATE, "是否“国家要求建设”？"),
        _f(Fact.IMPORTANT, "是否属于“重要项目”？"),
        _f(Fact.PARTLY_FUNDED_BY_GOVERNMENT, "“政府已进行部分投资”吗？"),
        _f(Fact.URGENTLY_NEEDED, "是否“急需”？"),
        _f(Fact.CLEAR_BENEFIT, "“效益”是否“明显”？"),
        _f(Fact.LEADERSHIP_COMMITTED, "“领导重视度”是否具备？", remedy="取得领导班子的书面决定"),
        _f(Fact.OPERATORS_QUALIFIED, "“运行维护人员素质”是否具备？", remedy="配备并培训运行维护人员"),
        _f(Fact.TECHNICAL_ENVIRONMENT_READY, "“计算机、网络等技术环境”是否具备？", remedy="补齐计算机、网络等技术环境"),
        _office(Fact.NARROW_SCOPE, "“服务范围”是否足够广？"),
        _office(Fact.UNCLEAR_APPROACH, "“建设思路”是否清晰？"),
        _office(Fact.COMPLEX_TECHNOLOGY, "“系统技术”是否简明？"),
        _office(Fact.NO_CLEAR_SOCIAL_BENEFIT, "“社会效益”是否明显？"),
        _f(Fact.BUSINESS_SYSTEM, "是不是“业务系统”？"),
        _f(
            Fact.EXCHANGEABLE,
            "业务数据能否“纳入信息资源管理部门共享交换”？",
            is_sharing=True,
            remedy="数据经市政府信息资源共享与交换平台交换（9.1.2.2）",
        ),
        _f(Fact.NEEDS_CROSS_DEPARTMENT_SUPPORT, "是否“要求跨部门、跨系统支持”？"),
        _f(Fact.DEPARTMENT_INFORMATISED, "“本部门信息化程度”是否足够？", remedy="先提高本部门信息化程度"),
        _net(Fact.VERTICAL_NETWORK, "是不是“纵向网络建设”？", names_kind=True, remedy="不建纵向网络"),
        _net(Fact.CLOSED_AND_INDEPENDENT, "网络是否“封闭独立”？", remedy="改用统一网络平台虚拟专网（9.1.2.1）"),
        _office(Fact.SEVERELY_DUPLICATES, "是否避免了“严重重复建设”？"),
        _base(Fact.PURE_DATABASE, "是不是“纯数据库建设”？", names_kind=True, remedy="与业务应用一并建设"),
        _base(Fact.HAS_APPLICATION, "有没有“应用”？", remedy="配上业务应用"),
        _base(Fact.SHAREABLE, "能不能“共享”？", is_sharing=True, remedy="经共享与交换平台开放共享（9.1.2.2）"),
        _office(Fact.PROCESS_STABILITY_UNCLEAR, "“业务流程稳定前景”是否明朗？"),
        _f(
            Fact.NEW_DEPARTMENT_MACHINE_ROOM,
            "是不是“各部门的新建机房”？（改造、扩建和市级共用设施不是）",
            is_component_fact=True,
            kinds=("machine_room",),
            names_kind=True,
            remedy="托管到市电子政务网络管理中心（9.1.2.1）",
        ),
    )
}

if _missing := set(Fact) - set(FACTS):
    raise RuntimeError(f"没有问题的事实：{_missing}")

_OPPOSITE = {"yes": "no", "no": "yes"}


def on_screen(fact: str, answer: str) -> str:
    """A key's answer as the question on screen puts it, and the other way: turned round or as it is."""
    return _OPPOSITE.get(answer, answer) if FACTS[Fact(fact)].turned else answer


OFFICE_FACTS = tuple(f for f in Fact if FACTS[f].is_office)
SHARING_FACTS = tuple(f for f in Fact if FACTS[f].is_sharing)  # 8.3.1(1), 8.3.2(3), 8.3.3(3)
COMPONENT_FACTS = tuple(f for f in Fact if FACTS[f].is_component_fact)

# Answers that contradict each other when both are yes: flagged, not refused.
CONTRADICTIONS = (
    (Fact.CLEAR_BENEFIT, Fact.NO_CLEAR_SOCIAL_BENEFIT, "效益明显，又说社会效益不明显"),
    (Fact.PURE_DATABASE, Fact.HAS_APPLICATION, "是纯数据库，又说有应用"),
)
