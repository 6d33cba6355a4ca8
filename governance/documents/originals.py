"""Is this file one that the system made? By its bytes alone: a copy is an original to the last bit, or it is none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from governance.models import Document
from governance.storage import files


@dataclass(frozen=True)
class Check:
    """What became of one document: `problem` is empty where its stored bytes are those of its record."""

    document: Document
    problem: str


def digest_of(chunks: Iterable[bytes]) -> str:
    """sha256 of a file read piece by piece, as 64 hexadecimal digits."""
    whole = hashlib.sha256()
    for chunk in chunks:
        whole.update(chunk)
    return whole.hexdigest()


def made_as(digest: str, documents) -> list[Document]:
    """The documents among `documents` (a queryset) whose bytes have the digest, newest first: equal snapshots give
    equal bytes, so that there may be several."""
    return list(documents.filter(file__sha256=digest).select_related("file").order_by("-recorded_at"))


def check_stored(documents) -> Iterator[Check]:
    """Read every document's bytes again and compare them with its record."""
    for document in documents.select_related("file").order_by("recorded_at").iterator(chunk_size=200):
        yield Check(document, problem_of(document))


def problem_of(document: Document) -> str:
    """Why the stored bytes are not those of the record; empty where they are."""
    path = files.path_of(document.file_id)
    if not path.is_file():
        return "文件不在了"
    with open(path, "rb") as file:
        found = digest_of(iter(lambda: file.read(1 << 20), b""))
    return (
        ""
        if found == document.file.sha256
        else f"内容被改动：摘要是 {found[:12]}…，记录是 {document.file.sha256[:12]}…"
    )
