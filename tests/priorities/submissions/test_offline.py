"""The offline workbook: there and back, every error by sheet, row and column, a preview, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import strip_tags

from governance.workbooks.writer import read_safely
from priorities import actions
from priorities import proposal as proposals
from priorities.submissions import offline
from tests.priorities.stories import proposal

DAY = dt.date(2007, 8, 20)


def book_of(row) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(offline.template(row, DAY)))


def content(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell_of(sheet, key: str):
    """The cell to fill in of a field's row."""
    return next(row[2] for row in sheet.iter_rows(min_row=3) if row[0].value == key)


def send(client, row, book, **more):
    sent = SimpleUploadedFile("申报书.xlsx", content(book))
    return client.post(f"/priorities/submissions/{row.reference}/offline/", {"file": sent} | more)


@pytest.fixture
def client(cast):
    return cast.client("health_cio")


def test_the_workbook_comes_back_unchanged_and_equal_content_gives_equal_bytes(stories):
    row = stories.draft()
    first = offline.template(row, DAY)
    assert first == offline.template(row, DAY)
    reading = offline.read(row, read_safely(first))
    assert (reading.errors, reading.changes) == ([], [])
    assert reading.document == row.proposal


def test_the_workbook_has_lists_and_hints_and_locks_what_is_not_filled_in(stories):
    book = book_of(stories.draft())
    rules = {str(r.sqref): r for sheet in book for r in sheet.data_validations.dataValidation}
    construction = cell_of(book["申报书"], "construction")
    assert "新建,改建" in rules[construction.coordinate].formula1
    assert all(r.prompt for r in rules.values() if r.type != "decimal")
    assert not construction.protection.locked
    assert book["申报书"]["B3"].protection.locked
    assert book["申报书"].protection.sheet
    assert book["_meta"].sheet_state == "veryHidden"


def test_text_that_looks_like_a_formula_stays_text_there_and_back(stories):
    row = stories.draft(document=proposal(title="=cmd|'/c calc'!A1", service_objects="@SUM(1)"))
    assert book_of(row)["申报书"]["C3"].data_type == "s"
    assert offline.read(row, read_safely(offline.template(row, DAY))).document == row.proposal


def test_every_error_names_sheet_row_and_column_and_nothing_is_stored(stories, client):
    row = stories.draft()
    book = book_of(row)
    cell_of(book["申报书"], "construction").value = "翻新"
    cell_of(book["申报书"], "end").value = "1999"
    book["目标"]["D3"] = "明年"
    book["组成与资金"]["D3"] = "好多"
    book["组成与资金"]["C4"] = "火箭"
    book["判定事实"]["C5"] = "也许"
    answer = send(client, row, book)
    reading = answer.context["reading"]
    assert answer.status_code == 422
    assert {(e.sheet, e.row, e.column, e.value) for e in reading.errors} == {
        ("申报书", 4, "C", "翻新"),
        ("申报书", 6, "C", "1999"),
        ("目标", 3, "D", "明年"),
        ("组成与资金", 3, "D", "好多"),
        ("组成与资金", 4, "C", "火箭"),
        ("判定事实", 5, "C", "也许"),
    }
    row.refresh_from_db()
    assert (row.version, answer.context["token"]) == (1, "")


def test_the_preview_shows_what_changes_and_the_confirmation_saves_exactly_that(stories, client):
    row = stories.draft()
    book = book_of(row)
    cell_of(book["申报书"], "title").value = "离线改的名称"
    book["组成与资金"]["D3"] = 61.5
    answer = send(client, row, book)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "将要改动 2 处" in html
    row.refresh_from_db()
    assert row.version == 1
    values = {"token": answer.context["token"], "once": "one"}
    for _ in range(2):  # a second click is the first one's result
        assert client.post(f"/priorities/submissions/{row.reference}/offline/", values).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.version, row.proposal["components"][0]["money"][0]["amount_wan"]) == (
        "离线改的名称",
        2,
        "61.50",
    )


def test_what_others_changed_online_is_kept_and_a_field_changed_by_both_is_an_error(stories, cast, client):
    row = stories.draft()
    book = book_of(row)
    row = actions.save_draft(
        by=cast.health_cio, submission=row, version=row.version, patch={"title": "线上改的", "evaluation": "线上的评估"}
    )
    cell_of(book["申报书"], "service_objects").value = "离线的对象"
    token = send(client, row, book).context["token"]
    client.post(f"/priorities/submissions/{row.reference}/offline/", {"token": token})
    row.refresh_from_db()
    assert (row.title, row.proposal["evaluation"], row.proposal["service_objects"]) == (
        "线上改的",
        "线上的评估",
        "离线的对象",
    )
    cell_of(book["申报书"], "title").value = "离线也改"
    [error] = send(client, row, book).context["reading"].errors
    assert (error.sheet, error.row, error.column) == ("申报书", 3, "C")
    assert "两边都改过" in error.sentence


