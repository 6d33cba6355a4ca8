"""A closed year as one file that can be read without the product: its reports, its budget, its trail, their digests."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator

from django.conf import settings

from budgets.workbook import export
from budgets.workbook.importing import SYSTEM
from governance import jobs
from governance.basics import clock
from governance.basics.refusal import Refused
from governance.documents import printing
from governance.kernel import audit

SAID = """{product} {version}：{year} 年归档

报告/          本年各种年度报告：PDF 供阅读，xlsx 供复核，json 供程序读取
预算表.xlsx    本年预算表，可由本系统导回
留痕.jsonl     业务日期在本年的全部留痕，每行一条，带前一条摘要（previous）和摘要（hash）
SHA256SUMS     以上各文件的摘要，用 sha256sum -c SHA256SUMS 核对

归档时留痕链头：第 {seq} 条，{hash}
"""


def of(year: int) -> bytes:
    """The year as a zip; equal data give equal bytes. Refused (422) for a year that is not over or has no reports."""
    today = clock.today()
    if year not in printing.years_of_reports(today):
        raise Refused(f"没有 {year} 年的报告可归档。", status=422)
    if year >= today.year:
        raise Refused(f"{year} 年还没有结束（今天 {today}），结束以后才能归档。", status=422)
    sums, content = [], io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(year):
            _add(archive, name, data)
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        _add(archive, "SHA256SUMS", "".join(sums).encode())
    return content.getvalue()


def _files(year: int) -> Iterator[tuple[str, bytes]]:
    head = audit.chain_head().first()
    values = {"product": settings.PRODUCT_NAME, "version": settings.PRODUCT_VERSION, "year": year}
    yield "说明.txt", SAID.format(**values, seq=head.seq if head else 0, hash=head.hash if head else "无").encode()
    for kind in printing.report_kinds():
        for made in jobs.run_now(kind, {"year": year, "formats": list(printing.FORMATS), "scope": ""}):
            yield f"报告/{made.name}", made.content
    yield "预算表.xlsx", export.export(year, SYSTEM, clock.today())[0]
    yield "留痕.jsonl", b"".join(_trail(year))


def _trail(year: int) -> Iterator[bytes]:
    rows = audit.trail().filter(day__range=(dt.date(year, 1, 1), dt.date(year, 12, 31))).order_by("seq")
    for row in rows.values().iterator(chunk_size=2000):
        yield json.dumps(row, ensure_ascii=False, default=str, sort_keys=True).encode() + b"\n"


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the moment of making is nobody's fact
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    archive.writestr(entry, data)
