"""Questions that are asked at every page, always in the same shape: their SQL is worked out once a process, since
Django takes several times as long to write most of them as the database takes to answer.

    OPEN = Prepared(lambda day: Need.objects.filter(state="open", due__lt=day))
    OPEN(day)                    # a list, the same rows as list(Need.objects.filter(…))
    OPEN.count(day)

What is built may depend on the arguments alone, never on the clock, the settings or what the database holds: it is
built once. Texts, whole numbers, days and lists (with the lookup `among`) are parameters of the SQL; any
other argument (None, True, a role) is part of the shape and has an SQL of its own.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import CharField, ForeignKey, IntegerField, Lookup, Model, QuerySet

MOST = 60  # shapes that one question keeps
PARAMETERS = (int, str, dt.date, list)
# What stands for an argument while its places are looked for, twice: where the two differ, there is a place.
STAND_INS: dict[type, tuple[Callable[[int], Any], Callable[[int], Any]]] = {
    int: (lambda n: 31_000 + n, lambda n: 31_500 + n),
    str: (lambda n: f"stands for {n}", lambda n: f"is instead of {n}"),
    dt.date: (lambda n: dt.date(1801, 1, 1 + n), lambda n: dt.date(1802, 2, 2 + n)),
    list: (lambda n: [31_000 + n], lambda n: [31_500 + n]),
}


@CharField.register_lookup
@IntegerField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """`pk__among=[1, 2]`: like `in`, but one parameter however many numbers or words there are."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value, connection):
        return "%s", [_adapted(list(value), connection)]

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        rhs, more = self.process_rhs(compiler, connection)
        if connection.vendor == "postgresql":
            kind = "text" if isinstance(self.lhs.output_field, CharField) else "bigint"
            return f"{lhs} = ANY({rhs}::{kind}[])", [*params, *more]
        return f"{lhs} IN (SELECT value FROM json_each({rhs}))", [*params, *more]


def _adapted(value: Any, connection) -> Any:
    """An argument as it stands among the parameters of an SQL."""
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, list) and connection.vendor != "postgresql":
        return json.dumps(value)
    return value


class _Written:
    """The SQL of one shape on one database, and how its rows become objects."""

    def __init__(self, rows: QuerySet, compiler, sql: str, places: list[tuple[int | None, Any]]) -> None:
        self.rows, self.compiler, self.sql, self.places = rows, compiler, sql, places
        converters = compiler.get_converters([chosen[0] for chosen in compiler.select])
        compiler.get_converters = lambda *args: converters

    def params(self, arguments: Sequence[Any], connection) -> tuple:
        return tuple(
            constant if number is None else _adapted(arguments[number], connection) for number, constant in self.places
        )

    def read(self, alias: str, arguments: Sequence[Any]) -> list:
        compiler = copy.copy(self.compiler)
        compiler.connection = connections[alias]
        written = self.sql, self.params(arguments, compiler.connection)
        compiler.as_sql = lambda *args, **options: written
        query = copy.copy(self.rows.query)
        query.get_compiler = lambda *args, **options: compiler
        rows = self.rows.__class__(self.rows.model, query=query, using=alias)
        rows._iterable_class = self.rows._iterable_class  # objects, tuples or dicts, as they were asked for
        rows._fields = self.rows._fields
        return list(rows._iterable_class(rows))


class Prepared:
    """Calls to it answer what `list(build(…))` answers."""

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self.build = build
        self.model: type[Model] | None = None
        self.known: dict[tuple, _Written | None] = {}

    def __call__(self, *arguments: Any) -> list:
        alias, written = self._written(arguments)
        return written.read(alias, arguments) if written else []

    def first(self, *arguments: Any) -> Any:
        """The first row; what is built has an order and, where there may be many, a limit."""
        return next(iter(self(*arguments)), None)

    def count(self, *arguments: Any) -> int:
        alias, written = self._written(arguments)
        if written is None:
            return 0
        with connections[alias].cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM ({written.sql}) counted", written.params(arguments, connections[alias])
            )
            return int(cursor.fetchone()[0])

    def _written(self, arguments: Sequence[Any]) -> tuple[str, _Written | None]:
        shape = tuple(kind if (kind := type(a)) in PARAMETERS else (kind, a) for a in arguments)
        if self.model is None:
            self.model = self.build(*arguments).model
        alias = router.db_for_read(self.model)
        key = (connections[alias].vendor, alias, shape)
        if key not in self.known:
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[key] = self._write(alias, arguments)
        return alias, self.known[key]

    def _write(self, alias: str, arguments: Sequence[Any]) -> _Written | None:
        first, second = (
            [STAND_INS[type(a)][way](n) if type(a) in PARAMETERS else a for n, a in enumerate(arguments)]
            for way in (0, 1)
        )
        rows = self.build(*first).using(alias)
        compiler = rows.query.get_compiler(using=alias)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        other, others = self.build(*second).using(alias).query.get_compiler(using=alias).as_sql()
        connection = connections[alias]
        pairs = enumerate(zip(first, second, strict=True))
        stands = [(n, _adapted(a, connection), _adapted(b, connection)) for n, (a, b) in pairs]
        places: list[tuple[int | None, Any]] = []
        for one, two in zip(params, others, strict=True):
            number = next((n for n, a, b in stands if (a, b) == (one, two) and a != b), None)
            assert number is not None or one == two, f"an argument is changed on its way into the SQL: {one!r}"
            places.append((number, one))
        parameters = {n for n, a in enumerate(arguments) if type(a) in PARAMETERS}
        assert sql == other, "the arguments change the SQL"
        assert parameters == {n for n, _ in places if n is not None}, "an argument is no parameter of the SQL"
        return _Written(rows, compiler, sql, places)


class _Held:
    """Rows that an owner holds; narrowed further, they are asked for like any others of that owner."""

    def _clone(self) -> QuerySet:
        column, key = self._owner
        return self.model._default_manager.using(self._db).filter(**{column: key})


@functools.cache
def _held_by(kind: type[QuerySet]) -> type[QuerySet]:
    return type(f"Held{kind.__name__}", (_Held, kind), {})


def attach(owners: Iterable[Model], name: str, rows: Iterable[Model], column: str) -> None:
    """Give each of the owners its rows of the reverse relation `name`, as prefetch_related would: `column` of a row is
    its owner's id. The manager that a prefetch makes for every owner costs more than the rows."""
    of: dict[int, list[Model]] = {}
    for row in rows:
        of.setdefault(getattr(row, column), []).append(row)
    kind = model = back = None
    for owner in owners:
        if kind is None:
            relation = owner._meta.get_field(name)
            model, back = relation.related_model, relation.field.name
            kind = _held_by(type(model._default_manager.all()))
        for row in of.get(owner.pk, ()):
            row._state.fields_cache[back] = owner
        mine = kind(model, using=owner._state.db)
        mine._owner, mine._result_cache, mine._prefetch_done = (column, owner.pk), of.get(owner.pk, []), True
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = mine
