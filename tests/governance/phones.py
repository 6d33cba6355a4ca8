"""A phone that holds the secret of somebody's second factor, and time that stands still until it is pushed on."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine

from governance.basics import clock, codes
from governance.models import SecondFactor, User
from governance.people import factors

PASSWORD = "Guiyang-2006"


class Phone:
    """`code()` is what it shows now; `on()` waits for the next."""

    def __init__(self, secret: str, traveller):
        self.secret, self.traveller = secret, traveller

    def code(self, ahead: int = 0) -> str:
        return codes.code_at(self.secret, codes.step_of(time.time()) + ahead)

    def on(self, seconds: int = codes.SECONDS) -> Phone:
        self.traveller.shift(dt.timedelta(seconds=seconds))
        return self


@contextmanager
def phone_of(user: User) -> Iterator[Phone]:
    """Somebody who enrolled long ago."""
    secret = codes.new_secret()
    SecondFactor.objects.create(user=user, secret=factors.closed(secret), confirmed_at=clock.now())
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield Phone(secret, traveller)
