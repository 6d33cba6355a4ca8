"""Questions that a page asks once. Guards, verdicts and panels ask the same of a case; within `one_page()` each is
asked of the database once. Only pages enter it: a verb, which changes the answers, never runs inside.

    @one_page()
    def _context(request, row): ...

    @remembered
    def current_version(submission): ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

from django.db.models import Model

P = ParamSpec("P")
R = TypeVar("R")

_answers: ContextVar[dict[Any, Any] | None] = ContextVar("answers_of_this_page", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Remember answers until the block ends; the outermost block of several counts."""
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def is_one_page() -> bool:
    """Whether a page is being read: then one question for many answers is worth its rows."""
    return _answers.get() is not None


def kept(name: str) -> dict[Any, Any]:
    """What a reader keeps of rows for the rest of the page; outside of one a new dict, which nobody sees again."""
    answers = _answers.get()
    return {} if answers is None else answers.setdefault(name, {})


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Ask once within `one_page()`; outside, and where an argument cannot be a key, ask every time."""

    @functools.wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        answers, key = _answers.get(), tuple(_key(a) for a in args)
        if answers is None or None in key or kwargs:
            return function(*args, **kwargs)
        if (function, key) not in answers:
            answers[function, key] = function(*args, **kwargs)
        return cast(R, answers[function, key])

    return ask


def _key(value: object) -> Hashable | None:
    """A row by its primary key, anything else by itself; None for what cannot be a key."""
    if isinstance(value, Model):
        return (type(value), value.pk) if value.pk else None
    return value if isinstance(value, Hashable) else None
