"""核验: a file is an original to the last bit or none; how long a job will take, from its like."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from governance import jobs
from governance.basics import clock
from governance.jobs import estimates, kinds
from governance.models import AuditRow, Document, Job
from governance.storage import files
from tests.governance.drill.kinds import ALL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def drill(monkeypatch, media):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    for each in ALL:
        jobs.register(each)


@pytest.fixture
def original(cast):
    """A document made by a job, and its bytes."""
    from governance import actions

    job = actions.request_job(by=cast.reviewer, kind="good", params={"n": 7})
    assert jobs.perform(job.pk) == "done"
    document = Document.objects.get(job=job)
    return document, files.path_of(document.file_id).read_bytes()


def verify(client, content: bytes, name: str = "报告.txt"):
    return client.post("/governance/documents/verify/", {"file": SimpleUploadedFile(name, content)})


def test_an_original_is_told_apart_from_a_copy_with_one_bit_changed(cast, original):
    document, content = original
    client = cast.client("finance")
    said = verify(client, content).content.decode()
    assert "是原件" in said
    assert document.title in said
    changed = bytes([content[0] ^ 1]) + content[1:]
    said = verify(client, changed).content.decode()
    assert "不是原件" in said
    rows = AuditRow.objects.filter(event="governance.document.check").order_by("seq")
    assert ["是原件" in r.sentence for r in rows] == [True, False]


def test_a_check_without_a_file_says_so_and_records_nothing(cast):
    answer = cast.client("finance").post("/governance/documents/verify/", {})
    assert answer.status_code == 422
    assert "请选择要核验的文件" in answer.content.decode()
    assert not AuditRow.objects.filter(event="governance.document.check").exists()


def test_whoever_may_not_download_a_document_is_not_told_that_it_exists(cast, original, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(kinds._kinds, "good", replace(kinds._kinds["good"], may_download=lambda actor, document: False))
    said = verify(cast.client("finance"), original[1]).content.decode()
    assert "不是原件" in said
    assert original[0].title not in said


def command(*args: str) -> tuple[int, list[dict]]:
    out = io.StringIO()
    code = 0
    try:
        call_command("verify_document", *args, stdout=out)
    except SystemExit as end:
        code = end.code
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_command_names_the_document_of_an_original_and_fails_on_anything_else(original, tmp_path):
    document, content = original
    good, bad = tmp_path / "a.txt", tmp_path / "b.txt"
    good.write_bytes(content)
    bad.write_bytes(content + b"\n")
    code, lines = command(str(good))
    assert (code, lines[0]["documents"][0]["id"]) == (0, str(document.pk))
    code, lines = command(str(good), str(bad))
    assert (code, [line["original"] for line in lines]) == (1, [True, False])


def test_the_command_finds_stored_bytes_that_were_changed_or_are_gone(original):
    document, content = original
    assert command("--all") == (0, [{"documents": 1, "damaged": 0}])
    path = files.path_of(document.file_id)
    path.write_bytes(content + b"!")
    code, lines = command("--all")
    assert code == 1
    assert "内容被改动" in lines[0]["problem"]
    path.unlink()
    assert command("--all")[1][0]["problem"] == "文件不在了"


@pytest.mark.parametrize("args", [(), ("--all", "x"), ("没有这个文件",)])
def test_a_call_that_cannot_be_understood_ends_with_2(args, db):
    with pytest.raises(CommandError) as error:
        call_command("verify_document", *args, stdout=io.StringIO())
    assert error.value.returncode == 2


NOW = dt.datetime(2007, 8, 20, 9, 0, tzinfo=dt.UTC)


def finished(kind: str, seconds: int, **params) -> Job:
    return Job.objects.create(
        kind=kind,
        params=params,
        title="旧的",
        state="done",
        by_text="某人",
        started_at=NOW - dt.timedelta(seconds=seconds),
        finished_at=NOW,
    )


def running(gone_s: int, percent: int, **params) -> Job:
    return Job(
        kind="good", params=params, state="running", percent=percent, started_at=NOW - dt.timedelta(seconds=gone_s)
    )


def test_a_job_is_expected_to_take_as_long_as_the_median_of_its_like(db):
    for seconds in (10, 12, 300):
        finished("good", seconds, formats=["pdf"])
    finished("good", 2, formats=["xlsx"])
    job = running(4, 50, formats=["pdf"])
    usual = estimates.usual_seconds([job])
    assert estimates.remaining_seconds(job, usual, NOW) == 8
    assert estimates.waiting_seconds(running(0, 0, formats=["xlsx"]), usual) == 2


@pytest.mark.parametrize(("gone", "percent", "left"), [(30, 50, 30), (30, 75, 10), (3, 5, None)])
def test_without_a_like_or_past_its_time_the_share_done_tells_how_long(db, gone, percent, left):
    job = running(gone, percent, formats=["pdf"])
    assert estimates.remaining_seconds(job, estimates.usual_seconds([job]), NOW) == left


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "约还需 1 秒"), (11.1, "约还需 12 秒"), (89, "约还需 89 秒"), (121, "约还需 3 分钟")]
)
def test_the_time_left_is_rounded_up_and_said_in_words(seconds, words):
    assert estimates.words(seconds) == words


def test_the_page_shows_the_time_left_of_a_running_job(cast):
    Job.objects.create(
        kind="good",
        params={},
        title="在办的",
        state="running",
        percent=50,
        by_text="某人",
        requested_by=cast.user("finance"),
        started_at=clock.now() - dt.timedelta(seconds=20),
    )
    assert "约还需" in cast.client("finance").get("/governance/documents/progress/?n=1").content.decode()
