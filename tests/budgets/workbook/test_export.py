"""The budget workbook as it leaves: shape, formulas, protection, reproducible bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest
from openpyxl.utils import column_index_from_string, range_boundaries

from budgets import actions
from budgets.ledger.booking import LineKey
from budgets.models import ExportSnapshot
from budgets.workbook import export
from governance.basics.figures import Column, Figure, Report, Section, Table
from governance.basics.refusal import Invalid, WrongRole
from governance.workbooks import writer
from projects.models import Project
from tests.budgets.workbooks import cell, heads, opened, row_of

DAY = dt.date(2007, 8, 20)


@pytest.fixture
def money(cast):
    """P04 and P05 have money in 2007, P04 from two sources."""
    cell(cast.finance, "P04", "approved", "80")
    cell(cast.finance, "P04", "appropriated", "60")
    cell(cast.finance, "P04", "spent", "33.33")
    cell(cast.finance, "P04", "approved", "20.5", source="county")
    cell(cast.finance, "P05", "approved", "0")
    return cast


def main(content: bytes):
    return opened(content)["预算"]


def number(sheet, at: str) -> Decimal | str:
    """What a cell's formula gives, worked out here for the few forms that the sheet uses."""
    value = sheet[at].value
    if value is None:
        return Decimal(0)
    if not (isinstance(value, str) and value.startswith("=")):
        return Decimal(str(value)) if isinstance(value, int | float) else value
    if found := re.fullmatch(r"=SUM\((.*)\)", value):
        total = Decimal(0)
        for part in found[1].split(","):
            left, top, right, bottom = range_boundaries(part)
            for column in range(left, right + 1):
                for row in range(top, bottom + 1):
                    one = number(sheet, f"{writer.letter(column)}{row}")
                    total += one if isinstance(one, Decimal) else 0
        return total
    if found := re.fullmatch(r'=IF\((\w+)="","",(\w+)-(\w+)\)', value):
        return "" if sheet[found[1]].value is None else number(sheet, found[2]) - number(sheet, found[3])
    if found := re.fullmatch(r"=(\w+)-(\d+)", value):
        return number(sheet, found[1]) - Decimal(found[2])
    if found := re.fullmatch(r'=IF\((\w+)=(\d+),"(.*)","(.*)"\)', value):
        return found[3] if number(sheet, found[1]) == Decimal(found[2]) else found[4]
    raise AssertionError(value)


def labelled(sheet, start: str) -> int:
    return next(r for r in range(4, sheet.max_row + 1) if str(sheet.cell(r, 3).value).startswith(start))


def test_every_planned_project_has_a_row_and_the_heads_stand_in_one_frozen_row(money):
    sheet = main(export.export(2007, money.finance, DAY)[0])
    columns = heads(sheet)
    assert [*columns][:12] == [
        "序",
        "编号",
        "项目",
        "第一牵头",
        "时间（原文）",
        "来源",
        "总概算",
        "概算",
        "批复",
        "下达",
        "支出",
        "未下达",
    ]
    assert sheet.freeze_panes == "D4"
    assert sheet.print_title_rows == "$3:$3"
    codes = [c.value for c in sheet["B"][3:] if c.value]
    assert sorted(set(codes)) == [f"P{n:02d}" for n in range(1, 28)]
    assert len(codes) == 28
    assert sheet.cell(row_of(sheet, "P04|2007|county"), columns["来源"]).value == "县（市、区）财政"


def test_money_not_filled_is_an_empty_cell_and_zero_is_zero(money):
    sheet = main(export.export(2007, money.finance, DAY)[0])
    columns = heads(sheet)
    p4, p5 = row_of(sheet, "P04|2007|city"), row_of(sheet, "P05|2007|city")
    assert [sheet.cell(p4, columns[h]).value for h in ("概算", "批复", "下达", "支出")] == [None, 80, 60, 33.33]
    assert sheet.cell(p5, columns["批复"]).value == 0
    assert sheet.cell(p5, columns["批复"]).number_format == "#,##0.00"


def test_totals_are_live_sums_that_give_the_database_s_money(money):
    sheet = main(export.export(2007, money.finance, DAY)[0])
    row = labelled(sheet, "2007年度合计")
    assert all(str(sheet.cell(row, c).value).startswith("=SUM(") for c in range(7, 13))
    assert [number(sheet, f"{c}{row}") for c in "GIJKL"] == [
        6883,
        Decimal("100.50"),
        60,
        Decimal("33.33"),
        Decimal("40.50"),
    ]
    geography = labelled(sheet, "贵阳地理信息系统")
    assert number(sheet, f"G{geography}") == 1765
    assert number(sheet, f"G{labelled(sheet, '统一网络平台')}") == 1050


