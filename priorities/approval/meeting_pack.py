"""会议材料: everything that the signing bodies need about all cases of a sitting, as one PDF of the same figures as
its pages.

Per case: the proposal, money by component × source × year with every cut, 8.3 clause by clause, opinions, overlaps,
conflicts of interest, and the sheet to sign with a line a seat.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings

from governance import jobs
from governance.basics import clock
from governance.basics.figures import Figure, Report, Section, Table, rows_of, table_columns
from governance.basics.memo import one_page
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission
from governance.database.snapshots import snapshot_read
from governance.documents import printing
from governance.models import Round
from priorities import proposal as proposals
from priorities.approval import carried, opinions
from priorities.labels import EVERY_OPINION, OPINIONS, OUTCOMES, RESULTS
from priorities.models import Conclusion, Sitting, SittingCase
from priorities.rule_sets import repository
from priorities.rules.plan_2006 import CLAUSES
from priorities.screening import conclusions, decided, verdicts
from priorities.submissions import filing_form

KIND = "meeting_pack"


def build(sitting: Sitting) -> Report:
    """The figures of a sitting's pack, on the day of the business clock."""
    day = clock.today()
    cases = list(sitting.cases.select_related("submission__organisation", "submission__project"))
    with one_page():
        sections = [_agenda(sitting, cases)]
        for case in cases:
            sections += _case(case, day)
    return Report(
        kind=KIND,
        year=sitting.held_on.year,
        title=f"{settings.CITY_NAME}电子政务项目联合会签会议材料",
        day=day,
        issuer=(f"{settings.CITY_NAME}信息化领导小组办公室",),
        basis="金额为申报与拟审定数，单位万元",
        rule_set=repository.in_force_on(day).id,
        sections=tuple(sections),
        subtitle=f"{sitting.title}　{sitting.held_on:%Y-%m-%d}",
        city=settings.CITY_NAME,
        is_demo=sitting.is_demo,
        notes=(
            ("D44", "牵头或联合申报本件的会签单位，签署照录并标明，另须独立签署。"),
            ("D49", "会签期限十个工作日为系统默认，不是规划规定。"),
        ),
    )


def _agenda(sitting: Sitting, cases: list[SittingCase]) -> Section:
    columns = table_columns(
        "n 序 int 6, number 编号 text 14, title 项目 text 28, unit 申报单位 text 16, verdict 判定 text 12, "
        "wan 申报 wan 12, settled 拟审定 wan 12"
    )
    money, values = decided.of_cases([c.submission for c in cases]), []
    for c, row in ((c, c.submission) for c in cases):
        verdict, settled = OUTCOMES.get(row.outcome, "未判定"), money[row.pk].total.decided_wan
        values.append((c.order, row.reference, row.title, str(row.organisation), verdict, row.total_wan, settled))
    total = sum((c.submission.total_wan or Decimal(0) for c in cases), Decimal(0))
    city = sum((c.submission.city_wan or Decimal(0) for c in cases), Decimal(0))
    place = f"，地点 {sitting.place}" if sitting.place else ""
    return Section(
        "agenda",
        "议程",
        (f"{sitting.title}定于 {sitting.held_on:%Y-%m-%d} 召开{place}，上会 {len(cases)} 件。",),
        (
            Figure("cases", "上会申报", len(cases), "件", ("8.1", "9.2.7")),
            Figure("total", "申报总投资", total, "万元"),
            Figure("city", "其中申请市财政", city, "万元"),
        ),
        (Table("agenda", "上会申报", columns, rows_of(columns, values), "万元", {"title": "合计", "wan": total}),),
    )


