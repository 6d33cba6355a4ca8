"""Printed reports: the same figures in three forms, the same bytes twice, and nothing fetched whatever a text says."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from governance import jobs
from governance.basics import clock
from governance.basics.figures import Column, Figure, Report, Section, Table
from governance.basics.refusal import Invalid, Refused
from governance.database.snapshots import SnapshotRouter, snapshot_read
from governance.documents import printing
from governance.jobs import Progress
from governance.models import Document, Job, Notice
from governance.workbooks import writer
from tests import pdf

ROOT = Path(__file__).resolve().parents[3]
DAY = dt.date(2007, 8, 20)


def sample(rows: int = 45, text: str = "统一网络平台一期工程", **more) -> Report:
    """A report of two sections with a grouped table of `rows` rows; `text` stands in every place that people fill."""
    body = []
    for n in range(rows):
        if n % 15 == 0:
            body.append({"_group": f"{text} 组{n // 15}"})
        body.append({"code": f"P{n:02}", "name": f"{text}{n}", "wan": Decimal(n) + Decimal("0.50"), "none": None})
    columns = (
        Column("code", "编号", width=8),
        Column("name", text, width=50),
        Column("wan", "批复", "wan", 20),
        Column("none", "支出", "wan", 20),
    )
    total = sum((r["wan"] for r in body if "wan" in r), Decimal(0))
    table = Table("t1", text, columns, tuple(body), "万元", {"name": "合计", "wan": total, "none": None}, text)
    sections = (
        Section(
            "s1",
            text,
            (text,),
            (Figure("f1", text, Decimal("6883"), "万元", ("10.4",), text), Figure("f2", "未知", None)),
        ),
        Section("s2", "明细", (), (), (table,), after=(text,)),
    )
    values = {
        "kind": "sample",
        "year": 2007,
        "title": text,
        "day": DAY,
        "issuer": (text,),
        "basis": text,
        "rule_set": "plan-2006",
        "sections": sections,
        "notes": (("D06", text),),
        "subtitle": text,
        "city": "贵阳市",
    }
    return Report(**(values | more))


@pytest.fixture(scope="module")
def printed():
    return printing.print_report(sample(), "pdf")


def test_the_json_is_the_contracts():
    body = json.loads(printing.print_report(sample(rows=2), "json").content)
    assert list(body)[:6] == ["kind", "year", "title", "snapshot", "rule_set", "basis"]
    section = body["sections"][1]
    assert set(section) >= {"id", "title", "figures", "tables"}
    table = section["tables"][0]
    assert table["columns"][2] == {"id": "wan", "label": "批复"}
    assert table["rows"][1] == {"code": "P01", "name": "统一网络平台一期工程1", "wan": "1.50", "none": None}
    assert table["totals"]["wan"] == "2.00"
    assert body["sections"][0]["figures"][0] == {
        "id": "f1",
        "label": "统一网络平台一期工程",
        "value": "6883.00",
        "unit": "万元",
        "clauses": ["10.4"],
    }
    assert body["sections"][0]["figures"][1]["value"] is None


def test_every_amount_of_the_json_is_in_the_pdf_and_in_the_workbook(printed):
    report = sample()
    body = json.loads(printing.print_report(report, "json").content)
    amounts = {r["wan"] for r in body["sections"][1]["tables"][0]["rows"]} | {
        body["sections"][1]["tables"][0]["totals"]["wan"],
        "6883.00",
    }
    text = pdf.text(printed.content)
    assert [a for a in amounts if f"{Decimal(a):,.2f}" not in text] == []
    sheets = writer.read_safely(printing.print_report(report, "xlsx").content)
    cells = {
        f"{Decimal(str(v)):.2f}" for rows in sheets.values() for row in rows for v in row if isinstance(v, int | float)
    }
    assert amounts - cells == set()


def test_unknown_is_never_nought(printed):
    text = pdf.text(printed.content)
    assert "未填" in text
    assert not re.search(r"(?<![\d.])0\.00(?!\d)", text)


def test_the_heads_of_a_long_table_stand_on_every_page_of_it(printed):
    pages = [p for p in pdf.pages(printed.content) if "P4" in p or "P0" in p or "P2" in p]
    assert len(pages) >= 2
    assert all("编号" in page for page in pages)


def test_pages_are_numbered_from_the_body_on_and_the_contents_name_them(printed):
    pages = pdf.pages(printed.content)
    assert printed.pages == len(pages)
    assert [bool(re.search(r"—\s*\d+\s*—", page)) for page in pages[:4]] == [False, False, True, True]
    assert re.search(r"—\s*1\s*—", pages[2])
    assert re.search(r"二、明细\s*\.+\s*\d", pages[1])


def test_the_fonts_are_embedded_and_subset(printed):
    assert len(printed.content) < 900_000, "17 MB of fonts are subset"
    assert printed.engine.startswith("WeasyPrint 7")
    fonts = pdf.fonts(printed.content)
    assert {name.partition("+")[2] for name, _ in fonts} == {"Noto-Sans-SC", "Noto-Serif-SC"}
    assert all(embedded and re.match(r"[A-Z]{6}\+", name) for name, embedded in fonts), "each embedded as a subset"


def digests() -> dict[str, str]:
    return {
        form: hashlib.sha256(printing.print_report(sample(), form).content).hexdigest() for form in printing.FORMATS
    }


def test_the_same_snapshot_gives_the_same_bytes_in_another_process_at_another_time(printed):
    program = "import django, json; django.setup(); from tests.governance.documents.test_printing import digests; print(json.dumps(digests()))"
    environment = os.environ | {
        "GUIYANG_MODE": "embedded",
        "TZ": "America/New_York",
        "DJANGO_SETTINGS_MODULE": "guiyang_egov.settings",
    }
    environment.pop("SOURCE_DATE_EPOCH", None)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout.strip().splitlines()[-1])
    assert there["pdf"] == hashlib.sha256(printed.content).hexdigest()
    assert there == digests()


def test_another_figure_is_another_snapshot():
    assert sample().snapshot == sample().snapshot
    assert sample().snapshot != sample(rows=46).snapshot
    assert sample().snapshot != sample(day=DAY + dt.timedelta(days=1)).snapshot
    assert sample().snapshot == printing.print_report(sample(), "json").snapshot


# --- hostile texts -------------------------------------------------------------------------------------------------


@pytest.fixture
def listener():
    """Counts who calls while something is rendered."""
    calls: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        stop = threading.Event()

        def serve():
            while not stop.is_set():
                try:
                    peer, _ = server.accept()
                except TimeoutError:
                    continue
                calls.append(peer.recv(200))
                peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], calls
        stop.set()
        thread.join()


HOSTILE = [
    '<img src="{url}/a.png">',
    '<link rel="stylesheet" href="{url}/a.css">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    '<link rel="attachment" href="file:///etc/passwd">',
    "<style>@import url({url}/b.css)</style>",
    '<object data="file:///etc/passwd"></object>',
    '<p style="background:url({url}/c.png)">x</p>',
    '<iframe src="{url}"></iframe>',
    '<svg><image href="{url}/d.png"/></svg>',
    "<style>@font-face{{font-family:x;src:url({url}/f.ttf)}}</style>",
    '<base href="{url}/">',
    '<img src="data:image/png;base64,AAAA">',
]


def test_text_that_looks_like_markup_is_text_in_every_place(listener):
    port, calls = listener
    text = " ".join(h.format(url=f"http://127.0.0.1:{port}") for h in HOSTILE)
    made = printing.print_report(sample(rows=2, text=text), "pdf")
    assert calls == []
    assert b"root:x:0" not in made.content
    assert b"/EmbeddedFile" not in made.content
    assert 'rel="attachment"' in re.sub(r"\s+", " ", pdf.text(made.content)).replace("\n", " ")


@pytest.mark.parametrize("payload", HOSTILE)
def test_even_markup_that_got_through_fetches_nothing(listener, payload):
    """The second wall: should a template ever fail to escape, the fetcher still denies."""
    port, calls = listener
    content, _ = printing.pdf(
        f"<!DOCTYPE html><title>t</title><p>x</p>{payload.format(url=f'http://127.0.0.1:{port}')}", day=DAY
    )
    assert calls == []
    assert b"root:x:0" not in content
    assert b"/EmbeddedFile" not in content


def test_formulas_and_control_characters_stay_text_in_the_workbook():
    evil = "=cmd|'/C calc'!A0 \x01 #REF!"
    content = printing.print_report(sample(rows=1, text=evil), "xlsx").content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/")]
    assert not any("cmd" in formula for sheet in sheets for formula in re.findall(r"<f>(.*?)</f>", sheet))
    assert any("cmd|" in str(v) for rows in writer.read_safely(content).values() for row in rows for v in row)


def test_marks_that_turn_or_hide_text_are_not_printed_and_the_amounts_stay_readable():
    turned = printing.print_report(sample(rows=1, text="甲\u202e乙\u2066丙\u200f\x00\x1b丁"), "pdf")
    assert "甲乙丙丁" in re.sub(r"\s", "", pdf.text(turned.content))
    assert printing.on_paper("<p>a\n\tb</p>") == "<p>a\n\tb</p>"


def test_a_character_that_no_face_of_ours_has_is_marked_and_named_on_every_machine_alike():
    text = re.sub(r"\s", "", pdf.text(printing.print_report(sample(rows=1, text="张\U0002b386🙂"), "pdf").content))
    assert "张〓〓" in text
    assert "（U+1F642、U+2B386）" in text
    assert "〓" not in pdf.text(
        printing.print_report(sample(rows=1, text="统一网络平台㐀—…“”①②㎡≥×→€℃渫镕喆"), "pdf").content
    )


def test_the_characters_of_a_face_are_read_as_fonttools_reads_them():
    from fontTools.ttLib import TTFont

    for name in printing._FONTS.values():
        font = printing._font_bytes(name)
        assert printing._characters(font) == set(TTFont(io.BytesIO(font), lazy=True).getBestCmap())


def test_a_text_of_ten_thousand_characters_is_cut_on_paper_and_whole_in_the_workbook_and_the_json():
    columns = (Column("name", "项目", width=100),)
    long = Report(
        **(
            {f: getattr(sample(rows=0), f) for f in Report.__dataclass_fields__}
            | {
                "sections": (
                    Section(
                        "s", "长", ("段" * 10_000,), (), (Table("t", "长表", columns, ({"name": "字" * 10_000},)),)
                    ),
                )
            }
        )
    )
    made = printing.print_report(long, "pdf")
    text = re.sub(r"\s", "", pdf.text(made.content))
    assert made.pages < 12
    assert (text.count("字字"), "全文10,000字，见XLSX" in text) != (0, False)
    assert text.count("字") < 2100
    sheets = writer.read_safely(printing.print_report(long, "xlsx").content)
    assert any(v == "字" * 10_000 for rows in sheets.values() for row in rows for v in row)
    assert "字" * 10_000 in printing.print_report(long, "json").content.decode()


def test_a_long_title_stays_within_the_rules_of_the_cover():
    title = "贵阳市电子政务项目2007年度进度报告（" + "贵阳市数字证书认证管理中心领导小组办公室" * 8 + "）"
    first = pdf.pages(printing.print_report(sample(rows=1, title=title), "pdf").content)[0]
    assert "贵阳市数字证书认证管理中心" in re.sub(r"\s", "", first)
    assert re.search(r"…|⋯|\.\.\.", first)


def test_a_discrepancy_that_a_text_cites_is_told_at_the_foot_of_that_page_and_once():
    report = sample(rows=1, notes=(("D06", "增长有两种读法"), ("D07", "没有引到")))
    sections = (Section("s1", "检验", ("按默认读法（D06），再说一次D06。", "D99 不是本报告的注。")), report.sections[1])
    cited = Report(**({f: getattr(report, f) for f in Report.__dataclass_fields__} | {"sections": sections}))
    html = printing.as_html(cited)
    assert html.count("增长有两种读法") == html.count('class="told"') == 1
    pages = pdf.pages(printing.print_report(cited, "pdf").content)
    first = next(page for page in pages if "按默认读法" in page)
    assert re.search(r"D06\s+增长有两种读法", first)
    assert re.search(r"D07\s+没有引到", pages[-1])


def test_numbers_stand_at_the_outer_edge_and_the_body_begins_on_a_right_page(printed):
    right, left = (pdf.left_of(printed.content, number, r"—\s*\d+\s*—") for number in (2, 3))
    assert right > 0.7
    assert left < 0.2


def test_the_unit_is_said_only_where_there_is_money():
    assert "单位：万元" in printing.as_html(sample(rows=1))
    plain = Table("t", "表", (Column("a", "甲"),), ({"a": "乙"},))
    assert "单位：万元" not in printing.as_html(
        sample(sections=(Section("s", "节", (), (Figure("f", "数", 3, "项"),), (plain,)),))
    )


def test_too_many_rows_for_a_pdf_are_refused_with_the_way_out():
    report = sample(rows=printing.MOST_ROWS + 1)
    with pytest.raises(
        Refused, match=r"2,\d{3} 行表格，超过 PDF 的上限 2,000 行；最长的是表 1“统一网络平台一期工程”.*XLSX"
    ):
        printing.print_report(report, "pdf")
    assert printing.print_report(report, "json").format == "json"


def test_without_pango_the_sentence_has_the_line_to_type(monkeypatch, capsys):
    import builtins

    real = builtins.__import__

    def importing(name, *args, **kwargs):
        if name == "weasyprint":
            print("-----\nWeasyPrint could not import some external libraries\n-----")
            raise OSError("cannot load library 'libgobject-2.0-0': /usr/lib/secret")
        return real(name, *args, **kwargs)

    printing._weasyprint.cache_clear()
    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(Refused) as refused:
        printing.print_report(sample(rows=1), "pdf")
    monkeypatch.undo()
    printing._weasyprint.cache_clear()
    assert "libharfbuzz-subset0" in refused.value.sentence
    assert "secret" not in refused.value.sentence
    assert capsys.readouterr().out == ""


# --- the job of a report -------------------------------------------------------------------------------------------


def test_progress_goes_up_and_names_the_pages():
    said: list[tuple[int, str]] = []
    printing.print_report(sample(), "pdf", Progress(lambda percent, doing: said.append((percent, doing))))
    assert any("排版第 2 页" in doing for _, doing in said)
    assert [p for p, _ in said] == sorted(p for p, _ in said)
    assert "正在写入文件" in said[-1][1]


@pytest.mark.parametrize(
    "params", [{}, {"year": 2011}, {"year": "2007"}, {"year": True}, {"year": 2007, "formats": ["exe"]}]
)
def test_params_that_no_report_takes_are_refused(params):
    with pytest.raises(Invalid):
        printing.clean_params(params)


def test_formats_keep_their_order_and_default_to_all():
    assert printing.clean_params({"year": 2007}) == {"year": 2007, "formats": ["pdf", "xlsx", "json"]}
    assert printing.clean_params({"year": 2007, "formats": ["json", "pdf", "json"]})["formats"] == ["pdf", "json"]


def test_inside_a_snapshot_reads_go_to_its_alias_and_writes_never(settings, db):
    router = SnapshotRouter()
    assert router.db_for_read(None) is None
    if "snapshot" not in settings.DATABASES:
        with snapshot_read():
            assert router.db_for_read(None) is None
        return
    from governance.database import snapshots

    token = snapshots._reading.set(True)
    try:
        assert (router.db_for_read(None), router.db_for_write(None)) == ("snapshot", "default")
    finally:
        snapshots._reading.reset(token)


@pytest.mark.parametrize(
    ("number", "han"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (35, "三十五"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (123, "一百二十三"),
    ],
)
def test_sections_are_numbered_in_chinese(number, han):
    assert printing.han(number) == han


def test_every_report_is_asked_for_every_month_and_every_year_once(plan):
    for day in (dt.date(2007, 8, 20), dt.date(2007, 8, 31), dt.date(2007, 9, 1)):
        with clock.at(day):
            assert jobs.daily(day) == {}
    asked = sorted((j.kind, j.params["year"]) for j in Job.objects.filter(on_schedule=True))
    assert asked == [(kind, year) for kind in sorted(printing.kinds()) for year in (2006, 2007, 2007)]


def scheduled(kind: str, year: int) -> Job:
    return Job.objects.get(on_schedule=True, kind=kind, params__year=year)


def test_the_years_last_report_is_told_to_its_readers_and_the_months_lie_in_the_archive(plan, media):
    jobs.daily(DAY)
    for kind, year in (("annual_budget", 2006), ("annual_budget", 2007), ("leaders_brief", 2007)):
        job = scheduled(kind, year)
        Job.objects.filter(pk=job.pk).update(params=job.params | {"formats": ["json"]})
        assert jobs.perform(job.pk) == "done"
    told = sorted((n.role, n.sentence) for n in Notice.objects.filter(topic="document"))
    assert told == [
        ("finance", "2006 年度预算报告已办好，可以下载。"),
        ("leading_group", "2006 年度预算报告已办好，可以下载。"),
        ("leading_group", "2007 领导一页已办好，可以下载。"),
    ]
    assert Document.objects.filter(kind="annual_budget", year=2007).count() == 1


def test_who_operates_jobs_hears_of_a_scheduled_report_that_was_not_made(plan, media, monkeypatch):
    def refuse(*args):
        raise Refused("取不到数。")

    monkeypatch.setitem(printing._builders, "security", printing.Builder("信息安全报告", refuse))
    jobs.daily(DAY)
    assert jobs.perform(scheduled("security", 2007).pk) == "failed"
    told = Notice.objects.get(topic="document")
    assert (told.role, told.sentence) == ("reviewer", "2007 信息安全报告没有生成：取不到数。")


def test_every_reader_of_a_scheduled_report_may_download_it(cast):
    by_role = {cast.reviewer.role: cast.reviewer, cast.finance.role: cast.finance, cast.leader.role: cast.leader}
    for key in printing.kinds():
        kind = jobs.find(key)
        roles = list(kind.tells({"year": 2006}))
        assert roles
        assert all(kind.may_download(by_role[role], Document(kind=key)) for role in roles)
