"""What machines ask: readiness names what is not well, figures are for whoever bears the token."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from governance.basics import clock
from governance.jobs import condition, heart
from governance.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(settings):
    settings.REDIS_URL = ""


def test_everything_is_well_and_nothing_of_the_business_is_told(client):
    answer = client.get("/readyz")
    assert answer.json() == {"database": "ok", "broker": "none", "migrations": "ok", "queue": "ok", "disk": "ok"}
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("disk", lambda patch: patch.setattr(condition, "free_mib", lambda: 10)),
        ("queue", lambda patch: patch.setattr(condition, "oldest_wait_s", lambda: 1000.0)),
        ("migrations", lambda patch: patch.setattr(condition.MigrationExecutor, "migration_plan", lambda *a: ["one"])),
    ],
)
def test_what_is_not_well_is_named(client, monkeypatch, part, change):
    change(monkeypatch)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, state in answer.json().items() if state not in ("ok", "none")] == [part]


def test_in_production_silent_processes_are_named(client, settings):
    settings.EMBEDDED = False
    assert client.get("/readyz").json()["worker"] == "silent"
    heart.write("worker")
    heart.write("beat")
    assert client.get("/readyz").status_code == 200


def test_a_waiting_job_ages(db):
    Job.objects.create(kind="annual_progress", params={}, title="x", recorded_at=clock.now() - dt.timedelta(seconds=90))
    assert 89 < condition.oldest_wait_s() < 200


def test_figures_are_not_there_without_a_token_and_are_not_given_for_a_wrong_one(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "secret-of-the-operator"
    for given in ("", "Bearer x", "Bearer 令牌"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404
    heart.write("web")
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret-of-the-operator"})
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    assert 'guiyang_processes{kind="web"} 1' in lines
    assert any(line.startswith("guiyang_disk_free_mib ") for line in lines)


@pytest.mark.parametrize(
    ("name", "status"), [("sysadmin", 200), ("secadmin", 200), ("auditor", 200), ("reviewer", 403)]
)
def test_the_three_administrators_read_how_the_installation_stands(cast, name, status):
    assert cast.client(name).get("/governance/status/").status_code == status


def test_the_page_says_what_to_do_where_a_part_is_not_well(cast, settings, tmp_path, monkeypatch):
    settings.AUDIT_ANCHORS = tmp_path
    page = cast.client("sysadmin").get("/governance/status/").content.decode()
    assert ("各部分正常" in page, settings.PRODUCT_VERSION in page) == (True, True)
    monkeypatch.setattr(condition, "free_mib", lambda: 10)
    settings.EMBEDDED = False
    page = cast.client("sysadmin").get("/governance/status/").content.decode()
    assert f"系统时间 {timezone.localtime():%Y-%m-%d}" in page  # the city's
    assert "3 处要处理" in page
    assert all(condition.ADVICE[part] in page for part in ("disk", "worker", "beat"))


def test_the_version_is_the_newest_of_the_changes(settings):
    changes = (settings.BASE_DIR / "CHANGELOG.md").read_text()
    assert f"## {settings.PRODUCT_VERSION}\n" in changes
