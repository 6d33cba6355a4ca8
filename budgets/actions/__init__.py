"""Verbs of money. Every amount is an entry; a cell that is typed over becomes the entry of the difference."""

from __future__ import annotations

import hashlib
import unicodedata
from decimal import Decimal

from budgets.ledger import booking, ceilings
from budgets.models import FISCAL_YEARS, SOURCES, STAGES, BudgetLine, Ceiling, CityRevenue, Entry, EntryPaper, StageLock
from governance.basics.refusal import Invalid, NotVisible, Refused, Stale
from governance.basics.roles import Permission
from governance.basics.text import clean_text, parse_wan
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import StoredFile
from governance.storage import files
from projects.models import Project

LABELS = dict(STAGES)
BY_HAND = {"adjust": "调整", "clawback": "收回", "opening": "补录"}
ZERO = Decimal(0)


def _open(fiscal_year: int, stage: str) -> None:
    if stage not in LABELS:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    booking.pass_gate(fiscal_year)
    if booking.is_locked(fiscal_year, stage):
        raise Refused(
            f"没有保存：{fiscal_year} 年的{LABELS[stage]}已冻结；市财政局解冻后可以改，或通过年度计划调整版变更。"
        )


def read_amount(typed: object, *, field: str = "amount_wan") -> Decimal | None:
    """An amount as people type it; Invalid shows how it was read."""
    try:
        if isinstance(typed, str):
            clean_text(typed, field="金额")  # NUL and broken encodings would break the record of the refusal itself
        return parse_wan(typed)
    except ValueError as error:  # NotAnAmount is one
        raise Invalid(f"没有保存：{error}", fields={field: [str(error)]}) from None


@verb("budgets.line.set_cell")
def set_cell(
    *,
    by: Actor,
    project: Project,
    fiscal_year: int,
    source: str,
    stage: str,
    typed: str,
    version: int | None = None,
    document_number: str = "",
    reason: str = "",
    is_demo: bool = False,
) -> BudgetLine:
    """Set a stage of a line to what is typed (万元); the difference is booked. `version` 0 or None: a line not there yet.

    An empty cell is no amount: it is refused where the line holds one (未填 is not 0; reverse the entry instead).
    """
    access.require(by, Permission.EDIT_BUDGET)
    if stage not in LABELS:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    amount = read_amount(typed)
    line = booking.lock_line(project=project, fiscal_year=fiscal_year, source=source, is_demo=is_demo)
    _open(fiscal_year, stage)  # asked in the year's gate: whoever froze the column first is seen
    _current(line, version)
    held = getattr(line, booking.FIELD[stage])
    if amount is None:
        if held is None:
            return line
        raise Refused(
            f"没有保存：已有{LABELS[stage]} {held:,.2f} 万元；空不等于零。要改为零请填 0，记错了请冲正那笔记账。"
        )
    if amount == held:
        return line
    booking.book(
        by=by,
        line=line,
        stage=stage,
        amount_wan=amount - (held or Decimal(0)),
        kind="adjust" if held is not None else "initial",
        document_number=document_number,
        reason=reason,
        as_typed=str(typed)[:60],
        is_demo=is_demo,
    )
    audit.record(
        by=by,
        event="budgets.line.set_cell",
        about=(project, line),
        was="未填" if held is None else f"{held:.2f}",
        now=f"{amount:.2f}",
        sentence=f"{project.code} {fiscal_year} 年{line.get_source_display()}{LABELS[stage]} "
        f"{'未填' if held is None else f'{held:,.2f}'} → {amount:,.2f} 万元",
    )
    return line


