"""The computed rating beside a unit's own: 正常, 关注, 滞后, or 未到首报期. Pure; the day and the money are arguments.

Two baselines: drift counts from the original one and from the latest, so that a new baseline hides nothing; data that
nobody renewed counts against the project. The worst finding is the rating, and every finding says why. The thresholds
are the system's own (系统默认): the plan names none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

NOT_DUE, NORMAL, ATTENTION, LATE = "not_due", "normal", "attention", "late"
LABELS = {NOT_DUE: "未到首报期", NORMAL: "正常", ATTENTION: "关注", LATE: "滞后"}
SEVERITY = {NOT_DUE: 0, NORMAL: 0, ATTENTION: 1, LATE: 2}

DRIFT = (0.10, 0.30)  # the end has moved, as a share of the original window
GAP = (0.10, 0.20)  # elapsed less reported, as shares of the window
OVERRUN = (0.10, 0.50)  # money above the original, as a share of it
CYCLE_DAYS = 366  # 9.2.7: a summary a year


@dataclass(frozen=True)
class Money:
    """万元: the first figure, the newest one, what has been spent; None is 未填 and judges nothing."""

    original_wan: Decimal | None = None
    latest_wan: Decimal | None = None
    spent_wan: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a project on the day. `percent_on` is the day that the newest percentage describes.

    `first_due` is when its first report is owed; `finished_on` the day of the final acceptance.
    """

    start: dt.date | None
    end: dt.date | None
    latest_start: dt.date | None = None
    latest_end: dt.date | None = None
    state: str = "building"
    percent: int | None = None
    percent_on: dt.date | None = None
    first_due: dt.date | None = None
    finished_on: dt.date | None = None
    rebaselined: int = 0
    open_problems: bool = False
    money: Money | None = None


@dataclass(frozen=True)
class Finding:
    """One reason: what was measured, how bad, and the sentence for it."""

    what: str  # schedule, overdue, progress, money, age, rebaselined, problems, start
    level: str
    sentence: str


@dataclass(frozen=True)
class Rating:
    """The rating with its reasons, worst first. `stale`: older than a cycle, shown grey."""

    code: str
    findings: tuple[Finding, ...] = ()
    expected: float | None = None  # share of the original window gone on the day of the percentage
    drift_original_days: int = 0
    stale: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.code]

    @property
    def reason(self) -> str:
        return "；".join(f.sentence for f in self.findings if f.level != NORMAL)


def rate(facts: Facts, day: dt.date) -> Rating:
    """The rating on a day."""
    if facts.start is None or facts.end is None:
        return Rating(NOT_DUE)
    if facts.state == "terminated":
        return Rating(NORMAL, (Finding("state", NORMAL, "已终止，不再测算"),))
    findings = [*_schedule(facts, day), *_money(facts), *_rebaselined(facts)]
    if facts.finished_on is None:
        findings += [*_reporting(facts, day), *_progress(facts), *_problems(facts), *_standstill(facts, day)]
    worst = max((f.level for f in findings), key=SEVERITY.get, default=NORMAL)
    if worst == NORMAL and facts.percent is None and facts.finished_on is None:
        worst = NOT_DUE
    findings.sort(key=lambda f: -SEVERITY[f.level])
    return Rating(
        worst,
        tuple(findings),
        _share(facts.start, facts.end, facts.percent_on) if facts.percent_on else None,
        ((facts.latest_end or facts.end) - facts.end).days,
        _age(facts, day) > CYCLE_DAYS,
    )


def _level(value: float, limits: tuple[float, float]) -> str:
    return LATE if value >= limits[1] else ATTENTION if value >= limits[0] else NORMAL


def _share(start: dt.date, end: dt.date, day: dt.date) -> float:
    """How much of a window is gone at the end of a day, 0–1."""
    return min(max(((day - start).days + 1) / _length(start, end), 0.0), 1.0)


def _length(start: dt.date, end: dt.date) -> int:
    return (end - start).days + 1


