"""Verbs about the plan's open questions and its nine instruments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from governance.actions.organisations import said
from governance.basics import clock
from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.readings import BY_RULE_SET
from governance.kernel.verbs import verb
from governance.models import Discrepancy, Plan, PlanLine, ReadingDecision, Regulation, RegulationText
from governance.storage import files


@verb("governance.discrepancy.decide", signs=True)
def decide_reading(
    *,
    by: Actor,
    code: str,
    reading: str,
    from_day: dt.date | None,
    reason: str,
    version: int | None = None,
    is_demo: bool = False,
) -> ReadingDecision:
    """Confirm a reading from a day on, with a reason; earlier records stay under the reading of their day.

    `version` is the latest decision's key that the page showed (0: none); where somebody decided since,
    nothing is stored.
    """
    access.require(by, Permission.DECIDE_READING)
    row = Discrepancy.objects.select_for_update().filter(code=code).first()
    texts = {r["key"]: r["text"] for r in row.readings} if row else {}
    if reading not in texts:
        raise Invalid("没有这种读法。", fields={"reading": ["请选择一种读法"]})
    if code in BY_RULE_SET:
        raise Refused(f"{code} 属 8.3 的判据，读法由规则集规定：信息办起草，领导小组审定。")
    if len(texts) < 2:
        raise Refused(f"{code} 只有一种读法，照录即可，不用确认。")
    newest = row.decisions.order_by("-pk").first()
    if version is not None and version != (newest.pk if newest else 0):
        now = f"{newest.from_day} 起读法 {newest.reading}（{newest.by_text}：{newest.reason}）" if newest else "（无）"
        raise Stale(
            f"{code} 刚有人作了决定，请看过再定。", current={"version": newest.pk if newest else 0, "决定": now}
        )
    reason = said(reason, "reason", "理由", limit=1000, needed="确认读法必须写明理由。")
    if from_day is None or from_day < clock.today():
        raise Invalid("读法从今天或以后的某一天起生效，不溯及既往。", fields={"from_day": ["写今天或以后的日期"]})
    held = row.decisions.filter(from_day__lte=from_day).order_by("-from_day", "-pk").first()
    if held is not None and held.reading == reading:
        raise Refused(f"{code} 自 {held.from_day} 起已取读法 {reading}（{held.by_text}），不用再定。")
    decision = ReadingDecision.objects.create(
        discrepancy=row, reading=reading, from_day=from_day, reason=reason, by_text=by.text, is_demo=is_demo
    )
    audit.record(
        by=by,
        about=row,
        now=reading,
        address=row.get_absolute_url(),
        was=held.reading if held else row.default,
        sentence=f"{code} 自 {from_day} 起取读法 {reading}（{texts[reading][:60]}）：{reason}",
    )
    return decision


@verb("governance.regulation.set_state")
def set_regulation_state(
    *,
    by: Actor,
    regulation: Regulation,
    version: int,
    state: str,
    issued_on: dt.date | None = None,
    document_number: str = "",
    note: str = "",
) -> None:
    """Say how far an instrument of 9.2 has come; 印发 needs its day and 文号 (D55: none is in force in the text),
    a step back its reason. Steps may be left out: what is entered late is entered as it stands."""
    access.require(by, Permission.MANAGE_CALENDAR)
    row = Regulation.objects.select_for_update().get(pk=regulation.pk)
    labels = dict(Regulation.STATES)
    if row.version != version:
        now = {"状态": row.get_state_display(), "印发日期": row.issued_on or "", "文号": row.document_number}
        raise Stale(f"{row.title}刚被别人改过，请看过现在的内容再改。", current={"version": row.version} | now)
    if state not in labels:
        raise Invalid("请选择状态。", fields={"state": ["请选择一种状态"]})
    document_number, note = (
        said(document_number, "document_number", "文号", limit=60),
        said(note, "note", "说明", limit=300),
    )
    fields: dict[str, list[str]] = {}
    if state == "issued" and issued_on is None:
        fields["issued_on"] = ["印发要写明日期"]
    if state == "issued" and not document_number:
        fields["document_number"] = ["印发要写明文号"]
    if issued_on and issued_on > clock.today():
        fields["issued_on"] = ["印发日期不能在今天之后"]
    if fields:
        raise Invalid("印发的制度要写明日期和文号。", fields=fields)
    order = list(labels)
    if order.index(state) < order.index(row.state) and not note:
        raise Invalid(f"从{row.get_state_display()}退回{labels[state]}要写明理由。", fields={"note": ["写明理由"]})
    day, number = (issued_on, document_number) if state == "issued" else (None, "")
    if (state, day, number) == (row.state, row.issued_on, row.document_number):
        raise Refused(f"{row.title}已经是“{labels[state]}”，没有需要保存的变化。")
    was = {
        "state": row.get_state_display(),
        "issued_on": str(row.issued_on or ""),
        "document_number": row.document_number,
    }
    row.state, row.issued_on, row.document_number, row.version = state, day, number, row.version + 1
    row.save()
    end = (f"，{day} {number}" if day else "") + (f"：{note}" if note else "")
    audit.record(
        by=by,
        about=row,
        was=was,
        now=labels[state],
        address=row.get_absolute_url(),
        sentence=f"{row.clause} {row.title}：{was['state']} → {labels[state]}{end}",
    )


@verb("governance.regulation.attach")
def attach_regulation_text(
    *, by: Actor, regulation: Regulation, title: str, name: str, content: bytes, is_demo: bool = False
) -> RegulationText:
    """Attach a text of an instrument in the state that it is in; earlier texts stay."""
    access.require(by, Permission.MANAGE_CALENDAR)
    row = Regulation.objects.select_for_update().get(pk=regulation.pk)
    title = said(title, "title", "名称", limit=200, needed="请写明文本名称（如征求意见稿）。")
    shown, content_type = files.check(name, content, kinds=("pdf", "doc", "docx", "wps"))
    stored = files.store(content=content, display_name=shown, content_type=content_type, by=by)
    text = RegulationText.objects.create(
        regulation=row, title=title, state=row.state, file=stored, by_text=by.text, is_demo=is_demo
    )
    audit.record(
        by=by,
        about=row,
        now=stored.sha256[:12],
        address=row.get_absolute_url(),
        sentence=f"{row.clause} {row.title}附{title}（{row.get_state_display()}）",
    )
    return text


@verb("governance.discrepancy.add")
def add_discrepancy(
    *,
    by: Actor,
    weight: str,
    title: str,
    quotes: list[tuple[int, str]],
    readings: list[tuple[str, str]],
    default: str,
    default_text: str,
    touches: Mapping[str, list[str]],
) -> Discrepancy:
    """Register another place where the plan contradicts itself. `quotes` are (line, words of that line), `readings`
    (how to read, its effect) in their order, keyed a, b, c …; `default` is one of those keys. No code reads
    it. `touches`: codes, numbers or keys by Discrepancy.TOUCHED."""
    access.require(by, Permission.DECIDE_READING)
    plan = Plan.objects.select_for_update().order_by("pk").first()
    if plan is None:
        raise Refused("还没有装入规划，不能登记疑义。")
    title = said(title, "title", "标题", limit=200, needed="请写明标题。")
    default_text = said(default_text, "default_text", "默认处理", limit=2000, needed="请写明默认怎样处理。")
    keys = _check_discrepancy(plan, weight, quotes, readings, default)
    last = max((int(c[1:]) for c in Discrepancy.objects.filter(plan=plan).values_list("code", flat=True)), default=0)
    if last >= 99:
        raise Refused("疑义编号已用到 D99。")
    row = Discrepancy.objects.create(
        plan=plan,
        code=f"D{last + 1:02d}",
        weight=weight,
        title=title,
        default=default,
        default_text=default_text,
        quotes=[{"text": words, "line": n} for n, words in quotes],
        added_by=by.text,
        added_on=clock.today(),
        readings=[
            {"key": key, "text": text, "effect": effect} for key, (text, effect) in zip(keys, readings, strict=True)
        ],
        touches={name: list(touches.get(name, ())) for name in Discrepancy.TOUCHED},
    )
    audit.record(by=by, about=row, now=weight, sentence=f"登记疑义 {row.code} {title}")
    return row


def _check_discrepancy(
    plan: Plan, weight: str, quotes: list[tuple[int, str]], readings: list[tuple[str, str]], default: str
) -> str:
    """The readings' keys; Invalid, naming every field that does not hold."""
    fields: dict[str, list[str]] = {}
    if weight not in dict(Discrepancy.WEIGHTS):
        fields["weight"] = ["请选择等级"]
    lines = dict(PlanLine.objects.filter(plan=plan, number__in=[n for n, _ in quotes]).values_list("number", "text"))
    wrong = [f"L{n} 没有“{words[:30]}”" for n, words in quotes if not words or words not in lines.get(n, "")]
    if not quotes or wrong:
        fields["quotes"] = wrong or ["至少引一处原文"]
    keys = "abcdefghij"[: len(readings)]
    if not 2 <= len(readings) <= 10 or not all(text for text, _ in readings):
        fields["readings"] = ["至少写两种读法，最多十种"]
    elif default not in keys or not default:
        fields["default"] = [f"默认读法应是 {'、'.join(keys)} 之一"]
    if fields:
        raise Invalid("疑义没有登记：" + "；".join(s for ss in fields.values() for s in ss) + "。", fields=fields)
    return keys
