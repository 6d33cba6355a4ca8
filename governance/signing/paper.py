"""纸质签署: what a leader signed on paper, entered by whoever acts for him; the same for every round, whichever floor owns it."""

from __future__ import annotations

import datetime as dt

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.text import clean_text
from governance.kernel.access import Actor
from governance.models import StoredFile
from governance.storage import files

SCANS = ("pdf", "jpg", "jpeg", "png")


def signed(by: Actor, signer: str, signed_on: dt.date | None, scan=None) -> dict:
    """`signer`, `signed_on` and `scan` (an uploaded file, stored) as `rounds.answer` takes them; {} where he signs himself.

    Raises Invalid where the 经办人 names no signer or the day is missing or to come; 413 for a scan that is too large.
    """
    try:
        signer = clean_text(signer, limit=60, field="纸质签署人")
    except ValueError as error:
        raise Invalid(str(error), fields={"signer": [str(error)]}) from None
    if not signer:
        if by.enters_paper:
            raise Invalid(
                "您是受委托的经办人，只录入领导在纸上的签署：请写明签署人和签署日期，附签字扫描件。",
                fields={"signer": ["请写明纸质签署人"]},
            )
        if signed_on is not None or scan is not None:
            raise Invalid(
                "填了纸质签署的日期或扫描件，没有写明谁签的；自己签署的，三项都不填。",
                fields={"signer": ["写明纸质签署人"]},
            )
        return {}
    if signed_on is None or signed_on > clock.today():
        raise Invalid("纸质签署要写明签署日期，且不晚于今天。", fields={"signed_on": ["写明纸质签署的日期"]})
    return {"signer": signer, "signed_on": signed_on, "scan": _stored(by, scan) if scan is not None else None}


def said(paper: dict, by: Actor) -> str:
    """How a record says it: `（李局长纸质签署，王经办录入）`; empty where he signed himself."""
    return f"（{paper['signer']}纸质签署，{by.name}录入）" if paper else ""


def _stored(by: Actor, scan) -> StoredFile:
    if scan.size > files.MAX_BYTES:
        raise Refused(f"扫描件最多 {files.MAX_BYTES // 1024 // 1024} MB。", status=413, fields={"scan": ["文件太大"]})
    content = scan.read()
    name, content_type = files.check(scan.name, content, kinds=SCANS)
    return files.store(content=content, display_name=name, content_type=content_type, by=by)
