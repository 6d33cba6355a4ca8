"""Screening everything again under a rule set: who flips. The verdicts of the side table are judged by the database
itself, a few thousand at a time, and only changed rows are written; what was frozen stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Max, Min

from governance.basics import clock
from governance.kernel import audit
from governance.kernel.verbs import frame, step
from priorities.models import CaseMask, Flip, Rescreening, RuleSetRecord, Submission
from priorities.rule_sets import masks, repository
from priorities.rules import bulk
from priorities.rules.rule_set import PLAN_2006, RuleSet
from priorities.screening import verdicts

OPEN = ("submitted", "under_review")  # cases whose next screening is made anyway
NOT_COUNTED = ("draft", "withdrawn")
CHUNK = 200  # cases between two commits where each is worked out by itself
BATCH = 50_000  # rows of the side table between two commits: what a verb may have to wait for
_MASK, _FLIP, _CASE = (m._meta.db_table for m in (CaseMask, Flip, Submission))


@dataclass(frozen=True)
class Flipped:
    """A case whose outcome differs; `clauses` are those whose result differs (none: the precedence alone does it)."""

    reference: str
    was: str
    now: str
    clauses: list[str]
    amount_wan: Decimal

    def line(self) -> dict:
        way = {"id": self.reference, "from": self.was, "to": self.now}
        return way | {"clauses": self.clauses, "amount_wan": f"{self.amount_wan:.2f}"}


def counted():
    """Cases that were filed and not taken back."""
    return Submission.objects.exclude(state__in=NOT_COUNTED).filter(mask__isnull=False)


def dry_run(rules: RuleSet) -> tuple[Iterator[Flipped], int]:
    """`(flips, how many are screened)` under a rule set, by number; stores no verdict."""
    renew()
    return _changed(rules), counted().count()


def _changed(rules: RuleSet) -> Iterator[Flipped]:
    found: list[Flipped] = []
    now = bulk.Compiled(rules).sql()
    skipped = ", ".join(f"'{state}'" for state in NOT_COUNTED)
    differs, keys = _differs(rules)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.number, m.outcome, {now}, {differs}, m.amount_wan"
            f" FROM {_MASK} m JOIN {_CASE} c ON c.id = m.submission_id"
            f" WHERE c.state NOT IN ({skipped}) AND m.outcome <> {now}",
            keys,
        )
        found += [_flipped(bulk.LAYOUT.clauses, *row) for row in cursor.fetchall()]
    yield from sorted(found, key=lambda f: f.reference)


def _flipped(order: Sequence[str], number: str, was: int, now: int, clauses: int, amount) -> Flipped:
    named = bulk.clauses_of(clauses, order)
    return Flipped(number, str(bulk.OUTCOME_OF[was]), str(bulk.OUTCOME_OF[now]), named, Decimal(str(amount)))


def _differs(rules: RuleSet) -> tuple[str, list[str]]:
    """The clauses whose result differs from that under the rule set that a row's verdict comes from, as an expression
    and its parameters. Of a rule set that is no more (a demonstration's) the plan's own readings stand in."""
    known = RuleSetRecord.objects.exclude(key=PLAN_2006.id).order_by("pk")
    old = [(row.key, repository.build(row)) for row in known]
    whens = "".join(f" WHEN rule_set = %s THEN {bulk.differs_sql(was, rules)}" for _, was in old)
    plain = bulk.differs_sql(PLAN_2006, rules)
    return (f"CASE{whens} ELSE {plain} END" if whens else plain), [key for key, _ in old]


def run(rules: RuleSet, *, by=None, tell: Callable[[int, int], None] = lambda done, of: None) -> Rescreening:
    """Screen everything again, a batch a transaction, so that nobody waits long and what was done stays done. Flips of
    open cases are kept as new unconfirmed screenings. `tell(done, of)` after every batch. Not inside a verb."""
    by_text = by.text if by else "系统"
    with frame():
        if not Rescreening.objects.filter(finished_at__isnull=False).exists():
            complete()  # once: every verb keeps the side table from then on
    renew()
    with frame():
        row = Rescreening.objects.create(
            rule_set=rules.id, clauses=bulk.LAYOUT.clauses, total=counted().count(), by_text=by_text
        )
    ends = CaseMask.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = (ends["first"] or 1) - 1, ends["last"] or 0
    now, (differs, keys) = bulk.Compiled(rules).sql(), _differs(rules)
    for low in range(first, last, BATCH):
        high = min(low + BATCH, last)
        row.done = row.total * (high - first) // (last - first)
        with frame():
            row.flipped += judge(row, now, differs, keys, low, high)
            row.save(update_fields=["done", "flipped"])
        tell(row.done, row.total)
    open_ = list(row.flips.filter(submission__state__in=OPEN).order_by("pk").values_list("submission_id", flat=True))
    for keys in _chunks(open_, CHUNK):
        with frame():
            for case in Submission.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
                screen_again(submission=case, rules=rules)
    with frame():
        row.finished_at, row.done, row.flipped = clock.now(), row.total, _listed(row).count()
        row.save(update_fields=["finished_at", "done", "flipped"])
        about = list(Submission.objects.filter(pk__in=open_[:200]))
        sentence = f"按规则集 {rules.id} 重新判定 {row.total} 件，{row.flipped} 件结论改变"
        audit.record(by=by, event="priorities.rescreen", about=about, sentence=sentence)
    return row


@step
def judge(row: Rescreening, now: str, differs: str, keys: list[str], low: int, high: int) -> int:
    """The side table's rows low < id ≤ high; returns how many changed. Those alone are written: a flip, the new
    outcome. A case that a verb changes meanwhile keeps what the verb made of it. `now`, `differs` (with its
    parameters `keys`): outcome and differing clauses as expressions."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_FLIP} (rescreening_id, submission_id, was, now, was_rule_set, clauses, amount_wan)"
            f" SELECT %s, submission_id, outcome, {now}, rule_set, {differs}, amount_wan"
            f" FROM {_MASK} WHERE submission_id > %s AND submission_id <= %s AND outcome <> {now}",
            [row.pk, *keys, low, high],
        )
        changed = cursor.rowcount
        if changed:
            cursor.execute(
                f"UPDATE {_MASK} SET outcome = f.now, rule_set = %s FROM {_FLIP} f WHERE f.rescreening_id = %s"
                f" AND f.submission_id > %s AND f.submission_id <= %s AND f.submission_id = {_MASK}.submission_id"
                f" AND {_MASK}.outcome = f.was AND {_MASK}.rule_set = f.was_rule_set AND f.now = {now}",
                [row.rule_set, row.pk, low, high],
            )
            if cursor.rowcount != changed:
                changed -= _drop_overtaken(cursor, row, low, high)
    return changed


