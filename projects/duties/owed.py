"""Who owes which report to whom and when (9.2.7, D48), read from a tree of 课题. A bounded number of queries.

Yearly summaries are due at the day of D48; the general and the technical report at the end of the 课题. Where a project
carries the 课题, its yearly progress report is its summary: nobody writes the same thing twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet

from governance.database.prepared import Prepared, attach
from governance.kernel import readings
from governance.models import Body, Discrepancy
from projects.lifecycle import life
from projects.models import ProgressReport, ProjectLead, Supervision, Topic, TopicHead, TopicReport
from projects.progress.ratings import due_of_year

ABOVE = {"total": None, "application": "total", "subsystem": "application"}
KINDS = dict(TopicReport.KINDS)
AT_THE_END = ("final", "technical")


@dataclass(frozen=True)
class Duty:
    """One report that a 课题 owes. `year` is 0 at the end; `filed_on` None while it is not there."""

    topic: Topic
    kind: str
    year: int
    due: dt.date
    filed_on: dt.date | None
    address: str  # where it is filed
    head: TopicHead | None
    returned: TopicReport | ProgressReport | None = None  # the report that was given back, while no other has come
    running: bool = False  # the 课题 has not ended yet, while the one above closes

    @property
    def title(self) -> str:
        return f"{self.year} {KINDS[self.kind]}" if self.year else KINDS[self.kind]

    @property
    def sentence(self) -> str:
        """`P12 社区公共服务系统 2006 年度总结报告（市民政局 张三）`."""
        who = f"{self.head.organisation.name} {self.head.person}" if self.head else "没有负责人"
        return f"{self.topic.code} {self.topic.name} {self.title}（{who}）{'，课题尚未结束' if self.running else ''}"

    def late_days(self, day: dt.date) -> int:
        """Days past its due day: as it was filed, or until `day`."""
        return max(((self.filed_on or day) - self.due).days, 0)


@dataclass
class Node:
    """A 课题 in the tree with what hangs on it; `missing_below` are the duties of all levels below that are overdue."""

    topic: Topic
    depth: int
    head: TopicHead | None
    duties: list[Duty]
    children: list[Node] = field(default_factory=list)
    open_demands: int = 0
    missing_below: list[Duty] = field(default_factory=list)

    @property
    def missing(self) -> list[Duty]:
        return [d for d in self.duties if d.filed_on is None]


def line_above(topic: Topic) -> list[int]:
    """Its own id and those of every 课题 above."""
    found, at = [], topic
    while at is not None and at.pk not in found:
        found.append(at.pk)
        at = at.parent
    return found


def end_of(topic: Topic) -> dt.date | None:
    """When the 课题 ended or will: as recorded or planned; with a project, when that reached the state it is in,
    once the works are accepted or given up. None while it runs."""
    if topic.ended_on:
        return topic.ended_on
    if topic.project_id:
        project = topic.project
        return project.state_day if project.state in (*life.FINISHED, *life.ENDED) else None
    return topic.ends_on


def _years(topic: Topic, day: dt.date) -> range:
    """Years whose summary is owed by a day: from its beginning (never before it was registered) to its end."""
    project = topic.project if topic.project_id else None
    if project is not None and (project.is_unapproved or project.latest_start is None):
        return range(0)
    first = max(project.latest_start.year, project.registered_on.year) if project else topic.day.year
    end = end_of(topic)
    over = topic.ended_on is not None or (project is not None and project.state in life.ENDED)
    return range(first, min(day.year, end.year if over and end else day.year) + 1)


def duties_of(topics: list[Topic], day: dt.date, d48: str | None = None) -> dict[int, list[Duty]]:
    """Every report that the topics (read by `rows`) owe by the end of the year of `day`, oldest first; two queries."""
    d48 = d48 or reading(day)
    filed: dict[tuple[int, str, int], dt.date] = {}
    returned: dict[tuple[int, str, int], TopicReport] = {}
    for report in sorted((r for t in topics for r in t.reports.all()), key=lambda r: r.pk):
        key = report.topic_id, report.kind, report.year
        if not report.superseded:
            filed[key] = report.day
        elif report.returned:
            returned[key] = report
    by_project = {t.project_id: t.pk for t in topics if t.project_id}
    if by_project:
        for report in _KEPT(sorted(by_project)):
            key = by_project[report.project_id], "annual", report.period_end.year
            if not report.superseded:
                filed.setdefault(key, report.day)
            else:
                returned.setdefault(key, report)
    found: dict[int, list[Duty]] = defaultdict(list)
    for topic in topics:
        base = {"topic": topic, "head": topic.head}
        page = f"{topic.get_absolute_url()}report/"
        for year in _years(topic, day):
            where = (
                f"/projects/{topic.code}/progress/?period={year}"
                if topic.project_id
                else f"{page}?kind=annual&year={year}"
            )
            found[topic.pk].append(
                Duty(
                    kind="annual",
                    year=year,
                    due=due_of_year(year, d48),
                    address=where,
                    **base,
                    **_filing(topic.pk, "annual", year, filed, returned),
                )
            )
        end = end_of(topic)
        if end is not None and end <= day:
            for kind in AT_THE_END:
                found[topic.pk].append(
                    Duty(
                        kind=kind,
                        year=0,
                        due=end,
                        address=f"{page}?kind={kind}",
                        **base,
                        **_filing(topic.pk, kind, 0, filed, returned),
                    )
                )
    return found


_KEPT = Prepared(
    lambda keys: (
        ProgressReport.objects.filter(Q(superseded=False) | Q(returned__gt=""), project_id__among=keys)
        .exclude(period__contains="H")
        .only("project_id", "period_end", "day", "superseded", "returned", "returned_on")
        .order_by("pk")
    )
)


def _filing(topic_id: int, kind: str, year: int, filed: dict, returned: dict) -> dict:
    """Whether it came, and what was given back while it did not."""
    key = topic_id, kind, year
    return {"filed_on": filed.get(key), "returned": None if key in filed else returned.get(key)}


def reading(day: dt.date) -> str:
    """The reading of the yearly day; the plan's default where no plan is loaded."""
    try:
        return readings.current("D48", day)
    except Discrepancy.DoesNotExist:
        return "a"


