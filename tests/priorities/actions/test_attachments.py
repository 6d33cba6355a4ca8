"""Attachments: kind, first bytes, size, what is open after filing; served through a view alone."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.models import AuditRow, Notice, StoredFile
from priorities import actions
from priorities.actions import attachments
from priorities.case import guards

PDF = b"%PDF-1.4 something"


@pytest.fixture(autouse=True)
def _own_media(media):
    return media


def attach(cast, row, kind="scheme", name="建设方案.pdf", content=PDF):
    return actions.attach(by=cast.health_cio, submission=row, kind=kind, name=name, content=content)


def test_the_bytes_come_back_under_the_chinese_name_and_the_download_is_audited(stories, cast):
    row = stories.draft()
    kept = attach(cast, row, name="C:\\我的文件\\建设 方案（终）.pdf")
    got = actions.download_attachment(by=cast.health_cio, submission=row, attachment=kept)
    with got.open() as file:
        assert file.read() == PDF
    assert (got.name, got.content_type) == ("建设 方案（终）.pdf", "application/pdf")
    assert AuditRow.objects.latest("seq").event == "priorities.submission.download_attachment"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("方案.exe", b"MZ", "可以传：pdf"),
        ("方案.pdf", b"MZ\x90", "内容不是 PDF 文件"),
        ("方案.docx", PDF, "内容不是 DOCX 文件"),
        ("方案.pdf", b"", "是空的"),
        (".htaccess", PDF, "不收"),
        ("方案.pdf.html", b"<html>", "不收"),
        ("坏\x00名.pdf", PDF, "不能保存的字符"),
    ],
)
def test_what_is_no_such_file_is_refused_and_nothing_is_stored(stories, cast, name, content, sentence):
    row = stories.draft()
    with pytest.raises(Invalid, match=sentence):
        attach(cast, row, name=name, content=content)
    assert not StoredFile.objects.exists()


def test_too_large_is_413_and_too_many_is_refused(stories, cast, monkeypatch):
    row = stories.draft()
    monkeypatch.setattr(attachments, "MAX_BYTES", 10)
    with pytest.raises(Refused) as caught:
        attach(cast, row)
    assert caught.value.status == 413
    monkeypatch.undo()
    monkeypatch.setattr(attachments, "MAX_FILES", 1)
    attach(cast, row)
    with pytest.raises(Refused, match="附件已有 1 个"):
        attach(cast, row, content=PDF + b"2")


def test_a_unit_has_one_quota_over_all_its_cases(stories, cast, monkeypatch):
    attach(cast, stories.draft())
    monkeypatch.setattr(attachments, "MAX_UNIT_BYTES", len(PDF) + 5)
    with pytest.raises(Refused, match="市卫生局的附件已有") as caught:
        attach(cast, stories.draft(), content=PDF + b"2")
    assert caught.value.status == 413
    assert StoredFile.objects.count() == 1


def test_a_name_that_tricks_the_eye_or_is_too_long_is_shown_clean(stories, cast):
    row = stories.draft()
    assert attach(cast, row, name="方案\u202efdp.pdf").file.display_name == "方案fdp.pdf"
    long = attach(cast, row, name="长" * 255 + ".pdf", content=PDF + b"3").file.display_name
    assert (len(long), long[-4:]) == (100, ".pdf")


def test_the_same_content_twice_is_kept_once(stories, cast):
    row = stories.draft()
    attach(cast, row)
    with pytest.raises(Refused, match="内容相同"):
        attach(cast, row, name="另一个名字.pdf")


def test_after_filing_only_scan_and_evidence_may_come(stories, cast):
    row = stories.submitted()
    with pytest.raises(Refused, match="先退回补正"):
        attach(cast, row)
    assert attach(cast, row, kind="scan").version == 1


def test_a_returned_case_takes_only_the_attachments_that_were_asked_for(stories, cast):
    row = stories.returned(points=[("attachments.scheme", "方案缺接口一章")])
    with pytest.raises(Refused, match="没有要求补这类附件"):
        attach(cast, row, kind="estimate")
    assert attach(cast, row, kind="scheme")


def test_a_foreign_file_cannot_be_had_or_taken_off(stories, cast):
    row = stories.draft()
    kept = attach(cast, row)
    with pytest.raises(NotVisible):
        actions.download_attachment(by=cast.district, submission=row, attachment=kept)
    with pytest.raises(NotVisible):
        actions.detach(by=cast.industry, submission=row, attachment=kept)
    actions.detach(by=cast.health_cio, submission=row, attachment=kept)
    assert row.attachments.get().removed


def test_the_stamped_scan_is_uploaded_after_filing_from_the_case_and_from_the_list_and_the_reviewer_is_told(
    stories, cast
):
    row, client = stories.under_review(), cast.client("health_cio")
    case, mine = f"/priorities/submissions/{row.number}/", "/priorities/mine/"
    for address in (case, mine):
        page = client.get(address).content.decode()
        assert f'action="{case}attach/"' in page, address
        assert '<option value="scan">' in page
    assert f'action="{case}attach/"' not in cast.client("reviewer").get(case).content.decode()
    scan = SimpleUploadedFile("盖章.pdf", b"%PDF-1.4 sealed", "application/pdf")
    answer = client.post(f"{case}attach/", {"kind": "scan", "file": scan, "back": "mine"})
    assert (answer.status_code, answer.url) == (302, mine)
    kept = row.attachments.get(kind="scan")
    assert kept.version == row.current_version
    assert "还缺盖章扫描件" not in client.get(mine).content.decode()
    notice = Notice.objects.get(key=f"attached:{kept.pk}")
    assert (notice.role, notice.address) == ("reviewer", case)
    assert "补交" in notice.sentence
    assert "盖章扫描件" not in "；".join(t for t, _ in guards.papers_missing(row, clock.today()))


def test_a_returned_case_may_still_have_its_scan_and_a_draft_tells_nobody(stories, cast):
    row, client = stories.returned(), cast.client("health_cio")
    assert f"/priorities/submissions/{row.number}/attach/" in client.get("/priorities/mine/").content.decode()
    kept = actions.attach(by=cast.health_cio, submission=row, kind="scan", name="盖章.pdf", content=b"%PDF-1.4 sealed")
    assert Notice.objects.filter(key=f"attached:{kept.pk}").exists()
    kept = actions.attach(
        by=cast.health_cio, submission=stories.draft(), kind="scan", name="盖章.pdf", content=b"%PDF-1.4 early"
    )
    assert not Notice.objects.filter(key=f"attached:{kept.pk}").exists()