@verb("budgets.line.set_codes")
def set_codes(*, by: Actor, project: Project, fiscal_year: int, source: str, **codes: str) -> BudgetLine:
    """Set unit_code, function_code or economic_code of a line (预算单位代码, 功能科目, 经济科目); others stay."""
    access.require(by, Permission.EDIT_BUDGET)
    if unknown := set(codes) - {"unit_code", "function_code", "economic_code"}:
        raise Invalid(f"没有这个代码：{'、'.join(sorted(unknown))}。")
    line = booking.lock_line(project=project, fiscal_year=fiscal_year, source=source)
    changed = {name: text for name, text in codes.items() if getattr(line, name) != text}
    if not changed:
        return line
    was = {name: getattr(line, name) for name in changed}
    for name, text in changed.items():
        setattr(line, name, text)
    line.version += 1
    line.save()
    words = "，".join(
        f"{BudgetLine._meta.get_field(n).verbose_name} {was[n] or '未填'} → {t or '未填'}" for n, t in changed.items()
    )
    audit.record(
        by=by,
        event="budgets.line.set_codes",
        about=(project, line),
        was=was,
        now=changed,
        sentence=f"{project.code} {fiscal_year} 年{line.get_source_display()}{words}",
    )
    return line


def _values(line: BudgetLine) -> dict:
    return {
        stage: None if (v := getattr(line, field)) is None else f"{v:.2f}" for stage, field in booking.FIELD.items()
    } | {"version": line.version}


@verb("budgets.entry.reverse")
def reverse_entry(*, by: Actor, entry: Entry, reason: str) -> Entry:
    """冲正: the opposite entry, once; both stay."""
    access.require(by, Permission.EDIT_BUDGET)
    held = BudgetLine.objects.select_related("project").get(pk=entry.line_id)
    line = booking.lock_line(project=held.project, fiscal_year=held.fiscal_year, source=held.source)
    entry = Entry.objects.filter(pk=entry.pk).first()
    if entry is None:
        raise NotVisible()
    if Entry.objects.filter(reverses=entry).exists() or entry.reverses_id:
        raise Refused("没有保存：这笔记账已经冲正过。")
    if not reason:
        raise Invalid("冲正必须写明理由。", fields={"reason": ["写明理由"]})
    _open(line.fiscal_year, entry.stage)
    made = booking.book(
        by=by,
        line=line,
        stage=entry.stage,
        amount_wan=-entry.amount_wan,
        kind="reversal",
        reason=reason,
        reverses=entry,
        document_number=entry.document_number,
        is_demo=entry.is_demo,
    )
    audit.record(by=by, event="budgets.entry.reverse", about=(line.project, line), sentence=f"冲正 {line}：{reason}")
    return made


@verb("budgets.line.book")
def book(
    *,
    by: Actor,
    project: Project,
    fiscal_year: int,
    source: str,
    stage: str,
    typed: str,
    kind: str,
    document_number: str = "",
    reason: str,
    version: int | None = None,
    name: str = "",
    content: bytes | None = None,
    is_demo: bool = False,
) -> Entry:
    """Append an entry of a signed amount: 追加 (adjust, + or −), 收回 (clawback, always off), 补录 (opening, +).

    `typed` is what was written, a leading minus included; unlike a cell it is the difference, not the new total.
    `name`, `content`: its paper.
    """
    access.require(by, Permission.EDIT_BUDGET)
    if kind not in BY_HAND:
        raise Invalid("这种记账不能手工填。", fields={"kind": [f"只有{'、'.join(BY_HAND.values())}"]})
    if not reason:
        raise Invalid("记账必须写明理由。", fields={"reason": ["写明理由"]})
    amount = _signed(typed)
    if kind == "clawback":
        amount = -abs(amount)
    elif kind == "opening" and amount < 0:
        raise Invalid("补录的金额要大于 0。", fields={"amount_wan": ["大于 0"]})
    line = booking.lock_line(project=project, fiscal_year=fiscal_year, source=source, is_demo=is_demo)
    _open(fiscal_year, stage)
    _current(line, version)
    made = booking.book(
        by=by,
        line=line,
        stage=stage,
        amount_wan=amount,
        kind=kind,
        document_number=document_number,
        reason=reason,
        as_typed=str(typed)[:60],
        is_demo=is_demo,
    )
    _with_paper(by, [made], name, content)
    audit.record(
        by=by,
        event="budgets.line.book",
        about=(project, line),
        now=f"{amount:.2f}",
        sentence=f"{project.code} {fiscal_year} 年{line.get_source_display()}{LABELS[stage]}{BY_HAND[kind]} {amount:+,.2f} 万元：{reason}",
    )
    return made


