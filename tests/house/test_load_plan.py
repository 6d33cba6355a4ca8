"""load_plan: everything or nothing, as often as one likes, never over what people entered."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum

from governance.kernel import audit
from governance.models import (
    AuditRow,
    Body,
    Clause,
    Discrepancy,
    Organisation,
    PilotUnit,
    Plan,
    PlanItem,
    PlanLine,
    Regulation,
)
from priorities.models import FilingWindow, RuleSetRecord
from projects.models import Milestone, Phase, PlanTask, Project, ProjectLead, TaskLink


def load(*args: str) -> str:
    out = io.StringIO()
    call_command("load_plan", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the plan's folder, to be changed."""
    return Path(shutil.copytree(settings.PLAN_FOLDER, tmp_path / "plan"))


def edit(folder: Path, name: str, change) -> None:
    path = folder / name
    rows = json.loads(path.read_text())
    change(rows)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2))


def test_every_row_of_the_plan_is_in_the_database(plan):
    assert PlanLine.objects.count() == 596
    assert PlanItem.objects.count() == Project.objects.count() == 27
    assert PlanItem.objects.aggregate(Sum("estimate_wan"))["estimate_wan__sum"] == Decimal("6883.00")
    assert [PlanTask.objects.filter(block=b).count() for b in ("10.1", "10.2", "10.3")] == [12, 36, 11]
    assert Clause.objects.filter(kind__in=("priority", "defer", "no_city_funding")).count() == 17
    assert (Clause.objects.filter(kind="principle").count(), Clause.objects.filter(kind="type").count()) == (7, 3)
    assert (Discrepancy.objects.count(), Regulation.objects.count(), PilotUnit.objects.count()) == (56, 9, 7)
    assert RuleSetRecord.objects.filter(key="plan-2006").exists()
    assert FilingWindow.objects.filter(plan_year=2008).exists()
    assert Body.objects.filter(valid_from=dt.date(2007, 1, 1)).exists()


def test_the_projects_stand_as_the_plan_lists_them_and_nothing_is_assumed(plan):
    p04 = Project.objects.get(code="P04")
    assert (p04.name, p04.start, p04.end, p04.precision) == (
        "市政府办公自动化系统一期工程",
        dt.date(2005, 12, 1),
        dt.date(2006, 10, 31),
        "month",
    )
    assert [lead.as_named for lead in p04.leads.all()] == ["市政府办公厅", "市信息产业局"]
    for project in Project.objects.select_related("plan_item"):
        assert project.state == "registered"
        assert (project.level_922, project.tier_927, project.investment_type, project.budget_unit) == ("", "", "", None)
        assert (project.latest_start, project.latest_end) == (project.start, project.end)
        assert project.plan_item.code == project.code
    assert [(p.name, p.end.year) for p in Phase.objects.all()] == [
        ("首期（新农村信息服务直通车）", 2008),
        ("二期", 2010),
    ]
    assert set(Milestone.objects.filter(outside_window=True).values_list("project__code", flat=True)) == {"P03", "P19"}
    assert TaskLink.objects.filter(certainty="possible").count() == 3


def test_the_first_history_row_and_the_register_are_dated_to_the_plan(plan):
    assert Project.history.count() == 27
    assert ProjectLead.history.count() == ProjectLead.objects.count() == 64
    assert set(Project.history.values_list("day", flat=True)) == {dt.date(2006, 1, 1)}
    assert Organisation.history.get(key="distance-education-office").parent.key == "party-organisation-department"


def test_it_says_what_it_did_and_the_trail_names_each_project(db):
    said = load()
    assert "项目：新增 27，更新 0，未变 0" in said
    assert "合计 6883.00 万元" in said
    assert audit.verify()["ok"]
    assert "10.4 第 15 行" in audit.history(Project.objects.get(code="P15"))[0].sentence
    assert AuditRow.objects.get(event="governance.plan.load").by_text == "系统"


