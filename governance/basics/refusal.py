"""Refusals: every "no" is a sentence that says what is missing and who can supply it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from governance.basics.refs import Referable


class Refused(Exception):
    """An action that the plan, a role or the state of a record forbids; `str(e)` is shown to the user as it stands.

    `status` is the HTTP status (403 wrong role, 404 may not be seen, 409 wrong state or older version, 413 too
    large, 422 a form's errors). `fields` maps a field's path to its sentences. `blockers` are
    `(sentence, who can lift it)` pairs, `current` the values that are there now (an older version, 409).
    """

    status = 409

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        fields: Mapping[str, list[str]] | None = None,
        blockers: Iterable[tuple[str, str]] = (),
        current: dict[str, Any] | None = None,
    ):
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status or self.status
        self.fields: dict[str, list[str]] = dict(fields or {})
        self.blockers = tuple(blockers)
        self.current = current
        self.event = ""
        self.by: Any = None  # the Actor of the verb that refused
        self.about: tuple[Referable, ...] = ()


class WrongRole(Refused):
    """The actor's role does not hold the permission."""

    status = 403


class NotVisible(Refused):
    """The record may not be seen: same answer as one that does not exist."""

    status = 404

    def __init__(self, sentence: str = "没有这条记录，或者您无权查看。", **kwargs: Any):
        super().__init__(sentence, **kwargs)


class Invalid(Refused):
    """What was typed cannot be taken; nothing was stored."""

    status = 422


class Stale(Refused):
    """Somebody changed the record meanwhile; `current` holds what is there now."""

    status = 409


_FULL = ("No space left on device", "Disk quota exceeded", "disk is full")


def of_full_disk(error: BaseException | None) -> Refused | None:
    """What to say where a file system, PostgreSQL or SQLite had no room left (507); None for any other error."""
    if not any(word in str(error) for word in _FULL):
        return None
    return Refused("服务器的磁盘已满，这一步没有保存；请联系系统管理员清出空间后再提交。", status=507)
