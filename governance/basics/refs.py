"""References to records of any floor, where no foreign key may point: `submission:12`, `project:P06`. The trail,
rounds, judgements of overlap and the parts of reports hold them as text; they are made and read here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NewType, Protocol, runtime_checkable

Ref = NewType("Ref", str)


@runtime_checkable
class Referable(Protocol):
    """A record that the trail can name."""

    @property
    def audit_key(self) -> Ref: ...


def ref(kind: str, key: object) -> Ref:
    """`ref("submission", 12)` → `submission:12`."""
    return Ref(f"{kind}:{key}")


def parse(text: str) -> tuple[str, str]:
    """Kind and key: `("project", "P06")`; the key is empty where the text is no reference."""
    kind, _, key = text.partition(":")
    return kind, key


def pk_of(text: str) -> int:
    """The number of a record that is referred to by its primary key. Raises ValueError for any other."""
    return int(parse(text)[1])


_names: list[Callable[[str], Iterable[Ref]]] = []


def offer(named: Callable[[str], Iterable[Ref]]) -> None:
    """A floor says which of its records people call by a name (SB2008-001, P04). From AppConfig.ready()."""
    _names.append(named)


def called(text: str) -> set[str]:
    """The references of the records that are called so; empty where nobody knows the name."""
    return {found for named in _names for found in named(text)}


def all_of(kind: str) -> str:
    """How every reference to a kind begins, for `about__startswith`."""
    return ref(kind, "")
