"""A damaged folder is refused with the file, the row and what is wrong, and nothing of it is loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from governance.plan.fixture import FixtureError, read_folder

FOLDER = Path(__file__).resolve().parents[3] / "fixtures"
FILES = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}


def put(key, value):
    """A damage that sets one value."""

    def damage(row):
        row[key] = value

    return damage


def drop(key):
    return lambda row: row.pop(key)


def inside(where, number, **values):
    return lambda row: row[where][number].update(values)


DAMAGES = [
    ("plan_items.json", 6, drop("estimate_wan"), "P07", "缺少“estimate_wan”"),
    ("plan_items.json", 6, put("estimat_wan", "1.00"), "P07", "不认识的“estimat_wan”"),
    ("plan_items.json", 6, put("estimate_wan", "abc"), "P07", "金额“abc”无法识别"),
    ("plan_items.json", 6, put("estimate_wan", 100.0), "P07", "金额“100.0”无法识别"),
    ("plan_items.json", 6, put("estimate_wan", "-5.00"), "P07", "无法识别"),
    ("plan_items.json", 6, put("estimate_wan", "1e400"), "P07", "无法识别"),
    ("plan_items.json", 6, put("estimate_wan", "１００.00"), "P07", "无法识别"),
    ("plan_items.json", 6, put("estimate_wan", "101.00"), "P07", "与原文数字“100”不一致"),
    ("plan_items.json", 6, put("start", "2009-01"), "P07", "早于起"),
    ("plan_items.json", 6, put("end", "2008-13"), "P07", "年月“2008-13”无法识别"),
    ("plan_items.json", 6, put("start", "0000-01"), "P07", "年月“0000-01”无法识别"),
    ("plan_items.json", 6, put("name", "市政府办公自动化二期工程"), "P07", "不在原文第 492 行"),
    ("plan_items.json", 6, put("name", " "), "P07", "不能为空"),
    ("plan_items.json", 6, put("code", "P06"), "P06", "项目行“P06”重复"),
    ("plan_items.json", 6, put("line", 490), "P07", "不在原文第 490 行"),
    ("plan_items.json", 6, put("line", 100000), "P07", "应为 1 至 596 的整数"),
    ("plan_items.json", 6, put("order", 8), "P07", "按次序应为 7"),
    ("plan_items.json", 6, put("programme", "nowhere"), "P07", "工程“nowhere”不存在"),
    ("plan_items.json", 6, put("leads", []), "P07", "没有牵头单位"),
    ("plan_items.json", 6, put("leads_open_ended", True), "P07", "是否以“等”结尾"),
    ("plan_items.json", 6, put("discrepancies", ["D99"]), "P07", "疑义“D99”不存在"),
    ("plan_items.json", 6, put("discrepancies", []), "P07", "没有列出"),
    ("plan_items.json", 6, inside("leads", 0, organisation="no-such-office"), "P07", "单位“no-such-office”不存在"),
    ("plan_items.json", 6, inside("leads", 0, organisation="party-office"), "P07", "不是“市委办公厅”的名称"),
    ("plan_items.json", 6, inside("leads", 0, generic=True), "P07", "“leads”是否有泛指不符"),
    ("plan_items.json", 6, inside("leads", 1, as_named="市信息局"), "P07", "次序或文字不符"),
    ("plan_items.json", 2, inside("milestones", 2, outside_window=False), "P03", "“outside_window”与项目起止不符"),
    ("plan_items.json", 2, inside("milestones", 2, quote="2011年基本普及"), "P03", "不在原文第 484 行"),
    ("plan_items.json", 12, inside("milestones", 1, due_by_reading={"z": "2009-12-31"}), "P13", "疑义的读法不符"),
    ("plan_items.json", 12, inside("milestones", 1, due_by_reading={"a": None}), "P13", "缺少日期"),
    ("plan_items.json", 14, inside("phases", 0, end="2005-12"), "P15", "早于起"),
    ("plan_years.json", 7, put("estimate_raw", "181"), "P24", "与原文数字“181”不一致"),
    ("plan_tasks.json", 12, put("text", "组成电子政务部门"), "T2-01", "与原文第 372 行不一致"),
    ("plan_tasks.json", 12, put("block", "10.9"), "T2-01", "推进阶段“10.9”不存在"),
    ("plan_tasks.json", 12, put("block", "10.1"), "T2-01", "不在 10.1 的任务之内"),
    ("plan_tasks.json", 12, put("projects", [{"code": "P28", "certainty": "sure"}]), "T2-01", "项目行“P28”不存在"),
    ("plan_tasks.json", 12, put("projects", [{"code": "P01", "certainty": "maybe"}]), "T2-01", "应为sure"),
    ("plan_tasks.json", 12, put("proofs", [{"register": "body", "of": "no-such"}]), "T2-01", "机构职责“no-such”不存在"),
    ("plan_tasks.json", 12, put("proofs", [{"register": "rumour", "of": "*"}]), "T2-01", "应为body"),
    ("organisations.json", 2, put("key", "leading-group"), "leading-group", "单位“leading-group”重复"),
    ("organisations.json", 2, put("name", "市信息办"), "industry-bureau", "单位名称“市信息办”重复"),
    ("organisations.json", 2, put("parent", "nobody"), "industry-bureau", "单位“nobody”不存在"),
    ("organisations.json", 2, put("parent", "technology-committee"), "industry-bureau", "循环"),
    ("organisations.json", 2, put("is_generic", "no"), "industry-bureau", "true 或 false"),
    ("organisations.json", 2, put("valid_from", "2007-02-30"), "industry-bureau", "日期“2007-02-30”无法识别"),
    ("organisations.json", 2, inside("aliases", 1, lines=[2]), "industry-bureau", "不在原文第 2 行"),
    ("organisations.json", 2, inside("aliases", 1, as_named="信息办", lines=[176]), "industry-bureau", "“信息办”重复"),
    ("organisations.json", 2, put("lines", [597]), "industry-bureau", "行号 597 不在原文 1 至 596 行之内"),
    ("pilot_units.json", 3, put("as_named", "市公安局"), "市公安局", "不在原文第 340 行"),
    ("programmes.json", 0, put("total_wan", "1051.00"), "unified-network", "各行合计 1050.00"),
    ("programmes.json", 0, put("items", ["P01", "P06"]), "unified-network", "应为P01、P06、P23"),
    ("clauses.json", 20, put("text", "不能纳入信息资源管理部门共享交换"), "8.3.2(3)", "不是原文第 70 行的全文"),
    ("clauses.json", 20, put("clause", "8.3.2(2)"), "8.3.2(2)", "条款“8.3.2(2)”重复"),
    ("clauses.json", 20, put("kind", "delay"), "8.3.2(3)", "“kind”为“delay”"),
    ("regulations.json", 1, put("text", "空话"), "9.2.2", "与原文第 154、156 行不一致"),
    ("regulations.json", 1, put("lines", []), "9.2.2", "与原文第"),
    ("regulations.json", 1, put("title", "《贵阳市工程建设管理办法》"), "9.2.2", "标题不一致"),
    ("bodies.json", 2, put("holder", "nobody"), "egov-department", "单位“nobody”不存在"),
    ("bodies.json", 2, put("valid_from", "2006-01-01"), "egov-department", "不在设立任务 T2-01 的阶段 10.2 之内"),
    ("discrepancies.json", 5, inside("quotes", 0, text="增加比例不低于上年资金总额的30%"), "D06", "不在原文第 306 行"),
    ("discrepancies.json", 5, put("default", "e"), "D06", "“default”为“e”"),
    ("discrepancies.json", 5, put("weight", "D"), "D06", "“weight”为“D”"),
    ("discrepancies.json", 5, put("readings", []), "D06", "至少要有一种读法"),
    ("discrepancies.json", 5, inside("readings", 1, key="a"), "D06", "读法的“key”重复"),
    ("discrepancies.json", 5, put("quotes", []), "D06", "至少要有一条原文"),
    ("discrepancies.json", 5, lambda row: row["touches"].update(clauses=["9.9.9"]), "D06", "条款“9.9.9”不存在"),
]


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "plan")


def refusal(folder: Path) -> FixtureError:
    with pytest.raises(FixtureError) as caught:
        read_folder(folder)
    return caught.value


@pytest.mark.parametrize(
    ("name", "place", "damage", "label", "sentence"), DAMAGES, ids=[f"{d[0]}-{d[4]}" for d in DAMAGES]
)
def test_a_damaged_row_is_refused_by_file_row_and_name(folder, name, place, damage, label, sentence):
    rows = json.loads((folder / name).read_text(encoding="utf-8"))
    damage(rows[place])
    (folder / name).write_text(json.dumps(rows, ensure_ascii=False, indent=2), encoding="utf-8")
    error = refusal(folder)
    text = (folder / name).read_text(encoding="utf-8").split("\n")
    assert error.file == name
    assert error.label == label
    assert text[error.row - 1] == "  {"  # the line of the file where the entry begins
    assert [number for number, line in enumerate(text, 1) if line == "  {"].index(error.row) == place
    assert str(error).startswith(f"{name} 第 {error.row} 行（{label}）：")
    assert sentence in str(error)


def test_rows_of_10_5_that_name_each_other_s_row_are_refused(folder):
    rows = json.loads((folder / "plan_years.json").read_text(encoding="utf-8"))
    rows[7]["item"], rows[23]["item"] = rows[23]["item"], rows[7]["item"]
    (folder / "plan_years.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    assert "（P23）：10.5 的名称与 10.4 的 P23 不一致" in str(refusal(folder))


def test_a_missing_row_is_refused_where_it_is_missed(folder):
    rows = FILES["plan_years.json"][:-1]
    (folder / "plan_years.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    assert "（P27）：10.5 没有对应的一行" in str(refusal(folder))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [("pilot_units.json", "试点单位应有 7 条，实有 6 条"), ("regulations.json", "制度应有 9 条，实有 8 条")],
)
def test_counts_are_checked_against_plan_json(folder, file, sentence):
    (folder / file).write_text(json.dumps(FILES[file][1:], ensure_ascii=False), encoding="utf-8")
    assert str(refusal(folder)) == f"plan.json 第 1 行：{sentence}"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"total_wan": "6884.00"}, "项目概算合计应为 6884.00，实为 6883.00"),
        ({"programmes": {"gis": "1766.00"}}, "工程“gis”合计应为 1766.00，实为 1765.00"),
        ({"leads": [{"organisation": "industry-bureau", "rows": 23, "total_wan": "5794.00"}]}, "实为 5793.00"),
        ({"years_differ": []}, "10.5 的时间与 10.4 的 P24 不一致"),
    ],
)
def test_a_wrong_check_total_is_refused(folder, change, sentence):
    head = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    head["checks"].update(change)
    (folder / "plan.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
    assert sentence in str(refusal(folder))


@pytest.mark.parametrize(
    ("was", "now", "file", "label"),
    [
        ("搭建安全平台,连通市、县网络 2006年", "搭建安全平台,连通市县网络 2006年", "plan_items.json", "P01"),
        ("组成电子政务管理部门;", "组建电子政务管理部门;", "plan_tasks.json", "T2-01"),
        ("根据需要,为保障信息基础设施", "根据需要，为保障信息基础设施", "regulations.json", "9.2.9"),
        ("9.4.2 日常服务保障", "9.4.2 日常的服务保障", "plan_2006.txt", ""),
    ],
)
def test_a_changed_word_in_the_source_text_is_found(folder, was, now, file, label):
    text = (folder / "plan_2006.txt").read_bytes().decode("utf-8")
    assert text.count(was) == 1
    (folder / "plan_2006.txt").write_bytes(text.replace(was, now).encode("utf-8"))
    error = refusal(folder)
    assert (error.file, error.label) == (file, label)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "不是有效的 JSON"),
        (b"{}", "此处应为“[”"),
        (b"[1]", "每一条应为一个对象"),
        (b'[\n{"code": "P01"\n', "第 3 行"),
        (b'[{"code": "P01", "code": "P02"}]', "“code”写了两次"),
        (b'[{"code": NaN}]', "不是有效的 JSON"),
        (b"\xff\xfe[]", "不是 UTF-8 文字"),
        (b"[] []", "结尾之后还有内容"),
        (b"[" * 100_000, "不是有效的 JSON"),
        (b'[{"a": ' + b"[" * 100_000, "不是有效的 JSON"),
        (b'[{"code": ' + b"9" * 5000 + b"}]", "不是有效的 JSON"),
    ],
    ids=[
        "empty",
        "object",
        "number",
        "cut off",
        "key twice",
        "NaN",
        "not UTF-8",
        "two lists",
        "deep",
        "deeper",
        "huge",
    ],
)
def test_a_file_that_is_no_list_of_rows_is_refused(folder, content, sentence):
    (folder / "plan_items.json").write_bytes(content)
    error = refusal(folder)
    assert error.file == "plan_items.json"
    assert sentence in str(error)


OPTIONAL = {"plan_facts.json", "overlap_words.json"}  # a plan may do without them


@pytest.mark.parametrize("name", sorted({*FILES, "plan_2006.txt"} - OPTIONAL))
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert str(refusal(folder)) == f"{name}：文件不存在"


def test_a_missing_folder_is_refused(tmp_path):
    assert "规划文件夹不存在" in str(refusal(tmp_path / "nowhere"))


def test_the_text_must_lie_in_the_folder_itself(folder):
    head = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    head["source"]["file"] = "../plan_2006.txt"
    (folder / "plan.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
    assert "应为同一文件夹内的文件名" in str(refusal(folder))
