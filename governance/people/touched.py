"""What a merge or a reform of a unit touches: every app says how many records name the unit, and what becomes of them.

Nothing is rewritten: this is what the page says before somebody confirms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from governance.basics import clock
from governance.models import Appointment, Body, Organisation, OrganisationAlias, Seat, ServiceRecord


@dataclass(frozen=True)
class Touch:
    """So many records of a kind, where they stand, and their fate (`照原名` or `归并入后的单位`)."""

    label: str
    count: int
    fate: str
    address: str = ""
    rows: str = ""  # a page whose rows are counted here


KEEPS, MOVES = "照原名，不改写", "归承接后的单位"

_parts: list[Callable[[Organisation], list[Touch]]] = []


def offer(find: Callable[[Organisation], list[Touch]]) -> None:
    """Register an app's part once; called from AppConfig.ready()."""
    if find not in _parts:
        _parts.append(find)


def by(unit: Organisation) -> list[Touch]:
    """Everything that names the unit, kinds without a record left out."""
    return [touch for find in (of_institutions, *_parts) for touch in find(unit) if touch.count]


def of_institutions(unit: Organisation) -> list[Touch]:
    """Floor 1's part: people, names, bodies of 9.1, open seats, records of 9.4, units below and those merged before."""
    day, page = clock.today(), unit.get_absolute_url()
    waiting = Seat.objects.silent().filter(organisation=unit)
    return [
        Touch(
            "在任的人",
            Appointment.objects.in_force(day).filter(organisation=unit).count(),
            "为承接后的单位办事，署名仍写原单位",
            f"{page}#people",
        ),
        Touch("等它签署的席位", waiting.count(), MOVES),
        Touch("9.1 的机构和席位", Body.objects.filter(holder=unit).count(), MOVES, "/governance/bodies/"),
        Touch(
            "服务保障记录",
            ServiceRecord.objects.filter(organisation=unit, to_day=None).count(),
            KEEPS,
            f"{page}#services",
        ),
        Touch("原文名称", OrganisationAlias.objects.filter(organisation=unit).count(), KEEPS, f"{page}#names"),
        Touch(
            "下级单位", Organisation.objects.filter(parent=unit, canonical=None).count(), "上级照旧写原单位，可以另改"
        ),
        Touch("以前并入它的单位", Organisation.objects.filter(canonical=unit).count(), "一同改指承接后的单位"),
    ]
