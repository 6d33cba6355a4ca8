"""The applicant's working copy: drafted, saved, shared with co-applicants, declared secret, discarded."""

from __future__ import annotations

from governance.basics import clock
from governance.basics.refusal import Invalid, NotVisible, Refused
from governance.basics.roles import Permission, Role, roles_with
from governance.basics.text import clean_text, search_text
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import Organisation, User
from governance.notices import inbox
from priorities import proposal as proposals
from priorities.actions.attachments import wipe
from priorities.actions.telling import record, tell_unit, touch
from priorities.approval import seats
from priorities.case import guards
from priorities.labels import STATES, SUBMISSION_KINDS
from priorities.models import Participant, Submission
from priorities.submissions import filing_windows, merging, returned
from projects.models import Project

OVER = ("closed", "terminated")


@verb("priorities.submission.create_draft")
def create_draft(
    *,
    by: Actor,
    kind: str = "new",
    plan_year: int | None = None,
    project_code: str | None = None,
    proposal: dict | None = None,
    from_earlier: Submission | None = None,
    is_demo: bool = False,
) -> Submission:
    """Start a working copy: of a kind, for a plan year (the one that is being filed for unless named).

    规划内立项, 续建 and 变更 are for an existing project and come prefilled from it; `from_earlier` copies an earlier
    case of the unit; `proposal` (raw, partial) overlays both. Raises Invalid (422) with fields.
    """
    access.require(by, Permission.SUBMIT)
    unit = Organisation.objects.get(pk=by.organisation_id)
    author = User.objects.get(pk=by.user_id)
    kind, plan_year = _kind(by, kind), _plan_year(plan_year)
    project = _project(by, kind, project_code, from_earlier)
    raw = proposals.empty(contact=author.full_name, phone=author.phone or unit.phone)
    if project is not None:
        raw |= _from_project(project, kind)
    if from_earlier is not None:
        raw |= _from_earlier(by, from_earlier)
    document, errors = proposals.clean(raw | dict(proposal or {}))
    if errors:
        raise Invalid("申报书有几处填得不对，没有保存。", fields=errors)
    day = clock.today()
    row = Submission(
        kind=kind,
        plan_year=plan_year,
        organisation=unit,
        project=project,
        author=author,
        created_day=day,
        state_day=day,
        earlier=from_earlier,
        is_demo=is_demo,
    )
    write(row, document)
    row.save()
    more = f"，据 {from_earlier.reference} 重报" if from_earlier else ""
    about = (row, project) if project else row
    sentence = f"起草{SUBMISSION_KINDS[kind]}申报 {row.reference}（{plan_year} 年度计划）{more}"
    audit.record(by=by, event="priorities.submission.create_draft", about=about, now=document, sentence=sentence)
    return row


@verb("priorities.submission.save")
def save_draft(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    proposal: dict | None = None,
    patch: dict | None = None,
    base: dict | None = None,
) -> Submission:
    """Save the whole proposal, or a patch `{path: value}`; the result's `version` is the new one.

    With `base` (the clean proposal that the caller had before him) what others changed meanwhile is kept and only a
    field that both changed is Stale; without it every older version is. A returned case takes changes in the fields
    asked about alone. Others' confirmations lapse, since they confirmed something else. Raises Invalid (422) with
    fields, Stale (409) with both sides.
    """
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="save", version=version if base is None else None)
    raw = row.proposal if proposal is None else proposal
    for path, value in (patch or {}).items():
        try:
            raw = proposals.put(raw, path, value)
        except (KeyError, IndexError, ValueError, TypeError):
            raise Invalid("没有这个字段。", fields={str(path)[:60]: ["没有这个字段。"]}) from None
    document, errors = proposals.clean(raw)
    if errors:
        raise Invalid("申报书有几处填得不对，没有保存。", fields=errors)
    if base is not None:
        merged = merging.merge(base, document, row.proposal)
        if merged.conflicts:
            raise guards.stale(row, merged)
        document = proposals.clean(merged.document)[0]
    changes = proposals.differences(row.proposal, document)
    if not changes:
        return row
    if row.state == "returned":
        _only_open_fields(row, changes)
    write(row, document)
    row.version += 1
    row.save()
    row.participants.exclude(organisation_id=by.organisation_id).update(confirmed_day=None, confirmed_by="")
    record(
        by, row, "save", f"修改 {len(changes)} 处", was=[c[:2] for c in changes], now=[(c[0], c[2]) for c in changes]
    )
    return row


