"""Verbs and steps: how every write happens.

A verb is a plain keyword-only function in an app's `actions`, `by` first, whose first line is access.require:

    @verb("priorities.submission.submit")
    def submit(*, by: Actor, submission: Submission, version: int) -> None: ...

`@verb` makes it atomic, appends the buffered audit rows as the outermost verb's last statement (the audit chain's
head is always the last lock), and records a refusal in a transaction of its own. `@step` marks what a higher floor
calls inside its own verb: no permission check, refuses to run outside one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from governance.basics.refs import Referable
from governance.basics.refusal import Invalid, Refused
from governance.basics.text import BadText
from governance.database import changes
from governance.kernel import audit, state

P = ParamSpec("P")
R = TypeVar("R")

_closing: ContextVar[dict[tuple[Any, ...], Callable[[], None]]] = ContextVar("verb_closing")


@contextmanager
def frame() -> Iterator[list[audit.Entry]]:
    """One transaction round a verb and all that it calls; yields the buffer of audit rows. What ends in the chain moves
    it; what writes and leaves no row there moves governance.kernel.state."""
    outer = audit.buffer.get()
    if outer is not None:
        with transaction.atomic():
            yield outer
        return
    rows: list[audit.Entry] = []
    token, closing = audit.buffer.set(rows), _closing.set({})
    try:
        with transaction.atomic():
            before = changes.mark()
            yield rows
            _close()
            audit.append(rows)
            if not rows and changes.since(before):
                state.move()
    except Refused as refusal:
        if refusal.event:
            audit.refused(refusal)
        raise
    finally:
        audit.buffer.reset(token)
        _closing.reset(closing)


def at_close(key: tuple[Any, ...], check: Callable[[], None]) -> None:
    """Let the verb under way end with `check()`, once a key and in the order of the keys:
    after everything is written and just before the audit chain, so that what it locks is locked last and in one order.
    A Refused takes everything back."""
    if audit.buffer.get() is None:
        raise RuntimeError("at_close runs only inside a verb")
    _closing.get()[key] = check


@contextmanager
def _under_way(event: str) -> Iterator[bool]:
    """A verb begins; yields whether it stands in no other."""
    is_outermost = not audit.under_way.get()
    token = audit.under_way.set(event)
    try:
        yield is_outermost
    finally:
        audit.under_way.reset(token)


def _close() -> None:
    checks = _closing.get()
    for key in sorted(checks):
        checks.pop(key)()


# Whether whoever acts gave his password lately. None: nobody sits in front (a job, the command line, another program).
confirmed: ContextVar[bool | None] = ContextVar("verb_confirmed", default=None)


# How he is known who acts: a kind of governance.models.Answer.KNOWN; "" where nobody sits in front.
known_by: ContextVar[str] = ContextVar("verb_known_by", default="")


class Unconfirmed(Exception):
    """A signature of somebody who was not asked for his password lately: everything is taken back, the entrance asks.
    `sentences` say what he is about to sign; no refusal, so that no page takes it for one."""

    def __init__(self, sentences: list[str]):
        super().__init__("；".join(sentences))
        self.sentences = sentences


def signature() -> None:
    """The verb under way signs, decides or books. Called once everything else is checked and written."""
    if confirmed.get() is False:
        raise Unconfirmed([row.sentence for row in audit.buffer.get() or ()])


def verb(event: str, *, signs: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a verb. `event` is the app, a noun and a verb; its audit rows and its refusals stand under it.
    `signs`: it is an act of the person himself (a signature, an adoption, a booking, a grant), who is asked for his
    password where he gave it more than ten minutes ago."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with frame(), _under_way(event) as is_outermost:
                try:
                    try:
                        result = function(*args, **kwargs)
                        if is_outermost:
                            _close()
                        if signs:
                            signature()
                        return result
                    except BadText as error:
                        raise Invalid(str(error)) from None
                except Refused as refusal:
                    if not refusal.event:
                        refusal.event, refusal.by = event, kwargs.get("by")
                        refusal.about = tuple(v for v in kwargs.values() if isinstance(v, Referable))
                    raise

        vars(run)["event"], vars(run)["signs"] = (
            event,
            signs,
        )  # the event is what a form's once-only token is kept under
        return run

    return decorate


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a step: callable only inside a verb's transaction."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if audit.buffer.get() is None:
            raise RuntimeError(f"{function.__module__}.{function.__name__} runs only inside a verb")
        return function(*args, **kwargs)

    return run