def test_a_second_load_changes_nothing(plan, django_assert_max_num_queries):
    before = AuditRow.objects.count()
    with django_assert_max_num_queries(2):
        said = load()
    assert "没有变化" in said
    assert AuditRow.objects.count() == before


def test_a_changed_file_updates_its_rows_alone(plan, folder):
    edit(folder, "discrepancies.json", lambda rows: rows[5].update(default_text="改过的说明。"))
    said = load("--from", str(folder))
    assert "疑义：新增 0，更新 1，未变 55" in said
    assert "项目：新增 0，更新 0，未变 27" in said
    assert Discrepancy.objects.get(code="D06").default_text == "改过的说明。"


def test_what_people_entered_survives(plan, folder):
    project = Project.objects.get(code="P04")
    project.state, project.name, project.level_922 = "building", "改名", "1"
    project.save()
    PlanTask.objects.filter(code="T1-04").update(state="done", evidence="验收单", version=2)
    Regulation.objects.filter(clause="9.2.1").update(state="issued", document_number="筑府发〔2007〕1号")
    unit = Organisation.objects.get(key="finance-bureau")
    unit.phone, unit.note, unit.version = "0851-1", "财政自己写的", 2
    unit.save()
    Body.objects.filter(key="leading-group").update(acting=unit)
    edit(folder, "organisations.json", lambda rows: [r.update(note="新的说明", phone="0851-2") for r in rows])
    edit(folder, "discrepancies.json", lambda rows: rows[0].update(default_text="改过。"))
    load("--from", str(folder))
    project.refresh_from_db()
    assert (project.state, project.name, project.level_922) == ("building", "改名", "1")
    assert PlanTask.objects.filter(code="T1-04", state="done", evidence="验收单").exists()
    assert Regulation.objects.filter(clause="9.2.1", state="issued", document_number="筑府发〔2007〕1号").exists()
    unit.refresh_from_db()
    assert (unit.phone, unit.note) == ("0851-1", "财政自己写的")
    other = Organisation.objects.get(key="land-bureau")
    assert (other.phone, other.note) == ("", "新的说明")
    assert Body.objects.get(key="leading-group").acting == unit


def test_a_damaged_folder_names_file_and_row_and_changes_nothing(plan, folder, capsys):
    edit(folder, "discrepancies.json", lambda rows: rows[0].update(default_text="不应写入"))
    edit(folder, "plan_items.json", lambda rows: rows[3].update(name="改坏的名称"))
    before = AuditRow.objects.count()
    with pytest.raises(SystemExit) as stopped:
        load("--from", str(folder))
    assert stopped.value.code == 2
    complaint = capsys.readouterr().err
    assert "plan_items.json" in complaint
    assert "P04" in complaint
    assert "第" in complaint
    assert not Discrepancy.objects.filter(default_text="不应写入").exists()
    assert AuditRow.objects.count() == before


def test_a_folder_that_is_not_there_is_one_sentence(db, capsys):
    with pytest.raises(SystemExit):
        load("--from", "/nirgends")
    assert "规划文件夹不存在" in capsys.readouterr().err
    assert not Plan.objects.exists()


def test_a_failure_half_way_leaves_nothing(db, folder, monkeypatch):
    from guiyang_egov.management.commands import load_plan

    def fail(**kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(load_plan.priorities, "load_plan", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        load("--from", str(folder))
    assert not Plan.objects.exists()
    assert not Project.objects.exists()
    assert not AuditRow.objects.exists()


def test_another_plan_needs_another_database(plan, folder, capsys):
    edit(folder, "plan.json", lambda head: head.update(id="plan-2011", title="另一部规划"))
    with pytest.raises(SystemExit) as stopped:
        load("--from", str(folder))
    assert stopped.value.code == 2
    assert "另建一个数据库" in capsys.readouterr().err
    assert Plan.objects.count() == 1
