"""The budget workbook on its way back: file, snapshot and database, cell by cell; all or nothing."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import STAGES, BudgetLine, Entry, ProjectYear
from budgets.views import workbook as views_workbook
from budgets.workbook import export, importing
from budgets.workbook.importing import LIMITS
from governance.basics.refusal import WrongRole
from governance.kernel import audit
from governance.models import AuditRow
from governance.workbooks.reader import UnsafeWorkbook, read_safely
from projects.models import Project
from tests.budgets.workbooks import cell, changed, heads, opened, row_of, saved, with_part

DAY = dt.date(2007, 8, 20)
P04, P05 = "P04|2007|city", "P05|2007|city"


@pytest.fixture
def left(cast) -> bytes:
    """P04 has 80 approved, 60 appropriated, 33.33 spent, P05 nothing; the workbook left like this."""
    cell(cast.finance, "P04", "approved", "80")
    cell(cast.finance, "P04", "appropriated", "60")
    cell(cast.finance, "P04", "spent", "33.33")
    return export.export(2007, cast.finance, DAY)[0]


def held(code: str, stage: str, source: str = "city"):
    line = BudgetLine.objects.filter(project__code=code, fiscal_year=2007, source=source).first()
    return None if line is None else getattr(line, f"{stage}_wan")


def only(plan: importing.Plan) -> importing.Difference:
    assert len(plan.differences) == 1, [d.message for d in plan.differences]
    return plan.differences[0]


def run(tmp_path, content: bytes, *more: str) -> tuple[int, list[dict], str]:
    """The command: exit code, JSON lines, standard error."""
    path = tmp_path / "back.xlsx"
    path.write_bytes(content)
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_budget", str(path), *more, stdout=out, stderr=err)
    except SystemExit as ended:
        code = ended.code
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue().strip()


def test_what_comes_back_as_it_left_changes_nothing(left, cast, tmp_path):
    before = Entry.objects.count()
    for content in (left, saved(opened(left))):
        assert run(tmp_path, content, "--commit") == (
            0,
            [{"changes": 0, "conflicts": 0, "refused": 0, "committed": True}],
            "",
        )
    assert Entry.objects.count() == before


def test_all_years_come_back_too(left, cast):
    content = export.export("all", cast.finance, DAY)[0]
    assert importing.rehearse(content, cast.finance).differences == []
    found = only(importing.rehearse(changed(content, {("P04|2006|city", "批复"): 7}), cast.finance))
    assert (found.status, found.project, found.new) == ("change", "P04", "7.00")
    assert "2006 年" in found.message


def test_a_changed_cell_is_a_change_and_is_stored_only_when_committed(left, cast, tmp_path):
    content = changed(left, {(P04, "批复"): 95.5})
    code, lines, _ = run(tmp_path, content)
    assert code == 0
    assert lines[-1] == {"changes": 1, "conflicts": 0, "refused": 0, "committed": False}
    assert set(lines[0]) == {"sheet", "cell", "field", "project", "old", "new", "status", "message"}
    assert [lines[0][n] for n in ("sheet", "field", "project", "old", "new", "status")] == [
        "预算",
        "批复",
        "P04",
        "80.00",
        "95.50",
        "change",
    ]
    assert lines[0]["cell"] == f"I{row_of(opened(left)['预算'], P04)}"
    assert held("P04", "approved") == 80
    code, lines, _ = run(tmp_path, content, "--commit")
    assert code == 0
    assert lines[-1]["committed"]
    assert held("P04", "approved") == 95.5
    entry = Entry.objects.latest("pk")
    assert entry.amount_wan == 15.5
    assert entry.by_text == "系统 · 命令行"
    assert "S-20070820-" in entry.reason
    assert run(tmp_path, content, "--commit")[1] == [{"changes": 0, "conflicts": 0, "refused": 0, "committed": True}]


def test_stages_move_up_and_down_together_in_one_import(left, cast):
    up = changed(left, {(P04, "批复"): 200, (P04, "下达"): 190, (P04, "支出"): 180})
    assert importing.commit(up, cast.finance).committed
    assert [held("P04", s) for s in ("approved", "appropriated", "spent")] == [200, 190, 180]
    down = changed(export.export(2007, cast.finance, DAY)[0], {(P04, "批复"): 20, (P04, "下达"): 10, (P04, "支出"): 0})
    assert importing.commit(down, cast.finance).committed
    assert [held("P04", s) for s in ("approved", "appropriated", "spent")] == [20, 10, 0]


def test_a_row_that_was_empty_becomes_a_line(left, cast):
    plan = importing.commit(changed(left, {(P05, "批复"): "１，２００万元", (P05, "概算"): "壹仟"}), cast.finance)
    assert plan.committed
    assert (held("P05", "approved"), held("P05", "estimate")) == (1200, 1000)


def test_what_somebody_changed_online_meanwhile_stays_and_both_changed_is_a_conflict(left, cast, tmp_path):
    cell(cast.finance, "P04", "approved", "85")
    assert importing.rehearse(left, cast.finance).differences == []  # the file did not touch it
    same = changed(left, {(P04, "批复"): 85})
    assert importing.rehearse(same, cast.finance).differences == []
    code, lines, _ = run(tmp_path, changed(left, {(P04, "批复"): 90, (P05, "批复"): 5}), "--commit")
    assert code == 1
    assert lines[-1] == {"changes": 1, "conflicts": 1, "refused": 0, "committed": False}
    conflict = next(x for x in lines if x.get("status") == "conflict")
    assert (conflict["old"], conflict["new"]) == ("85.00", "90.00")
    assert "导出时 80.00" in conflict["message"]
    assert held("P04", "approved") == 85
    assert held("P05", "approved") is None


@pytest.mark.parametrize(
    ("head", "value", "said"),
    [
        ("批复", "abc", "读不成金额"),
        ("批复", -5, "负数"),
        ("批复", True, "不是金额"),
        ("批复", dt.date(2007, 1, 1), "读不成金额"),
        ("批复", "=150*2", "没有算出的值"),
        ("批复", None, "空不等于零"),
        ("批复", 1e12, "超出"),
        ("下达", 80.01, "不得大于批复"),
        ("批复", 59, "下达 60.00 超过批复 59.00"),
        ("支出", 60.01, "不得大于下达"),
        ("项目", "另一个名字", "锁定"),
        ("总概算", 97, "锁定"),
        ("来源", "国家", "锁定"),
        ("功能科目", "1" * 21, "最多 20 个字"),
    ],
)
def test_a_refused_cell_is_named_and_stores_nothing(left, cast, tmp_path, head, value, said):
    code, lines, _ = run(tmp_path, changed(left, {(P04, head): value, (P05, "批复"): 5}), "--commit")
    refused = next(x for x in lines if x.get("status") == "refused")
    number = row_of(opened(left)["预算"], P04)
    assert code == 1
    assert lines[-1]["refused"] == 1
    assert lines[-1]["committed"] is False
    assert refused["field"] == head
    assert refused["project"] == "P04"
    assert refused["cell"].endswith(str(number))
    assert said in refused["message"]
    assert f"第 {number} 行{head}列" in refused["message"]
    assert "预算表" in refused["message"]
    assert held("P05", "approved") is None
    assert held("P04", "approved") == 80


def test_a_frozen_stage_takes_no_import(left, cast):
    actions.lock_stage(by=cast.finance, fiscal_year=2007, stage="approved")
    found = only(importing.commit(changed(left, {(P04, "批复"): 90}), cast.finance))
    assert found.status == "refused"
    assert "已冻结" in found.message
    assert held("P04", "approved") == 80


def test_codes_travel_and_numbers_read_as_codes(left, cast):
    plan = importing.commit(changed(left, {(P04, "功能科目"): 2070101, (P04, "预算单位代码"): "0101"}), cast.finance)
    line = BudgetLine.objects.get(project__code="P04", source="city")
    assert plan.committed
    assert (line.function_code, line.unit_code, line.approved_wan) == ("2070101", "0101", 80)
    assert importing.rehearse(export.export(2007, cast.finance, DAY)[0], cast.finance).differences == []


def test_rows_match_by_key_and_not_by_place(left, cast):
    book = opened(left)
    sheet = book["预算"]
    a, b = row_of(sheet, P04), row_of(sheet, P05)
    for column in range(1, sheet.max_column + 1):
        x, y = sheet.cell(a, column), sheet.cell(b, column)
        x.value, y.value = y.value, x.value
    assert importing.rehearse(saved(book), cast.finance).differences == []


def test_rows_that_are_missing_doubled_unknown_or_without_key_are_refused(left, cast):
    def plan_of(change) -> importing.Difference:
        book = opened(left)
        sheet = book["预算"]
        change(sheet, row_of(sheet, P04), heads(sheet))
        return only(importing.rehearse(saved(book), cast.finance))

    def put(row: int, column: str, value):
        def change(sheet, at, columns):
            sheet.cell(row or at, columns[column]).value = value

        return change

    def doubled(sheet, at, columns):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(80, column).value = sheet.cell(at, column).value

    assert "缺少 P04 2007 年市财政" in plan_of(lambda sheet, at, columns: sheet.delete_rows(at)).message
    assert "是同一行" in plan_of(doubled).message
    assert "不在快照" in plan_of(put(80, "键", "P99|2007|city")).message
    added = plan_of(
        lambda sheet, at, columns: [put(80, "编号", "P06")(sheet, at, columns), put(80, "批复", 3)(sheet, at, columns)]
    )
    assert "没有键" in added.message
    assert added.project == "P06"
    assert "没有键" in plan_of(put(80, "批复", 3)).message


@pytest.mark.parametrize(("sheet", "said"), [("预算", "缺少工作表“预算”"), ("_meta", "缺少工作表“_meta”")])
def test_a_missing_sheet_is_refused(left, cast, tmp_path, sheet, said):
    book = opened(left)
    del book[sheet]
    code, lines, _ = run(tmp_path, saved(book))
    assert code == 1
    assert said in lines[0]["message"]
    assert lines[-1]["refused"] == 1


def test_a_changed_meta_sheet_or_another_system_s_snapshot_is_refused(left, cast):
    for at, value in (("B1", "S-20070820-ffffff"), ("B2", "0" * 64)):
        book = opened(left)
        book["_meta"][at].value = value
        assert "快照" in only(importing.rehearse(saved(book), cast.finance)).message
    book = opened(left)
    book["预算"]["I3"].value = "批复数"
    assert "表头" in only(importing.rehearse(saved(book), cast.finance)).message


def test_an_injected_name_stays_text_both_ways(left, cast):
    plan = importing.commit(changed(left, {(P04, "经济科目"): "+cmd|'/C'!A"}), cast.finance)
    assert plan.committed
    again = export.export(2007, cast.finance, DAY)[0]
    sheet = opened(again)["预算"]
    found = sheet.cell(row_of(sheet, P04), heads(sheet)["经济科目"])
    assert found.value == "+cmd|'/C'!A"
    assert found.data_type == "s"


def test_only_the_finance_bureau_imports_and_the_trail_tells(left, cast):
    content = changed(left, {(P04, "批复"): 95})
    for who in (cast.auditor, cast.health_cio, cast.reviewer):
        with pytest.raises(WrongRole):
            importing.commit(content, who)
    assert importing.commit(content, cast.finance).committed
    assert "写入 1 处" in AuditRow.objects.get(event="budgets.import").sentence
    told = AuditRow.objects.get(event="budgets.line.import")
    assert (told.by_text, told.address) == (cast.finance.text, "/projects/P04/")
    assert "P04 2007 年市财政批复 80.00 → 95.00（导入 S-20070820-" in told.sentence
    assert audit.history(BudgetLine.objects.get(project__code="P04"))[0] == told


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"):
            packed.writestr(name, b"<x/>")
        with packed.open("xl/media/image1.png", "w") as part:
            for _ in range(LIMITS.inflated // 2**20 + 1):
                part.write(b"\0" * 2**20)
    return out.getvalue()


def renamed(content: bytes, name: str) -> bytes:
    return with_part(content, {name: b"x"})


HOSTILE = {
    "no zip": (lambda c: b"hello", "不是 .xlsx"),
    "empty": (lambda c: b"", "不是 .xlsx"),
    "cut off": (lambda c: c[: len(c) // 2], "损坏"),
    "bomb": (lambda c: bomb(), "超过 256 MB"),
    "doctype": (
        lambda c: with_part(c, {"xl/workbook.xml": b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x"><x/>'}),
        "DOCTYPE",
    ),
    "doctype in UTF-16": (lambda c: with_part(c, {"xl/styles.xml": "<!DOCTYPE x><x/>".encode("utf-16")}), "DOCTYPE"),
    "macros": (lambda c: renamed(c, "xl/vbaProject.bin"), "宏"),
    "macro type": (
        lambda c: with_part(
            c, {"[Content_Types].xml": b'<Types ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'}
        ),
        "宏",
    ),
    "path": (lambda c: renamed(c, "../../etc/passwd"), "部件名"),
    "backslash": (lambda c: renamed(c, "xl\\a.xml"), "部件名"),
    "doubled": (lambda c: renamed(c, "XL/WORKBOOK.XML"), "重名"),
    "no workbook": (lambda c: c.replace(b"xl/workbook.xml", b"xl/workbooc.xml"), "缺少 xl/workbook.xml"),
    "many parts": (lambda c: with_part(c, {f"xl/media/{n}.bin": b"" for n in range(500)}), "最多 500 个"),
    "broken sheet": (lambda c: with_part(c, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}), "损坏"),
    "far corner": (lambda c: far_corner(c), "太大"),
    "too large": (lambda c: c + b"\0" * LIMITS.file, "最多 24 MB"),
}


def far_corner(content: bytes) -> bytes:
    book = opened(content)
    book["说明与疑义"]["XFD1048576"].value = 1
    return saved(book)


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_safe_workbook_ends_with_2_and_one_sentence(left, cast, tmp_path, kind):
    spoil, said = HOSTILE[kind]
    code, lines, error = run(tmp_path, spoil(left), "--commit")
    assert code == 2
    assert lines == []
    assert said in error
    assert len(error.splitlines()) == 1
    assert "/" not in error.replace("xl/workbook.xml", "")  # no path of the server


def test_a_file_that_is_not_there_ends_with_2(cast):
    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_budget", "no-such.xlsx", stderr=err)
    assert ended.value.code == 2
    assert "读不了" in err.getvalue()


def test_the_export_command_writes_where_the_caller_stands(left, cast, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call_command("export_budget", "2007", "out.xlsx", stderr=io.StringIO())
    assert (tmp_path / "out.xlsx").read_bytes() == left
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]
    for scope, path in (("1066", "x.xlsx"), ("some", "x.xlsx"), ("2007", "none/x.xlsx")):
        with pytest.raises(SystemExit) as ended:
            call_command("export_budget", scope, path, stderr=io.StringIO())
        assert ended.value.code == 2


def test_true_is_no_amount_where_one_was_exported(cast):
    cell(cast.finance, "P04", "approved", "1")
    content = changed(export.export(2007, cast.finance, DAY)[0], {(P04, "批复"): True})
    assert "不是金额" in only(importing.rehearse(content, cast.finance)).message


def test_many_cells_are_booked_at_once_with_entries_years_trail_and_versions(left, cast):
    keys = [f"P{n:02}|2007|city" for n in range(1, 28)]
    texts = {(key, "概算"): 100 + n for n, key in enumerate(keys)} | {
        (key, "批复"): 90.25 + n for n, key in enumerate(keys)
    }
    plan = importing.commit(changed(left, texts | {(P05, "经济科目"): '3,1"\n0'}), cast.finance)
    assert (plan.committed, len(plan.changes)) == (True, 55)
    for line in BudgetLine.objects.filter(fiscal_year=2007):
        for stage, _ in STAGES:
            booked = [e.amount_wan for e in line.entries.filter(stage=stage)]
            assert (sum(booked) if booked else None) == getattr(line, f"{stage}_wan"), (line, stage)
        year = ProjectYear.objects.get(project=line.project, fiscal_year=2007)
        assert (year.approved_wan, year.estimate_wan, year.spent_wan) == (
            line.approved_wan,
            line.estimate_wan,
            line.spent_wan,
        )
    p05 = BudgetLine.objects.get(project__code="P05")
    assert (p05.approved_wan, p05.spent_wan, p05.economic_code, p05.unit_code, p05.version) == (
        Decimal("94.25"),
        None,
        '3,1"\n0',
        "",
        4,
    )
    [told] = audit.history(p05)
    assert (
        "P05 2007 年市财政概算 未填 → 104.00，2007 年市财政批复 未填 → 94.25，2007 年市财政经济科目 未填 → 3,1"
        in told.sentence
    )
    assert json.loads(told.now) == {
        "2007 年市财政概算": "104.00",
        "2007 年市财政批复": "94.25",
        "2007 年市财政经济科目": '3,1"\n0',
    }
    assert AuditRow.objects.filter(event="budgets.line.import").count() == 27
    assert audit.verify()["ok"]


def test_values_are_read_as_they_stand(left):
    sheets = read_safely(changed(left, {(P04, "批复"): "=1+2"}))
    number = row_of(opened(left)["预算"], P04)
    assert sheets["预算"][number - 1][8] == "=1+2"
    assert sheets["预算"][number - 1][9] == 60
    with pytest.raises(UnsafeWorkbook):
        read_safely(b"PK\x03\x04")


def upload(client, content: bytes, name: str = "back.xlsx"):
    return client.post("/budgets/import/", {"file": SimpleUploadedFile(name, content)})


def test_the_page_rehearses_first_and_writes_on_confirmation(left, cast, media):
    client = cast.client("finance")
    assert "预演" in client.get("/budgets/import/").content.decode()
    page = upload(client, changed(left, {(P04, "批复"): 95}))
    assert page.status_code == 200
    assert "写入 1 处" in page.content.decode()
    assert re.search(r"写入后：批复\s+80\.00 → <strong>95\.00</strong>（\S?15\.00）", page.content.decode())
    assert held("P04", "approved") == 80
    token = page.context["token"]
    stranger = cast.client("auditor").post("/budgets/import/", {"token": token})
    assert stranger.status_code == 403
    for _ in range(2):  # a double click answers the same
        answer = client.post("/budgets/import/", {"token": token, "once": "k1"})
        assert answer.status_code == 302
        assert answer["Location"] == "/budgets/2007/"
    assert held("P04", "approved") == 95
    assert Entry.objects.filter(stage="approved").count() == 2


def test_the_page_refuses_what_changed_after_the_rehearsal(left, cast, media):
    client = cast.client("finance")
    token = upload(client, changed(left, {(P04, "批复"): 95})).context["token"]
    cell(cast.finance, "P04", "approved", "99")
    answer = client.post("/budgets/import/", {"token": token, "once": "k2"})
    assert answer.status_code == 409
    assert "两边都改过" in answer.content.decode()
    assert held("P04", "approved") == 99


def picks(plan, which: str) -> dict[str, str]:
    """What the page posts for every cell that both sides changed."""
    found = {}
    for d in plan.of("conflict"):
        found |= {f"pick|{d.key}|{d.field}": which, f"seen|{d.key}|{d.field}": d.old or ""}
    return found


@pytest.mark.parametrize(("which", "approved"), [("file", 95), ("online", 99)])
def test_a_cell_that_both_changed_is_written_as_chosen_and_the_page_says_who_changed_it(
    left, cast, media, which, approved
):
    client = cast.client("finance")
    cell(cast.finance, "P04", "approved", "99")
    page = upload(client, changed(left, {(P04, "批复"): 95, (P05, "批复"): 5}))
    assert f"{cast.finance.text} 2007-08-20 改" in page.content.decode()
    token = page.context["token"]
    refused = client.post("/budgets/import/", {"token": token, "once": "k3"})  # nothing chosen: nothing written
    assert (refused.status_code, held("P05", "approved")) == (409, None)
    assert refused.context["token"] == token
    answer = client.post("/budgets/import/", {"token": token, "once": "k4", **picks(page.context["plan"], which)})
    assert answer.status_code == 302
    assert (held("P04", "approved"), held("P05", "approved")) == (approved, 5)
    assert Entry.objects.filter(reason__contains="选用文件").count() == (which == "file")


def test_a_choice_does_not_hold_for_what_was_changed_after_it(left, cast, media):
    client = cast.client("finance")
    cell(cast.finance, "P04", "approved", "99")
    page = upload(client, changed(left, {(P04, "批复"): 95}))
    chosen = picks(page.context["plan"], "file")
    cell(cast.finance, "P04", "approved", "98")
    answer = client.post("/budgets/import/", {"token": page.context["token"], "once": "k5", **chosen})
    assert answer.status_code == 409
    assert "您选择以后线上又改过" in answer.content.decode()
    assert held("P04", "approved") == 98


def test_a_chosen_file_value_still_keeps_the_order_of_the_stages(left, cast):
    cell(cast.finance, "P04", "approved", "99")
    cell(cast.finance, "P04", "appropriated", "90")
    content = changed(left, {(P04, "批复"): 85})
    choice = {(P04, "批复"): importing.Choice(True, "99.00")}
    found = only(importing.commit(content, cast.finance, choice))
    assert (found.status, held("P04", "approved")) == ("refused", 99)
    assert "下达 90.00 超过批复 85.00" in found.message


def test_codes_that_both_changed_are_chosen_too(left, cast):
    p04 = LineKey(Project.objects.get(code="P04"), 2007, "city")
    actions.set_codes(by=cast.finance, at=p04, function_code="2070101")
    content = changed(left, {(P04, "功能科目"): "0101"})
    conflict = only(importing.rehearse(content, cast.finance))
    assert (conflict.status, conflict.changed_by) == ("conflict", f"{cast.finance.text} 2007-08-20")
    kept = importing.commit(content, cast.finance, {(P04, "功能科目"): importing.Choice(False, "2070101")})
    assert (kept.committed, [d.status for d in kept.differences]) == (True, ["kept"])
    assert importing.commit(content, cast.finance, {(P04, "功能科目"): importing.Choice(True, "2070101")}).committed
    assert BudgetLine.objects.get(**vars(p04)).function_code == "0101"
    again = only(
        importing.rehearse(changed(left, {(P04, "功能科目"): "0102"}), cast.finance)
    )  # who brought it by a workbook is named too
    assert (again.status, again.changed_by) == ("conflict", f"{cast.finance.text} 2007-08-20")


def test_the_page_lists_no_more_than_it_can_hold_and_what_wants_an_answer_first(left, cast, media, monkeypatch):
    monkeypatch.setattr(views_workbook, "MOST_SHOWN", 2)
    client = cast.client("finance")
    cell(cast.finance, "P05", "approved", "7")
    page = upload(client, changed(left, {(P04, "批复"): 95, (P04, "下达"): 61, (P05, "批复"): 8}))
    assert [(d.project, d.status) for d, _ in page.context["rows"]] == [("P05", "conflict"), ("P04", "change")]
    assert "还有 1 处没有列出" in page.content.decode()
    answer = client.post(
        "/budgets/import/", {"token": page.context["token"], "once": "k6", **picks(page.context["plan"], "file")}
    )
    assert (answer.status_code, held("P05", "approved"), held("P04", "approved"), held("P04", "appropriated")) == (
        302,
        8,
        95,
        61,
    )


def test_more_cells_that_both_changed_than_can_be_chosen_are_not_offered(left, cast, media, monkeypatch):
    monkeypatch.setattr(views_workbook, "MOST_SHOWN", 1)
    cell(cast.finance, "P04", "approved", "99")
    cell(cast.finance, "P05", "approved", "7")
    page = upload(cast.client("finance"), changed(left, {(P04, "批复"): 95, (P05, "批复"): 8}))
    assert not page.context["token"]
    assert "不能逐处选：请重新导出" in page.content.decode()


def test_the_page_offers_no_writing_where_a_cell_is_refused(left, cast, media):
    page = upload(cast.client("finance"), changed(left, {(P04, "下达"): 81}))
    assert page.status_code == 200
    assert not page.context["token"]
    assert "专款专用" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("a.xlsx", b"hello", 422), ("a.xlsm", b"PK\x03\x04", 422), ("a.xlsx", b"PK\x03\x04", 422)],
)
def test_the_page_says_why_a_file_is_not_read(cast, media, name, content, status):
    page = upload(cast.client("finance"), content, name)
    assert page.status_code == status
    assert 'role="alert"' in page.content.decode()
    assert cast.client("finance").post("/budgets/import/", {"token": "forged"}).status_code == 422
    assert cast.client("finance").post("/budgets/import/", {}).status_code == 422


def test_a_row_s_document_number_goes_with_what_it_changes_and_no_further(left, cast):
    """文号 is optional: of a changed row it stands on its entries, in the rehearsal and in the trail."""
    content = changed(left, {(P04, "批复"): 95.5, (P04, "文号"): "筑财预〔2007〕88号", (P05, "文号"): "无改动"})
    plan = importing.rehearse(content, cast.finance)
    assert [(d.project, d.field, d.paper) for d in plan.differences] == [("P04", "批复", "筑财预〔2007〕88号")]
    importing.commit(content, cast.finance)
    assert Entry.objects.latest("pk").document_number == "筑财预〔2007〕88号"
    assert "文号 筑财预〔2007〕88号" in AuditRow.objects.get(event="budgets.line.import").sentence
    assert not Entry.objects.filter(document_number="无改动").exists()
    again = export.export(2007, cast.finance, DAY)[0]
    long = importing.rehearse(changed(again, {(P04, "批复"): 96, (P04, "文号"): "长" * 61}), cast.finance)
    assert any(d.status == "refused" and d.field == "文号" for d in long.differences)


def test_a_workbook_that_left_before_the_column_still_comes_back(left, cast):
    workbook = opened(left)
    sheet = workbook["预算"]
    sheet.delete_cols(heads(sheet)["文号"])
    found = only(importing.rehearse(changed(saved(workbook), {(P04, "批复"): 95.5}), cast.finance))
    assert (found.status, found.paper) == ("change", "")