HEADS = Prefetch("heads", TopicHead.objects.select_related("organisation"))
LEADS = Prefetch("project__leads", ProjectLead.objects.select_related("organisation"))
REPORTS = Prefetch("reports", TopicReport.objects.select_related("file"))


def rows(*more):
    """All 课题 with their project, heads and reports (and `more` to prefetch), in the order of the tree's siblings."""
    topics = Topic.objects.standing().select_related("project", "parent").prefetch_related(HEADS, REPORTS, *more)
    return topics.order_by("project__order", "pk")


def tree(day: dt.date) -> list[Node]:
    """The whole tree as roots; 课题 whose upper one is unknown stand as roots of their own. Seven queries."""
    topics = list(rows(LEADS, "visits"))
    owed = duties_of(topics, day)
    nodes = {t.pk: Node(t, 0, t.head, owed.get(t.pk, []), open_demands=_open_demands(t)) for t in topics}
    roots = []
    for topic in topics:
        above = nodes.get(topic.parent_id)
        (above.children if above else roots).append(nodes[topic.pk])
    for root in roots:
        _sum(root, 0, day)
    return roots


def _open_demands(topic: Topic) -> int:
    return sum(bool(v.demand) and v.settled_on is None for v in topic.visits.all())


def _sum(node: Node, depth: int, day: dt.date) -> list[Duty]:
    node.depth = depth
    node.missing_below = [d for child in node.children for d in _sum(child, depth + 1, day)]
    return [d for d in node.missing if d.due < day] + node.missing_below


def flat(roots: list[Node]) -> list[Node]:
    """The tree's nodes from above to below."""
    return [n for root in roots for n in (root, *flat(root.children))]


def missing_below(topic: Topic, kind: str, year: int, day: dt.date) -> list[Duty]:
    """Exactly the reports of this kind and year that the level directly below owes and has not filed;
    at the end also those of a 课题 below that still runs."""
    children = list(rows(LEADS).filter(parent=topic))
    owed = duties_of(children, max(day, dt.date(year, 12, 31)) if year else day)
    wanted = [d for child in children for d in owed.get(child.pk, [])]
    found = [d for d in wanted if d.kind == kind and d.year == year and d.filed_on is None]
    if not year:
        running = [c for c in children if (end_of(c) or dt.date.max) > day]
        found += [Duty(c, kind, 0, end_of(c) or day, None, c.get_absolute_url(), c.head, running=True) for c in running]
    return found


@dataclass(frozen=True)
class Owing:
    """What a 课题 owes beside its project's own reports: a report, or what a supervision visit asked for. `unit_id` is
    whoever answers for it, None where nobody does (it asks for the leads of a project without a responsible person)."""

    topic: Topic
    sentence: str
    address: str
    due: dt.date
    key: str  # once per occasion
    returned: bool = False

    @property
    def unit_id(self) -> int | None:
        return unit_of(self.topic)


