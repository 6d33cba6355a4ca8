"""申报回执: issued at submit, once per version, the same bytes for the same content, for whoever may see the case."""

from __future__ import annotations

import hashlib
import re
import subprocess

import pytest

from governance import jobs
from governance.basics.refusal import NotVisible, Refused
from governance.models import AuditRow, Document, Job, Notice
from priorities import actions
from priorities import proposal as proposals
from priorities.documents import filing_receipts, receipts
from priorities.models import Submission
from priorities.submissions import merging
from tests.priorities.stories import components, proposal


@pytest.fixture(autouse=True)
def _own_media(media):
    return media


def printed(row) -> Document:
    """The receipt of the current version, as a worker prints it."""
    jobs.perform(receipts.key_of(row.pk, row.current_version))
    return Document.objects.get(job_id=receipts.key_of(row.pk, row.current_version))


def text_of(document: Document) -> str:
    from governance.storage.files import path_of

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
    for words in (
        row.number,
        "第1版",
        "社区卫生服务信息系统",
        "市卫生局",
        version.sha256,
        proposals.FORM_VERSION,
        "申报单位（盖章）",
        "120.00万元",
        "110.00万元",
        f"/priorities/submissions/{row.number}/",
    ):
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
    assert len(merging.compare(*(v.proposal for v in row.versions.all()))) == 1
    for query in ("?from=9&to=1", "?from=2&to=2"):
        assert cast.client("reviewer").get(f"/priorities/submissions/{row.number}/versions/{query}").status_code == 200
    assert cast.client("district").get(f"/priorities/submissions/{row.number}/versions/").status_code == 404


# --- 备案回执 ------------------------------------------------------------------------------------------------------


def filing_paper(row) -> Document:
    jobs.perform(filing_receipts.key_of(row.pk))
    return Document.objects.get(job_id=filing_receipts.key_of(row.pk))


def test_a_district_filing_gets_its_receipt_on_one_sheet_when_it_gets_its_number(stories, cast):
    document = proposal(title="市电子政务地理信息系统基础平台", components=components("0"), content="地理信息共享平台")
    row = stories.submitted(kind="district", document=document)
    assert filing_receipts.of(row) is None
    row = actions.acknowledge(by=cast.reviewer, submission=row, version=row.version)
    paper = filing_paper(row)
    said = re.sub(r"\s+", "", text_of(paper))
    check = row.filing_checks.get()
    for words in (
        "BA2007-001",
        row.number,
        row.title,
        "花溪区",
        "备案不是审批",
        row.versions.get().sha256,
        f"相近{len(check.overlaps)}条",
        "贵阳市信息化领导小组办公室（盖章）",
        "二〇〇七年八月二十日",
        f"/priorities/submissions/{row.number}/",
    ):
        assert words in said, words
    assert paper.pages == 1
    assert paper.title == "备案回执 BA2007-001"


def test_a_filing_that_asks_for_city_money_gets_its_receipt_at_acceptance_and_it_promises_nothing(stories, cast):
    row = stories.submitted(kind="district", document=proposal(components=components("80")))
    row = actions.accept(by=cast.reviewer, submission=row, version=row.version)
    said = re.sub(r"\s+", "", text_of(filing_paper(row)))
    assert "80.00万元" in said
    assert "不表示同意安排资金" in said


def test_the_filing_receipt_prints_the_same_whatever_changes_later(stories, cast):
    row = stories.filed()
    first = filing_paper(row).file.sha256
    row.organisation.name = "改了名的区"
    row.organisation.save()
    Submission.objects.filter(pk=row.pk).update(title="改了的标题")
    again = filing_receipts._run(Job.objects.get(kind="filing_receipt").params, jobs.Progress(lambda *a: None))[
        0
    ].content
    assert hashlib.sha256(again).hexdigest() == first


def test_hostile_words_in_a_filing_stay_words_on_its_receipt(stories, cast):
    title = "<img src=x onerror=1>{{ 7|add:7 }}</td>"
    row = stories.submitted(kind="district", document=proposal(title=title, components=components("0")))
    row = actions.acknowledge(by=cast.reviewer, submission=row, version=row.version)
    assert re.sub(r"\s+", "", title) in re.sub(r"\s+", "", text_of(filing_paper(row)))


def test_the_district_reads_its_receipt_on_its_page_and_another_unit_does_not(stories, cast):
    row = stories.filed()
    page = f"/priorities/submissions/{row.number}/"
    assert "备案回执正在生成" in cast.client("district").get(page).content.decode()
    paper = filing_paper(row)
    assert paper.get_absolute_url() in cast.client("district").get(page).content.decode()
    answer = cast.client("district").get(paper.get_absolute_url())
    assert b"".join(answer.streaming_content)[:5] == b"%PDF-"
    assert AuditRow.objects.filter(event="governance.document.download").count() == 1
    assert cast.client("health_cio").get(paper.get_absolute_url()).status_code == 404


def test_a_receipt_is_asked_for_once_and_never_before_there_is_a_number(stories, cast):
    row = stories.submitted(kind="district")
    with pytest.raises(Refused, match="还没有回执号"):
        actions.request_filing_receipt(by=cast.reviewer, submission=row)
    row = actions.acknowledge(by=cast.reviewer, submission=row, version=row.version)
    Job.objects.filter(kind="filing_receipt").delete()
    client = cast.client("district")
    assert "生成备案回执" in client.get(row.get_absolute_url()).content.decode()
    for _ in range(2):
        assert client.post(f"/priorities/submissions/{row.number}/receipt/", {"what": "filing"}).status_code == 302
    assert Job.objects.filter(kind="filing_receipt").count() == 1
