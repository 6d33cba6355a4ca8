"""Responsibility of 9.2.7: place a 课题 in the tree, name its responsible person, report upwards, supervise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance import access, audit, clock, files
from governance.access import Actor
from governance.models import Organisation
from governance.refusal import Invalid, Refused, Stale
from governance.roles import Permission
from governance.verbs import step, verb
from projects import duties, life, steps
from projects.actions.checks import past_day, reporting, words
from projects.models import Project, Supervision, Topic, TopicHead, TopicReport

TIERS = dict(Topic.TIERS)

def _locked(topic: Topic, version: int | None = None) -> Topic:
    row = Topic.objects.select_for_update(of=("self",)).select_related("project", "parent").get(pk=topic.pk)
    if version is not None and row.version != version:
        raise Stale(f"课题“{row.name}”在您打开之后已被改过，请看过现在的内容再提交。",
                    current={"version": row.version, "层级": row.get_tier_display(), "上级": str(row.parent or "（无）")})  # fmt: skip
    return row

@verb("projects.topic.create")
def create_topic(*, by: Actor, name: str, tier: str, parent: Topic | None = None, ends_on: dt.date | None = None,
                 is_demo: bool = False) -> Topic:  # fmt: skip
    """A 课题 that no project carries: a total system, or a subsystem of an application system."""
    access.require(by, Permission.MANAGE_PROJECT)
    name = words(name, "name", "课题名称", limit=200, needed="请写明课题名称。")
    _check_place(tier, parent)
    if Topic.objects.filter(name=name, parent=parent).exists():
        raise Invalid(f"这一级已有课题“{name}”。", fields={"name": ["已有同名课题"]})
    row = Topic.objects.create(name=name, tier=tier, parent=parent, ends_on=ends_on, is_demo=is_demo)
    audit.record(by=by, event="projects.topic.create", about=_about(row), now=tier, address=row.get_absolute_url(),
                 sentence=f"登记{TIERS[tier]}“{name}”" + (f"，上级“{parent.name}”" if parent else ""))  # fmt: skip
    return row

@verb("projects.topic.place")
def place_projects(*, by: Actor, projects: Iterable[Project], tier: str, parent: Topic | None, is_demo: bool = False) -> int:
    """Give projects their tier and the 课题 above; returns how many moved. Their 课题 rows are made where missing."""
    access.require(by, Permission.MANAGE_PROJECT)
    wanted = sorted(projects, key=lambda p: p.pk)
    if not wanted:
        raise Invalid("请选择项目。", fields={"projects": ["至少选择一个项目"]})
    _check_place(tier, parent)
    moved = 0
    for project in wanted:
        row = steps.lock(project)
        topic = Topic.objects.filter(project=row).first() or Topic(project=row, is_demo=is_demo)
        if topic.pk and (topic.tier, topic.parent_id) == (tier, parent.pk if parent else None):
            continue
        if topic.pk and topic.tier != tier and topic.children.exists():
            raise Refused(f"{row.code} 下面还有课题，不能改变层级；请先移走它的下级课题。",
                          blockers=((f"{row.code} 有下级课题", "信息办（移到别的课题下）"),))  # fmt: skip
        if parent is not None and topic.pk and topic.pk in duties.line_above(parent):
            raise Invalid("上级课题不能是它自己或它的下级。", fields={"parent": ["请另选上级课题"]})
        was = f"{TIERS.get(topic.tier, '')} {topic.parent or ''}".strip() if topic.pk else ""
        topic.name, topic.tier, topic.parent = row.name, tier, parent
        topic.version += 1 if topic.pk else 0
        topic.save()
        row.tier_927, row.parent_id = tier, parent.project_id if parent else None
        row.version += 1
        row.save()
        moved += 1
        audit.record(by=by, event="projects.topic.place", about=_about(topic), was=was, now=tier, address=topic.get_absolute_url(),
                     sentence=f"{row.code} 归为{TIERS[tier]}" + (f"，上级“{parent.name}”" if parent else ""))  # fmt: skip
    if not moved:
        raise Refused("所选项目已经在这里，没有需要保存的变化。")
    return moved

@step
def follow_project(*, project: Project) -> None:
    """Let the 课题 of a project follow what 分类 says of its tier and parent."""
    topic = Topic.objects.filter(project=project).first()
    if not project.tier_927:
        if topic is not None and topic.children.exists():
            raise Refused(f"{project.code} 下面还有课题，不能清空课题层级；请先移走它的下级课题。")
        if topic is not None:
            raise Refused(f"{project.code} 已在课题树里，层级可以改，不能清空。")
        return
    parent = None
    if project.parent_id:
        above = Project.objects.get(pk=project.parent_id)
        parent = Topic.objects.filter(project=above).first()
        if parent is None and above.tier_927:
            parent = Topic.objects.create(project=above, name=above.name, tier=above.tier_927, is_demo=above.is_demo)
    if topic is None:
        Topic.objects.create(project=project, name=project.name, tier=project.tier_927, parent=parent, is_demo=project.is_demo)
        return
    if topic.tier != project.tier_927 and topic.children.exists():
        raise Refused(f"{project.code} 下面还有课题，不能改变层级；请先移走它的下级课题。")
    stays = parent is None and project.parent_id is None and topic.tier == project.tier_927  # its upper 课题 is no project
    topic.tier, topic.parent = project.tier_927, topic.parent if stays else parent
    topic.version += 1
    topic.save()


def _check_place(tier: str, parent: Topic | None) -> None:
    if tier not in TIERS:
        raise Invalid("请选择课题层级。", fields={"tier": ["请选择一项"]})
    above = duties.ABOVE[tier]
    if above is None and parent is not None:
        raise Invalid("总系统（一级课题）没有上级课题（9.2.7）。", fields={"parent": ["请清空上级课题"]})
    if above is not None and (parent is None or parent.tier != above):
        sentence = f"{TIERS[tier]}的上级应是{TIERS[above]}（9.2.7）。"
        raise Invalid(sentence, fields={"parent": [sentence]})

def _about(topic: Topic):
    return (topic, topic.project) if topic.project_id else topic

@verb("projects.topic.name_head")
def name_head(*, by: Actor, topic: Topic, version: int, person: str, organisation: Organisation, from_day: dt.date | None,
              post: str = "", phone: str = "", basis: str = "", is_demo: bool = False) -> TopicHead:  # fmt: skip
    """Name the 课题负责人 from a day on; whoever was it until then stays in the list."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(topic, version)
    person = words(person, "person", "姓名", limit=60, needed="请写明负责人姓名。")
    if organisation is None or organisation.is_generic:
        raise Invalid("负责人的单位要是具体单位，泛指不是单位（D42）。", fields={"organisation": ["请选择单位"]})
    standing = row.heads.filter(to_day=None).first()
    from_day = past_day(from_day, "from_day", "起任日期", not_before=standing.from_day if standing else None)
    if standing and standing.person == person and standing.organisation_id == organisation.pk:
        raise Refused(f"{person}已经是“{row.name}”的负责人。")
    if standing:
        standing.to_day = max(from_day - dt.timedelta(days=1), standing.from_day)
        standing.save(update_fields=["to_day"])
    head = TopicHead.objects.create(
        topic=row, person=person, organisation=organisation, from_day=from_day, by_text=by.text, is_demo=is_demo,
        post=words(post, "post", "职务", limit=80), phone=words(phone, "phone", "电话", limit=40),
        basis=words(basis, "basis", "依据文件", limit=200),
    )  # fmt: skip
    row.version += 1
    row.save(update_fields=["version"])
    audit.record(by=by, event="projects.topic.name_head", about=(*_tuple(row), organisation), was=standing.person if standing else "",
                 now=person, address=row.get_absolute_url(),
                 sentence=f"课题“{row.name}”的负责人为{organisation.name} {person}，自 {from_day}")  # fmt: skip
    return head