def _signed(typed: object) -> Decimal:
    """An amount with its sign, not 0."""
    text = unicodedata.normalize("NFKC", str(typed)).strip()
    minus = text[:1] in ("-", "−")
    amount = read_amount(text[1:] if minus or text[:1] == "+" else text)
    if not amount:
        raise Invalid("请填写金额（万元，不是 0）。", fields={"amount_wan": ["填写金额"]})
    return -amount if minus else amount


def _current(line: BudgetLine, version: int | None) -> None:
    if version is not None and line.version != max(version, 1):  # 0: the page showed no line yet
        raise Stale(f"没有保存：{line.project.code} 这一行已被别人改过。", current=_values(line))


@verb("budgets.transfer")
def transfer(
    *,
    by: Actor,
    line: BudgetLine,
    to_project: Project,
    stage: str,
    typed: str,
    document_number: str,
    reason: str,
    version: int | None = None,
    name: str = "",
    content: bytes | None = None,
) -> BudgetLine:
    """调剂: move money of a stage to another project, same year and source (专款专用, 9.2.2): two entries, one document."""
    access.require(by, Permission.EDIT_BUDGET)
    amount = _moved(typed, document_number, reason)
    if to_project.pk == line.project_id:
        raise Invalid("调剂要在两个项目之间；同一项目跨年度请用结转。", fields={"to_project": ["另选一个项目"]})
    booking.lock_projects(line.project_id, to_project.pk)
    origin, target = _two_lines((line.project, line.fiscal_year), (to_project, line.fiscal_year), line.source)
    _open(line.fiscal_year, stage)
    _current(origin, version)
    made = booking.move(
        by=by,
        origin=origin,
        target=target,
        stages=[(stage, amount)],
        kind="transfer",
        document_number=document_number,
        reason=reason,
        as_typed=str(typed)[:60],
    )
    _with_paper(by, made, name, content)
    for row, sign in ((origin, "调出"), (target, "调入")):
        audit.record(
            by=by,
            event="budgets.transfer",
            about=(row.project, row),
            now=f"{amount:.2f}",
            sentence=f"{row} {LABELS[stage]}{sign} {amount:,.2f} 万元（{document_number}）：{reason}",
        )
    return target


@verb("budgets.carry_over")
def carry_over(
    *,
    by: Actor,
    line: BudgetLine,
    typed: str,
    document_number: str,
    reason: str,
    version: int | None = None,
    name: str = "",
    content: bytes | None = None,
) -> BudgetLine:
    """结转: move approved money that is not spent into the project's next year, with the part of it already appropriated.

    Raises Refused where more than approved less spent is asked for.
    """
    access.require(by, Permission.EDIT_BUDGET)
    amount = _moved(typed, document_number, reason)
    booking.lock_projects(line.project_id)
    origin, target = _two_lines((line.project, line.fiscal_year), (line.project, line.fiscal_year + 1), line.source)
    _current(origin, version)
    approved, appropriated, spent = (
        getattr(origin, booking.FIELD[s]) or ZERO for s in ("approved", "appropriated", "spent")
    )
    if amount > approved - spent:
        raise Refused(
            f"没有保存：结转 {amount:,.2f} 超过可结转的 {approved - spent:,.2f} 万元（批复 {approved:,.2f} 减支出 {spent:,.2f}）。",
            blockers=[(f"改为 {approved - spent:,.2f}，或先冲正多记的支出", "市财政局")],
            current={"ceiling_wan": f"{approved - spent:.2f}"},
        )
    stages = [("approved", amount)]
    if (moved := appropriated - (approved - amount)) > 0:
        stages.append(("appropriated", moved))
    for stage, _ in stages:
        _open(origin.fiscal_year, stage)
        _open(target.fiscal_year, stage)
    made = booking.move(
        by=by,
        origin=origin,
        target=target,
        stages=stages,
        kind="carry_over",
        document_number=document_number,
        reason=reason,
        as_typed=str(typed)[:60],
    )
    _with_paper(by, made, name, content)
    said = f"，其中已下达 {moved:,.2f}" if moved > 0 else ""
    audit.record(
        by=by,
        event="budgets.carry_over",
        about=(line.project, origin, target),
        now=f"{amount:.2f}",
        sentence=f"{origin} 结转 {amount:,.2f} 万元到 {target.fiscal_year} 年{said}（{document_number}）：{reason}",
    )
    return target


