"""The sheets of the offline workbook: their names, the rows of the form, where the entries begin."""

from __future__ import annotations

from priorities import proposal as proposals
from priorities.labels import ANSWERS
from priorities.rules.facts import COMPONENT_FACTS, OFFICE_FACTS, Fact
from priorities.submissions import merging

FORM, GOALS, MONEY, SHARED, QUESTIONS, META = "申报书", "目标", "组成与资金", "共享数据", "判定事实", "_meta"
CHUNK = 30_000  # a cell holds 32,767 characters
YES_NO = {answer: ANSWERS[answer] for answer in ("yes", "no")}
LEVELS = {str(n): str(n) for n in range(1, 6)}

# field, choices (None: text, "wan": an amount), hint
ROWS: tuple[tuple[str, dict | str | None, str], ...] = (
    ("title", None, "项目的全称"),
    ("construction", proposals.CONSTRUCTIONS, "从列表选"),
    ("start", None, "写作 2008 或 2008-03"),
    ("end", None, "写作 2009 或 2009-06，不早于开始"),
    ("mandate", proposals.MANDATES, "谁要求建设；省要求不是“国家要求”（D13）"),
    ("mandate_document", None, "要求文件的名称和文号，没有留空"),
    ("investment_type", proposals.INVESTMENT_TYPES, "8.2 的三种类型"),
    ("investment_reason", None, "一句话说明为什么是这一类型"),
    ("contact.name", None, "能答复问题的人"),
    ("contact.phone", None, "办公电话"),
    ("prior_investment.amount_wan", "wan", "选填，万元"),
    ("prior_investment.year", None, "选填，四位年度"),
    ("prior_investment.document", None, "选填"),
    ("running_cost.amount_wan", "wan", "选填，万元"),
    ("running_cost.source", proposals.SOURCE_LABELS, "选填"),
    ("service_objects", None, "为谁服务，多少人、多少家（8.1(6)）"),
    ("evaluation", None, "谁评估、何时评估、按哪些指标（8.1(6)）"),
    ("content", None, "建设什么、用什么技术（8.1(7)）"),
    ("security.level", LEVELS, "1—5 级（9.3.2）"),
    ("security.plan", None, "写明方案或所在章节（9.3.8）"),
    *(
        (f"security.commitments.{key}", YES_NO, f"{label}，四项都承诺才能提交（9.3.8）")
        for key, label in proposals.COMMITMENTS.items()
    ),
)
MANDATORY = {path for path, *_ in proposals.MANDATORY}
PART_FACTS = tuple(f for f in Fact if f in COMPONENT_FACTS)
OWN_FACTS = tuple(f for f in Fact if f not in OFFICE_FACTS and f not in COMPONENT_FACTS)
FIRST = 3  # the first row of entries, under title and heads
SPARE_PARTS = 6
SHARED_COLUMNS = (  # key, head, choices, width
    ("side", "使用还是提供", proposals.SHARING_SIDES, 16),
    ("data", "数据", None, 50),
    ("service", "服务方式", proposals.SHARING_SERVICES, 16),
    ("frequency", "频率", proposals.SHARING_FREQUENCIES, 12),
)


def label(path: str) -> str:
    head = path.rpartition(".")[2]
    return f"承诺：{proposals.COMMITMENTS[head]}" if path.startswith("security.commitments.") else merging.label(path)
