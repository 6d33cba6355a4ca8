"""The overlap radar 查重 for 8.3.3(2): a new text against the projects, the plan's tasks and all submissions (D23).

Similarity only suggests; the reviewer records 无 / 部分 / 严重. Every process keeps an index of its own in memory and
before it answers reads the rows that changed since its watermark: the audit chain, whose head every verb takes last, so
that a row seen at the head was committed, and whose hash tells a restored database from a grown one. What a viewer may
not see is counted and never shown. Works alike on SQLite and PostgreSQL; numpy and scipy come with the first question.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db import connection
from django.db.models import Prefetch, Subquery
from django.db.models.fields.json import KT

from governance.basics.refs import parse
from governance.kernel import audit
from governance.kernel.access import Actor
from governance.models import Organisation, OrganisationAlias
from priorities.models import Submission
from priorities.radar import phrases
from priorities.radar.index import Index, join
from priorities.radar.words import Text, flat, normalise, unit_pattern
from projects.models import PlanTask, Project, ProjectLead, TaskLink

KINDS = ("project", "plan-task", "submission")  # at equal score the project comes first
SUGGEST = 0.35  # from here on the form and the desk speak up
CANDIDATES = 40
OTHER_PHASE, SAME_PHASE, LEAD_NAMED = 0.65, 0.08, 0.3
UNSEEN = "draft", "withdrawn"  # of others: no hit at all, not even masked
Key = tuple[str, int]


@dataclass(frozen=True)
class Hit:
    """A record that is like the text: score 0..1, the phrases that both have, pairs of words that mean the same."""

    kind: str
    key: str  # audit key: project:P06, plan-task:T2-31, submission:12
    code: str
    name: str
    score: float
    address: str = ""
    content: str = ""
    shared: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = ()
    places: tuple[str, ...] = ()
    level: str = ""
    phases: tuple[int, ...] = ()
    subject: str = ""
    wan: object = None
    note: str = ""

    @property
    def bucket(self) -> int:
        """The score in steps of a hundred, for a bar."""
        return round(self.score * 100)


@dataclass(frozen=True)
class Cluster:
    """Hits of one subject, the best first; the places and levels among them are its facets."""

    hits: tuple[Hit, ...]

    @property
    def best(self) -> Hit:
        return self.hits[0]

    @property
    def facets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f for h in self.hits for f in (*h.places, h.level) if f))


@dataclass(frozen=True)
class Found:
    """What a search gives: the hits that the viewer may see, and how many like ones he may not."""

    hits: tuple[Hit, ...] = ()
    masked: int = 0
    compared: dict[str, int] = field(default_factory=dict)

    def from_score(self, least: float) -> Found:
        return replace(self, hits=tuple(h for h in self.hits if h.score >= least))

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """The hits by subject, in the order of their best."""
        by_subject: dict[str, list[Hit]] = {}
        for hit in self.hits:
            by_subject.setdefault(hit.subject, []).append(hit)
        return tuple(Cluster(tuple(hits)) for hits in by_subject.values())


class EVERYONE:
    """The viewer of the command line, who reads the database anyway."""


def search(
    title: str, content: str = "", *, actor: Actor | type[EVERYONE] = EVERYONE, top: int = 10, leave_out: str = ""
) -> Found:
    """The records nearest to a title and, separately, a content, best first.

    `leave_out` is the audit key of the record that asks. A project's tasks are further wordings of it, so that it never
    stands behind them.
    """
    if not flat(title) and not flat(content):
        return Found()
    return _store().search(title[:400], content[:4000], actor, top, leave_out)


@dataclass
class _Store:
    """One database's rows in memory: what stands at which place of the index, and how far the audit chain was read."""

    index: Index = field(default_factory=Index)
    keys: list[Key] = field(default_factory=list)
    prints: list[int] = field(default_factory=list)  # hash of what was indexed, to notice what no audit row told
    at: dict[Key, int] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)  # rows by kind
    mark: tuple[int, str] = (-1, "")
    highest: dict[str, int] = field(default_factory=dict)
    units: re.Pattern | None = None
    names: tuple[tuple[str, str], ...] = ()  # flat name or alias → name, of offices; of districts too
    districts: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    # --- keeping up ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what changed since the watermark."""
        head, highest = _now()
        if not self._is_same_database(head) or self.index.is_worn:
            return self.rebuild(head, highest)
        if head == self.mark and any(highest[k] < self.highest[k] for k in KINDS):  # rows went and no verb says so
            return self.rebuild(head, highest)
        changed: set[Key] = set()
        if head[0] > self.mark[0]:
            named = [parse(key) for key in audit.named_between(self.mark[0], head[0])]
            if any(kind in ("plan", "organisation") for kind, _ in named):
                return self.rebuild(head, highest)
            changed |= _keys_of(named)
        for kind in KINDS:
            if highest[kind] > self.highest[kind]:
                later = _QUERY[kind]().filter(pk__gt=self.highest[kind]).values_list("pk", flat=True)
                changed |= {(kind, pk) for pk in later}
        self.mark, self.highest = head, highest
        self.read_again(changed)

    def _is_same_database(self, head: tuple[int, str]) -> bool:
        """Whether the chain that was read is the beginning of the one that is there now."""
        if self.mark[0] < 0 or head[0] < self.mark[0]:
            return False
        if head[0] == self.mark[0] or not self.mark[0]:
            return head[1] == self.mark[1] or not self.mark[0]
        return audit.trail().filter(seq=self.mark[0], hash=self.mark[1]).exists()

    def rebuild(self, head: tuple[int, str], highest: dict[str, int]) -> None:
        """All rows anew."""
        self._read_units()
        self.keys, self.prints, texts = [], [], []
        for kind in KINDS:
            for pk, title, content in _texts(kind):
                self.keys.append((kind, pk))
                self.prints.append(hash((title, content)))
                texts.append(self._indexed(title, content))
        self.at = {key: i for i, key in enumerate(self.keys)}
        self.counts = Counter(kind for kind, _ in self.keys)
        self.index.build(texts)
        self.mark, self.highest = head, highest

    def _indexed(self, title: str, content: str) -> tuple[str, str]:
        return normalise(title, self.units).plain, normalise(content, self.units).plain if content else ""

    def read_again(self, changed: Iterable[Key]) -> None:
        """Strike the rows out and put what is there of them at the end."""
        changed = set(changed)
        if not changed:
            return
        texts = []
        for kind in KINDS:
            for pk, title, content in _texts(kind, {pk for k, pk in changed if k == kind}):
                seal, old = hash((title, content)), self.at.get((kind, pk))
                changed.discard((kind, pk))
                if old is not None and self.prints[old] == seal:
                    continue
                if old is None:
                    self.counts[kind] += 1
                else:
                    self.index.struck.add(old)
                self.at[kind, pk] = len(self.keys)
                self.keys.append((kind, pk))
                self.prints.append(seal)
                texts.append(self._indexed(title, content))
        for gone in changed:
            if (old := self.at.pop(gone, None)) is not None:
                self.index.struck.add(old)
                self.counts[gone[0]] -= 1
        if texts:
            self.index.add(texts)

    def _read_units(self) -> None:
        rows = list(Organisation.objects.values_list("name", "kind"))
        aliases = list(OrganisationAlias.objects.values_list("as_named", "organisation__name"))
        named = {flat(n): n for n, _ in rows} | {flat(a): n for a, n in aliases}
        named.pop("", None)
        for name, office in list(named.items()):  # 市卫生局 is called 卫生局 as well
            if name.startswith("市") and len(name) >= 4 and name.endswith(("局", "委", "办", "厅", "部")):
                named.setdefault(name[1:], office)
                named.setdefault("贵阳" + name, office)
        self.names = tuple(sorted(named.items(), key=lambda item: -len(item[0])))
        self.districts = {flat(n): n for n, _ in rows if n.endswith(("区", "县", "市")) and len(n) <= 4}
        self.units = unit_pattern([*named, *phrases.PLACES, *self.districts])

    # --- answering ----------------------------------------------------------------------------------------------

    def search(self, title: str, content: str, actor, top: int, leave_out: str) -> Found:
        with self.lock:
            self.refresh()
            for _ in range(3):
                near = self.index.nearest(*self._plain(title, content), CANDIDATES + top)
                rows, stale = self._load(near)
                if not stale:
                    break
                self.read_again(stale)  # changed by something that leaves no trace: read it and ask again
            asked = _Asked(title, content, normalise(title, self.units), normalise(content, self.units), self)
        hits, masked = _ranked(rows, asked, actor, leave_out, top)
        return Found(tuple(hits), masked, dict(self.counts))

    def _plain(self, title: str, content: str) -> tuple[str, str]:
        first, second = normalise(title, self.units).plain, normalise(content, self.units).plain
        return (first, second) if first else (second, "")

    def _load(self, near: list[tuple[int, float]]) -> tuple[list[tuple[Key, object, float]], set[Key]]:
        """The candidates' rows as they are now, and those that the index knows otherwise."""
        keys = [(self.keys[i], score, self.prints[i]) for i, score in near]
        rows: dict[Key, object] = {}
        for kind in KINDS:
            wanted = [pk for (k, pk), *_ in keys if k == kind]
            rows |= {(kind, r.pk): r for r in _LOADED[kind](wanted)} if wanted else {}
        stale = {k for k, _, seal in keys if k not in rows or hash(_text_of(k[0], rows[k])) != seal}
        return [(k, rows[k], score) for k, score, _ in keys if k in rows], stale