def test_the_check_row_compares_with_the_plan_s_total_and_shows_the_difference(money):
    sheet = main(export.export(2007, money.finance, DAY)[0])
    row = labelled(sheet, "核对：27项总概算 ＝ 规划10.4合计 6883")
    assert sheet[f"H{row}"].value == f'=IF(G{row}=6883,"相符","不符")'
    assert number(sheet, f"H{row}") == "相符"
    assert number(sheet, f"J{row}") == 0
    Project.objects.filter(code="P04").update(estimate_wan=97)
    sheet = main(export.export(2007, money.finance, DAY)[0])
    assert number(sheet, f"H{row}") == "不符"
    assert number(sheet, f"J{row}") == 1


def test_a_project_outside_the_plan_counts_in_the_total_and_not_in_the_check(money):
    extra = Project.objects.create(
        code="N2007-01", name="补录项目", origin="takeover", registered_on=DAY, estimate_wan=10, order=900
    )
    actions.set_cell(by=money.finance, at=LineKey(extra, 2007, "own"), stage="approved", typed="5")
    sheet = main(export.export(2007, money.finance, DAY)[0])
    total, check = labelled(sheet, "2007年度合计（28 项）"), labelled(sheet, "核对：27项")
    assert number(sheet, f"G{total}") == 6893
    assert number(sheet, f"I{total}") == Decimal("105.50")
    assert number(sheet, f"G{check}") == 6883
    assert number(sheet, f"H{check}") == "相符"


def test_formulas_carry_the_value_that_they_give(money):
    content = export.export(2007, money.finance, DAY)[0]
    sheet, values = main(content), writer.read_safely(content)["预算"]
    formulas = [
        c for row in sheet.iter_rows(min_row=4) for c in row if c.data_type == "f" and str(c.value).startswith("=SUM")
    ]
    assert len(formulas) > 30
    assert all(Decimal(str(values[c.row - 1][c.column - 1])) == number(sheet, c.coordinate) for c in formulas)


def test_only_cells_to_be_filled_are_unlocked_and_a_frozen_stage_is_not(money):
    actions.lock_stage(by=money.finance, fiscal_year=2007, stage="approved")
    sheet = main(export.export(2007, money.finance, DAY)[0])
    columns, row = heads(sheet), row_of(sheet, "P04|2007|city")
    assert sheet.protection.sheet
    assert not sheet.protection.password
    unlocked = {h for h, c in columns.items() if not sheet.cell(row, c).protection.locked}
    assert unlocked == {"概算", "下达", "支出", "预算单位代码", "功能科目", "经济科目", "文号"}
    assert sheet.column_dimensions["Q"].hidden
    rule = sheet.data_validations.dataValidation[0]
    assert (rule.type, rule.operator, rule.formula1) == ("decimal", "greaterThanOrEqual", "0")
    assert f"J{row}" in rule.sqref
    assert f"I{row}" not in rule.sqref


def test_text_never_becomes_a_formula(money):
    Project.objects.filter(code="P01").update(name="=cmd|'/C calc'!A0\x01")
    sheet = main(export.export(2007, money.finance, DAY)[0])
    found = sheet.cell(row_of(sheet, "P01|2007|city"), 3)
    assert found.value == "=cmd|'/C calc'!A0"
    assert (
        writer.read_safely(export.export(2007, money.finance, DAY)[0])["预算"][found.row - 1][2] == "=cmd|'/C calc'!A0"
    )
    with zipfile.ZipFile(io.BytesIO(export.export(2007, money.finance, DAY)[0])) as packed:
        assert not re.search(rb"<f>[^<]*cmd", packed.read("xl/worksheets/sheet1.xml"))


def test_the_same_state_gives_the_same_bytes_and_a_changed_one_another_snapshot(money):
    first, name = export.export(2007, money.finance, DAY)
    again, _ = export.export(2007, money.auditor, DAY)
    assert first == again
    assert ExportSnapshot.objects.count() == 1
    cell(money.finance, "P05", "approved", "1")
    later, other = export.export(2007, money.finance, DAY)
    assert later != first
    assert other != name
    assert ExportSnapshot.objects.count() == 2


