"""The catalogue of shared data as people ask about it: who provides and who uses which entry, data that two units
provide, data that is wanted and that nobody provides. Readers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet

from governance.basics.roles import Role
from governance.models import Appointment
from governance.people import institutions
from projects.labels import SHARED_TONES
from projects.models import DataParty, SharedData
from projects.sharing_words import alike, code_in, key_of


@dataclass(frozen=True)
class Entry:
    """One entry with the parties that have not ended, and other entries whose names are alike."""

    data: SharedData
    providers: tuple[DataParty, ...]
    users: tuple[DataParty, ...]
    alike: tuple[SharedData, ...] = field(default=(), compare=False)

    @property
    def tone(self) -> str:
        return SHARED_TONES[self.data.state]

    @property
    def is_doubled(self) -> bool:
        """Two units provide it."""
        return len(units(self.providers)) > 1

    @property
    def is_overlap(self) -> bool:
        """Two units provide it, or the names say that other entries may be the same data."""
        return self.is_doubled or bool(self.alike)

    @property
    def is_gap(self) -> bool:
        """It is wanted and nobody provides it."""
        return bool(self.users) and not self.providers

    @property
    def is_waiting(self) -> bool:
        """The one who keeps the catalogue has something to register or settle."""
        return self.data.state == "proposed" or any(p.state == "proposed" for p in (*self.providers, *self.users))


@dataclass(frozen=True)
class Keeper:
    """Who keeps the catalogue on a day: the resource department, or 市信息办 while nobody is appointed there (D05)."""

    hat: Appointment | None

    @property
    def is_department(self) -> bool:
        return self.hat is not None

    @property
    def words(self) -> str:
        """信息资源管理部门（罗文 0851-5820803）."""
        if self.hat is None:
            return "市信息办（信息资源管理部门还没有人任职，由其代行）"
        who = " ".join(filter(None, (str(self.hat.user), self.hat.user.phone)))
        return f"{self.hat.get_role_display()}（{who}）"


def keeper(day: dt.date) -> Keeper:
    """One query."""
    return Keeper(institutions.in_office(Role.RESOURCE_DEPARTMENT, day))


def units(parties: Iterable[DataParty]) -> dict[int, str]:
    """The units behind parties by survivor, first named first; each once, however many filings name it."""
    found: dict[int, str] = {}
    for party in parties:
        found.setdefault(party.organisation.survivor_id, party.organisation.name)
    return found


def with_parties(rows: QuerySet) -> QuerySet:
    """Entries with their parties that have not ended and the projects that carry them; two queries."""
    parties = DataParty.objects.exclude(state="ended").select_related("organisation")
    return rows.select_related("project").prefetch_related(Prefetch("parties", parties.order_by("pk"), to_attr="held"))


def entry_of(data: SharedData, near: Iterable[SharedData] = ()) -> Entry:
    """An entry read by `with_parties`."""
    sides = {side: tuple(p for p in data.held if p.side == side) for side in ("provides", "uses")}
    return Entry(data, sides["provides"], sides["uses"], tuple(near))


def entries(rows: QuerySet | None = None) -> list[Entry]:
    """The living entries in the order of their codes; a name is compared with the whole catalogue's. Three queries."""
    found = list(with_parties(SharedData.objects.living() if rows is None else rows))
    names = {d.pk: d for d in SharedData.objects.living().only("code", "name", "state")}
    near: dict[int, list[SharedData]] = {}
    for a, b in alike({pk: d.name for pk, d in names.items()}):
        near.setdefault(a, []).append(names[b])
        near.setdefault(b, []).append(names[a])
    return [entry_of(data, near.get(data.pk, ())) for data in found]


def named(names: Iterable[str]) -> dict[str, Entry]:
    """Living entries that people named, by code (GX-001) and by name as it is compared; two queries."""
    codes, keys = {code_in(n) for n in names}, {key_of(n) for n in names}
    found = [entry_of(d) for d in with_parties(SharedData.objects.living().filter(Q(code__in=codes) | Q(key__in=keys)))]
    return {e.data.key: e for e in found} | {e.data.code: e for e in found}


def offered() -> list[str]:
    """“GX-001 人口基础信息”: what a form gives to choose from; one query."""
    return [f"{code} {name}" for code, name in SharedData.objects.living().values_list("code", "name")]
