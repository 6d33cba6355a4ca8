"""Responsibility of 9.2.7: place a 课题 in the tree, name its responsible person, correct and end it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.basics.refusal import Invalid, Refused, Stale
from governance.basics.roles import Permission
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import step, verb
from governance.models import Organisation
from projects import steps
from projects.actions.checks import past_day, words
from projects.duties import owed
from projects.models import Project, Topic, TopicHead

TIERS = dict(Topic.TIERS)


def locked_topic(topic: Topic, version: int | None = None) -> Topic:
    row = Topic.objects.select_for_update(of=("self",)).select_related("project", "parent").get(pk=topic.pk)
    if row.withdrawn:
        raise Refused(f"课题“{row.name}”已经撤销：{row.withdrawn}")
    if version is not None and row.version != version:
        raise Stale(
            f"课题“{row.name}”在您打开之后已被改过，请看过现在的内容再提交。",
            current={"version": row.version, "层级": row.get_tier_display(), "上级": str(row.parent or "（无）")},
        )
    return row


@verb("projects.topic.create")
def create_topic(
    *,
    by: Actor,
    name: str,
    tier: str,
    parent: Topic | None = None,
    ends_on: dt.date | None = None,
    is_demo: bool = False,
) -> Topic:
    """A 课题 that no project carries: a total system, or a subsystem of an application system."""
    access.require(by, Permission.MANAGE_PROJECT)
    name = words(name, "name", "课题名称", limit=200, needed="请写明课题名称。")
    _check_place(tier, parent)
    if Topic.objects.standing().filter(name=name, parent=parent).exists():
        raise Invalid(f"这一级已有课题“{name}”。", fields={"name": ["已有同名课题"]})
    row = Topic.objects.create(name=name, tier=tier, parent=parent, ends_on=ends_on, is_demo=is_demo)
    audit.record(
        by=by,
        about=about_topic(row),
        now=tier,
        address=row.get_absolute_url(),
        sentence=f"登记{TIERS[tier]}“{name}”" + (f"，上级“{parent.name}”" if parent else ""),
    )
    return row


@verb("projects.topic.place")
def place_projects(
    *, by: Actor, projects: Iterable[Project], tier: str, parent: Topic | None, is_demo: bool = False
) -> int:
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
        if topic.pk and topic.tier != tier and topic.children.filter(withdrawn="").exists():
            raise Refused(
                f"{row.code} 下面还有课题，不能改变层级；请先移走它的下级课题。",
                blockers=((f"{row.code} 有下级课题", "信息办（移到别的课题下）"),),
            )
        if parent is not None and topic.pk and topic.pk in owed.line_above(parent):
            raise Invalid("上级课题不能是它自己或它的下级。", fields={"parent": ["请另选上级课题"]})
        was = f"{TIERS.get(topic.tier, '')} {topic.parent or ''}".strip() if topic.pk else ""
        topic.name, topic.tier, topic.parent = row.name, tier, parent
        topic.version += 1 if topic.pk else 0
        topic.save()
        row.tier_927, row.parent_id = tier, parent.project_id if parent else None
        row.version += 1
        row.save()
        moved += 1
        audit.record(
            by=by,
            about=about_topic(topic),
            was=was,
            now=tier,
            address=topic.get_absolute_url(),
            sentence=f"{row.code} 归为{TIERS[tier]}" + (f"，上级“{parent.name}”" if parent else ""),
        )
    if not moved:
        raise Refused("所选项目已经在这里，没有需要保存的变化。")
    return moved


@step
def follow_project(*, project: Project) -> None:
    """Let the 课题 of a project follow what 分类 says of its tier and parent."""
    topic = Topic.objects.filter(project=project).first()
    if not project.tier_927:
        if topic is not None and topic.children.filter(withdrawn="").exists():
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
        Topic.objects.create(
            project=project, name=project.name, tier=project.tier_927, parent=parent, is_demo=project.is_demo
        )
        return
    if topic.tier != project.tier_927 and topic.children.filter(withdrawn="").exists():
        raise Refused(f"{project.code} 下面还有课题，不能改变层级；请先移走它的下级课题。")
    stays = (
        parent is None and project.parent_id is None and topic.tier == project.tier_927
    )  # its upper 课题 is no project
    topic.tier, topic.parent = project.tier_927, topic.parent if stays else parent
    topic.version += 1
    topic.save()


def _check_place(tier: str, parent: Topic | None) -> None:
    if tier not in TIERS:
        raise Invalid("请选择课题层级。", fields={"tier": ["请选择一项"]})
    above = owed.ABOVE[tier]
    if above is None and parent is not None:
        raise Invalid("总系统（一级课题）没有上级课题（9.2.7）。", fields={"parent": ["请清空上级课题"]})
    if above is not None and (parent is None or parent.tier != above or parent.withdrawn):
        sentence = f"{TIERS[tier]}的上级应是{TIERS[above]}（9.2.7）。"
        raise Invalid(sentence, fields={"parent": [sentence]})


def about_topic(topic: Topic):
    return (topic, topic.project) if topic.project_id else topic


@verb("projects.topic.name_head")
def name_head(
    *,
    by: Actor,
    topic: Topic,
    version: int,
    person: str,
    organisation: Organisation,
    from_day: dt.date | None,
    post: str = "",
    phone: str = "",
    basis: str = "",
    is_demo: bool = False,
) -> TopicHead:
    """Name the 课题负责人 from a day on; whoever was it until then stays in the list."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked_topic(topic, version)
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
        topic=row,
        person=person,
        organisation=organisation,
        from_day=from_day,
        by_text=by.text,
        is_demo=is_demo,
        post=words(post, "post", "职务", limit=80),
        phone=words(phone, "phone", "电话", limit=40),
        basis=words(basis, "basis", "依据文件", limit=200),
    )
    row.version += 1
    row.save(update_fields=["version"])
    audit.record(
        by=by,
        about=(*_tuple(row), organisation),
        was=standing.person if standing else "",
        now=person,
        address=row.get_absolute_url(),
        sentence=f"课题“{row.name}”的负责人为{organisation.name} {person}，自 {from_day}",
    )
    return head