def owing(day: dt.date, *, until: dt.date, unit: int | None = None, d48: str | None = None) -> list[Owing]:
    """Reports due before `until` (and those that were given back), and demands of visits,
    that no progress report of a project covers; of the 课题 of one unit where `unit` is given. Oldest first;
    at most six queries. `d48`: its reading, where it was read."""
    topics = _OWING() if unit is None else _OWING_OF(unit)
    if topics:
        keys = [t.pk for t in topics]
        attach(topics, "heads", _HEADS(keys), "topic_id")
        attach(topics, "reports", _REPORTS(keys), "topic_id")
        attach(topics, "visits", _VISITS(keys), "topic_id")
    owed = duties_of(topics, day, d48) if topics else {}
    found = []
    for topic in topics:
        for duty in owed.get(topic.pk, ()):
            covered = (
                duty.kind == "annual" and topic.project_id and topic.project.state not in (*life.FINISHED, *life.ENDED)
            )
            if duty.filed_on or covered or not (duty.returned or duty.due < until):
                continue
            back = f"被退回：{duty.returned.returned}" if duty.returned else ""
            found.append(
                Owing(
                    topic,
                    f"课题“{topic.name}”的{duty.title}{back}",
                    duty.address,
                    duty.due,
                    f"{duty.kind}:{duty.year}:{duty.returned.pk if duty.returned else 0}",
                    bool(back),
                )
            )
        for visit in topic.visits.all():
            if visit.demand and visit.settled_on is None and visit.due < until:
                found.append(
                    Owing(
                        topic,
                        f"课题“{topic.name}”的督导要求没有落实：{visit.demand}",
                        f"/projects/duties/visits/{visit.pk}/",
                        visit.due,
                        f"visit:{visit.pk}",
                    )
                )
    return sorted(found, key=lambda o: (o.due, o.topic.pk))


def _owing() -> QuerySet[Topic]:
    """课题 that may owe something which no progress report of a project covers."""
    asked = Supervision.objects.exclude(demand="").filter(settled_on=None).values("topic_id")
    over = (
        Q(project=None)
        | Q(project__state__in=(*life.FINISHED, *life.ENDED))
        | Q(pk__in=asked)
        | Q(reports__returned__gt="")
    )
    topics = Topic.objects.standing().select_related("project", "parent").filter(over)
    return topics.order_by("project__order", "pk").distinct()


def _owing_of(unit: int) -> QuerySet[Topic]:
    here = Q(organisation_id=unit) | Q(organisation__canonical_id=unit)
    heads = TopicHead.objects.filter(here, to_day=None).values("topic_id")
    leads = ProjectLead.objects.filter(here, is_generic=False).values("project_id")
    return _owing().filter(Q(pk__in=heads) | Q(project_id__in=leads))


_OWING, _OWING_OF = Prepared(_owing), Prepared(_owing_of)
_HEADS = Prepared(lambda keys: TopicHead.objects.filter(topic_id__among=keys).select_related("organisation"))
_REPORTS = Prepared(lambda keys: TopicReport.objects.filter(topic_id__among=keys).select_related("file"))
_VISITS = Prepared(lambda keys: Supervision.objects.filter(topic_id__among=keys))


def unit_of(topic: Topic) -> int | None:
    """The unit of its responsible person, else the first lead of its project."""
    if topic.head:
        return topic.head.organisation.survivor_id
    leads = (
        [lead.organisation.survivor_id for lead in topic.project.leads.all() if not lead.is_generic]
        if topic.project_id
        else []
    )
    return leads[0] if leads else None


def addressee(topic: Topic, day: dt.date, above: Topic | None = None) -> str:
    """To whom it reports: the head of the 课题 above; at the top whoever 9.2.2 names for the level of the works.
    `above`: the one above, where it is read already."""
    if topic.parent_id:
        head = (
            above.head
            if above
            else TopicHead.objects.filter(topic_id=topic.parent_id, to_day=None).select_related("organisation").first()
        )
        return f"“{topic.parent.name}”负责人" + (f" {head.organisation.name} {head.person}" if head else "（未定）")
    return accountable_to(topic.project.level_922 if topic.project_id else "1", day)


def accountable_to(level: str, day: dt.date) -> str:
    """9.2.2: level 1 answers to the leading group, level 2 to the e-government department (代行 before its day,
    D05)."""
    key = {"1": "leading-group", "2": "egov-department"}.get(level)
    body = Body.objects.filter(key=key).select_related("acting").first() if key else None
    if body is None:
        return "（管理级别待定）"
    if not body.exists_on(day) and body.acting:
        return f"{body.acting.name}（代行{body.name}）"
    return body.name
