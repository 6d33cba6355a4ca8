"""申报回执: issued at submit, once per version, the same bytes for the same content, for whoever may see the case."""

from __future__ import annotations

import hashlib
import re
import subprocess

import pytest

from governance import jobs
from governance.models import AuditRow, Document, Job, Notice
from governance.refusal import NotVisible
from priorities import actions, fields, receipts
from priorities import proposal as proposals
from tests.priorities.stories import proposal


@pytest.fixture(autouse=True)
def _own_media(media):
    return media


def printed(row) -> Document:
    """The receipt of the current version, as a worker prints it."""
    jobs.perform(receipts.key_of(row.pk, row.current_version))
    return Document.objects.get(job_id=receipts.key_of(row.pk, row.current_version))


def text_of(document: Document) -> str:
    from governance.files import path_of

    return subprocess.run(
        ["pdftotext", "-layout", str(path_of(document.file_id)), "-"], capture_output=True, check=True
    ).stdout.decode()


def without_token(answer) -> str:
    return re.sub(r'"[A-Za-z0-9]{64}"', "", answer.content.decode())


def test_a_submit_issues_one_receipt_with_everything_that_was_filed(stories, cast):
    row = stories.submitted()
    assert Job.objects.get(kind="receipt").requested_by_id == cast.health_cio.user_id
    document = printed(row)
    said = re.sub(r"\s+", "", text_of(document))
    version = row.versions.get()
    for words in (row.number, "第1版", "社区卫生服务信息系统", "市卫生局", version.sha256, proposals.FORM_VERSION, "申报单位（盖章）",
                  "120.00万元", "110.00万元", f"/priorities/submissions/{row.number}/"):  # fmt: skip
        assert words in said, words
    notice = Notice.objects.get(key=f"job:{document.job_id}:done")
    assert notice.address == f"/priorities/submissions/{row.number}/#receipts"


def test_the_same_content_gives_the_same_bytes(stories, cast):
    row = stories.submitted()
    first = printed(row).file.sha256
    params = Job.objects.get(kind="receipt").params
    row.refresh_from_db()
    actions.attach(by=cast.health_cio, submission=row, kind="scan", name="盖章.pdf", content=b"%PDF-1.4 scan")
    row.organisation.name = "改了名的局"
    row.organisation.save()
    again = receipts._run(params, jobs.Progress(lambda *a: None))[0].content
    assert hashlib.sha256(again).hexdigest() == first


def test_the_qr_code_is_drawn_by_attributes_alone_and_differs_by_record():
    one, two = (receipts.qr_code(f"http://127.0.0.1:8000/priorities/submissions/SB2008-00{n}/") for n in (1, 2))
    assert one != two
    assert "style=" not in one
    assert one.count("<path") == 1
    assert "SB2008-001" in one


def test_a_receipt_asked_for_again_is_the_same_job(stories, cast):
    row = stories.submitted()
    actions.request_receipt(by=cast.reviewer, submission=row, number=1)
    assert Job.objects.filter(kind="receipt").count() == 1


def test_only_who_may_see_the_case_gets_its_receipt(stories, cast):
    row = stories.submitted()
    document = printed(row)
    address = document.get_absolute_url()
    missing = cast.client("district").get("/governance/documents/00000000-0000-4000-8000-000000000000/")
    foreign = cast.client("district").get(address)
    assert (foreign.status_code, without_token(foreign)) == (404, without_token(missing))
    got = cast.client("health_cio").get(address)
    assert (got.status_code, got["Content-Type"]) == (200, "application/pdf")
    assert "filename*=utf-8''" in got["Content-Disposition"]
    assert b"".join(got.streaming_content).startswith(b"%PDF-")  # read to the end: the client closes the file
    assert AuditRow.objects.latest("seq").event == "governance.document.download"
    with pytest.raises(NotVisible):
        actions.request_receipt(by=cast.district, submission=row, number=1)


def test_a_second_version_has_a_receipt_of_its_own_and_the_difference_on_a_page(stories, cast):
    row = stories.returned(points=[("evaluation", "写明由谁评估")])
    document = proposals.clean(row.proposal | {"evaluation": "由市卫生局每年评估"})[0]
    row = actions.save_draft(by=cast.health_cio, submission=row, version=row.version, proposal=document)
    row = actions.submit(by=cast.health_cio, submission=row, version=row.version)
    assert {j.params["version"] for j in Job.objects.filter(kind="receipt")} == {1, 2}
    answer = cast.client("reviewer").get(f"/priorities/submissions/{row.number}/versions/")
    html = answer.content.decode()
    for words in ("有 1 处不同", "绩效评估机制", "由市卫生局每年评估", proposal()["evaluation"], "写明由谁评估"):
        assert words in html
    assert len(fields.compare(*(v.proposal for v in row.versions.all()))) == 1
    for query in ("?from=9&to=1", "?from=2&to=2"):
        assert cast.client("reviewer").get(f"/priorities/submissions/{row.number}/versions/{query}").status_code == 200
    assert cast.client("district").get(f"/priorities/submissions/{row.number}/versions/").status_code == 404