def _drop_overtaken(cursor, row: Rescreening, low: int, high: int) -> int:
    """Flips of cases that a verb changed between the two statements."""
    cursor.execute(
        f"DELETE FROM {_FLIP} WHERE rescreening_id = %s AND submission_id > %s AND submission_id <= %s AND NOT EXISTS"
        f" (SELECT 1 FROM {_MASK} m WHERE m.submission_id = {_FLIP}.submission_id AND m.outcome = {_FLIP}.now"
        f" AND m.rule_set = %s)",
        [row.pk, low, high, row.rule_set],
    )
    return cursor.rowcount


def lines(row: Rescreening) -> Iterator[Flipped]:
    """The flips of a re-screening, by number."""
    found = _listed(row).order_by("submission__number")
    for flip in found.values_list("submission__number", "was", "now", "clauses", "amount_wan").iterator(
        chunk_size=2000
    ):
        yield _flipped(row.clauses, *flip)


def _listed(row: Rescreening):
    """The flips of cases that count: what was taken back is judged with the rest and listed nowhere."""
    return row.flips.exclude(submission__state__in=NOT_COUNTED)


@step
def screen_again(*, submission: Submission, rules: RuleSet) -> None:
    """A new unconfirmed screening of an open case; nothing that stands is changed."""
    decisions = verdicts.latest_decisions(submission)
    result = repository.assess(*verdicts.facts_of(submission), rules, decisions)
    verdicts.freeze(by=None, submission=submission, result=result, decisions=decisions)


@step
def complete() -> None:
    """Put into the side table what was filed before there was one."""
    for case in Submission.objects.exclude(current_version=0).filter(mask=None, is_secret=False).order_by("pk"):
        verdicts.keep_mask(submission=case)


def renew() -> None:
    """Work out anew the bits that another version of the product laid out, before they are read in bulk."""
    for keys in _chunks(list(masks.stale().order_by("pk").values_list("pk", flat=True)), CHUNK):
        with frame():
            for case in Submission.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
                verdicts.renew_mask(submission=case)


def _chunks(rows: list, size: int) -> Iterator[list]:
    for at in range(0, len(rows), size):
        yield rows[at : at + size]
