"""The filters of the desk's queue: what the address asks for, and the choices with their counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from governance.basics.text import search_text
from priorities.labels import OUTCOMES, STATES, SUBMISSION_KINDS

WAITING = ("submitted", "under_review")
DUE = {"late": "已超期", "week": "7 天内到期", "none": "没有期限"}
SORTS = {"age": "等待由长到短", "due": "先到期的在前", "wan": "金额由大到小", "unit": "按单位"}


@dataclass(frozen=True)
class Choice:
    """One select of the filter row: `options` are (value, label with its count)."""

    name: str
    label: str
    value: str
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class Filters:
    """What the address asks for; a value that means nothing is left out."""

    view: str = "waiting"
    state: str = ""
    kind: str = ""
    outcome: str = ""
    unit: str = ""
    waits: str = ""
    due: str = ""
    sort: str = "age"
    q: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        def one_of(name: str, known, default: str = "") -> str:
            value = given.get(name, default)
            return value if value in known else default

        return cls(
            view=one_of("view", ("waiting", "all"), "waiting"),
            state=one_of("state", STATES),
            kind=one_of("kind", SUBMISSION_KINDS),
            outcome=one_of("outcome", OUTCOMES),
            unit=given.get("unit", "")[:60],
            waits=given.get("waits", "")[:60],
            due=one_of("due", DUE),
            sort=one_of("sort", SORTS, "age"),
            q=given.get("q", "").strip()[:60],
        )

    def apply(self, rows: list, day) -> list:
        """The rows that are asked for, in the order that is asked for."""
        kept = [r for r in self.in_tab(rows) if self._fits(r, day)]
        if self.sort == "age":
            return kept
        keys = {
            "due": lambda r: (r.due_day is None, r.due_day or day),
            "wan": lambda r: -(r.submission.total_wan or 0),
            "unit": lambda r: (r.submission.organisation.name, -r.age),
        }
        return sorted(kept, key=keys[self.sort])

    def in_tab(self, rows: list) -> list:
        """The rows of the tab: one state, all, or what waits for the office."""
        if self.state:
            return [r for r in rows if r.submission.state == self.state]
        return rows if self.view == "all" else [r for r in rows if r.submission.state in WAITING]

    def _fits(self, row, day) -> bool:
        case = row.submission
        due = {
            "late": row.late,
            "week": row.due_day is not None and 0 <= (row.due_day - day).days <= 7,
            "none": row.due_day is None,
        }
        return (
            (not self.kind or case.kind == self.kind)
            and (not self.outcome or (case.outcome or "undetermined") == self.outcome)
            and (not self.unit or case.organisation.name == self.unit)
            and (not self.waits or self.waits in row.waits_for.split("、"))
            and (not self.due or due[self.due])
            and (not self.q or search_text(self.q) in search_text(case.title, case.number, case.organisation.name))
        )

    def choices(self, rows: list) -> list[Choice]:
        """The selects over the rows of the tab, each value with how many it has."""
        rows = self.in_tab(rows)

        def choice(name: str, label: str, counted: Counter, words: Mapping[str, str] | None = None) -> Choice:
            order = [k for k in words if counted[k]] if words else sorted(counted, key=lambda k: (-counted[k], k))
            return Choice(
                name,
                label,
                getattr(self, name),
                [(k, f"{words[k] if words else k}（{counted[k]}）") for k in order if k],
            )

        return [
            choice("kind", "类别", Counter(r.submission.kind for r in rows), SUBMISSION_KINDS),
            choice("outcome", "判定", Counter(r.submission.outcome or "undetermined" for r in rows), OUTCOMES),
            choice("waits", "在等谁", Counter(w for r in rows for w in r.waits_for.split("、"))),
            choice("unit", "单位", Counter(r.submission.organisation.name for r in rows)),
            Choice("due", "期限", self.due, list(DUE.items())),
            Choice("sort", "排序", self.sort, list(SORTS.items())),
        ]
