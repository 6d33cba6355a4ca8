"""The workbook of who was trained: judged cell by cell, stored whole or not at all, drawn on for 政绩考核 (9.5.2)."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance import actions
from governance.basics.refusal import Invalid, Refused, WrongRole
from governance.models import Attendance, AuditRow, Organisation, Trainee, TrainingSession
from governance.people import attendance
from governance.workbooks import roster
from governance.workbooks.writer import UnsafeWorkbook, read_safely

pytestmark = pytest.mark.django_db
DAY = dt.date(2007, 8, 20)
ADDRESS = "/governance/training/roster/"


def course(cast, **more) -> TrainingSession:
    given = {
        "group": "officials",
        "title": "公文流转操作",
        "held_on": dt.date(2007, 6, 4),
        "heads": 2,
        "evidence": "签到册",
    }
    organiser = Organisation.objects.get(name="市信息产业局")
    return actions.record_training(by=cast.reviewer, organiser=organiser, **given | more)


def sheet(*rows: tuple, name=roster.SHEET, heads=roster.HEADS) -> bytes:
    """The template as somebody filled it in."""
    book = openpyxl.Workbook()
    book.active.title = name
    for row in (heads, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(*given: tuple) -> list[list[str]]:
    return roster.rows_of(read_safely(sheet(*given)))


def send(cast, content: bytes):
    return cast.client("reviewer").post(ADDRESS, {"file": SimpleUploadedFile("名单.xlsx", content)})


def test_a_workbook_is_rehearsed_then_stored_whole(cast):
    """By canonical name or as the plan writes it; nothing is stored before it is confirmed, nor a second time."""
    held = course(cast)
    content = sheet(
        ("市卫生局", "马晓云", "", "副处长", "", held.pk, 12, "合格", ""),
        ("信息产业局", "石磊", None, None, None, held.pk, 8.5, None, None),
        ("市卫生局", "钟成", "", "科员", "党政机关公务员", "", "", "", ""),
    )
    answer = send(cast, content)
    assert [c.changes for c in answer.context["changes"]] == [
        ("新登记，党政机关公务员", f"{held.pk} 公文流转操作：12.0 学时 合格"),
        ("新登记，党政机关公务员", f"{held.pk} 公文流转操作：8.5 学时 参加"),
        ("新登记，党政机关公务员",),
    ]
    assert not Trainee.objects.exists()
    stored = cast.client("reviewer").post(ADDRESS, {"token": answer.context["token"]})
    assert (stored.status_code, stored["Location"]) == (302, "/governance/training/people/")
    assert list(Attendance.objects.values_list("trainee__name", "hours", "result")) == [
        ("马晓云", 12, "passed"),
        ("石磊", Decimal("8.5"), "attended"),
    ]
    assert Trainee.objects.get(name="石磊").organisation.name == "市信息产业局"
    assert AuditRow.objects.get(event="governance.training.roster").sentence == "导入培训名单：3 人，听课 2 人次"
    again = send(cast, content)
    assert (again.context["token"], list(again.context["changes"])) == ("", [])


def test_every_error_names_its_row_and_column_and_nothing_is_stored(cast):
    held = course(cast)
    gone = course(cast, title="撤回的")
    actions.withdraw_training(by=cast.reviewer, session=gone, reason="重复")
    answer = send(
        cast,
        sheet(
            ("市无此局", "甲", "", "", "公务员", held.pk, 3, "优秀", ""),
            ("市卫生局", "", "", "", "党政机关公务员", gone.pk, "八", "合格", "走了"),
            ("市卫生局", "乙", "", "", "", "", 4, "", ""),
            ("市卫生局", "丙", "", "", "", "", "", "", ""),
            ("市卫生局", "丁", "", "", "", held.pk, 4, "", ""),
            ("市卫生局", "丁", "", "", "", held.pk, 4, "", ""),
            ("各相关部门", "戊", "", "", "", held.pk, 4, "", ""),
        ),
    )
    assert answer.status_code == 422
    assert [(e.row, e.column) for e in answer.context["errors"]] == [
        (2, "A"), (2, "E"), (2, "H"), (3, "B"), (3, "F"), (3, "G"), (3, "I"), (4, "G"), (5, "E"), (7, "B"), (8, "A"),
    ]  # fmt: skip
    html = answer.content.decode()
    assert "与第 6 行重复" in html
    assert roster.SHEET in html
    assert not Trainee.objects.exists()


def test_a_second_import_corrects_and_takes_back(cast):
    held = course(cast)
    line = ("市卫生局", "马晓云", "", "副处长", "", held.pk, 12, "合格", "")
    actions.import_roster(by=cast.reviewer, rows=rows(line))
    better = rows(("市卫生局", "马晓云", "", "", "", held.pk, 8, "不合格", ""))
    assert roster.judge(better).changes[0].changes == (f"{held.pk} 公文流转操作：12.0 学时 合格 → 8.0 学时 不合格",)
    actions.import_roster(by=cast.reviewer, rows=better)
    assert Trainee.objects.get().post == "副处长"
    assert Attendance.objects.get().result == "failed"
    actions.import_roster(by=cast.reviewer, rows=rows(("市卫生局", "马晓云", "", "", "", held.pk, 8, "撤销", "调离")))
    assert all(not line.people for line in attendance.assess(2007, DAY))


def test_what_is_no_list_is_refused_in_a_sentence(cast):
    for content, said in (
        (b"PK no", "工作簿"),
        (sheet(name="别的"), "这不是培训名单"),
        (sheet(heads=("单位",)), "首行是"),
    ):
        answer = send(cast, content)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    with pytest.raises(UnsafeWorkbook, match="最多 5000 行"):
        rows(*[("市卫生局", f"人{n}", "", "", "", "", "", "", "") for n in range(5001)])


def test_a_list_longer_than_the_heads_is_noted_not_refused(cast):
    held = course(cast, heads=1)
    found = roster.judge(rows(*[("市卫生局", n, "", "", "", held.pk, 4, "", "") for n in ("甲", "乙")]))
    assert found.notes == [f"{held.pk} 公文流转操作：名单 2 人，多于登记的 1 人次，请核对。"]


def test_only_the_office_imports_and_a_token_is_good_for_one_person(cast):
    held = course(cast)
    token = send(cast, sheet(("市卫生局", "甲", "", "", "", held.pk, 4, "", ""))).context["token"]
    assert cast.client("health_cio").post(ADDRESS, {"token": token}).status_code == 403
    assert cast.client("reviewer").post(ADDRESS, {"token": token + "x"}).status_code == 422
    with pytest.raises(WrongRole):
        actions.import_roster(by=cast.health_cio, rows=[])
    with pytest.raises(Refused, match="没有不同"):
        actions.import_roster(by=cast.reviewer, rows=[])
    actions.withdraw_training(by=cast.reviewer, session=held, reason="停办")
    with pytest.raises(Invalid, match="1 处错误"):
        actions.import_roster(by=cast.reviewer, rows=rows(("市卫生局", "甲", "", "", "", held.pk, 4, "", "")))


@pytest.fixture
def trained(cast):
    """马晓云 took two courses in 2007; 钟成 of the same unit none, and one in 2006."""
    first, second = course(cast), course(cast, title="信息安全", held_on=dt.date(2007, 7, 2))
    early = course(cast, title="入门", held_on=dt.date(2006, 11, 1))
    lines = [("马晓云", first, 12, "合格"), ("马晓云", second, 6, "不合格"), ("钟成", early, 4, "")]
    given = rows(*[("市卫生局", who, "", "", "", what.pk, hours, result, "") for who, what, hours, result in lines])
    actions.import_roster(by=cast.reviewer, rows=given)
    return Organisation.objects.get(name="市卫生局")


def test_the_year_s_picture_by_unit_and_person_says_who_has_none(cast, trained):
    line = next(line for line in attendance.assess(2007, DAY) if line.unit == trained)
    assert [(p.trainee.name, p.courses, p.hours, p.passed, p.failed) for p in line.people] == [
        ("马晓云", 2, 18, 1, 1),
        ("钟成", 0, 0, 0, 0),
    ]
    assert (line.trained, [p.trainee.name for p in line.without]) == (1, ["钟成"])
    assert cast.user("health_cio").full_name in line.unlisted  # in office, on no roll
    page = cast.client("reviewer").get(f"/governance/training/people/?year=2007&unit={trained.pk}").content.decode()
    assert "没有培训" in page
    assert "在任而不在名册" in page


def test_a_person_s_results_are_for_his_unit_the_office_and_the_auditor(cast, trained):
    page = f"/governance/training/people/?unit={trained.pk}"
    for name, sees in (
        ("reviewer", True),
        ("auditor", True),
        ("health_cio", True),
        ("ndrc", False),
        ("district", False),
    ):
        assert ("马晓云" in cast.client(name).get(page).content.decode()) == sees, name
    assert cast.client("reviewer").get("/governance/training/people/?unit=999999").status_code == 404
    assert cast.client("reviewer").get("/governance/training/people/?year=12").status_code == 422


def test_the_sheet_for_the_assessment_holds_whom_the_actor_may_see(cast, trained):
    address = "/governance/training/people/export/?year=2007"
    for name, units in (("reviewer", {"市卫生局", "市信息产业局"}), ("health_cio", {"市卫生局"})):
        held = read_safely(cast.client(name).get(address).content)["政绩考核"][1:]
        assert units <= {row[0] for row in held} if name == "reviewer" else {row[0] for row in held} == units
        mine = next(row for row in held if row[1] == "马晓云")
        assert mine[5:9] == ["2", "18.0", "1", "1"]
        assert next(row for row in held if row[1] == "钟成")[9] == "2007 年没有培训"


def test_the_template_holds_the_courses_and_comes_back_empty(cast):
    held = course(cast)
    content = cast.client("reviewer").get("/governance/training/roster/template/").content
    sheets = read_safely(content)
    assert [str(held.pk), "2007-06-04"] == sheets[roster.COURSES][1][:2]
    assert roster.rows_of(sheets) == []
