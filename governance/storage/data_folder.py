"""The data folder of the embedded product, and whether a `./run` holds it."""

from __future__ import annotations

import fcntl

from django.conf import settings

SERVE_LOCK = "serve.lock"


def is_served() -> bool:
    """Whether a running `./run` holds this data folder; its lock is the system's, so that a killed one never does."""
    try:
        with open(settings.DATA_DIR / SERVE_LOCK) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
