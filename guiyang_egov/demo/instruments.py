"""How far the instruments of 9.2 have come in the story, with drafted texts: one issued, one before the leading group, one out
for opinions. The texts are invented and short; they repeat what the plan says."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from html import escape

from governance import actions as governance
from governance.basics import clock
from governance.models import Regulation, RegulationText, StoredFile

D = dt.date
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Target="word/document.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
}

# clause, days and states, texts: day, name, articles
STEPS = (
    ("9.2.1", ((D(2007, 4, 2), "consulting"), (D(2007, 6, 4), "reviewing"))),
    ("9.2.2", ((D(2007, 6, 4), "consulting"),)),
    ("9.2.4", ((D(2006, 11, 6), "consulting"), (D(2007, 3, 5), "reviewing"))),
)
ISSUED = ("9.2.4", D(2007, 5, 14), D(2007, 5, 10), "筑府办发〔2007〕52号（演示）")
SHARED = "各部门按职能和应用需求共享政务信息，交换经市政府信息资源共享与交换平台。"
TEXTS = (
    ("9.2.1", D(2007, 4, 2), "征求意见稿", (SHARED, "不得以部门规定限制已列入目录的共享。")),
    ("9.2.1", D(2007, 6, 5), "送审稿", (SHARED, "目录每半年更新一次，由信息资源管理部门公布。")),
    (
        "9.2.2",
        D(2007, 6, 4),
        "征求意见稿",
        (
            "电子政务总体工程为一级管理，业务应用系统为二级管理。",
            "推行建设监理；项目经费专款专用。",
            "投资原则和建设优先级别照规划第 8 章。",
        ),
    ),
    (
        "9.2.4",
        D(2006, 11, 6),
        "征求意见稿",
        ("各级、各部门门户网站的建设、功能和管理职责。", "网站内容由主办部门审核。"),
    ),
    (
        "9.2.4",
        D(2007, 5, 14),
        "印发文本",
        (
            "各级、各部门门户网站接入市政务门户，统一标识和检索。",
            "网站内容由主办部门审核，信息发布登记。",
            "自印发之日起施行。",
        ),
    ),
)


def tell(stage) -> None:
    """Every step and text on its day, in the order of the days."""
    reviewer = stage["demo-reviewer"]
    events = [(day, 0, _set, (clause, state)) for clause, steps in STEPS for day, state in steps]
    events.append((ISSUED[1], 0, _issue, ()))
    events += [(day, 1, _attach, (clause, title, articles)) for clause, day, title, articles in TEXTS]
    for day, _, do, told in sorted(events, key=lambda e: (e[0], e[1])):
        with clock.at(day):
            do(reviewer, *told)


def _set(reviewer, clause: str, state: str, **more) -> None:
    row = Regulation.objects.get(clause=clause)
    governance.set_regulation_state(by=reviewer, regulation=row, version=row.version, state=state, **more)


def _issue(reviewer) -> None:
    clause, _, issued_on, number = ISSUED
    _set(reviewer, clause, "issued", issued_on=issued_on, document_number=number)


def _attach(reviewer, clause: str, title: str, articles: tuple[str, ...]) -> None:
    row = Regulation.objects.get(clause=clause)
    governance.attach_regulation_text(
        by=reviewer,
        regulation=row,
        title=f"{title}（演示）",
        name=f"{row.title}{title}（演示）.docx",
        content=_word(row.title, title, articles),
        is_demo=True,
    )


def _word(title: str, kind: str, articles: tuple[str, ...]) -> bytes:
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


def remove() -> None:
    """The story's texts and their files; the states are undone in traces."""
    texts = RegulationText.objects.filter(is_demo=True)
    files = list(texts.values_list("file_id", flat=True))
    texts.delete()
    StoredFile.objects.filter(pk__in=files).delete()
