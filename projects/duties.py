"""Who owes which report to whom and when (9.2.7, D48), read from a tree of 课题. A bounded number of queries.

Yearly summaries are due at the day of D48; the general and the technical report at the end of the 课题. Where a project
carries the 课题, its yearly progress report is its summary: nobody writes the same thing twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch

from governance import readings
from governance.models import Body, Discrepancy
from projects import life
from projects.models import ProgressReport, ProjectLead, Topic, TopicHead, TopicReport
from projects.panels.ratings import due_of_year

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

    @property
    def title(self) -> str:
        return f"{self.year} {KINDS[self.kind]}" if self.year else KINDS[self.kind]

    @property
    def sentence(self) -> str:
        """`P12 社区公共服务系统 2006 年度总结报告（市民政局 张三）`."""
        who = f"{self.head.organisation.name} {self.head.person}" if self.head else "没有负责人"
        return f"{self.topic.code} {self.topic.name} {self.title}（{who}）"

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
    """When the 课题 ended or will: as recorded or planned; with a project, when that reached the state it is in, once the
    works are accepted or given up. None while it runs."""
    if topic.ended_on:
        return topic.ended_on
    if topic.project_id:
        project = topic.project
        return project.state_day if project.state in (*life.FINISHED, *life.ENDED) else None
    return topic.ends_on


def _years(topic: Topic, day: dt.date) -> range:
    """Years whose summary is owed by a day: from its beginning (never before it was registered) to its end."""
    project = topic.project if topic.project_id else None
    if project is not None and (project.state == "registered" or project.latest_start is None):
        return range(0)
    first = max(project.latest_start.year, project.registered_on.year) if project else topic.day.year
    end = end_of(topic)
    over = topic.ended_on is not None or (project is not None and project.state in life.ENDED)
    return range(first, min(day.year, end.year if over and end else day.year) + 1)


def head_of(topic: Topic) -> TopicHead | None:
    """Who answers for it now (of a topic read by `rows`, no query)."""
    return next((h for h in topic.heads.all() if h.to_day is None), None)


def duties_of(topics: list[Topic], day: dt.date) -> dict[int, list[Duty]]:
    """Every report that the topics (read by `rows`) owe by the end of the year of `day`, oldest first; two queries."""
    d48 = _d48(day)
    filed: dict[tuple[int, str, int], dt.date] = {}
    for report in (r for t in topics for r in t.reports.all() if not r.superseded):
        filed[report.topic_id, report.kind, report.year] = report.day
    by_project = {t.project_id: t.pk for t in topics if t.project_id}
    yearly = ProgressReport.objects.filter(project_id__in=by_project, superseded=False).exclude(period__contains="H")
    for project_id, end, on in yearly.values_list("project_id", "period_end", "day") if by_project else ():
        filed.setdefault((by_project[project_id], "annual", end.year), on)
    found: dict[int, list[Duty]] = defaultdict(list)
    for topic in topics:
        base = {"topic": topic, "head": head_of(topic)}
        page = f"{topic.get_absolute_url()}report/"
        for year in _years(topic, day):
            where = f"/projects/{topic.code}/progress/?period={year}" if topic.project_id else f"{page}?kind=annual&year={year}"
            found[topic.pk].append(Duty(kind="annual", year=year, due=due_of_year(year, d48), address=where,
                                        filed_on=filed.get((topic.pk, "annual", year)), **base))  # fmt: skip
        end = end_of(topic)
        if end is not None and end <= day:
            for kind in AT_THE_END:
                found[topic.pk].append(Duty(kind=kind, year=0, due=end, address=f"{page}?kind={kind}",
                                            filed_on=filed.get((topic.pk, kind, 0)), **base))  # fmt: skip
    return found


def _d48(day: dt.date) -> str:
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
    topics = Topic.objects.select_related("project", "parent").prefetch_related(HEADS, REPORTS, *more)
    return topics.order_by("project__order", "pk")


def tree(day: dt.date) -> list[Node]:
    """The whole tree as roots; 课题 whose upper one is unknown stand as roots of their own. Seven queries."""
    topics = list(rows(LEADS, "visits"))
    owed = duties_of(topics, day)
    nodes = {t.pk: Node(t, 0, head_of(t), owed.get(t.pk, []), open_demands=_open_demands(t)) for t in topics}
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
    """Exactly the reports of this kind and year that the level directly below owes and has not filed."""
    children = list(rows().filter(parent=topic))
    owed = duties_of(children, max(day, dt.date(year, 12, 31)) if year else day)
    wanted = [d for child in children for d in owed.get(child.pk, [])]
    return [d for d in wanted if d.kind == kind and d.year == year and d.filed_on is None]


def addressee(topic: Topic, day: dt.date, above: Topic | None = None) -> str:
    """To whom it reports: the head of the 课题 above; at the top whoever 9.2.2 names for the level of the works.
    `above`: the one above, where it is read already."""
    if topic.parent_id:
        head = head_of(above) if above else TopicHead.objects.filter(topic_id=topic.parent_id, to_day=None).select_related("organisation").first()
        return f"“{topic.parent.name}”负责人" + (f" {head.organisation.name} {head.person}" if head else "（未定）")
    return accountable_to(topic.project.level_922 if topic.project_id else "1", day)


def accountable_to(level: str, day: dt.date) -> str:
    """9.2.2: level 1 answers to the leading group, level 2 to the e-government department (代行 before its day, D05)."""
    key = {"1": "leading-group", "2": "egov-department"}.get(level)
    body = Body.objects.filter(key=key).select_related("acting").first() if key else None
    if body is None:
        return "（管理级别待定）"
    if not body.exists_on(day) and body.acting:
        return f"{body.acting.name}（代行{body.name}）"
    return body.name
