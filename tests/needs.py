"""What tests need beyond Python and its packages. Where it lacks they are skipped,
and the last line of a run counts them."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
import shutil
import sys
from collections import Counter

import pytest
from django.conf import settings

from governance.documents.printing import PANGO

CURES = {
    "PostgreSQL": "设 DATABASE_URL",  # SQLite serialises writers: a race cannot happen there
    "pg_dump": "apt-get install postgresql-client",
    "Redis": "apt-get install redis-server",
    "Chromium": "apt-get install chromium",
    "a container engine": "apt-get install podman runc netavark aardvark-dns iptables catatonit debootstrap",
    "dash": "apt-get install dash",
    "/proc": "mount -t proc proc /proc",
    "Pango": PANGO,
}


def reason(what: str) -> str:
    return f"needs {what}: {CURES[what]}"


postgresql = pytest.mark.skipif(not settings.ON_POSTGRESQL, reason=reason("PostgreSQL"))


def program(name: str, what: str) -> str:
    """The path of a program, or the test is skipped."""
    return shutil.which(name) or pytest.skip(reason(what))


class NoPango:
    """In front of sys.meta_path where Pango lacks: a test that comes to print a PDF in this process is skipped."""

    def find_spec(self, name, path=None, target=None):
        if name == "weasyprint":
            pytest.skip(reason("Pango"))


def look_for_pango() -> None:
    try:
        for name in ("gobject-2.0", "pango-1.0", "pangoft2-1.0"):
            linux = sys.platform.startswith("linux")
            ctypes.CDLL(f"lib{name}.so.0" if linux else ctypes.util.find_library(name) or name)
    except OSError:
        sys.meta_path.insert(0, NoPango())


def line_of(reasons: list[str]) -> str:
    """How many tests were skipped for what, and what to install: `跳过 26 项：PostgreSQL 26（设 DATABASE_URL）`.
    Empty where none was."""
    counts = Counter(reasons)
    groups = []
    for text, count in counts.most_common():
        known = re.fullmatch(r"(?:Skipped: )?needs (\S+): (.+)", text)
        groups.append(
            f"{known[1]} {count}（{known[2]}）" if known else f"其他 {count}（{text.removeprefix('Skipped: ')}）"
        )
    return f"跳过 {counts.total()} 项：{'、'.join(groups)}" if groups else ""
