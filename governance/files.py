"""Bytes of record: under a uuid in the media folder, written once, found by their StoredFile row alone."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse

from governance.access import Actor
from governance.models import StoredFile
from governance.refusal import NotVisible
from governance.verbs import step


def path_of(key: uuid.UUID | str) -> Path:
    """Where the bytes of a stored file are."""
    name = str(key)
    return Path(settings.MEDIA_ROOT) / "files" / name[:2] / name


@step
def store(*, content: bytes, display_name: str, content_type: str, by: Actor | None) -> StoredFile:
    """Write bytes (temporary file, fsync, rename), then their row. Bytes of a verb that rolls back later stay
    without a row, for the sweeper."""
    row = StoredFile(display_name=display_name[:120], content_type=content_type, size=len(content),
                     sha256=hashlib.sha256(content).hexdigest(), by_text=by.text if by else "系统")  # fmt: skip
    path = path_of(row.pk)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    try:
        with open(temporary, "xb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        with transaction.atomic():
            row.save(force_insert=True)
    except BaseException:
        temporary.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return row


def open_bytes(row: StoredFile) -> File:
    """The bytes, open for reading. NotVisible where they are gone."""
    try:
        return File(open(path_of(row.pk), "rb"), name=row.display_name)
    except FileNotFoundError:
        raise NotVisible("这个文件的内容已经不在；请联系系统管理员从备份恢复。") from None


def serve(row: StoredFile) -> FileResponse:
    """The bytes as a download under their own name, never shown inside a page, never cached on the way."""
    answer = FileResponse(open_bytes(row), as_attachment=True, filename=row.display_name, content_type=row.content_type)
    answer["Cache-Control"] = "private, no-store"
    return answer


def remove_bytes(row: StoredFile) -> None:
    """Take bytes away whose row is gone (a draft never filed)."""
    path_of(row.pk).unlink(missing_ok=True)
