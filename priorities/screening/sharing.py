"""What 8.3.1(1), 8.3.2(3) and 8.3.3(3) ask about sharing: who answers it, what the catalogue says to it, and where the
department's own answer says otherwise. The catalogue proposes, a person answers; nothing typed is written over.

Who answers is the resource department of 9.1.2.2, or 市信息办 while nobody is appointed there or the case is the
department's own. That two other users make the sharing wide, and the like, is 系统默认.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, QuerySet

from governance.basics.memo import remembered
from governance.basics.text import clean_text
from priorities import proposal as proposals
from priorities.labels import ANSWERS
from priorities.models import ConfirmedFact, Submission
from priorities.rules.facts import FACTS, SHARING_FACTS, Fact
from priorities.screening import verdicts
from projects.catalogue import entries
from projects.catalogue.entries import Entry
from projects.sharing_words import code_in, key_of

MANY = 2  # other units that use what the project gives, from which the sharing is wide (系统默认)


@dataclass(frozen=True)
class Answerer:
    """Who answers the facts about sharing of a case: the department, or 市信息办 and why."""

    keeper: entries.Keeper
    own_case: bool

    @property
    def is_department(self) -> bool:
        return self.keeper.is_department and not self.own_case

    @property
    def words(self) -> str:
        if self.own_case:
            return "市信息办（信息资源管理部门是本件的申报单位，回避）"
        return self.keeper.words


@dataclass(frozen=True)
class Line:
    """A row of the filing's shared data with the entry that it names; None where the catalogue has none yet."""

    side: str
    typed: str
    entry: Entry | None


@dataclass(frozen=True)
class Proposed:
    """What the catalogue says to a fact, and by which entries."""

    value: str
    evidence: str

    @property
    def word(self) -> str:
        return ANSWERS[self.value]


@dataclass(frozen=True)
class Question:
    """A fact about sharing at the whole or a part: stated, answered, what the catalogue proposes."""

    fact: str
    component: str
    component_name: str
    stated: str
    stated_evidence: str
    kept: ConfirmedFact | None  # what the department or the office answered
    proposed: Proposed | None

    @property
    def question(self) -> str:
        return FACTS[Fact(self.fact)].question

    @property
    def name(self) -> str:
        """How the form names its inputs."""
        return f"{self.component}|{self.fact}"

    @property
    def is_disputed(self) -> bool:
        """The catalogue says otherwise than what was stated, and nobody has answered yet."""
        said = self.proposed.value if self.proposed and not self.kept else self.stated
        return self.stated in ("yes", "no") and said != self.stated

    @property
    def start(self) -> tuple[str, str]:
        """Answer and evidence that the form begins with: those given, else the catalogue's, else the stated ones."""
        if self.kept:
            return self.kept.value, self.kept.evidence
        return (self.proposed.value, self.proposed.evidence) if self.proposed else (self.stated, self.stated_evidence)

    @property
    def sentence(self) -> str:
        """Of a dispute: both sides."""
        where = f"“{self.component_name}”" if self.component else ""
        said = self.proposed.evidence if self.proposed else ""
        return f"{where}{self.question}申报单位答{ANSWERS[self.stated]}，与共享目录不一致（{said}）"


@remembered
def answerer(submission: Submission, day: dt.date) -> Answerer:
    """Who answers on the day."""
    kept = entries.keeper(day)
    return Answerer(kept, kept.hat is not None and kept.hat.organisation.survivor_id in submission.belongs_to())


@remembered
def lines(submission: Submission) -> list[Line]:
    """The rows of the filing, as it was filed last, with their entries."""
    return lines_of(verdicts.document_of(submission))


def lines_of(document: dict) -> list[Line]:
    """Two queries, none where the proposal names no data."""
    rows = proposals.sharing_of(document)
    if not rows:
        return []
    known = entries.named({r["data"] for r in rows})
    return [Line(r["side"], r["data"], known.get(code_in(r["data"]) or key_of(r["data"]))) for r in rows]


def unknown_codes(document: dict) -> list[str]:
    """A sentence for each code that the proposal names and the catalogue does not have."""
    return [
        f"共享数据第 {n} 行：共享目录里没有 {code_in(line.typed)}，或它已注销；请从目录选，或写数据的名称"
        for n, line in enumerate(lines_of(document), 1)
        if line.entry is None and code_in(line.typed)
    ]


