"""What lies encrypted in the database (Fernet: AES-128-CBC with HMAC-SHA-256). The first key encrypts, any of them
decrypts, so that a new one can be put in front. Pure.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Sealed(Exception):
    """None of the keys opens it."""


def _of(keys: Sequence[str]) -> MultiFernet:
    digests = (hashlib.sha256(b"factor:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def close(text: str, keys: Sequence[str]) -> str:
    """Encrypt with the first key."""
    return _of(keys).encrypt(text.encode()).decode()


def open_(closed: str, keys: Sequence[str]) -> str:
    """Decrypt with whichever key fits. Raises Sealed."""
    try:
        return _of(keys).decrypt(closed.encode()).decode()
    except InvalidToken:
        raise Sealed from None


def renew(closed: str, keys: Sequence[str]) -> str:
    """The same under the first key. Raises Sealed."""
    return close(open_(closed, keys), keys)