@dataclass(frozen=True)
class _Asked:
    title: str
    content: str
    first: Text
    second: Text
    store: _Store

    @property
    def phases(self) -> frozenset[int]:
        return self.first.phases | self.second.phases

    def offices(self) -> set[str]:
        """The offices that the text names, the longest name at a place first."""
        text, found = flat(self.title) + "|" + flat(self.content), set()
        for name, office in self.store.names:
            if name in text:
                found.add(office)
                text = text.replace(name, "|")
        return found


def _ranked(rows, asked: _Asked, actor, leave_out: str, top: int) -> tuple[list[Hit], int]:
    """The best `top` candidates by phase, lead and family, and how many like ones the viewer may not see."""
    scores: dict[Key, float] = {}
    phases = {k: normalise(_text_of(k[0], row)[0], asked.store.units).phases for k, row, _ in rows}
    named = asked.offices()
    led = _led_by(named) if named else {}
    for key, row, score in rows:
        if asked.phases and phases[key]:
            score = join(score, SAME_PHASE) if phases[key] & asked.phases else score * OTHER_PHASE
        for office in named:  # who leads nearly all says little about which one is meant
            if key in led.get(office, ()) or key[0] == "submission" and row.organisation.name == office:
                score = join(score, LEAD_NAMED / max(len(led.get(office, ())), 1))
        scores[key] = score
    families = _families(rows, scores)
    seen = _visible([row for (kind, _), row, _ in rows if kind == "submission"], actor)
    shown, masked = [], 0
    for key, row, _ in rows:
        if row.audit_key == leave_out:
            continue
        if key[0] == "submission" and row.pk not in seen:
            masked += row.state not in UNSEEN and scores[key] >= SUGGEST
            continue
        shown.append((-round(min(float(scores[key]), 1.0), 4), KINDS.index(key[0]), row.pk, key, row))
    best = sorted(shown, key=lambda item: item[:3])[:top]
    return [_hit(k[0], row, -s, families.get(k, ""), phases[k], asked) for s, _, _, k, row in best], masked