def _case(case: SittingCase, day) -> list[Section]:
    row = case.submission
    at = f"case-{case.order}"
    if row.is_secret:
        return [Section(at, row.title, ("涉密项目，材料另走纸质渠道。",))]
    document = verdicts.document_of(row)
    readable = filing_form.readable(document)
    lines = ((label, text or "未填") for part in readable for label, text in part["rows"])
    columns = table_columns("item 项 text 18, text 内容 text 82")
    first = Section(
        at,
        f"{row.reference} {row.title}",
        (
            f"{row.organisation}{row.get_kind_display()}申报，{row.plan_year} 年度，第 {row.current_version} 版，"
            f"摘要 {verdicts.current_version(row).sha256[:16]}。",
        ),
        (),
        (Table(f"{at}-proposal", "申报书", columns, rows_of(columns, lines)),),
    )
    conclusion = conclusions.in_force(row)
    return [
        first,
        _money(at, document, conclusion),
        _verdict(at, row, conclusion),
        _opinions(at, row, day),
        _sheet(at, row),
    ]


def _money(at: str, document: dict, conclusion: Conclusion | None) -> Section:
    columns = table_columns(
        "part 组成部分 text 30, source 来源 text 18, year 年度 text 10, asked 申报 wan 14, settled 拟审定 wan 14, "
        "ground 核减依据 text 14"
    )
    names = {c["id"]: c["name"] for c in document["components"]}
    values = []
    for a in conclusion.amounts if conclusion else conclusions.requested(document):
        part, source = names.get(a["component"], a["component"]), proposals.SOURCE_LABELS[a["source"]]
        settled = Decimal(a["approved_wan"]) if conclusion else None
        values.append((part, source, str(a["fiscal_year"]), Decimal(a["requested_wan"]), settled, a["clause"]))
    rows = rows_of(columns, values)
    asked = sum((r["asked"] for r in rows), Decimal(0))
    settled = sum((r["settled"] for r in rows), Decimal(0)) if conclusion else None
    table = Table(
        f"{at}-money",
        "资金：组成 × 来源 × 年度",
        columns,
        rows,
        "万元",
        {"part": "合计", "asked": asked, "settled": settled},
    )
    return Section(f"{at}-money", "资金", (), (), (table,), level=2)


def _verdict(at: str, row, conclusion: Conclusion | None) -> Section:
    confirmed = verdicts.confirmed(row)
    result = confirmed.result if confirmed else verdicts.verdict(row)
    columns = table_columns("clause 条款 text 12, text 原文 text 46, result 判定 text 10, because 依据的事实 text 32")
    values = []
    for s in result["trace"]:
        because = "；".join(verdicts.question(f) for f in s["because"][:3]) if s["result"] != "unmet" else ""
        values.append((s["clause"], s["text"], RESULTS[s["result"]], because))
    text = [
        f"判定：{OUTCOMES[result['outcome']]}，规则集 {result['rule_set']}"
        + (f"，{confirmed.by_text} {confirmed.day} 确认。" if confirmed else "，尚未确认。")
    ]
    if confirmed and confirmed.override:
        text.append(
            f"另作判定为{OUTCOMES[confirmed.override]}（{confirmed.override_clause}）：{confirmed.override_reason}"
        )
    if conclusion:
        text.append(f"拟定结论：{conclusion.get_kind_display()}。{conclusion.reason}")
        if conclusion.lacking:
            text.append(f"缺失条件：{conclusion.lacking}；复审日期 {conclusion.re_review_on}。")
    overlaps = [f"{j.other} {j.get_degree_display()}" for j in row.overlap_judgements.order_by("pk")]
    text.append(f"查重认定：{'；'.join(overlaps)}。" if overlaps else "查重认定：没有认定的重复。")
    return Section(
        f"{at}-verdict",
        f"8.3 判定，{len(CLAUSES)} 条逐条",
        tuple(text),
        (),
        (Table(f"{at}-trace", "逐条判定", columns, rows_of(columns, values)),),
        level=2,
    )


