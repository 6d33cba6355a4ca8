"""One-time codes of the second factor: RFC 6238 as every authenticator reads it (SHA-1, six digits, thirty seconds).
Pure: the moment is an argument.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata

import pyotp

SECONDS, DIGITS = 30, 6
SKEW = 1  # steps that a clock may be off
# Of a recovery code: no letter that is taken for another. Eighty bits, so that its digest cannot be guessed.
LETTERS, LONG = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16


def new_secret() -> str:
    """160 bits in base32, as a phone takes them."""
    return pyotp.random_base32()


def step_of(moment: float) -> int:
    """The number of the stretch of thirty seconds since 1970 that a moment (seconds, UTC) lies in."""
    return int(moment // SECONDS)


def code_at(secret: str, step: int) -> str:
    """The code of a step."""
    return pyotp.HOTP(secret, digits=DIGITS).at(step)


def matching_step(secret: str, code: str, moment: float, after: int = 0) -> int | None:
    """The step whose code it is: this one or one beside it, and later than `after`, the last one used."""
    now, given = step_of(moment), tidy(code).encode()
    for step in range(now - SKEW, now + SKEW + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given) and step > after:
            return step
    return None


def tidy(code: str) -> str:
    """As it is compared: full-width digits and small letters too, without blanks and dashes."""
    return "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())


def address(secret: str, person: str, issuer: str) -> str:
    """What the QR code says to the phone."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).provisioning_uri(name=person, issuer_name=issuer)


def grouped(text: str) -> str:
    """In fours, to be read off."""
    return " ".join(text[n : n + 4] for n in range(0, len(text), 4))


def new_recovery_code() -> str:
    """Used once in place of a code."""
    return "".join(secrets.choice(LETTERS) for _ in range(LONG))
