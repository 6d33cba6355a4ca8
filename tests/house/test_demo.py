"""The demonstration: coherent, idempotent, removable; it never touches what the plan or people entered."""

from __future__ import annotations

import io
import shutil
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import call_command
from simple_history.manager import HistoryDescriptor

from budgets import actions as budgets
from budgets.ledger.booking import LineKey
from budgets.models import BudgetLine, Entry
from governance.kernel import audit
from governance.models import Appointment, Notice, Round, Seat, User
from guiyang_egov.demo import loading
from priorities.labels import STATES
from priorities.models import Submission
from projects import actions as projects
from projects.models import PlanTask, Project
from tests.conftest import OUR_APPS


def counts() -> Counter:
    return Counter(Submission.objects.values_list("state", flat=True))


@pytest.mark.django_db
def test_a_dozen_cases_stand_in_every_state_of_the_way(story):
    assert set(counts()) == set(STATES)
    assert Submission.objects.count() >= 12
    assert not Submission.objects.filter(is_demo=False).exists()


@pytest.mark.django_db
def test_a_joint_approval_waits_with_a_conflict_of_interest(story):
    waiting = Round.objects.filter(kind="joint_approval", state="open")
    assert waiting.filter(seats__in=Seat.objects.exclude(conflict="")).exists()
    assert waiting.filter(seats__in=Seat.objects.exclude(stands_for="")).exists()


@pytest.mark.django_db
def test_loading_twice_is_loading_once(story):
    before = (counts(), Entry.objects.count(), Notice.objects.count(), User.objects.count())
    loading.load()
    assert before == (counts(), Entry.objects.count(), Notice.objects.count(), User.objects.count())


@pytest.mark.django_db
def test_the_story_is_told_forwards_so_that_no_past_shows_what_came_later(story):
    backwards = []
    for model in apps.get_models():
        if isinstance(vars(model).get("history"), HistoryDescriptor):
            last = {}
            for row in model.history.model.objects.order_by("history_id"):
                if row.day < last.get(row.id, row.day):
                    backwards.append(f"{row} {last[row.id]} → {row.day}")
                last[row.id] = row.day
    assert backwards == []


@pytest.mark.django_db
def test_the_audit_chain_of_the_story_is_whole(story):
    assert audit.verify()["ok"]


APPEND_ONLY = ("AuditRow", "AuditConcern", "AuditHead")


def everything() -> dict[str, dict]:
    """Every row of every table but the audit's; a version counts changes and is none."""
    found = {
        model.__name__: {
            row[model._meta.pk.attname]: {k: v for k, v in row.items() if k != "version"}
            for row in model.objects.values()
        }
        for model in apps.get_models()
        if model._meta.app_label in OUR_APPS and model.__name__ not in APPEND_ONLY
    }
    for key in ("queue_prefix", "state"):  # made once per database by whoever asks first; drawn by lot with each write
        found["Setting"].pop(key, None)
    return found


@pytest.mark.django_db
def test_removal_leaves_every_row_and_its_history_as_the_plan_left_them(plan, settings):
    settings.GUIYANG_TODAY = ""
    before = everything()
    loading.load()
    assert {name for name, rows in everything().items() if rows != before[name]} >= {
        "Contract",
        "Change",
        "Regulation",
        "Phase",
        "Milestone",
    }
    loading.remove()
    after = everything()
    assert {name: after[name] for name in before if after[name] != before[name]} == {}


@pytest.mark.django_db
def test_removal_keeps_what_people_said_of_a_row_that_the_story_had_touched(story, cast):
    from governance.kernel import access

    office = Appointment.objects.get(user__username="demo-reviewer")
    person = User.objects.create(username="real", full_name="真人", password="!")
    Appointment.objects.create(user=person, organisation=office.organisation, role="reviewer", from_day=office.from_day)
    by, project = access.actor_for(person), Project.objects.get(code="P18")
    told = project.percent
    projects.change_state(by=by, project=project, version=project.version, step="suspend", reason="资金未到位")
    projects.file_progress(
        by=by,
        project=Project.objects.get(code="P18"),
        period="2007H1",
        progress=projects.ReportedProgress(told, "同前", "normal"),
    )
    loading.remove()
    project.refresh_from_db()
    assert (project.state, project.suspended_from, project.percent) == ("suspended", "procurement", told)
    assert Project.objects.get(code="P13").state == "registered"


@pytest.mark.django_db
def test_removal_leaves_the_plan_as_it_was_loaded(story):
    loading.remove()
    left = [Submission, BudgetLine, Entry, Notice, Round, Appointment, User]
    assert [m.__name__ for m in left if m.objects.exists()] == []
    assert set(Project.objects.values_list("state", "percent")) == {("registered", None)}
    assert Project.objects.count() == 27
    assert set(PlanTask.objects.values_list("state", "evidence")) == {("not_started", "")}


@pytest.mark.django_db
def test_removal_keeps_what_people_entered(story, cast):
    person = User.objects.create(username="real", full_name="真人", password="!")
    office = Appointment.objects.get(user__username="demo-finance")
    Appointment.objects.create(user=person, organisation=office.organisation, role="finance", from_day=office.from_day)
    from governance.kernel import access

    budgets.set_cell(
        by=access.actor_for(person),
        at=LineKey(Project.objects.get(code="P01"), 2007, "city"),
        stage="approved",
        typed="170",
    )
    loading.remove()
    line = BudgetLine.objects.get()
    assert (line.project.code, line.approved_wan) == ("P01", 10)
    assert User.objects.get() == person


DAMAGED = {  # file, what stands there, what is written instead, place and words of the refusal
    "a verb that is none": ("story.json", "take_over", "take_ovr", "story.json 第 2 行（take_ovr 第 1 组）", "动词"),
    "a project that is none": ("story.json", '["P01", "building"', '["P99", "building"', "第 2 组）", "DoesNotExist"),
    "a cell too few": (
        "story.json",
        '["P04", "trial", ',
        '["P04", ',
        "story.json 第 2 行（take_over 第 1 组）",
        "3 个值",
    ),
    "no such day": ("story.json", '"on": "2007-01-10"', '"on": "2007-01-32"', "story.json 第 2 行", "ValueError"),
    "an argument too many": ("story.json", '"evidence"]', '"proof"]', "（set_task_state 第 1 组）", "proof"),
    "answers that are none": ("proposals.json", '"answers": ["ready"]', '"answers": ["x"]', "proposals.json 第", "'x'"),
    "an unknown role": ("accounts.json", '"role": "reviewer"', '"role": "viewer"', "accounts.json 第", "viewer"),
    "no JSON": ("people.json", "[", "(", "people.json 第 1 行", "JSON"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("file", "was", "now", "place", "words"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_by_file_and_row_and_nothing_stays(
    plan, settings, tmp_path, file, was, now, place, words
):
    shutil.copytree(settings.PLAN_FOLDER / "demo", tmp_path / "demo")
    path = tmp_path / "demo" / file
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now))
    settings.PLAN_FOLDER, settings.GUIYANG_TODAY = tmp_path, ""
    before, err = everything(), io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("load_demo", stderr=err)
    assert (end.value.code, place in err.getvalue(), words in err.getvalue()) == (2, True, True), err.getvalue()
    assert everything() == before


@pytest.mark.django_db
def test_production_refuses_the_demonstration(plan, settings):
    settings.EMBEDDED = False
    err = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("load_demo", stderr=err)
    assert end.value.code == 1
    assert "演示" in err.getvalue()
    assert not User.objects.exists()
