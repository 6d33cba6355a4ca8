"""Anchors: where the audit chain stood, kept outside the database and sealed with the chain's key.

One small JSON file a day, named by it, with `{"seq", "hash", "at", "seal"}`, replaced while the day goes on: a chain
that was cut, rewritten or wiped no longer holds what they say. The folder (GUIYANG_AUDIT_ANCHORS) belongs on another
machine; None keeps none.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from governance.basics import seals
from governance.models import AuditHead

log = logging.getLogger("guiyang.audit")


def drop() -> None:
    """Keep where the chain stands; asked every 15 seconds. An anchor never moves back: a chain that does is reported
    on standard error and its old anchor stays."""
    folder: Path | None = settings.AUDIT_ANCHORS
    head = AuditHead.objects.filter(pk=1).first()
    if folder is None or head is None or not head.seq:
        return
    last = max(kept(), default=(0, ""))
    if (head.seq, head.hash) == last:
        return
    if head.seq <= last[0]:
        log.error("留痕链头是第 %d 条，比锚定的第 %d 条旧或与之不符；请运行 verify_audit。", head.seq, last[0])
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = {"seq": head.seq, "hash": head.hash, "at": timezone.now().isoformat(timespec="seconds")}
    path = folder / f"{timezone.localdate()}.json"
    temporary = path.with_suffix(f".{os.getpid()}.part")
    with open(temporary, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(seals.canonical(values | {"seal": seals.seal(values, settings.AUDIT_KEY, settings.AUDIT_DIGEST)}))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def kept() -> Iterator[tuple[int, str]]:
    """`(seq, hash)` of every anchor, the oldest first; `(0, file name)` where a file is not what was written."""
    folder: Path | None = settings.AUDIT_ANCHORS
    for path in sorted(folder.glob("*.json")) if folder else ():
        try:
            values = json.loads(path.read_text())
            mark = values.pop("seal")
            if not seals.holds(mark, values, settings.AUDIT_KEY):
                raise ValueError
            yield int(values["seq"]), str(values["hash"])
        except (ValueError, KeyError, TypeError, AttributeError):
            yield 0, path.name


def set_aside() -> None:
    """A backup was restored: the database is the backup's and may stand before the last anchors. They are kept under
    another name, and the chain is anchored anew."""
    folder: Path | None = settings.AUDIT_ANCHORS
    for path in folder.glob("*.json") if folder else ():
        path.rename(path.with_name(f"{path.stem}.{timezone.now():%Y%m%d%H%M%S}.restored"))
