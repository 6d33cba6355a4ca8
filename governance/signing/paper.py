"""纸质签署: what a leader signed on paper, entered by whoever acts for him; the same for every round,
whichever floor owns it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.text import clean_text
from governance.kernel.access import Actor
from governance.models import StoredFile
from governance.storage import files

SCANS = ("pdf", "jpg", "jpeg", "png")


@dataclass(frozen=True)
class PaperSignature:
    """Who signed on paper, on which day, and the scan: as it was uploaded, or stored. Empty where one signs himself."""

    signer: str = ""
    signed_on: dt.date | None = None
    scan: UploadedFile | StoredFile | None = None

    def stored(self, by: Actor) -> PaperSignature:
        """The same checked, its scan stored, as `rounds.answer` takes it.

        Raises Invalid where the 经办人 names no signer or the day is missing or to come; 413 for too large a scan.
        """
        try:
            signer = clean_text(self.signer, limit=60, field="纸质签署人")
        except ValueError as error:
            raise Invalid(str(error), fields={"signer": [str(error)]}) from None
        if not signer:
            if by.enters_paper:
                raise Invalid(
                    "您是受委托的经办人，只录入领导在纸上的签署：请写明签署人和签署日期，附签字扫描件。",
                    fields={"signer": ["请写明纸质签署人"]},
                )
            if self.signed_on is not None or self.scan is not None:
                raise Invalid(
                    "填了纸质签署的日期或扫描件，没有写明谁签的；自己签署的，三项都不填。",
                    fields={"signer": ["写明纸质签署人"]},
                )
            return BY_HIMSELF
        if self.signed_on is None or self.signed_on > clock.today():
            raise Invalid("纸质签署要写明签署日期，且不晚于今天。", fields={"signed_on": ["写明纸质签署的日期"]})
        return PaperSignature(signer, self.signed_on, _stored(by, self.scan) if self.scan is not None else None)

    def said(self, by: Actor) -> str:
        """How a record says it: `（李局长纸质签署，王经办录入）`; empty where he signed himself."""
        return f"（{self.signer}纸质签署，{by.name}录入）" if self.signer else ""


BY_HIMSELF = PaperSignature()


def _stored(by: Actor, scan) -> StoredFile:
    if scan.size > files.MAX_BYTES:
        raise Refused(f"扫描件最多 {files.MAX_BYTES // 1024 // 1024} MB。", status=413, fields={"scan": ["文件太大"]})
    content = scan.read()
    name, content_type = files.check(scan.name, content, kinds=SCANS)
    return files.store(content=content, display_name=name, content_type=content_type, by=by)
