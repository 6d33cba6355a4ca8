"""What goes up and down the tree of 课题 (9.2.7): reports to the level above, which may give them back,
and its supervision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.basics import clock
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role
from governance.kernel import access, audit
from governance.kernel.access import Actor
from governance.kernel.verbs import verb
from governance.models import StoredFile
from governance.notices import inbox
from governance.storage import files
from projects.actions.checks import past_day, reporting, words
from projects.actions.duties import about_topic, locked_topic
from projects.duties import owed
from projects.models import Supervision, Topic, TopicReport

PAPERS = ("pdf", "doc", "docx", "wps", "jpg", "jpeg", "png")


def overseeing(by: Actor, topic: Topic) -> tuple[Permission, Topic | None]:
    """By which right somebody supervises a 课题 and takes its reports: the information office all of them,
    a unit what lies below a 课题 of its own."""
    if topic.parent_id is None or by is None or by.scope(Permission.MANAGE_PROJECT):
        return Permission.MANAGE_PROJECT, None
    return Permission.REPORT_PROGRESS, topic.parent


def _stored(by: Actor, name: str, content: bytes | None) -> StoredFile | None:
    if content is None:
        return None
    shown, content_type = files.check(name, content, kinds=PAPERS)
    return files.store(content=content, display_name=shown, content_type=content_type, by=by)


@dataclass(frozen=True)
class Reported:
    """What a report says: `year` of a yearly one alone, `missing_reason` where a report from below is missing."""

    kind: str
    text: str
    year: int = 0
    problems: str = ""
    missing_reason: str = ""


@verb("projects.topic.report")
def file_report(
    *,
    by: Actor,
    topic: Topic,
    report: Reported,
    name: str = "",
    content: bytes | None = None,
    version: int | None = None,
    is_demo: bool = False,
) -> TopicReport:
    """File a report to the head above. A 课题 with others below sums theirs up: what is missing there is named, and the
    report is taken only with a reason (缺报说明). A later one of the same year supersedes. `content`: its document."""
    access.require(by, reporting(by), topic)
    row = locked_topic(topic, version)
    kind = report.kind
    if kind not in dict(TopicReport.KINDS):
        raise Invalid("请选择报告种类。", fields={"kind": ["请选择一项"]})
    year = _year(row, kind, report.year)
    text = words(report.text, "text", "内容", limit=10000, needed="请写明报告内容。")
    lacking = owed.missing_below(row, kind, year, clock.today())
    reason = words(report.missing_reason, "missing_reason", "缺报说明", limit=300)
    if lacking and not reason:
        named = "、".join(m.sentence for m in lacking)
        raise Invalid(
            f"下级课题还缺：{named}。补齐以后再汇总，或写明缺报说明。",
            fields={"missing_reason": [f"还缺 {len(lacking)} 份：{named}"]},
        )
    for old in row.reports.filter(kind=kind, year=year, superseded=False):
        old.superseded = True
        old.save(update_fields=["superseded"])
    filed = TopicReport.objects.create(
        topic=row,
        kind=kind,
        year=year,
        text=text,
        problems=words(report.problems, "problems", "问题与建议"),
        addressee=owed.addressee(row, clock.today()),
        missing=[m.sentence for m in lacking],
        missing_reason=reason if lacking else "",
        file=_stored(by, name, content),
        by_text=by.text,
        is_demo=is_demo,
    )
    row.version += 1  # who has the form open sees that a report has come
    row.save(update_fields=["version"])
    audit.record(
        by=by,
        about=about_topic(row),
        now=kind,
        address=row.get_absolute_url(),
        sentence=f"课题“{row.name}”报送{filed.title}，呈报{filed.addressee}"
        + (f"，缺下级报告 {len(lacking)} 份：{reason}" if lacking else ""),
    )
    return filed


@verb("projects.topic.return_report")
def return_report(*, by: Actor, report: TopicReport, reason: str) -> TopicReport:
    """Give a report back to whoever filed it: from then on it is owed again,
    with the reason in sight until another comes."""
    access.require(by, *overseeing(by, report.topic))
    topic = locked_topic(report.topic)
    row = TopicReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if row.superseded:
        raise Refused(f"{row.title}{'已经退回' if row.returned else '已被更正'}，请看最新的一份。")
    row.returned = words(reason, "reason", "退回理由", limit=300, needed="退回要写明哪里要补。")
    row.superseded, row.returned_on, row.returned_by = True, clock.today(), by.text
    row.save()
    address = f"{topic.get_absolute_url()}report/?kind={row.kind}" + (f"&year={row.year}" if row.year else "")
    audit.record(
        by=by,
        about=about_topic(topic),
        was=row.kind,
        address=topic.get_absolute_url(),
        sentence=f"退回课题“{topic.name}”的{row.title}：{row.returned}",
    )
    _tell(
        topic,
        f"returned:{row.pk}",
        f"课题“{topic.name}”的{row.title}被退回：{row.returned}。请补正后重新报送。",
        address,
        row.is_demo,
    )
    return row


def _year(topic: Topic, kind: str, year: int) -> int:
    if kind != "annual":
        if owed.end_of(topic) is None or owed.end_of(topic) > clock.today():
            raise Refused(f"课题“{topic.name}”还没有结束，{dict(TopicReport.KINDS)[kind]}在结束时呈报（9.2.7）。")
        return 0
    if not isinstance(year, int) or not 2005 <= year <= clock.today().year:
        raise Invalid("年度应是 2005 年至今年。", fields={"year": ["请选择年度"]})
    if topic.project_id and topic.project.is_unapproved:
        raise Refused(f"{topic.project.code} 尚未立项，没有年度总结可报。")
    return year


@dataclass(frozen=True)
class Visit:
    """A visit of the level above: `visited_on` None is today; a demand has its day."""

    manner: str
    visitors: str
    findings: str
    visited_on: dt.date | None = None
    demand: str = ""
    due: dt.date | None = None

    def checked(self) -> dict:
        """Its columns. Raises Invalid naming the field."""
        if self.manner not in dict(Supervision.MANNERS):
            raise Invalid("请选择定期或不定期。", fields={"manner": ["请选择一项"]})
        visited_on = past_day(self.visited_on, "visited_on", "督导日期")
        demand = words(self.demand, "demand", "要求", limit=300)
        if demand and self.due is None:
            raise Invalid("提出要求要写明限期。", fields={"due": ["写明限期"]})
        if self.due and self.due < visited_on:
            raise Invalid("限期不能早于督导日期。", fields={"due": ["限期早于督导日期"]})
        return {
            "manner": self.manner,
            "visited_on": visited_on,
            "demand": demand,
            "due": self.due if demand else None,
            "visitors": words(self.visitors, "visitors", "督导人", limit=200, needed="请写明谁去督导。"),
            "findings": words(self.findings, "findings", "发现", needed="请写明督导发现。"),
        }


@verb("projects.topic.supervise")
def record_supervision(
    *, by: Actor, topic: Topic, visit: Visit, name: str = "", content: bytes | None = None, is_demo: bool = False
) -> Supervision:
    """Record a visit of the level above (9.2.7); a demand has its day, and whoever answers for the 课题 hears of it.
    `content`: the visit's document (`name`)."""
    access.require(by, *overseeing(by, topic))
    row = Supervision.objects.create(
        topic=topic, by_text=by.text, is_demo=is_demo, file=_stored(by, name, content), **visit.checked()
    )
    audit.record(
        by=by,
        about=about_topic(topic),
        address=topic.get_absolute_url(),
        sentence=f"{row.visited_on} {row.get_manner_display()}督导课题“{topic.name}”"
        + (f"，要求：{row.demand}" if row.demand else ""),
    )
    if row.demand:
        _tell(
            topic,
            f"demand:{row.pk}",
            f"课题“{topic.name}”的督导要求：{row.demand}，{row.due} 前落实。",
            f"/projects/duties/visits/{row.pk}/",
            is_demo,
        )
    return row


def _tell(topic: Topic, key: str, sentence: str, address: str, is_demo: bool) -> None:
    """Whoever answers for the 课题 hears of it; the office where nobody does."""
    unit = owed.unit_of(topic)
    whom = {"organisation_id": unit} if unit else {"role": Role.REVIEWER}
    inbox.tell(key=f"topic-{key}", sentence=sentence, address=address, is_demo=is_demo, topic="deadline", **whom)


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
    audit.record(
        by=by,
        about=about_topic(row.topic),
        now=row.settled_on,
        address=row.topic.get_absolute_url(),
        sentence=f"课题“{row.topic.name}”落实督导要求：{row.settled_text}",
    )
    return row