def _families(rows, scores: dict[Key, float]) -> dict[Key, str]:
    """Which project a candidate belongs to; the project takes the best score of its tasks and of proposals that
    bear its name."""
    projects = {row.code: key for key, row, _ in rows if key[0] == "project"}
    family = {key: code for code, key in projects.items()}
    for key, row, _ in rows:
        codes = []
        if key[0] == "plan-task":
            codes = [link.project.code for link in row.links.all() if link.certainty == "sure"]
        elif key[0] == "submission" and row.project_id:
            codes = [row.project.code] if flat(row.title) == flat(row.project.name) else []
            family[key] = row.project.code
        for code in codes:
            family.setdefault(key, code)
            if code in projects:
                scores[projects[code]] = max(scores[projects[code]], scores[key])
    return family


def _hit(kind: str, row, score: float, family: str, phases: frozenset[int], asked: _Asked) -> Hit:
    name, content = _text_of(kind, row)
    code = row.reference if kind == "submission" else row.code
    shared = phrases.shared(f"{asked.title}|{asked.content}", f"{name}|{content}")
    plain = flat(name + content)
    places = tuple(dict.fromkeys(n for f, n in asked.store.districts.items() if f in plain))
    if kind == "submission" and not places and row.organisation.name in asked.store.districts.values():
        places = (row.organisation.name,)
    subject = family or normalise(name, asked.store.units).plain
    note = {"project": "规划项目" if kind == "project" and row.plan_item_id else "项目", "plan-task": "规划任务"}.get(
        kind
    ) or f"{row.get_kind_display()}申报，{row.organisation.name}"
    wan = row.estimate_wan if kind == "project" else row.total_wan if kind == "submission" else None
    alike, level = phrases.alike(f"{asked.title}{asked.content}", f"{name}{content}"), phrases.level(name, places)
    record = (kind, row.audit_key, code, name, score, row.get_absolute_url(), content)
    return Hit(*record, shared, alike, places, level, tuple(sorted(phases)), subject, wan, note)