def _overdue(facts: Facts, day: dt.date) -> int:
    """Days past the newest end, up to the final acceptance or today."""
    return max(((facts.finished_on or day) - (facts.latest_end or facts.end)).days, 0)


def _age(facts: Facts, day: dt.date) -> int:
    return (day - facts.percent_on).days if facts.percent_on and facts.finished_on is None else 0


def _schedule(facts: Facts, day: dt.date):
    """Drift of the end from the original baseline, and days past the newest one, both measured on the first window."""
    length = _length(facts.start, facts.end)
    moved = ((facts.latest_end or facts.end) - facts.end).days
    if moved > 0:
        yield Finding("schedule", _level(moved / length, DRIFT), f"止期比原基线晚 {moved} 天（原工期 {length} 天）")
    if over := _overdue(facts, day):
        late = _level((moved + over) / length, (0.0, DRIFT[0]))
        yield Finding("overdue", late, f"超过最新止期 {over} 天" + ("后才终验" if facts.finished_on else "，尚未终验"))


def _progress(facts: Facts):
    """Reported against elapsed, on the day that the report describes; the worse of both baselines."""
    if facts.percent is None or facts.percent_on is None:
        return
    gone = _share(facts.start, facts.end, facts.percent_on)
    newest = _share(facts.latest_start or facts.start, facts.latest_end or facts.end, facts.percent_on)
    expected = max(gone, newest)
    gap = round(expected - facts.percent / 100, 4)
    if gap >= GAP[0]:
        yield Finding(
            "progress",
            _level(gap, GAP),
            f"完成 {facts.percent} %，到 {facts.percent_on} 周期已过 {round(expected * 100)} %",
        )


def _money(facts: Facts):
    """The newest total against the first one; spending far ahead of the works."""
    money = facts.money
    if money is None:
        return
    if money.original_wan and money.latest_wan is not None and money.latest_wan > money.original_wan:
        over = float(money.latest_wan / money.original_wan - 1)
        yield Finding(
            "money", _level(over, OVERRUN), f"总额由 {money.original_wan} 增至 {money.latest_wan} 万元（{over:+.0%}）"
        )
    base = max(money.latest_wan or Decimal(0), money.original_wan or Decimal(0))  # the whole, as the percentage is
    if base and money.spent_wan and facts.percent is not None and facts.finished_on is None:
        ahead = float(money.spent_wan / base) - facts.percent / 100
        if ahead >= GAP[1]:
            yield Finding("money", ATTENTION, f"已支出 {float(money.spent_wan / base):.0%}，完成 {facts.percent} %")


def _rebaselined(facts: Facts):
    if facts.rebaselined:
        yield Finding("rebaselined", ATTENTION, f"改基线 {facts.rebaselined} 次，偏差仍从原基线算起")


def _reporting(facts: Facts, day: dt.date):
    """Age of the newest data, or a first report that did not come."""
    if facts.percent_on is not None:
        age = _age(facts, day)
        if age > CYCLE_DAYS:
            yield Finding("age", _level(age / CYCLE_DAYS, (1.0, 2.0)), f"最新数据是 {age} 天前的")
    elif facts.state not in ("registered", "suspended") and facts.first_due is not None and day > facts.first_due:
        owed = (day - facts.first_due).days
        yield Finding(
            "age", _level(owed / CYCLE_DAYS, (0.0, 0.5)), f"首份进度应于 {facts.first_due} 前填报，已逾 {owed} 天"
        )


def _standstill(facts: Facts, day: dt.date):
    """Not approved although its time has come (at the year's precision: after the year), or suspended."""
    if facts.state == "suspended":
        yield Finding("start", ATTENTION, "暂停中")
    started = facts.latest_start or facts.start
    if facts.state == "registered" and day.year > started.year:
        years = day.year - started.year
        yield Finding("start", ATTENTION if years == 1 else LATE, f"规划 {started.year} 年启动，至今待立项")


def _problems(facts: Facts):
    if facts.open_problems:
        yield Finding("problems", ATTENTION, "最近一次填报有未解决的问题")
