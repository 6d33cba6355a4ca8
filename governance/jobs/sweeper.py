"""Removes files that no row knows, an hour old: left by a process killed between writing and committing."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from django.conf import settings

from governance.models import StoredFile

OLDER_THAN_S = 3600.0


def sweep(older_than_s: float = OLDER_THAN_S) -> int:
    """Remove temporary files and files without a row; returns how many."""
    folder = Path(settings.MEDIA_ROOT) / "files"
    before = time.time() - older_than_s
    old = [p for p in folder.rglob("*") if p.is_file() and _written(p) < before] if folder.is_dir() else []
    named = {p: key for p in old if (key := _key(p)) is not None}
    known: set[uuid.UUID] = set()
    keys = list(named.values())
    for start in range(0, len(keys), 500):
        known.update(StoredFile.objects.filter(pk__in=keys[start : start + 500]).values_list("pk", flat=True))
    gone = [p for p in old if named.get(p) not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _key(path: Path) -> uuid.UUID | None:
    try:
        return uuid.UUID(path.name)
    except ValueError:
        return None