def _visible(rows: list[Submission], actor) -> set[int]:
    if actor is EVERYONE or not rows:
        return {r.pk for r in rows}
    return set(Submission.objects.visible_to(actor).filter(pk__in=[r.pk for r in rows]).values_list("pk", flat=True))


def _led_by(offices: set[str]) -> dict[str, set[Key]]:
    """The projects that each office leads."""
    leads = ProjectLead.objects.filter(organisation__name__in=offices, is_generic=False)
    found: dict[str, set[Key]] = {}
    for name, pk in leads.values_list("organisation__name", "project_id"):
        found.setdefault(name, set()).add(("project", pk))
    return found


# --- rows --------------------------------------------------------------------------------------------------------


def _submissions():
    """What has a text: no secret case."""
    return Submission.objects.filter(is_secret=False).exclude(title="")


_QUERY = {"project": Project.objects.all, "plan-task": PlanTask.objects.all, "submission": _submissions}
_LOADED = {
    "project": lambda pks: Project.objects.filter(pk__in=pks).defer("search_text"),
    "plan-task": lambda pks: PlanTask.objects.filter(pk__in=pks).prefetch_related(
        Prefetch("links", TaskLink.objects.select_related("project"))
    ),
    "submission": lambda pks: (
        _submissions()
        .filter(pk__in=pks)
        .select_related("organisation", "project")
        .annotate(content_text=KT("proposal__content"))
        .defer("proposal", "search_text")
    ),
}


def _texts(kind: str, pks: set[int] | None = None):
    """`(pk, title, content)` of the rows of a kind, in the order of their keys."""
    if pks is not None and not pks:
        return
    rows = _QUERY[kind]() if pks is None else _QUERY[kind]().filter(pk__in=pks)
    names = {
        "project": ("name", "content"),
        "plan-task": ("text", None),
        "submission": ("title", KT("proposal__content")),
    }
    name, content = names[kind]
    columns = ("pk", name) if content is None else ("pk", name, content)
    for pk, title, *rest in rows.order_by("pk").values_list(*columns).iterator(chunk_size=5000):
        yield pk, title, (rest[0] or "") if rest else ""


def _text_of(kind: str, row) -> tuple[str, str]:
    if kind == "plan-task":
        return row.text, ""
    return (row.name, row.content or "") if kind == "project" else (row.title, row.content_text or "")


def _now() -> tuple[tuple[int, str], dict[str, int]]:
    """The audit chain's head and the highest key of each kind, in one question."""
    last = {kind: _QUERY[kind]().order_by("-pk").values("pk")[:1] for kind in KINDS}
    row = audit.chain_head().values_list("seq", "hash", *(Subquery(last[k]) for k in KINDS)).first()
    if row is None:  # nothing was ever done by a verb
        row = (0, "", *(next(iter(last[k]), {}).get("pk") for k in KINDS))
    return row[:2], dict(zip(KINDS, (pk or 0 for pk in row[2:]), strict=True))


def _keys_of(named: list[tuple[str, str]]) -> set[Key]:
    """Audit keys as rows; codes are looked up, what is gone is not among them."""
    found: set[Key] = {("submission", int(c)) for kind, c in named if kind == "submission" and c.isdigit()}
    for kind, model in (("project", Project), ("plan-task", PlanTask)):
        codes = [c for k, c in named if k == kind]
        found |= (
            {(kind, pk) for pk in model.objects.filter(code__in=codes).values_list("pk", flat=True)} if codes else set()
        )
    return found


_stores: dict[tuple[str, str], _Store] = {}
_stores_lock = threading.Lock()


def _store() -> _Store:
    """This process's index of the database that is connected."""
    name = (connection.vendor, str(connection.settings_dict["NAME"]))
    with _stores_lock:
        return _stores.setdefault(name, _Store())