def _tuple(topic: Topic) -> tuple:
    return (topic, topic.project) if topic.project_id else (topic,)

@verb("projects.topic.end")
def end_topic(*, by: Actor, topic: Topic, version: int, ended_on: dt.date | None) -> Topic:
    """Say that a 课题 without a project has ended: its general and technical reports are owed from that day on."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = _locked(topic, version)
    if row.project_id:
        raise Refused(f"{row.project.code} 的课题随项目结束，不单独登记。")
    if row.ended_on:
        raise Refused(f"课题“{row.name}”已于 {row.ended_on} 结束。")
    row.ended_on = past_day(ended_on, "ended_on", "结束日期")
    row.version += 1
    row.save()
    audit.record(by=by, event="projects.topic.end", about=row, now=row.ended_on, address=row.get_absolute_url(),
                 sentence=f"课题“{row.name}”于 {row.ended_on} 结束")  # fmt: skip
    return row

@verb("projects.topic.report")
def file_report(
    *, by: Actor, topic: Topic, kind: str, year: int = 0, text: str, problems: str = "", missing_reason: str = "",
    name: str = "", content: bytes | None = None, is_demo: bool = False,
) -> TopicReport:  # fmt: skip
    """File a report to the head above. A 课题 with others below sums theirs up: what is missing there is named, and the
    report is taken only with a reason (缺报说明). A later one of the same year supersedes. `content`: its document."""
    access.require(by, reporting(by), topic)
    row = _locked(topic)
    if kind not in dict(TopicReport.KINDS):
        raise Invalid("请选择报告种类。", fields={"kind": ["请选择一项"]})
    year = _year(row, kind, year)
    text = words(text, "text", "内容", limit=10000, needed="请写明报告内容。")
    lacking = duties.missing_below(row, kind, year, clock.today())
    reason = words(missing_reason, "missing_reason", "缺报说明", limit=300)
    if lacking and not reason:
        named = "、".join(m.sentence for m in lacking)
        raise Invalid(f"下级课题还缺：{named}。补齐以后再汇总，或写明缺报说明。",
                      fields={"missing_reason": [f"还缺 {len(lacking)} 份：{named}"]})  # fmt: skip
    for old in row.reports.filter(kind=kind, year=year, superseded=False):
        old.superseded = True
        old.save(update_fields=["superseded"])
    stored = None
    if content is not None:
        shown, content_type = files.check(name, content, kinds=("pdf", "doc", "docx", "wps"))
        stored = files.store(content=content, display_name=shown, content_type=content_type, by=by)
    report = TopicReport.objects.create(
        topic=row, kind=kind, year=year, text=text, problems=words(problems, "problems", "问题与建议"),
        addressee=duties.addressee(row, clock.today()), missing=[m.sentence for m in lacking], missing_reason=reason if lacking else "",
        file=stored, by_text=by.text, is_demo=is_demo,
    )  # fmt: skip
    audit.record(by=by, event="projects.topic.report", about=_about(row), now=kind, address=row.get_absolute_url(),
                 sentence=f"课题“{row.name}”报送{report.title}，呈报{report.addressee}"
                          + (f"，缺下级报告 {len(lacking)} 份：{reason}" if lacking else ""))  # fmt: skip
    return report

def _year(topic: Topic, kind: str, year: int) -> int:
    if kind != "annual":
        if duties.end_of(topic) is None or duties.end_of(topic) > clock.today():
            raise Refused(f"课题“{topic.name}”还没有结束，{dict(TopicReport.KINDS)[kind]}在结束时呈报（9.2.7）。")
        return 0
    if not isinstance(year, int) or not 2005 <= year <= clock.today().year:
        raise Invalid("年度应是 2005 年至今年。", fields={"year": ["请选择年度"]})
    if topic.project_id and topic.project.state == "registered":
        raise Refused(f"{topic.project.code} 尚未立项，没有年度总结可报。")
    return year

@verb("projects.topic.supervise")
def record_supervision(
    *, by: Actor, topic: Topic, visited_on: dt.date | None, manner: str, visitors: str, findings: str, demand: str = "",
    due: dt.date | None = None, is_demo: bool = False,
) -> Supervision:  # fmt: skip
    """Record a visit of the level above (9.2.7); a demand has its day."""
    access.require(by, Permission.MANAGE_PROJECT)
    if manner not in dict(Supervision.MANNERS):
        raise Invalid("请选择定期或不定期。", fields={"manner": ["请选择一项"]})
    visited_on = past_day(visited_on, "visited_on", "督导日期")
    demand = words(demand, "demand", "要求", limit=300)
    if demand and due is None:
        raise Invalid("提出要求要写明限期。", fields={"due": ["写明限期"]})
    if due and due < visited_on:
        raise Invalid("限期不能早于督导日期。", fields={"due": ["限期早于督导日期"]})
    visit = Supervision.objects.create(
        topic=topic, visited_on=visited_on, manner=manner, demand=demand, due=due if demand else None, by_text=by.text, is_demo=is_demo,
        visitors=words(visitors, "visitors", "督导人", limit=200, needed="请写明谁去督导。"),
        findings=words(findings, "findings", "发现", needed="请写明督导发现。"),
    )  # fmt: skip
    audit.record(by=by, event="projects.topic.supervise", about=_about(topic), address=topic.get_absolute_url(),
                 sentence=f"{visited_on} {visit.get_manner_display()}督导课题“{topic.name}”" + (f"，要求：{demand}" if demand else ""))  # fmt: skip
    return visit

@verb("projects.topic.settle")
def settle_supervision(*, by: Actor, visit: Supervision, settled_on: dt.date | None, settled_text: str) -> Supervision:
    """Record how a demand of a visit was met."""
    access.require(by, reporting(by), visit.topic)
    row = Supervision.objects.select_for_update(of=("self",)).select_related("topic__project").get(pk=visit.pk)
    if not row.demand:
        raise Refused("这次督导没有提出要求，不需要落实。")
    if row.settled_on:
        raise Refused(f"这项要求已于 {row.settled_on} 落实。")
    row.settled_text = words(settled_text, "settled_text", "落实情况", limit=300, needed="请写明怎样落实。")
    row.settled_on = past_day(settled_on, "settled_on", "落实日期", not_before=row.visited_on)
    row.save()
    audit.record(by=by, event="projects.topic.settle", about=_about(row.topic), now=row.settled_on, address=row.topic.get_absolute_url(),
                 sentence=f"课题“{row.topic.name}”落实督导要求：{row.settled_text}")  # fmt: skip
    return row

FINISHED = life.FINISHED
