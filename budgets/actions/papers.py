"""凭据: what a booking stands on, and the verb that puts a file behind entries which are already there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from budgets.ledger.booking import Posting
from budgets.models import Entry, EntryPaper
from governance.basics.refusal import NotVisible, Refused
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import StoredFile
from governance.storage import files

KINDS = ("pdf", "jpg", "jpeg", "png", "tif", "tiff", "doc", "docx", "xls", "xlsx", "wps")


@dataclass(frozen=True)
class Paper:
    """What stands behind an amount: 文号, why, and the file itself (`name`, `content`) where one came with it."""

    document_number: str = ""
    reason: str = ""
    name: str = ""
    content: bytes | None = None

    def posting(self, kind: str, typed: object, *, is_demo: bool = False) -> Posting:
        """What an entry of an amount that was typed says."""
        return Posting(kind, self.document_number, self.reason, str(typed)[:60], is_demo=is_demo)

    def stored(self, by: Actor) -> StoredFile | None:
        """Its file in the store, None where there is none. Raises Refused for what is no paper."""
        if self.content is None:
            return None
        shown, content_type = files.check(self.name, self.content, kinds=KINDS)
        return files.store(content=self.content, display_name=shown, content_type=content_type, by=by)

    @step
    def put_behind(self, entries: list[Entry], by: Actor) -> None:
        """Its file behind the entries; one that is already behind all of them is refused."""
        if self.content is None:
            return
        digest = hashlib.sha256(self.content).hexdigest()
        held = set(EntryPaper.objects.filter(entry__in=entries, file__sha256=digest).values_list("entry_id", flat=True))
        if len(held) == len(entries):
            raise Refused("没有保存：这份文件已经附在这笔记账上。")
        file = self.stored(by)
        EntryPaper.objects.bulk_create(
            [EntryPaper(entry=e, file=file, by_text=by.text, is_demo=e.is_demo) for e in entries if e.pk not in held]
        )


NO_PAPER = Paper()


@verb("budgets.entry.paper")
def attach_paper(*, by: Actor, entry: Entry, name: str, content: bytes, all_of_number: bool = False) -> int:
    """附凭据: put a file behind an entry, or behind every entry of its 文号; returns behind how many it stands now.

    Raises Refused where the entry has no 文号 to go by, and where the file is there already.
    """
    access.require(by, Permission.EDIT_BUDGET)
    entry = Entry.objects.select_related("line__project").filter(pk=entry.pk).first()
    if entry is None:
        raise NotVisible()
    entries = [entry]
    if all_of_number:
        if not entry.document_number:
            raise Refused("没有保存：这笔记账没有文号，只能附在这一笔上。")
        entries = list(Entry.objects.filter(document_number=entry.document_number).select_related("line__project"))
    Paper(name=name, content=content).put_behind(entries, by)
    lines = {e.line_id: e.line for e in entries}
    said = (
        f"，文号 {entry.document_number} 的 {len(entries)} 笔"
        if all_of_number
        else f"，{entry.get_stage_display()} {entry.amount_wan:+,.2f} 万元"
    )
    audit.record(
        by=by,
        event="budgets.entry.paper",
        about=tuple(lines.values()),
        now=name[:100],
        sentence=f"附凭据“{files.clean_name(name)}”{said}",
        address=f"/budgets/lines/{entry.line_id}/",
    )
    return len(entries)