def _moved(typed: object, document_number: str, reason: str) -> Decimal:
    if lacking := {
        n: ["写明" + w]
        for n, w, v in (("document_number", "文号", document_number), ("reason", "理由", reason))
        if not v
    }:
        raise Invalid("没有保存：调剂和结转必须写明文号和理由（9.2.2）。", fields=lacking)
    amount = _signed(typed)
    if amount < 0:
        raise Invalid("没有保存：调剂和结转的金额要大于 0。", fields={"amount_wan": ["大于 0"]})
    return amount


def _two_lines(first: tuple[Project, int], second: tuple[Project, int], source: str) -> tuple[BudgetLine, BudgetLine]:
    """Two lines of a source, locked in the order of their ids where both are there."""
    keys = sorted((first, second), key=lambda k: (k[0].pk, k[1]))
    found = {(p.pk, y): booking.lock_line(project=p, fiscal_year=y, source=source) for p, y in keys}
    return found[first[0].pk, first[1]], found[second[0].pk, second[1]]


@verb("budgets.stage.lock")
def lock_stage(*, by: Actor, fiscal_year: int, stage: str, locked: bool = True, is_demo: bool = False) -> None:
    """Freeze or unfreeze a column of a year."""
    access.require(by, Permission.EDIT_BUDGET)
    if stage not in LABELS:
        raise Invalid("没有这个阶段。", fields={"stage": ["只有概算、批复、下达、支出"]})
    # Whoever is booking in the year finishes first, on a line just being made too; whoever comes after sees it frozen.
    booking.pass_gate(fiscal_year, freezing=True)
    if locked:
        StageLock.objects.get_or_create(
            fiscal_year=fiscal_year, stage=stage, defaults={"by_text": by.text, "is_demo": is_demo}
        )
    else:
        StageLock.objects.filter(fiscal_year=fiscal_year, stage=stage).delete()
    audit.record(
        by=by, event="budgets.stage.lock", sentence=f"{fiscal_year} 年{LABELS[stage]}{'冻结' if locked else '解冻'}"
    )


@verb("budgets.revenue.set")
def set_revenue(
    *,
    by: Actor,
    fiscal_year: int,
    typed: str,
    document: str,
    document_number: str = "",
    reason: str = "",
    version: int | None = None,
    name: str = "",
    content: bytes | None = None,
    is_demo: bool = False,
) -> CityRevenue:
    """市本级财政收入 of a year with its source document (9.6.1, D06); `content`: the document itself.

    A year that has a figure gets a new one beside it, with a reason; a correction without a file keeps the one there.
    `version`: of the figure that was on the page, 0 where there was none.
    """
    access.require(by, Permission.EDIT_BUDGET)
    if not FISCAL_YEARS[0] <= fiscal_year <= FISCAL_YEARS[1]:
        raise Invalid(f"{fiscal_year} 不是有效的年度。", fields={"fiscal_year": ["1990—2100"]})
    amount = read_amount(typed, field="revenue_wan")
    if amount is None or amount <= 0:
        raise Invalid("请填写市本级财政收入（万元，大于 0）。", fields={"revenue_wan": ["填写金额"]})
    document = clean_text(document, limit=200, field="依据文件")
    if not document:
        raise Invalid("请写明依据文件，如财政决算报告的名称。", fields={"document": ["写明依据文件"]})
    booking.pass_gate(fiscal_year, freezing=True)  # two first figures of a year wait for each other
    before = CityRevenue.objects.in_force().select_for_update().filter(fiscal_year=fiscal_year).first()
    if version is not None and version != (before.version if before else 0):
        raise Stale(
            f"没有保存：{fiscal_year} 年的收入数已被别人改过。",
            current={"revenue_wan": f"{before.revenue_wan:.2f}" if before else ""},
        )
    if before is not None:
        if not reason:
            raise Invalid(
                f"没有保存：{fiscal_year} 年已有 {before.revenue_wan:,.2f} 万元；更正请写明理由，原数保留。",
                fields={"reason": ["写明更正理由"]},
            )
        before.superseded = True
        before.save(update_fields=["superseded"])
    kept = before.file if before else None
    row = CityRevenue.objects.create(
        fiscal_year=fiscal_year,
        revenue_wan=amount,
        document=document,
        document_number=document_number,
        reason=reason if before else "",
        file=_stored(by, name, content) if content is not None else kept,
        as_typed=str(typed)[:60],
        by_text=by.text,
        version=before.version + 1 if before else 1,
        is_demo=is_demo,
    )
    audit.record(
        by=by,
        event="budgets.revenue.set",
        about=row,
        was=f"{before.revenue_wan:.2f}" if before else "未填",
        now=f"{amount:.2f}",
        address=row.get_absolute_url(),
        sentence=f"{fiscal_year} 年市本级财政收入 {amount:,.2f} 万元（{' '.join(filter(None, (document, document_number)))}）"
        + (f"，更正原 {before.revenue_wan:,.2f}：{reason}" if before else ""),
    )
    return row


