"""What a proposal must have before it may be filed: 8.1 items 6 and 7, 9.3.2, 9.3.8. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from priorities.proposal.shape import COMMITMENTS


@dataclass(frozen=True)
class Gap:
    """A mandatory point that is not there yet: the field's path, the sentence, the clause, the form's section."""

    field: str
    sentence: str
    clause: str
    section: str


SECTIONS = {"basics": "基本情况", "goals": "目标与绩效", "money": "组成与资金", "facts": "判定事实", "security": "安全"}

# field, section, clause, what is missing. Eighteen mandatory points at most; unit, contact and phone come filled in.
MANDATORY = (
    ("title", "basics", "", "写上项目名称"),
    ("construction", "basics", "", "选择建设类型"),
    ("start", "basics", "", "写上开始时间"),
    ("end", "basics", "", "写上结束时间"),
    ("mandate", "basics", "8.1(3)", "选择谁要求建设"),
    ("investment_type", "basics", "8.2", "选择投资类型（政府型、市场型、公益型）"),
    ("investment_reason", "basics", "8.2", "写一句投资类型的理由"),
    ("contact.name", "basics", "", "写上联系人"),
    ("contact.phone", "basics", "", "写上联系电话"),
    ("service_objects", "goals", "8.1(6)", "写明服务对象"),
    ("goals", "goals", "8.1(6)", "至少写一个可以度量的目标（指标、目标值、年度）"),
    ("evaluation", "goals", "8.1(6)", "写明绩效评估机制：谁评估、何时评估、按哪些指标"),
    ("content", "goals", "8.1(7)", "写明建设内容"),
    ("components", "money", "8.3.3", "至少写一个组成部分，写明名称、类别和资金"),
    ("money", "money", "8.1", "每个组成部分写明分年度、分来源的金额"),
    ("security.level", "security", "9.3.2", "选择安全保护等级（1—5 级）"),
    ("security.plan", "security", "9.3.8", "写明同步安全方案，或指明方案所在章节"),
    ("security.commitments", "security", "9.3.8", "对四同步作出承诺：同步规划、同时设计、同时施工、同时投入使用"),
)


def mandatory(proposal: dict) -> list[tuple[str, str, bool]]:
    """`(field, section, filled)` of every mandatory point that this proposal has (D52: security for 新建/改建)."""
    return [(f, s, not _lacks(proposal, f)) for f, s, _, _ in _applicable(proposal)]


def gaps(proposal: dict) -> list[Gap]:
    """What is missing for a submit: 8.1 items 6 and 7, 9.3.2, 9.3.8."""
    return [
        Gap(f, f"{text}{f'（{clause}）' if clause else ''}", clause, s)
        for f, s, clause, text in _applicable(proposal)
        if _lacks(proposal, f)
    ]


def _applicable(proposal: dict):
    required = proposal.get("construction") in ("", "new", "rebuild")
    return [row for row in MANDATORY if required or row[1] != "security"]


def _lacks(proposal: dict, field: str) -> bool:
    if field == "goals":
        return not any(g["indicator"] and g["target"] and g["year"] for g in proposal["goals"])
    if field == "components":
        return not proposal["components"] or any(not (c["name"] and c["kind"]) for c in proposal["components"])
    if field == "money":
        return not proposal["components"] or any(not c["money"] for c in proposal["components"])
    if field == "security.commitments":
        return len(proposal["security"]["commitments"]) < len(COMMITMENTS)
    value = proposal
    for part in field.split("."):
        value = value[part]
    return value in ("", None, [])
