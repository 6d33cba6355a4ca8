"""The score of a project's use and the ranking of projects and departments (9.2.8). Pure.

The plan orders evaluation and its tie to yearly targets without a formula: the weights are ours, shown beside every
score and marked 系统默认. What is not measured is left out of the score and named, never counted as 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WEIGHTS: dict[str, tuple[str, int]] = {
    "use": ("使用率", 35),
    "sharing": ("共享调用", 20),
    "goals": ("绩效目标达成", 30),
    "satisfaction": ("满意度", 15),
}
ENOUGH = 50  # per cent of the weights that must be measured for a place in the ranking


@dataclass(frozen=True)
class Measures:
    """What was measured of one project in a year; None is not measured."""

    code: str
    name: str
    use_percent: int | None
    sharing_calls: int | None
    goals_set: int | None
    goals_met: int | None
    satisfaction_percent: int | None


@dataclass(frozen=True)
class Score:
    """0–100 over what was measured; `parts` are (label, points 0–100 or None, weight); `place` None: not ranked."""

    measures: Measures
    points: float | None
    parts: tuple[tuple[str, float | None, int], ...]
    missing: tuple[str, ...]
    place: int | None = None

    @property
    def basis(self) -> str:
        """The sum behind the score, in words."""
        held = [(label, p, w) for label, p, w in self.parts if p is not None]
        if not held:
            return "没有测得的指标"
        total = sum(w for *_, w in held)
        return "（" + " ＋ ".join(f"{label} {p:.1f}×{w}" for label, p, w in held) + f"）÷ {total}"


def score(one: Measures, most_calls: int) -> Score:
    """Its score; sharing calls count against the most of the year's projects."""
    goals = 100 * one.goals_met / one.goals_set if one.goals_set and one.goals_met is not None else None
    sharing = None if one.sharing_calls is None else 100 * one.sharing_calls / most_calls if most_calls else 0.0
    values = {"use": one.use_percent, "sharing": sharing, "goals": goals, "satisfaction": one.satisfaction_percent}
    parts = tuple((WEIGHTS[k][0], None if v is None else float(v), WEIGHTS[k][1]) for k, v in values.items())
    held = [(p, w) for _, p, w in parts if p is not None]
    weight = sum(w for _, w in held)
    points = round(sum(p * w for p, w in held) / weight, 1) if weight else None
    return Score(one, points, parts, tuple(label for label, p, _ in parts if p is None))


def rank(measured: Iterable[Measures]) -> list[Score]:
    """Best first with equal places for equal points; who has too little measured stands at the end without a place."""
    measured = list(measured)
    most = max((m.sharing_calls or 0 for m in measured), default=0)
    scores = [score(m, most) for m in measured]
    placed = sorted((s for s in scores if _enough(s)), key=lambda s: (-s.points, s.measures.code))
    found = []
    for number, one in enumerate(placed, 1):
        place = found[-1].place if found and found[-1].points == one.points else number
        found.append(Score(one.measures, one.points, one.parts, one.missing, place))
    return found + sorted((s for s in scores if not _enough(s)), key=lambda s: s.measures.code)


def _enough(one: Score) -> bool:
    return one.points is not None and sum(w for _, p, w in one.parts if p is not None) >= ENOUGH


def average(scores: Iterable[Score]) -> float | None:
    """The mean of the ranked scores; None where there is none."""
    points = [s.points for s in scores if s.place is not None]
    return round(sum(points) / len(points), 1) if points else None
