"""Stored files: under a uuid in the media folder, written once, found by their StoredFile row alone."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse

from governance.basics.limits import UPLOAD_BYTES as MAX_BYTES
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.text import clean_text
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import StoredFile

_ZIP, _OLE, _OFFICE = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "application/vnd.openxmlformats-officedocument",
)
# Extension → content type, first bytes. The bytes decide; the name only has to agree with them.
TYPES: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "doc": ("application/msword", _OLE),
    "xls": ("application/vnd.ms-excel", _OLE),
    "wps": ("application/vnd.ms-works", _OLE),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "tif": ("image/tiff", b"II*\x00"),
    "tiff": ("image/tiff", b"II*\x00"),
    "txt": ("text/plain; charset=utf-8", b""),
}

_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|img|meta|link)[\s>/]", re.I)


def clean_name(name: str) -> str:
    """A name to show and to save under: no folders, no control or direction characters, ≤ 100 characters with its
    extension kept. Never used as a path. Raises Invalid for a name of nothing."""
    try:
        text = clean_text(str(name).replace("\\", "/").rsplit("/", 1)[-1], limit=1000, field="文件名")
    except ValueError as error:
        raise Invalid(str(error), fields={"file": [str(error)]}) from None
    text = "".join("_" if c in '<>:"|?*\n\t' else c for c in text).strip(". ")
    stem, dot, extension = text.rpartition(".")
    if not (stem if dot else text):
        raise Invalid("文件没有名字，请改名后再传。", fields={"file": ["文件没有名字"]})
    if len(text) > 100:
        text = f"{stem[: 99 - len(extension)]}.{extension}" if dot and len(extension) < 10 else text[:100]
    return text


def check(name: str, content: bytes, *, kinds: tuple[str, ...], most: int = MAX_BYTES) -> tuple[str, str]:
    """The clean name and the content type of an uploaded file of one of `kinds` (extensions of TYPES).

    Raises Refused 413 where it is too large, Invalid (422) where it is empty, of another kind,
    or not what its name says.
    """
    shown = clean_name(name)
    if len(content) > most:
        raise Refused(f"“{shown}”有 {len(content) / 1024 / 1024:.1f} MB，最多 {most // 1024 // 1024} MB。", status=413)
    extension = shown.rpartition(".")[2].lower()
    if not content:
        raise Invalid(f"“{shown}”是空的，请检查后重传。", fields={"file": ["文件是空的"]})
    if extension not in kinds:
        words = "、".join(kinds)
        raise Invalid(f"不收“{shown}”这种文件；可以传：{words}。", fields={"file": [f"可以传：{words}"]})
    content_type, magic = TYPES[extension]
    is_so = content.startswith(magic) if magic else _is_text(content)
    if content_type.startswith("image/") and _MARKUP.search(content):
        is_so = False  # a picture that is a page as well
    if not is_so:
        raise Invalid(
            f"“{shown}”的内容不是 {extension.upper()} 文件，请另存为正确的格式再传。",
            fields={"file": ["内容与扩展名不符"]},
        )
    return shown, content_type


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def path_of(key: uuid.UUID | str) -> Path:
    """Where the bytes of a stored file are."""
    name = str(key)
    return Path(settings.MEDIA_ROOT) / "files" / name[:2] / name


def write_whole(path: Path, content: bytes) -> None:
    """All of it or, whatever is raised, nothing: a file beside it, forced to the disk, then renamed."""
    temporary = path.with_name(path.name + ".part")
    try:
        with open(temporary, "wb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@step
def store(*, content: bytes, display_name: str, content_type: str, by: Actor | None) -> StoredFile:
    """Write bytes (temporary file, fsync, rename), then their row. Bytes of a verb that rolls back later stay
    without a row, for the sweeper."""
    row = StoredFile(
        display_name=clean_name(display_name),
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        by_text=by.text if by else "系统",
    )
    path = path_of(row.pk)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_whole(path, content)
        with transaction.atomic():
            row.save(force_insert=True)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return row


def open_bytes(row: StoredFile) -> File:
    """The bytes, open for reading. NotVisible where they are gone."""
    try:
        return File(open(path_of(row.pk), "rb"), name=row.display_name)
    except FileNotFoundError:
        raise NotVisible("这个文件的内容已经不在；请联系系统管理员从备份恢复。") from None


def serve(row: StoredFile, *, inline: bool = False) -> FileResponse:
    """The bytes under their own name and our content type, sandboxed, never cached on the way.

    A download unless `inline` asks to show it, which only pictures and PDF are (an SVG or HTML never is).
    """
    shown = inline and row.content_type in ("application/pdf", "image/jpeg", "image/png")
    answer = FileResponse(
        open_bytes(row), as_attachment=not shown, filename=row.display_name, content_type=row.content_type
    )
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def remove_bytes(row: StoredFile) -> None:
    """Take bytes away whose row is gone (a draft never filed)."""
    path_of(row.pk).unlink(missing_ok=True)