def proposed(rows: list[Line], own: set[int]) -> dict[str, Proposed]:
    """By fact, what follows from the entries that the filing names. `own`: the units of the case."""
    gives = [r.entry for r in rows if r.side == "provides" and r.entry]
    takes = [r.entry for r in rows if r.side == "uses" and r.entry]
    found: dict[str, Proposed] = {}

    def say(fact: Fact, value: str, *evidence: str) -> None:
        text = clean_text("；".join(filter(None, evidence)))[:900]  # beside it stands what people add
        found[str(fact)] = Proposed(value, f"共享目录：{text}")

    given, taken = _named("提供", gives), _named("使用", takes)
    if gives or takes:
        say(Fact.EXCHANGEABLE, "yes", given, taken)
    if gives:
        say(Fact.SHAREABLE, "yes", given)
        users = {pk: name for e in gives for pk, name in entries.units(e.users).items() if pk not in own}
        if len(users) >= MANY:
            say(Fact.HIGHLY_SHARED, "yes", f"{given}，由{'、'.join(users.values())}使用或申请使用")
        elif not users:
            say(Fact.HIGHLY_SHARED, "no", f"{given}，没有别的单位使用或申请使用")
        if all(e.data.state == "registered" for e in gives):
            say(Fact.MANAGED_BY_RESOURCE_DEPARTMENT, "yes", f"{given}，都已登记在册")
    doubled = [f"{e.data} 已由{n}提供" for e in gives for pk, n in entries.units(e.providers).items() if pk not in own]
    held = [e for e in takes if set(entries.units(e.providers)) - own]
    if doubled:
        say(Fact.INTEGRATES_EXISTING, "no", *doubled)
    elif held:
        say(Fact.INTEGRATES_EXISTING, "yes", _named("使用已有的", held))
    return found


def _named(verb: str, found: list[Entry]) -> str:
    return f"{verb} {'、'.join(str(e.data) for e in found)}" if found else ""


@remembered
def of_case(submission: Submission) -> dict[str, Proposed]:
    """What the catalogue says to the facts of a case."""
    return proposed(lines(submission), submission.belongs_to())


@remembered
def questions(submission: Submission) -> list[Question]:
    """The facts about sharing in the order of the clauses; 共享 of a database at each part that is one."""
    if submission.is_secret:
        return []  # a secret case has no text
    document = verdicts.document_of(submission)
    held, says = verdicts.confirmed_facts(submission, document), of_case(submission)
    found = []
    for fact, component, name in _asked(document):
        stated, evidence = verdicts.stated(document, component, fact)
        if component and not stated:
            stated, evidence = verdicts.stated(document, "", fact)
        kept = held.get((component, fact))
        found.append(Question(fact, component, name, stated or "unknown", evidence, kept, says.get(fact)))
    return found


def _asked(document: dict) -> list[tuple[str, str, str]]:
    """`(fact, part's id, part's name)`: a fact of parts is asked at those that are of its kind, or state it."""
    found = []
    for fact in SHARING_FACTS:
        info = FACTS[fact]
        if not info.is_component_fact:
            found.append((str(fact), "", ""))
            continue
        parts = [p for p in document["components"] if fact in p["facts"] or p["kind"] in info.kinds]
        found += [(str(fact), p["id"], p["name"]) for p in parts]
    return found


def disputes(submission: Submission) -> list[Question]:
    """Where the catalogue says otherwise than the applicant and nobody has answered."""
    return [q for q in questions(submission) if q.is_disputed]


def waiting() -> QuerySet[Submission]:
    """Cases under review about whose sharing nothing was answered since they were filed last, oldest first."""
    answered = ConfirmedFact.objects.filter(fact__in=[str(f) for f in SHARING_FACTS])
    answered = answered.filter(day__gte=F("submission__submitted_day")).values("submission")
    rows = Submission.objects.filter(state="under_review", is_secret=False).exclude(pk__in=answered)
    return rows.select_related("organisation").order_by("state_day", "pk")
