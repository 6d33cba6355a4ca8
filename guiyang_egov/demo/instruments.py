"""Drafted texts of the instruments of 9.2 for the story: invented and short; they repeat what the plan says."""

from __future__ import annotations

import io
import zipfile
from html import escape

from governance import actions as governance
from governance.kernel.access import Actor
from governance.models import Regulation, RegulationText

OFFICE = "http://schemas.openxmlformats.org"
WORD = f"{OFFICE}/wordprocessingml/2006/main"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" Target="word/document.xml" '
        f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
}


def attach_text(*, by: Actor, regulation: Regulation, title: str, articles: list[str]) -> RegulationText:
    """A drafted text as a Word file."""
    return governance.attach_regulation_text(
        by=by,
        regulation=regulation,
        title=f"{title}（演示）",
        name=f"{regulation.title}{title}（演示）.docx",
        content=_word(regulation.title, title, articles),
        is_demo=True,
    )


def _word(title: str, kind: str, articles: list[str]) -> bytes:
    """The smallest Word file that opens: title, kind, numbered articles; the same bytes every time."""
    lines = [
        title,
        f"（{kind}，演示文本，非正式文件）",
        *(f"第{'一二三四五六七八九'[n]}条　{text}" for n, text in enumerate(articles)),
    ]
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    parts = PARTS | {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
    return out.getvalue()