def test_an_old_file_that_nobody_filled_in_is_said_to_be_unchanged_whatever_moved_online(stories, cast, client):
    row = stories.draft()
    old = book_of(row)
    words = " ".join(strip_tags(send(client, row, old).content.decode()).split())
    assert "这个文件下载以后没有改过，不用写入。" in words
    row = actions.save_draft(
        by=cast.health_cio, submission=row, version=row.version, proposal=row.proposal | {"evaluation": "线上改的"}
    )
    words = " ".join(strip_tags(send(client, row, old).content.decode()).split())
    assert "这个文件下载以后没有改过，不用写入；线上后来改过 1 处，都保留" in words
    row.refresh_from_db()
    assert row.proposal["evaluation"] == "线上改的"


def test_a_returned_case_takes_from_the_workbook_only_what_was_asked(stories, client):
    row = stories.returned(points=[("evaluation", "写明由谁评估")])
    book = book_of(row)
    cell_of(book["申报书"], "evaluation").value = "卫生局每年评估"
    assert [d.label for d in send(client, row, book).context["reading"].changes] == ["绩效评估机制"]
    cell_of(book["申报书"], "title").value = "顺手改名"
    [error] = send(client, row, book).context["reading"].errors
    assert (error.head, error.row) == ("项目名称", 3)


def test_another_cases_workbook_an_older_form_and_a_foreign_file_are_refused(stories, client, cast):
    row, other = stories.draft(), stories.draft()
    assert "不是本件的" in send(client, row, book_of(other)).content.decode()
    book = book_of(row)
    book["_meta"]["A3"] = "SB-1999"
    assert "旧表式" in send(client, row, book).content.decode()
    book = book_of(row)
    book["_meta"]["A4"] = "[" * 3000
    assert "识别页被改动" in send(client, row, book).content.decode()
    assert "识别页" in send(client, row, openpyxl.Workbook()).content.decode()
    address = f"/priorities/submissions/{row.reference}/offline/"
    for junk in (b"PK\x03\x04junk", b"not a workbook", b""):
        assert client.post(address, {"file": SimpleUploadedFile("a.xlsx", junk)}).status_code == 422
    assert client.post(address, {"token": "forged"}).status_code == 422
    assert cast.client("industry").get(address + "template/").status_code == 404


def test_a_row_taken_out_or_a_date_that_excel_made_is_understood(stories):
    row = stories.draft()
    book = book_of(row)
    cell_of(book["申报书"], "start").value = dt.datetime(2008, 3, 1)
    assert offline.read(row, read_safely(content(book))).errors == []
    book["申报书"].delete_rows(3)
    [error] = offline.read(row, read_safely(content(book))).errors
    assert "少了这些行：项目名称" in error.sentence


def test_the_form_has_at_most_eighteen_mandatory_points_in_the_workbook_too():
    must = {
        path.removesuffix("." + path.rpartition(".")[2]) if path.startswith("security.commitments.") else path
        for path, *_ in offline.ROWS
        if path in offline.MANDATORY or path.startswith("security.commitments.")
    }
    assert len(must | {"goals", "components", "money"}) <= len(proposals.MANDATORY) <= 18


def test_shared_data_goes_there_and_back_with_its_errors_in_their_cells(stories, client):
    shared = [{"side": "provides", "data": "社区居民健康档案", "service": "exchange", "frequency": "daily"}]
    row = stories.draft(document=proposal(sharing=shared))
    book = book_of(row)
    assert [c.value for c in book["共享数据"][3]][:4] == ["提供", "社区居民健康档案", "平台交换", "每日"]
    for column, text in zip("ABCD", ("使用", "人口基础信息", "", "每周"), strict=True):
        book["共享数据"][f"{column}4"] = text
    reading = offline.read(row, read_safely(content(book)))
    assert [(d.path, d.new) for d in reading.changes] == [("sharing.1", "使用 人口基础信息（每周）")]
    book["共享数据"]["D4"] = "偶尔"
    book["共享数据"]["A5"] = "使用"
    book["共享数据"]["C5"] = "接口查询"
    reading = offline.read(row, read_safely(content(book)))
    assert {(e.sheet, e.row, e.column) for e in reading.errors} == {("共享数据", 4, "D"), ("共享数据", 5, "B")}


def test_a_workbook_from_before_the_catalogue_leaves_the_shared_data_as_they_are(stories):
    shared = [{"side": "uses", "data": "人口基础信息", "service": "", "frequency": ""}]
    row = stories.draft(document=proposal(sharing=shared))
    book = book_of(row)
    del book["共享数据"]
    reading = offline.read(row, read_safely(content(book)))
    assert (reading.errors, reading.changes) == ([], [])
    assert reading.document["sharing"] == shared