PAPERS = ("pdf", "jpg", "jpeg", "png", "tif", "tiff", "doc", "docx", "xls", "xlsx", "wps")


def _stored(by: Actor, name: str, content: bytes) -> StoredFile:
    shown, content_type = files.check(name, content, kinds=PAPERS)
    return files.store(content=content, display_name=shown, content_type=content_type, by=by)


def _with_paper(by: Actor, entries: list[Entry], name: str, content: bytes | None) -> None:
    """Put the paper that came with a booking behind its entries; one that is already behind all of them is refused."""
    if content is None:
        return
    digest = hashlib.sha256(content).hexdigest()
    held = set(EntryPaper.objects.filter(entry__in=entries, file__sha256=digest).values_list("entry_id", flat=True))
    if len(held) == len(entries):
        raise Refused("没有保存：这份文件已经附在这笔记账上。")
    file = _stored(by, name, content)
    EntryPaper.objects.bulk_create(
        [EntryPaper(entry=e, file=file, by_text=by.text, is_demo=e.is_demo) for e in entries if e.pk not in held]
    )


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
    _with_paper(by, entries, name, content)
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


@verb("budgets.ceiling.set")
def set_ceiling(
    *,
    by: Actor,
    fiscal_year: int,
    source: str,
    typed: str,
    document: str,
    version: int | None = None,
    is_demo: bool = False,
) -> Ceiling:
    """年度上限 of a year and source with its paper. Refused below what is approved already."""
    access.require(by, Permission.EDIT_BUDGET)
    if source not in dict(SOURCES):
        raise Invalid("请选择资金来源。", fields={"source": ["请选择"]})
    if not FISCAL_YEARS[0] <= fiscal_year <= FISCAL_YEARS[1]:
        raise Invalid(f"{fiscal_year} 不是有效的年度。", fields={"fiscal_year": ["1990—2100"]})
    amount = read_amount(typed, field="ceiling_wan")
    if amount is None:
        raise Invalid("请填写上限（万元）。", fields={"ceiling_wan": ["填写金额"]})
    document = clean_text(document, limit=200, field="依据文件")
    if not document:
        raise Invalid("请写明依据文件，如财政局函告的文号。", fields={"document": ["写明依据文件"]})
    booking.pass_gate(fiscal_year, freezing=True)  # who is booking in the year finishes first
    row = ceilings.lock(fiscal_year, source) or Ceiling(
        fiscal_year=fiscal_year, source=source, is_demo=is_demo, version=0
    )
    if version is not None and row.version != version:
        raise Stale(
            "没有保存：这条上限已被别人改过。", current={"ceiling_wan": f"{row.ceiling_wan:.2f}" if row.pk else ""}
        )
    held = ceilings.approved(fiscal_year, source)
    if amount < held:
        raise Refused(f"没有保存：{row}不能低于已批复的 {held:,.2f} 万元；先调减批复。")
    was = f"{row.ceiling_wan:.2f}" if row.pk else "未定"
    row.ceiling_wan, row.document, row.by_text, row.version = amount, document, by.text, row.version + 1
    row.save()
    audit.record(
        by=by,
        event="budgets.ceiling.set",
        about=row,
        was=was,
        now=f"{amount:.2f}",
        address="/budgets/ceilings/",
        sentence=f"{row} {was} → {amount:,.2f} 万元（{document}）",
    )
    return row
