"""The plan as data is the plan: every word against the source text, every sum, every refusal of a damaged folder."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from governance.plan.fixture import read_folder

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "fixtures"
LINES = ["", *(FOLDER / "plan_2006.txt").read_text(encoding="utf-8").split("\n")]
FILES = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
SOURCE_SHA256 = "0cef311afaa7eb74fc91507366a32b801d6560fc2b1d853030f5a72e9b984818"


def between(heading: str, stop: str) -> list[tuple[int, str]]:
    """Lines of the text after the heading up to the stop line, blank ones left out."""
    first = next(n for n, line in enumerate(LINES) if line.startswith(heading))
    last = next(n for n, line in enumerate(LINES) if n > first and line.startswith(stop))
    return [(n, LINES[n]) for n in range(first + 1, last) if LINES[n].strip()]


@pytest.fixture(scope="module")
def plan_rows():
    return read_folder(FOLDER)


# ---- the text and its tables


def test_the_source_text_is_kept_byte_for_byte():
    assert hashlib.sha256((FOLDER / "plan_2006.txt").read_bytes()).hexdigest() == SOURCE_SHA256


def test_the_27_rows_of_10_4_put_together_are_the_lines_of_the_table_in_order(plan_rows):
    table = between("10.4 ", "合计")[2:]
    rebuilt = [
        (row.line, " ".join((row.name, row.content, row.time_raw, row.estimate_raw, row.leads_raw)))
        for row in plan_rows.items
    ]
    assert rebuilt == table
    assert [row.code for row in plan_rows.items] == [f"P{number:02d}" for number in range(1, 28)]


def test_the_27_rows_of_10_5_put_together_are_the_lines_of_the_table_in_order(plan_rows):
    table = between("10.5 ", "合计")[2:]
    rebuilt = [
        (row.line, " ".join((row.time_raw, row.name, row.estimate_raw, row.leads_raw))) for row in plan_rows.years
    ]
    assert rebuilt == table
    assert len(table) == 27


def test_names_of_10_4_end_where_10_5_says_they_end(plan_rows):
    """10.4 has no mark between name and content; 10.5 prints the name between time and estimate."""
    tables = {row.item: row for row in plan_rows.years}
    for item in plan_rows.items:
        assert re.fullmatch(
            r"20.+ " + re.escape(f"{item.name} {item.estimate_raw} {item.leads_raw}"), LINES[tables[item.code].line]
        )


def test_10_5_differs_from_10_4_in_the_time_of_P24_alone(plan_rows):
    items = {row.code: row for row in plan_rows.items}
    differing = set()
    for row in plan_rows.years:
        item = items[row.item]
        assert (row.name, row.estimate_wan, row.leads_raw) == (item.name, item.estimate_wan, item.leads_raw)
        if row.time_raw != item.time_raw:
            differing.add(row.item)
    assert differing == {"P24"}
    assert items["P24"].time_raw == "2006—2008"


@pytest.mark.parametrize("row", FILES["plan_items.json"], ids=lambda row: row["code"])
def test_start_and_end_are_the_first_and_last_month_that_the_row_states(row):
    months = re.findall(r"(20\d\d)年(\d+)月", row["time_raw"])
    years = re.findall(r"20\d\d", row["time_raw"])
    if months:
        assert row["precision"] == "month"
        assert (row["start"], row["end"]) == tuple(f"{year}-{int(month):02d}" for year, month in months)
    else:
        assert row["precision"] == "year"
        assert (row["start"], row["end"]) == (f"{years[0]}-01", f"{years[-1]}-12")


def test_only_P04_is_stated_to_the_month(plan_rows):
    assert [row.code for row in plan_rows.items if row.precision == "month"] == ["P04"]
    p04 = plan_rows.items[3]
    assert (p04.start, p04.end) == (date(2005, 12, 1), date(2006, 10, 31))


@pytest.mark.parametrize("row", FILES["plan_items.json"], ids=lambda row: row["code"])
def test_leads_are_named_in_the_order_of_the_row(row):
    named = re.split("[、和]", row["leads_raw"].removesuffix("等"))
    assert [lead["as_named"] for lead in row["leads"]] == named
    generic = any(lead["generic"] for lead in row["leads"])
    assert row["leads_open_ended"] == (row["leads_raw"].endswith("等") or generic)


def test_generic_and_open_ended_leads_are_marked(plan_rows):
    assert [row.code for row in plan_rows.items if row.leads_open_ended] == ["P05", "P11", "P12", "P19"]
    generic = [(row.code, lead.as_named) for row in plan_rows.items for lead in row.leads if lead.generic]
    assert generic == [("P05", "运营商"), ("P19", "各相关部门")]


def test_only_P03_and_P26_have_a_single_lead(plan_rows):
    assert [row.code for row in plan_rows.items if len(row.leads) == 1] == ["P03", "P26"]


def test_the_estimates_add_up_to_the_plan_s_own_totals(plan_rows):
    amounts = {row.code: row.estimate_wan for row in plan_rows.items}
    assert LINES[534] == LINES[596] == "合计 6883"
    assert sum(amounts.values()) == Decimal("6883.00")
    assert sum(row.estimate_wan for row in plan_rows.years) == Decimal("6883.00")
    gis = [row for row in plan_rows.items if "贵阳地理信息系统”工程" in row.name]
    network = [row for row in plan_rows.items if row.name.startswith("统一网络平台")]
    office = [row for row in plan_rows.items if row.name.startswith("市政府办公自动化系统")]
    assert [len(rows) for rows in (gis, network, office)] == [6, 3, 2]
    totals = {row.key: (row.items, row.total_wan) for row in plan_rows.programmes}
    for key, rows, total in (
        ("gis", gis, "1765.00"),
        ("unified-network", network, "1050.00"),
        ("office-automation", office, "196.00"),
    ):
        assert totals[key] == (tuple(row.code for row in rows), Decimal(total))
        assert sum(row.estimate_wan for row in rows) == Decimal(total)
        assert {row.programme for row in rows} == {key}
    assert sum(total for _, total in totals.values()) == Decimal("6883.00")


def test_the_industry_bureau_leads_23_rows_of_5793(plan_rows):
    rows = [row for row in plan_rows.items if "industry-bureau" in {lead.organisation for lead in row.leads}]
    assert rows == [row for row in plan_rows.items if "信息产业局" in row.leads_raw]
    assert (len(rows), sum(row.estimate_wan for row in rows)) == (23, Decimal("5793.00"))


def test_milestones_outside_their_row_s_time_are_those_of_D27(plan_rows):
    outside = [
        (row.code, m.start.year, m.discrepancy) for row in plan_rows.items for m in row.milestones if m.outside_window
    ]
    assert outside == [("P03", 2010, "D27"), ("P19", 2006, "D27")]


def test_every_year_that_a_content_states_has_its_milestone(plan_rows):
    """P24 names 2006 for another system, on which it builds."""
    for row in plan_rows.items:
        stated = {int(year) for year in re.findall(r"(20\d\d)年", row.content)}
        if row.code == "P13":
            stated = stated - {2010} | {2009}  # 2010年之前, read as by the end of 2009 (D29)
        if row.code == "P24":
            stated = set()
        assert stated <= {milestone.start.year for milestone in row.milestones}, row.code


def test_half_of_the_permits_online_are_due_before_2010_by_the_default_reading(plan_rows):
    milestone = plan_rows.items[12].milestones[1]
    assert milestone.due == date(2009, 12, 31)
    assert dict(milestone.due_by_reading) == {"a": date(2009, 12, 31), "b": date(2010, 12, 31)}


def test_phases_follow_the_plan_and_none_is_invented(plan_rows):
    assert {row.code: row.phase for row in plan_rows.items if row.phase} == {
        "P01": "一期",
        "P04": "一期",
        "P06": "二期",
        "P07": "二期",
        "P23": "三期",
    }
    assert {row.code: [p.label for p in row.phases] for row in plan_rows.items if row.phases} == {
        "P15": ["首期", "二期"]
    }


# ---- tasks


def test_the_59_tasks_are_the_lines_of_the_three_blocks_without_their_end_marks(plan_rows):
    expected = []
    for prefix, heading, lead_in, stop in (
        ("T1", "10.1 ", "这一阶段主要以", "10.2 "),
        ("T2", "10.2 ", "这一阶段的具体任务", "10.3 "),
        ("T3", "10.3 ", "这一阶段的具体任务", "10.4 "),
    ):
        block = between(heading, stop)
        first = next(place for place, (_, line) in enumerate(block) if line.startswith(lead_in)) + 1
        for number, (line, text) in enumerate(block[first:], 1):
            expected.append((f"{prefix}-{number:02d}", heading.strip(), number, line, text.rstrip(";。")))
    assert [(row.code, row.block, row.order, row.line, row.text) for row in plan_rows.tasks] == expected
    assert Counter(row.block for row in plan_rows.tasks) == {"10.1": 12, "10.2": 36, "10.3": 11}


def test_tasks_are_due_at_the_end_of_their_block(plan_rows):
    due = {row.block: row.due for row in plan_rows.tasks}
    assert due == {"10.1": date(2006, 12, 31), "10.2": date(2008, 12, 31), "10.3": date(2010, 12, 31)}


def test_every_row_but_P08_is_surely_carried_by_a_task(plan_rows):
    sure = {link.code for row in plan_rows.tasks for link in row.projects if link.certainty == "sure"}
    assert {row.code for row in plan_rows.items} - sure == {"P08"}


def test_tasks_that_D35_leaves_without_a_row_have_none(plan_rows):
    tasks = {row.code: row for row in plan_rows.tasks}
    for code in ("T2-14", "T2-18", "T2-31", "T3-04", "T3-07", "T3-10", "T3-11"):
        assert tasks[code].projects == ()
        assert "D35" in tasks[code].discrepancies


@pytest.mark.parametrize(
    ("task", "project"),
    [
        ("T1-04", "P04"),
        ("T1-11", "P01"),
        ("T2-05", "P03"),
        ("T2-19", "P07"),
        ("T2-26", "P19"),
        ("T3-06", "P19"),
        ("T3-08", "P26"),
        ("T3-01", "P23"),
        ("T2-23", "P05"),
        ("T2-25", "P13"),
        ("T3-02", "P13"),
    ],
)
def test_a_task_finds_its_row_under_another_name(plan_rows, task, project):
    row = next(row for row in plan_rows.tasks if row.code == task)
    assert [(link.code, link.certainty) for link in row.projects] == [(project, "sure")]


# ---- clauses, regulations, levels, bodies


def test_the_17_criteria_are_the_numbered_lines_of_8_3(plan_rows):
    expected = []
    for heading, stop, kind in (
        ("8.3.1 ", "8.3.2 ", "priority"),
        ("8.3.2 ", "8.3.3 ", "defer"),
        ("8.3.3 ", "9 ", "no_city_funding"),
    ):
        for line, text in between(heading, stop):
            if numbered := re.match(r"(\d)、(.+?)[;。]$", text):
                expected.append((f"{heading.strip()}({numbered[1]})", kind, numbered[2], line))
    rows = plan_rows.kinds("priority", "defer", "no_city_funding")
    assert [(row.clause, row.kind, row.text, row.line) for row in rows] == expected
    assert Counter(row.kind for row in rows) == {"priority": 8, "defer": 4, "no_city_funding": 5}
    assert "优先考虑9类项目" in LINES[46]  # nine announced, eight listed (D14)


def test_the_7_principles_and_3_types_are_the_lines_of_8_1_and_8_2(plan_rows):
    principles = [
        (line, re.sub(r"^\d、", "", text).rstrip(";。")) for line, text in between("8.1 ", "8.2 ") if text[1] == "、"
    ]
    assert [(row.line, row.text) for row in plan_rows.kinds("principle")] == principles
    assert [row.clause for row in plan_rows.kinds("principle")] == [f"8.1({number})" for number in range(1, 8)]
    types = [(line, text.rstrip("。")) for line, text in between("8.2 ", "8.3 ")[1:]]
    assert [(row.line, row.text) for row in plan_rows.kinds("type")] == types
    assert [row.label for row in plan_rows.kinds("type")] == ["政府型", "市场型", "公益型"]


@pytest.mark.parametrize("row", FILES["clauses.json"], ids=lambda row: row["clause"])
def test_a_clause_is_verbatim_on_its_line_and_its_heading_is_the_section_s(row):
    assert row["text"] in LINES[row["line"]]
    assert re.match(r"[\d.]+ ", LINES[row["heading_line"]])
    assert row["heading"] == re.sub(r"^[\d.]+ ", "", LINES[row["heading_line"]]).rstrip("。")
    assert LINES[row["heading_line"]].startswith(row["clause"].split("(")[0].rstrip("."))


def test_obligations_of_chapter_9_that_the_product_cites_are_there(plan_rows):
    cited = {row.clause for row in plan_rows.kinds("obligation")}
    assert {"8.1", "9.1.1", "9.1.4", "9.2.2", "9.2.7", "9.2.8", "9.3.2", "9.3.8", "9.6.1"} <= cited


def test_the_nine_regulations_are_whole_sections_and_none_is_in_force(plan_rows):
    assert [row.clause for row in plan_rows.regulations] == [f"9.2.{number}" for number in range(1, 10)]
    for number, row in enumerate(plan_rows.regulations, 1):
        assert LINES[row.heading_line] == f"{row.clause} {row.verb}{row.title}"
        section = between(f"9.2.{number} ", f"9.2.{number + 1} " if number < 9 else "9.3 ")
        assert [line for line, _ in section] == list(row.lines)
        assert row.text == "\n".join(text for _, text in section)
        assert row.state == "拟订中"
    assert [row.verb for row in plan_rows.regulations] == ["拟订"] * 8 + ["制订"]


def test_levels_and_tiers_are_two_different_scales(plan_rows):
    assert [(row.key, row.accountable_to) for row in plan_rows.levels] == [
        ("1", "leading-group"),
        ("2", "egov-department"),
    ]
    assert [(row.key, row.reports_to) for row in plan_rows.tiers] == [
        ("total", None),
        ("application", "total"),
        ("subsystem", "application"),
    ]


def test_the_seven_pilot_units_with_the_focus_on_the_government_office(plan_rows):
    names = re.search("试点单位:(.+?)共七家", LINES[340])[1].split("、")
    assert [row.as_named for row in plan_rows.pilot_units] == names
    assert [row.as_named for row in plan_rows.pilot_units if row.focus] == ["市政府办公厅"]


def test_bodies_that_a_task_founds_do_not_exist_before_its_block_and_the_office_acts_for_them(plan_rows):
    bodies = {row.key: row for row in plan_rows.bodies}
    for key, task, day in (
        ("network-centre", "T1-08", date(2006, 1, 1)),
        ("egov-department", "T2-01", date(2007, 1, 1)),
        ("expert-group", "T2-03", date(2007, 1, 1)),
        ("resource-department", "T2-04", date(2007, 1, 1)),
        ("ca-department", "T2-05", date(2007, 1, 1)),
    ):
        assert (bodies[key].founded_by, bodies[key].valid_from) == (task, day)
        assert bodies[key].acting == "informatisation-office"
    assert bodies["leading-group"].valid_from is None


# ---- organisations


def test_every_name_in_the_lead_columns_belongs_to_one_organisation(plan_rows):
    owners: dict[str, set[str]] = {}
    for unit in plan_rows.organisations:
        for name in {unit.name, *(alias.as_named for alias in unit.aliases)}:
            owners.setdefault(name, set()).add(unit.key)
    assert all(len(keys) == 1 for keys in owners.values())
    for row in plan_rows.items:
        for lead in row.leads:
            assert owners[lead.as_named] == {lead.organisation}


@pytest.mark.parametrize(
    ("as_named", "name"),
    [
        ("信息产业局", "市信息产业局"),
        ("国土资源局", "市国土资源局"),
        ("建设局", "市建设局"),
        ("规划局", "市规划局"),
        ("质监局", "市质监局"),
        ("交通局", "市交通局"),
        ("政府办公厅", "市政府办公厅"),
        ("信息办", "市信息办"),
        ("市信息化领导小组办公室", "市信息办"),
        ("贵阳市信息化建设领导小组", "市信息化领导小组"),
    ],
)
def test_several_names_of_one_body_lead_to_it(plan_rows, as_named, name):
    found = [unit.name for unit in plan_rows.organisations if as_named in {a.as_named for a in unit.aliases}]
    assert found == [name]


def test_every_alias_stands_on_its_lines(plan_rows):
    for unit in plan_rows.organisations:
        for alias in unit.aliases:
            assert alias.lines, alias.as_named
            assert all(alias.as_named in LINES[line] for line in alias.lines)


def test_the_ten_districts_are_ours_and_say_so(plan_rows):
    districts = [unit for unit in plan_rows.organisations if unit.kind == "区县"]
    assert len(districts) == 10
    assert {unit.source for unit in districts} == {"系统默认"}
    assert all(unit.name not in line for unit in districts for line in LINES)


# ---- discrepancies


def test_the_56_discrepancies_are_numbered_and_weighted(plan_rows):
    assert [row.code for row in plan_rows.discrepancies] == [f"D{number:02d}" for number in range(1, 57)]
    assert Counter(row.weight for row in plan_rows.discrepancies) == {"A": 36, "B": 17, "C": 3}
    assert [row.code for row in plan_rows.discrepancies if row.weight == "C"] == ["D36", "D37", "D54"]


@pytest.mark.parametrize("row", FILES["discrepancies.json"], ids=lambda row: row["code"])
def test_a_discrepancy_quotes_the_plan_and_its_default_is_one_of_its_readings(row):
    assert row["quotes"]
    assert all(quote["text"] in LINES[quote["line"]] for quote in row["quotes"])
    keys = [reading["key"] for reading in row["readings"]]
    assert keys == list("abcdefg"[: len(keys)])
    assert row["default"] in keys
    own_words = [row["title"], row["default_text"], *(r[k] for r in row["readings"] for k in ("text", "effect"))]
    assert all(re.search("[一-鿿]", words) for words in own_words)
    assert not any(re.search(r"[,;:()]", words) for words in own_words), "我们自己的话用全角标点"


def test_the_readings_that_code_asks_for_are_marked(plan_rows):
    from governance.kernel.readings import READ_BY_CODE

    assert {row.code for row in plan_rows.discrepancies if row.read_by_code} == set(READ_BY_CODE)


def test_rows_and_discrepancies_name_each_other(plan_rows):
    for row in plan_rows.discrepancies:
        assert [item.code for item in plan_rows.items if row.code in item.discrepancies] == list(row.touches.projects)
        assert {task.code for task in plan_rows.tasks if row.code in task.discrepancies} == set(row.touches.tasks)


# ---- the reader


def test_rows_cannot_be_changed(plan_rows):
    with pytest.raises(FrozenInstanceError):
        plan_rows.items[0].name = "别的名称"


def test_the_reader_needs_no_django():
    code = "import sys, governance.plan.fixture as f; f.read_folder('fixtures'); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