def test_all_years_have_a_row_a_project_source_and_year_and_the_estimate_once(money):
    cell(money.finance, "P04", "approved", "5", year=2006)
    sheet = main(export.export("all", money.finance, DAY)[0])
    assert "年度" in heads(sheet)
    total = labelled(sheet, "全部年度合计（27 项）")
    assert number(sheet, f"H{total}") == 6883
    assert number(sheet, f"J{total}") == Decimal("105.50")
    assert row_of(sheet, "P04|2006|city") < row_of(sheet, "P04|2007|city")


def test_the_summaries_add_up_to_the_first_sheet(money):
    values = writer.read_safely(export.export(2007, money.finance, DAY)[0])
    for name in ("按工程", "按牵头单位"):
        assert values[name][-1][:2] == ["合计", 6883]
        assert values[name][-1][3] == 100.5
    assert [r[0] for r in values["按来源"][3:]] == ["市财政", "县（市、区）财政", "合计"]
    book = opened(export.export(2007, money.finance, DAY)[0])
    assert str(book["按来源"]["B4"].value).startswith("=SUMIF(预算!")
    assert book["_meta"].sheet_state == "veryHidden"


def test_growth_without_revenue_is_undetermined(money):
    sheet = main(export.export(2007, money.finance, DAY)[0])
    row = labelled(sheet, "2007 年 检验二")
    assert sheet[f"G{row}"].value == "无法判定"
    assert "市本级财政收入" in sheet[f"H{row}"].value


def test_a_department_takes_its_own_projects_away_and_nothing_to_fill(money):
    sheet = main(export.export(2007, money.health_cio, DAY)[0])
    codes = {c.value for c in sheet["B"][3:] if c.value}
    organisation = money.health_cio.organisation_id
    assert codes == {p.code for p in Project.objects.planned() if organisation in p.belongs_to()}
    assert all(c.protection.locked for row in sheet.iter_rows(min_row=4) for c in row)
    assert "6883" not in str([c.value for c in sheet["C"]])


def test_who_may_not_read_money_takes_nothing_away(money):
    with pytest.raises(WrongRole):
        export.export(2007, money.expert, DAY)
    with pytest.raises(Invalid):
        export.export("2007年", money.finance, DAY)
    assert not ExportSnapshot.objects.exists()


def test_the_page_gives_the_workbook(money):
    answer = money.client("finance").get("/budgets/2007/export/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == writer.MEDIA_TYPE
    assert answer.content == export.export(2007, money.finance, DAY)[0]
    assert "attachment" in answer["Content-Disposition"]
    assert money.client("finance").get("/budgets/all/export/").content[:2] == b"PK"
    assert money.client("expert").get("/budgets/2007/export/").status_code == 403


def test_a_report_is_a_sheet_a_table_with_live_totals():
    table = Table(
        "t",
        "各工程",
        (Column("name", "工程", width=30), Column("wan", "金额", "wan"), Column("n", "项", "int")),
        ({"_group": "一"}, {"name": "=1+1", "wan": Decimal("10.50"), "n": 2}, {"name": "乙", "wan": None, "n": 1}),
        unit="万元",
        totals={"name": "合计", "wan": Decimal("10.50"), "n": 5},
    )
    figures = (Figure("sum", "合计", Decimal("10.50"), "万元", ("9.2.2",)), Figure("r", "收入", None, "万元"))
    made = Report(
        "annual_budget",
        2007,
        "报告",
        DAY,
        ("市财政局",),
        "按第一牵头",
        "plan-2006",
        (Section("a", "一", figures=figures, tables=(table,)),),
    )
    content = writer.report(made)
    book = opened(content)
    assert book.sheetnames == ["目录", "1 各工程"]
    assert book["目录"]["C7"].value == "未填"
    sheet = book["1 各工程"]
    assert writer.read_safely(content)["1 各工程"][4][0] == "=1+1"
    assert sheet["B7"].value == "=SUM(B4:B6)"
    assert sheet["B6"].value is None
    assert sheet["C7"].value == 5  # a total that its own rows do not give stays as printed
    assert writer.report(made) == content


def test_column_letters_of_the_contract_s_check_hold(money):
    sheet = main(export.export(2007, money.finance, DAY)[0])
    assert heads(sheet)["总概算"] == column_index_from_string("G")