def _tuple(topic: Topic) -> tuple:
    return (topic, topic.project) if topic.project_id else (topic,)


@verb("projects.topic.end")
def end_topic(*, by: Actor, topic: Topic, version: int, ended_on: dt.date | None) -> Topic:
    """Say that a 课题 without a project has ended: its general and technical reports are owed from that day on."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked_topic(topic, version)
    if row.project_id:
        raise Refused(f"{row.project.code} 的课题随项目结束，不单独登记。")
    if row.ended_on:
        raise Refused(f"课题“{row.name}”已于 {row.ended_on} 结束。")
    row.ended_on = past_day(ended_on, "ended_on", "结束日期")
    row.version += 1
    row.save()
    audit.record(
        by=by,
        about=row,
        now=row.ended_on,
        address=row.get_absolute_url(),
        sentence=f"课题“{row.name}”于 {row.ended_on} 结束",
    )
    return row


@verb("projects.topic.edit")
def edit_topic(
    *, by: Actor, topic: Topic, version: int, name: str, parent: Topic | None, ends_on: dt.date | None = None
) -> Topic:
    """Correct a 课题 that no project carries: its name, the 课题 above, its planned end. Its tier stays:
    what hangs below it hangs by it."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked_topic(topic, version)
    if row.project_id:
        raise Refused(f"{row.project.code} 的课题随项目，名称和上级在项目的“分类与单位”里改。")
    name = words(name, "name", "课题名称", limit=200, needed="请写明课题名称。")
    _check_place(row.tier, parent)
    if Topic.objects.standing().filter(name=name, parent=parent).exclude(pk=row.pk).exists():
        raise Invalid(f"这一级已有课题“{name}”。", fields={"name": ["已有同名课题"]})
    now = {"课题名称": name, "上级课题": str(parent or "（无）"), "计划结束日期": str(ends_on or "（未定）")}
    was = {
        "课题名称": row.name,
        "上级课题": str(row.parent or "（无）"),
        "计划结束日期": str(row.ends_on or "（未定）"),
    }
    changed = [label for label in now if now[label] != was[label]]
    if not changed:
        raise Refused("没有需要保存的变化。")
    row.name, row.parent, row.ends_on = name, parent, ends_on
    row.version += 1
    row.save()
    said = "；".join(f"{label} {was[label]} → {now[label]}" for label in changed)
    audit.record(
        by=by,
        about=row,
        was=was,
        now=now,
        address=row.get_absolute_url(),
        sentence=f"课题“{was['课题名称']}” {said}"[:1000],
    )
    return row


@verb("projects.topic.strike")
def strike_topic(*, by: Actor, topic: Topic, version: int, reason: str) -> Topic:
    """Strike off a 课题 that was registered by mistake; its row and history stay, and it owes nothing any more."""
    access.require(by, Permission.MANAGE_PROJECT)
    row = locked_topic(topic, version)
    if row.project_id:
        raise Refused(f"{row.project.code} 的课题随项目，不能撤销。")
    if row.children.filter(withdrawn="").exists():
        raise Refused(
            f"课题“{row.name}”下面还有课题，请先移走它的下级课题。",
            blockers=(("有下级课题", "信息办（移到别的课题下）"),),
        )
    if row.reports.filter(superseded=False).exists():
        raise Refused(f"课题“{row.name}”已经报送过报告，不是误登；结束的课题请登记“课题结束”。")
    row.withdrawn = words(reason, "reason", "理由", limit=300, needed="撤销要写明理由。")
    row.version += 1
    row.save()
    audit.record(
        by=by, about=row, address=row.get_absolute_url(), sentence=f"撤销误登的课题“{row.name}”：{row.withdrawn}"
    )
    return row
