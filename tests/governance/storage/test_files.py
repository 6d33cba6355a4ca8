"""Stored bytes: checked by their first bytes, under a uuid, served sandboxed under a clean name."""

from __future__ import annotations

import stat

import pytest
from django.conf import settings

from governance.basics import limits
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.kernel.verbs import frame
from governance.models import StoredFile
from governance.storage import files

PDF = b"%PDF-1.7 rest"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("方案.pdf", "方案.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\桌面\\方案.pdf", "方案.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("x.pdf:$DATA.pdf", "x.pdf_$DATA.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a_Set-Cookie_ x.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_and_keeps_its_extension(name, shown):
    assert files.clean_name(name) == shown
    assert len(files.clean_name(name)) <= 100


@pytest.mark.parametrize("name", ["", " ", "...", "/", "\u200b", ".pdf"])
def test_a_name_of_nothing_is_refused(name):
    if name == ".pdf":
        assert files.clean_name(name) == "pdf"
        with pytest.raises(Invalid):
            files.check(name, PDF, kinds=("docx",))
    else:
        with pytest.raises(Invalid, match="没有名字"):
            files.clean_name(name)


def test_a_name_with_a_null_byte_is_refused():
    with pytest.raises(Invalid):
        files.clean_name("a\x00.pdf")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("方案.pdf", b"<html>"),
        ("图.png", PDF),
        ("图.png", b"\x89PNG\r\n\x1a\n....IEND<HTML><script>alert(1)</script>"),
        ("图.jpg", b"\xff\xd8\xff\xe0....<svg onload=alert(1)>"),
        ("图.jpg", b"GIF89a"),
        ("表.xlsx", PDF),
        ("文.docx", b"MZ\x90"),
        ("文.txt", b"\xff\xfe\x00"),
    ],
)
def test_content_that_is_not_what_its_name_says_is_refused(name, content):
    with pytest.raises(Invalid, match="内容不是"):
        files.check(name, content, kinds=tuple(files.TYPES))


@pytest.mark.parametrize("name", ["坏.exe", "图.svg", "页.html", "没有扩展名"])
def test_other_kinds_are_refused_with_those_that_are_taken(name):
    with pytest.raises(Invalid, match="可以传：pdf、png"):
        files.check(name, PDF, kinds=("pdf", "png"))


def test_an_empty_and_a_too_large_file_are_refused():
    with pytest.raises(Invalid, match="空的"):
        files.check("a.pdf", b"", kinds=("pdf",))
    with pytest.raises(Refused) as caught:
        files.check("a.pdf", PDF + b"x" * files.MAX_BYTES, kinds=("pdf",))
    assert caught.value.status == 413


def test_every_word_about_the_size_comes_from_one_figure():
    root, ours = settings.BASE_DIR, limits.UPLOAD
    folders = ("governance", "projects", "budgets", "priorities", "templates")
    sources = [p for f in folders for p in (root / f).rglob("*.*") if p.suffix in (".py", ".html")]
    assert [str(p) for p in sources if ours in p.read_text()] == []


def stored(content=PDF, name="方案（终稿）.pdf", content_type="application/pdf"):
    with frame():
        return files.store(content=content, display_name=name, content_type=content_type, by=None)


def test_bytes_lie_under_a_uuid_for_their_owner_alone(db, media):
    row = stored()
    path = files.path_of(row.pk)
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "方案" not in str(path)


def test_a_row_that_cannot_be_stored_leaves_no_bytes(db, media, monkeypatch):
    def breaks(self, **kwargs):
        raise RuntimeError("database")

    monkeypatch.setattr(StoredFile, "save", breaks)
    with pytest.raises(RuntimeError):
        stored()
    assert [p for p in media.rglob("*") if p.is_file()] == []


def test_a_download_is_an_attachment_in_a_sandbox_under_its_chinese_name(db, media):
    answer = files.serve(stored())
    answer.close()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%96%B9")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("content_type", "shown"), [("application/pdf", True), ("text/plain", False), ("image/svg+xml", False)]
)
def test_only_pictures_and_pdf_are_ever_shown_inline(db, media, content_type, shown):
    answer = files.serve(stored(content_type=content_type), inline=True)
    answer.close()
    assert answer["Content-Disposition"].startswith("inline" if shown else "attachment")


def test_bytes_that_are_gone_say_so(db, media):
    row = stored()
    files.remove_bytes(row)
    with pytest.raises(NotVisible, match="备份"):
        files.serve(row)
