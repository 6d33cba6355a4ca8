"""What a browser does in its own time, waited for in the test's."""

from __future__ import annotations

import time


def until(holds, seconds: float = 10.0) -> None:
    """Returns as soon as `holds()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
