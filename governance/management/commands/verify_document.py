"""`verify_document FILE…` or `verify_document --all`: is it an original of this system, is every stored one whole?

Prints one JSON line a file (`{"file", "sha256", "original", "documents": […]}`) or, with --all, one line a damaged
document and a closing `{"documents", "damaged"}`. Exit 1 where a file is no original or a document is damaged; 2 where
a file cannot be read.
"""

from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand, CommandError

from governance.documents import originals
from governance.models import Document


class Command(BaseCommand):
    help = "核验文档：给出的文件是不是本系统出的原件；--all 逐份核对已存的文档。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE")
        parser.add_argument("--all", action="store_true", help="逐份重算已存文档的摘要")

    def handle(self, *args, files: list[str], **options) -> None:
        if bool(files) == options["all"]:
            raise CommandError("请给出要核验的文件，或用 --all 核对已存的全部文档。", returncode=2)
        bad = self._stored() if options["all"] else self._given(files)
        if bad:
            sys.exit(1)

    def _stored(self) -> int:
        count = bad = 0
        for check in originals.check_stored(Document.objects.all()):
            count += 1
            if check.problem:
                bad += 1
                self._say({**_facts(check.document), "problem": check.problem})
        self._say({"documents": count, "damaged": bad})
        return bad

    def _given(self, names: list[str]) -> int:
        lines = []
        for name in names:
            try:
                with open(name, "rb") as file:
                    digest = originals.digest_of(iter(lambda f=file: f.read(1 << 20), b""))
            except OSError as error:
                raise CommandError(f"读不了 {name}：{error.strerror}。", returncode=2) from None
            found = originals.made_as(digest, Document.objects.all())
            lines.append(
                {"file": name, "sha256": digest, "original": bool(found), "documents": [_facts(d) for d in found]}
            )
        for line in lines:
            self._say(line)
        return sum(not line["original"] for line in lines)

    def _say(self, line: dict) -> None:
        self.stdout.write(json.dumps(line, ensure_ascii=False))


def _facts(document: Document) -> dict:
    return {
        "id": str(document.pk),
        "title": document.title,
        "format": document.format,
        "day": document.day.isoformat(),
        "by": document.by_text,
        "snapshot": document.snapshot,
        "rule_set": document.rule_set,
        "engine": document.engine,
    }
