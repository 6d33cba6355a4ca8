"""Security of 9.3, pure: the five levels with both name sets (D51), when the next assessment is due, which of the four
同步 a project's state asks for (9.3.8)."""

from __future__ import annotations

import datetime as dt

LEVELS = (1, 2, 3, 4, 5)
# D51: the plan names none. GB 17859-1999, which it cites, and the public-security rules name them differently.
STANDARD = {1: "用户自主保护级", 2: "系统审计保护级", 3: "安全标记保护级", 4: "结构化保护级", 5: "访问验证保护级"}
POLICE = {1: "自主保护级", 2: "指导保护级", 3: "监督保护级", 4: "强制保护级", 5: "专控保护级"}
SOURCES = {"standard": "GB 17859—1999", "police": "信息安全等级保护管理办法（试行）"}
FILED_FROM = 2  # from this level on a filing number is expected

# Years between two assessments, by level; the plan names none: 系统默认.
_MONTHS = {1: 36, 2: 24, 3: 12, 4: 6, 5: 6}
SYNCS = ("planning", "design", "construction", "use")
_NEEDED = {
    "approved": 1,
    "procurement": 2,
    "building": 2,
    "first_acceptance": 3,
    "trial": 3,
    "final_acceptance": 4,
    "operating": 4,
    "evaluation": 4,
    "closed": 4,
}


def names(level: int | None, reading: str = "a") -> str:
    """The level in words: `3 级（安全标记保护级／监督保护级）`; one set alone where D51 was decided."""
    if level not in STANDARD:
        return ""
    shown = {"b": STANDARD[level], "c": POLICE[level]}.get(reading, f"{STANDARD[level]}／{POLICE[level]}")
    return f"{level} 级（{shown}）"


def next_due(assessed_on: dt.date, level: int | None) -> dt.date:
    """When the next assessment is due (系统默认): three years at level 1 … half a year at 4 and 5;
    ungraded as level 2."""
    months = assessed_on.month - 1 + _MONTHS.get(level or 2, 24)
    year, month = assessed_on.year + months // 12, months % 12 + 1
    return dt.date(year, month, min(assessed_on.day, 28))


def syncs_needed(state: str) -> tuple[str, ...]:
    """Which of the four should be done by the state that a project is in."""
    return SYNCS[: _NEEDED.get(state, 0)]


def states_needing(item: str) -> tuple[str, ...]:
    """The states by which one of the four should be done."""
    return tuple(state for state, needed in _NEEDED.items() if SYNCS.index(item) < needed)
