"""A line of 待办, on this floor and above, and how many of a kind become one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

FEW = 3  # more of a kind make one line
LABELS = {
    "signature": "签署",
    "sharing": "共享",
    "report": "进度",
    "topic": "课题",
    "gate": "材料",
    "acceptance": "验收",
    "correction": "整改",
    "evaluation": "评估",
    "security": "安全",
    "benefit": "目标",
    "expert": "专家",
    "condition": "条件",
    "need": "需求",
    "subject": "协同",
}


@dataclass(frozen=True)
class Task:
    """One line of 待办, on this floor and above: a sentence, its address, how many days it has waited, when it is due.
    `note` says why or from whom."""

    sentence: str
    address: str
    age_days: int
    due_day: dt.date | None = None
    late: bool = False
    kind: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.kind]


def few(tasks: list[Task], many: str, address: str) -> list[Task]:
    """The tasks one by one, or one line that counts them: the page behind it has the rows."""
    if len(tasks) <= FEW:
        return tasks
    oldest = max(tasks, key=lambda t: t.age_days)
    due = min((t.due_day for t in tasks if t.due_day), default=None)
    first = "、".join(list(dict.fromkeys(t.sentence.partition(" ")[0] for t in tasks))[:FEW])
    return [
        replace(
            oldest,
            sentence=f"{many} {len(tasks)} 项",
            address=address,
            due_day=due,
            late=any(t.late for t in tasks),
            note=f"{first} 等",
        )
    ]