@verb("priorities.submission.declare_secret")
def declare_secret(
    *,
    by: Actor,
    paper_number: str,
    title: str,
    submission: Submission | None = None,
    version: int | None = None,
    kind: str = "new",
    plan_year: int | None = None,
    is_demo: bool = False,
) -> Submission:
    """是否涉密: yes stops the filing. Only unit, paper number and a disclosable title stay: no text, money or file.

    With `submission` (a draft) what was typed is wiped, else a new row is made.
    """
    access.require(by, Permission.SUBMIT, submission)
    paper_number = clean_text(paper_number, limit=60, field="纸质文号")
    title = clean_text(title, limit=200, field="可公开的名称")
    fields = {}
    if not paper_number:
        fields["paper_number"] = ["请填纸质申报的文号。"]
    if not title:
        fields["title"] = ["请填一个可以公开的名称。"]
    if fields:
        raise Invalid("涉密项目只登记纸质文号和可公开的名称，两项都要填。", fields=fields)
    if submission is None:
        day, unit = clock.today(), Organisation.objects.get(pk=by.organisation_id)
        row = Submission(
            kind=_kind(by, kind),
            plan_year=_plan_year(plan_year),
            organisation=unit,
            author_id=by.user_id,
            created_day=day,
            state_day=day,
            is_demo=is_demo,
        )
    else:
        row = guards.enter(by=by, submission=submission, verb="declare_secret", version=version)
        wipe(submission=row)
        row.participants.all().delete()
        row.version += 1
    row.is_secret, row.paper_number, row.project, row.earlier = True, paper_number, None, None
    write(row, proposals.empty())
    row.title, row.total_wan, row.city_wan = title, None, None
    row.search_text = search_text(title, row.organisation.name, paper_number)
    row.save()
    record(by, row, "declare_secret", f"登记为涉密项目，纸质文号 {paper_number}，不在本系统填报")
    return row


@verb("priorities.submission.discard")
def discard_draft(*, by: Actor, submission: Submission, version: int) -> None:
    """Delete a draft that was never filed; anything of record stays for ever."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="discard", version=version)
    audit.record(
        by=by, event="priorities.submission.discard", about=row, sentence=f"删除草稿 {row.reference} {row.title}"
    )
    wipe(submission=row)
    row.delete()


@verb("priorities.submission.add_participant")
def add_participant(
    *,
    by: Actor,
    submission: Submission,
    version: int,
    organisation: Organisation | None = None,
    organisation_id: int | None = None,
) -> Submission:
    """联合申报: a co-applicant sees the case, edits, and confirms before submit."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="participants", version=version)
    unit = organisation or Organisation.objects.filter(pk=organisation_id).first()
    wrong = None
    if unit is None:
        wrong = "没有这个单位。"
    elif unit.is_generic:
        wrong = f"“{unit}”是泛指，不是单位，不能联合申报（D42）。"
    elif unit.survivor_id == row.organisation.survivor_id:
        wrong = "牵头申报单位不用再列为联合申报单位。"
    elif unit.survivor_id in row.belongs_to():
        wrong = f"{unit}已经是联合申报单位。"
    if wrong:
        raise Invalid(wrong, fields={"organisation": [wrong]})
    Participant.objects.create(submission=row, organisation_id=unit.survivor_id)
    touch(row)
    record(by, row, "add_participant", f"增加联合申报单位 {unit}", about=(row, unit), now=unit.name)
    text = f"{row.organisation}邀请贵单位联合申报“{row.title or '（未命名）'}”，请核对并确认。"
    tell_unit(row, unit.survivor_id, roles_with(Permission.SUBMIT), f"participant:{row.pk}:{row.version}", text)
    return row


