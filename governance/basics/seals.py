"""Keyed digests of canonical JSON: what nobody can make again who has the database and not the key. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

# HMAC-SM3 (GB/T 32905, 国密) and HMAC-SHA-256, both 64 hexadecimal digits.
WAYS = ("sm3", "sha256")

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def seal(values: Mapping[str, object], key: bytes, way: str) -> str:
    """The HMAC of the values' canonical JSON, in hexadecimal digits; `way` is one of WAYS."""
    return hmac.digest(key, canonical(values).encode(), way).hex()


def holds(mark: str, values: Mapping[str, object], key: bytes) -> bool:
    """Whether a seal was made of these values with this key, in either way."""
    ways = [way for way in WAYS if way in hashlib.algorithms_available]
    return any(hmac.compare_digest(mark, seal(values, key, way)) for way in ways)
