"""Attachments of a submission by kind: checked bytes under a uuid, served only through a view, never by a path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import StoredFile
from governance.storage import files
from priorities.actions.telling import record, tell_office
from priorities.case import guards
from priorities.models import Attachment, Submission
from priorities.submissions import returned, workflow

MAX_BYTES, MAX_FILES = files.MAX_BYTES, 20
MAX_UNIT_BYTES = 200 * 1024 * 1024  # of all submissions of a unit together
AFTER_SUBMIT = ("scan", "evidence")  # what may come after filing: the stamped scan, evidence to a corrected fact

TYPES = tuple(kind for kind in files.TYPES if kind != "txt")


@dataclass(frozen=True)
class Download:
    """What a view serves: the path of the bytes, the name to show, the type."""

    file: StoredFile
    name: str
    content_type: str

    def open(self):
        return files.open_bytes(self.file)


@verb("priorities.submission.attach")
def attach(
    *, by: Actor, submission: Submission, kind: str, upload=None, name: str = "", content: bytes | None = None
) -> Attachment:
    """Add a file by kind: an uploaded file, or name and bytes.

    On the working copy any kind (a returned case: those asked for), after filing the stamped scan of the version and
    evidence alone. Raises Invalid (422) for what is no such file, Refused 413 where it is too large.
    """
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="attach", version=None)
    if kind not in dict(Attachment.KINDS):
        raise Invalid("请选择附件的种类。", fields={"kind": ["请选择附件的种类"]})
    _require_open(row, kind)
    size = upload.size if upload is not None else len(content or b"")
    if size > MAX_BYTES:
        raise Refused(f"文件有 {size / 1024 / 1024:.1f} MB，每个文件最多 {MAX_BYTES // 1024 // 1024} MB。", status=413)
    kept = row.attachments.filter(removed=False)
    if kept.count() >= MAX_FILES:
        raise Refused(f"附件已有 {MAX_FILES} 个，不能再加；请先删去不用的。")
    held = (
        Attachment.objects.filter(submission__organisation=row.organisation).aggregate(sum=Sum("file__size"))["sum"]
        or 0
    )
    if held + size > MAX_UNIT_BYTES:
        raise Refused(
            f"{row.organisation}的附件已有 {held / 1024 / 1024:.0f} MB，合计最多 {MAX_UNIT_BYTES // 1024 // 1024} MB；"
            "请压缩文件，或与信息办联系。",
            status=413,
        )
    content = upload.read() if upload is not None else content or b""
    shown, content_type = files.check(upload.name if upload is not None else name, content, kinds=TYPES, most=MAX_BYTES)
    if kept.filter(kind=kind, version=row.current_version, file__sha256=hashlib.sha256(content).hexdigest()).exists():
        raise Refused(f"“{shown}”与已有的附件内容相同，没有重复保存。")
    stored = files.store(content=content, display_name=shown, content_type=content_type, by=by)
    row_ = Attachment.objects.create(
        submission=row, kind=kind, version=row.current_version, file=stored, by_text=by.text, is_demo=row.is_demo
    )
    record(by, row, "attach", f"上传{row_.get_kind_display()}“{shown}”", now=stored.sha256)
    if row.current_version and kind in AFTER_SUBMIT and (kind == "scan" or row.state != workflow.RETURNED):
        of_version = f"{row.number}“{row.title}”第 {row.current_version} 版"
        what = f"{row_.get_kind_display()}“{shown}”"
        tell_office(row, f"attached:{row_.pk}", f"{row.organisation}补交 {of_version}的{what}。")
    return row_


@verb("priorities.submission.detach")
def detach(*, by: Actor, submission: Submission, attachment: Attachment) -> None:
    """Take a file off the working copy; once a version was filed with it the bytes stay."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="attach", version=None)
    kept = row.attachments.select_related("file").filter(pk=attachment.pk, removed=False).first()
    if kept is None:
        raise Refused("这个附件已经不在了。")
    _require_open(row, kept.kind)
    kept.removed = True
    kept.save(update_fields=["removed"])
    record(by, row, "detach", f"去掉{kept.get_kind_display()}“{kept.file.display_name}”", was=kept.file.sha256)


@verb("priorities.submission.download_attachment")
def download_attachment(*, by: Actor, submission: Submission, attachment: Attachment) -> Download:
    """Hand out the bytes to whoever may see the submission; every download is audited."""
    access.require(by, Permission.READ_SUBMISSIONS, submission)
    stored = attachment.file
    sentence = f"下载 {submission.reference} 的附件“{stored.display_name}”"
    audit.record(by=by, about=submission, now=stored.sha256, sentence=sentence)
    return Download(stored, stored.display_name, stored.content_type)


@step
def wipe(*, submission: Submission) -> None:
    """Delete the files of a draft that was never filed, bytes after the commit."""
    stored = [a.file for a in submission.attachments.select_related("file")]
    submission.attachments.all().delete()
    for file in stored:
        file.delete()
    transaction.on_commit(lambda: [files.remove_bytes(f) for f in stored])


def _require_open(row: Submission, kind: str) -> None:
    if row.state in workflow.EDITABLE:
        fields = returned.open_fields(row)
        asked = fields is None or fields & {"attachments", f"attachments.{kind}"} or kind in AFTER_SUBMIT
        if not asked:
            raise Refused("退回补正没有要求补这类附件，不能改；确需改动请与信息办审核人联系。")
        return
    if kind not in AFTER_SUBMIT:
        raise Refused("申报以后只能补盖章扫描件和证据材料；别的附件要先退回补正。")
