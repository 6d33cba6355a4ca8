"""Pages of a long list by the place of a row, not by its number: the thousandth page costs what the first does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from governance.basics.refusal import Invalid
from projects.models.project import NO_END


@dataclass(frozen=True)
class Sort:
    """An order of projects: an expression with an index of its own, ties by the register's order and the id."""

    label: str
    key: object
    descending: bool
    read: Callable[[str], object]


def _number(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite():
        raise ValueError(text)
    return amount


ESTIMATE = Coalesce("estimate_wan", Value(Decimal("-1")))
SORTS: dict[str, Sort] = {
    "order": Sort("按规划次序", F("order"), False, int),
    "-estimate": Sort("按概算由大到小", ESTIMATE, True, _number),
    "estimate": Sort("按概算由小到大", ESTIMATE, False, _number),
    "end": Sort("按止期", Coalesce("latest_end", Value(NO_END)), False, dt.date.fromisoformat),
    "-percent": Sort("按完成比例", Coalesce("percent", Value(-1), output_field=IntegerField()), True, int),
    "state": Sort("按状态", F("state"), False, str),
}


@dataclass(frozen=True)
class Keyset:
    """A page of rows: the places to ask for before and after it, "" where there is nothing more."""

    rows: list
    before: str
    after: str
    is_part: bool = False  # asked for from a place, or more rows lie around it

    @property
    def is_whole(self) -> bool:
        return not self.is_part


def place_of(row) -> str:
    """Where a row of `page` stands: sort key, order, id."""
    return f"{row.sort_key}~{row.order}~{row.pk}"


def _place(sort: Sort, text: str) -> tuple:
    try:
        key, order, pk = text.split("~")
        place = sort.read(key), int(order), int(pk)
        if not (0 <= place[1] < 2**31 and 0 <= place[2] < 2**63) or (
            isinstance(place[0], int) and abs(place[0]) >= 2**31
        ):
            raise ValueError(text)
    except (ValueError, InvalidOperation):
        raise Invalid("页的位置读不出来，请从第一页开始。", fields={"after": ["请从第一页开始"]}) from None
    return place


def first_page(projects: QuerySet, sort: Sort, size: int) -> QuerySet:
    """The rows that stand first, and one more."""
    order = "-sort_key" if sort.descending else "sort_key"
    return projects.annotate(sort_key=sort.key).order_by(order, "order", "pk")[: size + 1]


def page(
    projects: QuerySet, sort: Sort, *, size: int, after: str = "", before: str = "", ready: list | None = None
) -> Keyset:
    """`size` rows after (or before) a place; one query, none where the `first_page` is `ready`."""
    backwards = bool(before)
    rows = projects.annotate(sort_key=sort.key)
    if after or before:
        key, order, pk = _place(sort, before or after)
        down = sort.descending is not backwards
        ties = (
            Q(order__lt=order) | Q(order=order, pk__lt=pk)
            if backwards
            else Q(order__gt=order) | Q(order=order, pk__gt=pk)
        )
        beyond, bound = ("sort_key__lt", "sort_key__lte") if down else ("sort_key__gt", "sort_key__gte")
        rows = rows.filter(Q(**{bound: key}) & (Q(**{beyond: key}) | (Q(sort_key=key) & ties)))
    rows = rows.order_by(
        "-sort_key" if sort.descending is not backwards else "sort_key",
        *(("-order", "-pk") if backwards else ("order", "pk")),
    )
    found = list(rows[: size + 1]) if ready is None else ready
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Keyset([], "", "", is_part=bool(after or before))
    has_before, has_after = (more, True) if backwards else (bool(after), more)
    return Keyset(
        found,
        place_of(found[0]) if has_before else "",
        place_of(found[-1]) if has_after else "",
        has_before or has_after,
    )