@verb("priorities.submission.remove_participant")
def remove_participant(*, by: Actor, submission: Submission, version: int, organisation: Organisation) -> Submission:
    """Take a co-applicant off the working copy; by the applicant alone, as adding one."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="participants", version=version)
    if not row.participants.filter(organisation=organisation).delete()[0]:
        raise Refused(f"{organisation}不是这件申报的联合申报单位。")
    touch(row)
    text = f"减去联合申报单位 {organisation}"
    record(by, row, "remove_participant", text, about=(row, organisation), was=organisation.name)
    return row


@verb("priorities.submission.confirm_participation")
def confirm_participation(*, by: Actor, submission: Submission, version: int | None = None) -> Submission:
    """A co-applicant confirms what the working copy says now; a later change by others lets it lapse."""
    access.require(by, Permission.SUBMIT, submission)
    row = guards.enter(by=by, submission=submission, verb="confirm_participation", version=version)
    part = seats.participant_of(row, by)
    part.confirmed_day, part.confirmed_by = clock.today(), by.text
    part.save()
    sentence = f"{part.organisation}确认联合申报 {row.reference}"
    audit.record(
        by=by, event="priorities.submission.confirm_participation", about=(row, part.organisation), sentence=sentence
    )
    inbox.tell(
        key=f"participation-confirmed:{part.pk}:{row.version}",
        user_id=row.author_id,
        sentence=f"{part.organisation}已确认联合申报“{row.title}”。",
        address=row.get_absolute_url(),
        is_demo=row.is_demo,
    )
    return row


def write(row: Submission, document: dict) -> None:
    """Put a clean document on the row, with the columns that lists and searches read."""
    row.proposal = document
    row.title = document["title"]
    row.total_wan = proposals.total_wan(document) if document["components"] else None
    row.city_wan = proposals.total_wan(document, source="city") if document["components"] else None
    row.search_text = search_text(row.number, row.title, row.organisation.name, document["content"])


def _only_open_fields(row: Submission, changes: list[tuple[str, str, str]]) -> None:
    fields = returned.open_fields(row)
    closed = [path for path, _, _ in changes if not returned.is_open(path, fields)]
    if closed:
        raise Refused(
            f"退回补正只能改被要求补正的地方；这些地方没有要求补正：{'、'.join(closed[:5])}"
            f"{' 等' if len(closed) > 5 else ''}。确需改动请与信息办审核人联系。",
            fields={path: ["这里没有要求补正，不能改。"] for path in closed},
            blockers=[("没有被要求补正的地方不能改", guards.reviewer(clock.today()))],
        )


def _kind(by: Actor, kind: str) -> str:
    if kind not in SUBMISSION_KINDS:
        raise Invalid(f"没有这个类别：{str(kind)[:20]}。", fields={"kind": ["请选择申报类别"]})
    if (by.role == Role.DISTRICT) != (kind == "district"):
        sentence = (
            "区县项目实行备案制，只能报“区县备案”（9.1.1，D50）。" if kind != "district" else "“区县备案”只由区县申报。"
        )
        raise Invalid(sentence, fields={"kind": [sentence]})
    return kind


def _plan_year(plan_year: int | None) -> int:
    plan_year = plan_year or filing_windows.year_to_file(clock.today())
    if plan_year not in proposals.YEARS:
        sentence = f"计划年度应在 {proposals.YEARS.start}—{proposals.YEARS.stop - 1} 之间。"
        raise Invalid(sentence, fields={"plan_year": [sentence]})
    return plan_year


def _project(by: Actor, kind: str, code: str | None, earlier: Submission | None) -> Project | None:
    if kind not in guards.FOR_A_PROJECT:
        if code:
            raise Invalid(f"{SUBMISSION_KINDS[kind]}不对应已有项目。", fields={"project": ["这个类别不填项目"]})
        return None
    project = Project.objects.filter(code=code).first() if code else (earlier.project if earlier else None)
    if project is None:
        raise Invalid(f"{SUBMISSION_KINDS[kind]}要选择对应的项目。", fields={"project": ["请选择项目"]})
    if by.organisation_id not in project.belongs_to():
        leads = "、".join(lead.as_named for lead in project.leads.all())
        raise Refused(f"{project.code} 由{leads}牵头，只有牵头单位能为它申报。", status=403)
    if project.state in OVER:
        raise Refused(f"{project.code} 已{project.get_state_display()}，不能再申报{SUBMISSION_KINDS[kind]}。")
    if kind == "planned" and project.state != "registered":
        raise Refused(
            f"{project.code} 已是“{project.get_state_display()}”，不用再报规划内立项；需要下一年资金请报续建。"
        )
    if kind == "continuation" and project.state == "registered":
        raise Refused(f"{project.code} 还没有立项，请先报规划内立项。")
    under_way = Submission.objects.filter(project=project, kind=kind).exclude(
        state__in=["adopted", "withdrawn", "no_city_funding", "self_funded", "filed"]
    )
    if (other := under_way.first()) is not None:
        raise Refused(
            f"{project.code} 已有一件{SUBMISSION_KINDS[kind]}申报 {other.reference}（{STATES[other.state]}），"
            "请在那一件上办理。"
        )
    return project


def _from_project(project: Project, kind: str) -> dict:
    month = project.precision == "month"

    def period(day) -> str:
        return (f"{day:%Y-%m}" if month else f"{day:%Y}") if day else ""

    return {
        "title": project.name,
        "construction": "new" if kind == "planned" else "",
        "start": period(project.latest_start),
        "end": period(project.latest_end),
        "precision": project.precision if project.precision in ("year", "month") else "year",
        "investment_type": project.investment_type,
        "content": project.content,
    }


def _from_earlier(by: Actor, earlier: Submission) -> dict:
    if by.organisation_id not in earlier.belongs_to():
        raise NotVisible()
    if earlier.is_secret:
        raise Refused("涉密申报没有可以沿用的内容。")
    return {k: v for k, v in earlier.proposal.items() if k != "contact"}