def _opinions(at: str, row, day) -> Section:
    columns = table_columns("who 谁 text 26, group 组 text 14, answer 意见 text 12, text 内容 text 48")
    values, text, held = [], [], carried.of_case(row, day)
    waived = {w.what for w in verdicts.waivers(row)}
    for what, label in EVERY_OPINION.items():
        asked = opinions.asked(row, what, day)
        for a in asked:
            word = a.answer.get_kind_display() if a.answer else "未回"
            words = " ".join(filter(None, [a.answer.text, a.answer.condition])) if a.answer else ""
            values.append((a.seat.label, a.group or "—", word, words))
        if what in OPINIONS and what not in waived and not asked:
            text.append(f"{label}没有征求。")
    text += [f"{w.paper}免：{w.reason}（{w.by_text}）。" for w in held.waived]
    text += [f"条件：{c.text}（{c.whose}，{c.where}{f'，{c.due} 前' if c.due else ''}）。" for c in held.conditions]
    tables = (Table(f"{at}-opinions", "技术方案意见", columns, rows_of(columns, values)),) if values else ()
    return Section(f"{at}-opinions", "意见、免去的材料和条件", tuple(text), (), tables, level=2)


def _sheet(at: str, row) -> Section:
    columns = table_columns(
        "seat 席位 text 30, answer 签署 text 14, who 签署人 text 24, day 日期 text 12, sign 会上签字 text 20"
    )
    round_ = Round.objects.filter(about=row.audit_key, kind="joint_approval").order_by("-pk").first()
    rows, conflicts = [], []
    for seat in round_.seats.select_related("organisation").prefetch_related("answers") if round_ else ():
        answer = seat.standing
        acting = f"（代行 {seat.acting_for}）" if seat.acting_for else ""
        who = answer.by_text if answer else ""
        if answer and answer.signer:
            who = f"{answer.signer}（纸质签署，{answer.by_text} 录入）"
        silent = "等待" if round_.is_open else "没有签"
        word, day = (answer.get_kind_display(), answer.day.isoformat()) if answer else (silent, "")
        rows += rows_of(columns, [(seat.label + acting, word, who, day, "")])
        if seat.conflict:
            conflicts.append(f"{seat.label}：{seat.conflict}。")
    text = conflicts or ["各席与本件没有利害关系。"]
    return Section(
        f"{at}-sheet", "会签单", tuple(text), (), (Table(f"{at}-seats", "席位", columns, tuple(rows)),), level=2
    )


# --- the job -----------------------------------------------------------------------------------------------------


def _found(params: dict) -> Sitting:
    key = params.get("sitting")
    sitting = Sitting.objects.filter(pk=key).first() if isinstance(key, int) and not isinstance(key, bool) else None
    if sitting is None:
        raise Invalid("没有这次会议。", fields={"sitting": ["请选择会议"]})
    return sitting


def _clean(params: dict) -> dict:
    return {"sitting": _found(params).pk}


def _run(params: dict, progress: jobs.Progress) -> list[jobs.Produced]:
    progress.step(2, 100, "取数")
    with snapshot_read():
        sitting = _found(params)
        report = build(sitting)
    progress.step(25, 100, "取数完成")
    printed = printing.print_report(report, "pdf", progress.part(25, 95))
    if printed.pages is None:
        raise Refused("会议材料没有排出来，请重试。")
    name, about = f"{sitting.title}会议材料.pdf", (printed.snapshot, printed.rule_set, printed.engine, printed.pages)
    return [jobs.Produced("pdf", printed.content, name, *about)]


def may(actor, *_) -> bool:
    """Who screens or signs; others have no seat at the table."""
    return bool(actor.scope(Permission.SCREEN) or actor.scope(Permission.SIGN))


def register() -> None:
    """Make the pack known as a kind of job. From AppConfig.ready()."""
    jobs.register(
        jobs.JobKind(
            key=KIND,
            title="会议材料",
            run=_run,
            may_request=may,
            may_download=may,
            clean=_clean,
            label=lambda params: f"{_found(params).title}会议材料",
            formats=("pdf",),
            is_report=False,
        )
    )
