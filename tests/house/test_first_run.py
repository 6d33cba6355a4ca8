"""The first-run book: rehearsed, then registered whole or not at all, each sheet by whom it is the business of."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from budgets.models import Ceiling, CityRevenue
from governance.basics.refusal import Invalid
from governance.kernel.access import actor_for
from governance.models import Appointment, Organisation, User
from governance.workbooks import writer
from guiyang_egov.first_run import importing
from guiyang_egov.first_run.sheets import SHEETS
from priorities.models import FilingWindow

PEOPLE = [
    ["用户名", "姓名", "办公电话", "电子邮箱"],
    ["zhang", "张华", "", ""],
    ["li", "李明", "", "li@example.gov.cn"],
]
OFFICES = [
    ["用户名", "单位", "角色", "方式", "代哪个单位", "起", "止"],
    ["zhang", "市教育局", "部门CIO", "", "", "2007-01-01", ""],
    ["li", "市财政局", "财政局", "正式", "", "2007-01-01", "2008-12-31"],
]


def test_a_rehearsal_says_what_would_be_and_leaves_nothing(cast):
    outcome = importing.bring({"人员": PEOPLE}, cast.sysadmin, registers=False)
    assert [(s, n) for s, n, _ in outcome.done] == [("人员", 2), ("人员", 3)]
    assert not User.objects.filter(username="zhang").exists()


def test_people_then_appointments_each_by_their_administrator(cast):
    book = {"人员": PEOPLE, "任职": OFFICES}
    by_first = importing.bring(book, cast.sysadmin, registers=True)
    assert by_first.others == ["任职（2 行）由安全管理员导入"]
    by_second = importing.bring(book, cast.secadmin, registers=True)
    assert by_second.others == ["人员（2 行）由系统管理员导入"]
    assert not by_first.refused + by_second.refused
    user = User.objects.get(username="zhang")
    assert (actor_for(user).organisation_name, user.has_usable_password()) == ("市教育局", False)
    link = by_first.done[0][2].rpartition(" ")[2]
    code = by_second.done[0][2].rpartition(" ")[2]
    set_by = Client().post(link, {"code": code, "new": "Bo7-kelan-Twe", "again": "Bo7-kelan-Twe"})
    assert set_by["Location"] == "/login/"
    user.refresh_from_db()
    assert user.check_password("Bo7-kelan-Twe")
    assert Appointment.objects.get(user__username="li").to_day == dt.date(2008, 12, 31)


def test_a_book_that_is_brought_again_changes_nothing(cast):
    importing.bring({"人员": PEOPLE}, cast.sysadmin, registers=True)
    again = importing.bring({"人员": PEOPLE}, cast.sysadmin, registers=True)
    assert [words for _, _, words in again.done] == ["zhang：已有，跳过", "li：已有，跳过"]


def test_one_bad_row_and_the_whole_book_stays_out(cast):
    bad = [*PEOPLE, ["wang", "", "", ""], ["坏 名", "王芳", "", ""]]
    outcome = importing.bring({"人员": bad}, cast.sysadmin, registers=True)
    assert [(number, sentence) for _, number, sentence in outcome.refused][0] == (4, "缺姓名。")
    assert "英文字母" in outcome.refused[1][2]
    assert not User.objects.filter(username="zhang").exists()


def test_units_windows_revenue_and_ceilings_by_the_office_and_the_treasury(cast):
    kind = Organisation.objects.units().first().kind
    book = {
        "单位": [
            ["名称", "类别", "上级单位", "办公电话", "设立日期", "依据文件"],
            ["市大数据局", kind, "", "", "", "筑府发〔2007〕9号"],
        ],
        "申报窗口": [["计划年度", "开始", "截止"], [2009.0, "2008-07-01", "2008-08-31"]],
        "财政收入": [
            ["年度", "市本级财政收入（万元）", "依据文件", "文号", "更正理由"],
            [2006.0, 512000.0, "2006 年决算报告", "", ""],
        ],
        "年度上限": [["年度", "来源", "上限（万元）", "依据文件"], [2009.0, "市财政", 9000.0, "筑财函〔2007〕1号"]],
    }
    for actor in (cast.reviewer, cast.finance):
        outcome = importing.bring(book, actor, registers=True)
        assert not outcome.refused
        assert len(outcome.done) == len(outcome.others) == 2
    assert Organisation.objects.get(name="市大数据局").note == "依据 筑府发〔2007〕9号"
    assert FilingWindow.objects.get(plan_year=2009).closes == dt.date(2008, 8, 31)
    assert CityRevenue.objects.in_force().get(fiscal_year=2006).revenue_wan == 512000
    assert Ceiling.objects.get(fiscal_year=2009, source="city").ceiling_wan == 9000


@pytest.mark.parametrize(
    ("tables", "says"),
    [({"人事": PEOPLE}, "没有名为“人事”的表"), ({"人员": [["用户名", "电话"], ["a", "b"]]}, "缺少列：姓名")],
)
def test_a_book_of_another_shape_is_refused_before_anything(cast, tables, says):
    with pytest.raises(Invalid, match=says):
        importing.bring(tables, cast.sysadmin, registers=True)


def test_the_empty_book_holds_every_sheet_with_its_headings():
    sheets = writer.read_safely(importing.template())
    assert {name: tuple(rows[0]) for name, rows in sheets.items()} == {sheet.name: sheet.heads for sheet in SHEETS}


def test_the_command_takes_a_csv_named_by_its_sheet(cast, tmp_path: Path, capsys):
    file = tmp_path / "人员.csv"
    file.write_text("\n".join(",".join(row) for row in PEOPLE), encoding="utf-8-sig")
    call_command("first_run", str(file), "--as", "demo-sysadmin")
    assert "预演 2 行都可以登记" in capsys.readouterr().err
    call_command("first_run", str(file), "--as", "demo-sysadmin", "--register")
    link = capsys.readouterr().out.splitlines()[0].rpartition(" ")[2]
    assert not User.objects.get(username="zhang").has_usable_password()
    assert Client().get(link).status_code == 404  # nobody has vouched yet
    with pytest.raises(SystemExit) as refused:
        call_command("first_run", str(file), "--as", "nobody")
    assert refused.value.code == 2
