"""Screening a million cases again, verdicts persisted, against CREATE TABLE AS SELECT of the same side table,
in one run.

    DATABASE_URL=postgres://postgres@127.0.0.1:5432/any python bench/rescreen.py [ROWS]

prints the floor (best of three, logged tables), the re-screening there and back with its flips, the ratio (target: at
most 3), what it wrote, the longest wait of a reader and of a verb's write meanwhile, and arrays alone for comparison.
Makes and drops a database of its own.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")
os.environ.setdefault("GUIYANG_MODE", "embedded")

import django

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from governance.basics import clock  # noqa: E402
from governance.models import Organisation, User  # noqa: E402
from priorities import proposal  # noqa: E402
from priorities.models import CaseMask, Flip, Rescreening, RuleSetRecord, Submission  # noqa: E402
from priorities.rescreening import sweep  # noqa: E402
from priorities.rules import bulk  # noqa: E402
from priorities.rules.facts import OFFICE_FACTS, Fact  # noqa: E402
from priorities.rules.rule_set import PLAN_2006, RuleSet  # noqa: E402

READINGS = {"8.3.2(2)": "two_of_four", "8.3.1(7)": "required"}
OTHER = RuleSet("plan-2006-b", readings=READINGS)
# Asked to be met or not to be met: how often a department says yes.
USUALLY = {
    "leadership_committed": 0.93,
    "operators_qualified": 0.93,
    "technical_environment_ready": 0.93,
    "exchangeable": 0.93,
    "department_informatised": 0.93,
    "needs_cross_department_support": 0.12,
}


def drawn(rows: int) -> dict[str, np.ndarray]:
    """Usual cases: one answer in a hundred unknown, a fault in eight, one case in twenty with a part that is hit."""
    rng = np.random.default_rng(83)
    yes, no = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for i, fact in enumerate(Fact):
        share = USUALLY.get(str(fact), 0.12 if fact in OFFICE_FACTS else 0.55)
        said = rng.random(rows)
        yes |= (said < share).astype(np.int64) << i
        no |= ((said >= share) & (said < 0.99)).astype(np.int64) << i
    whole, calm = bulk.pack({}).parts, bulk.pack({f: _no for f in Fact}).parts
    parts = np.where(rng.random(rows) < 0.05, whole, calm)
    return {"says_yes": yes, "says_no": no, "parts": parts}


_no = bulk.LAYOUT.unpack(0, 1)[next(iter(Fact))]


def fill(rows: int) -> dict[str, np.ndarray]:
    """So many cases that are over, and their side table."""
    call_command("load_plan", stdout=io.StringIO())
    RuleSetRecord.objects.create(key="plan-2006-b", title="b", reason="b", readings=READINGS, by_text="bench")
    author = User.objects.create(username="bench")
    first = Submission.objects.create(
        number="SB0",
        kind="new",
        plan_year=2008,
        state="pool",
        organisation=Organisation.objects.first(),
        author=author,
        title="x",
        proposal=proposal.empty(),
        created_day="2007-08-20",
        state_day="2007-08-20",
        current_version=1,
    )
    names = [f.column for f in Submission._meta.local_concrete_fields if f.column not in ("id", "number")]
    table = drawn(rows)
    outcomes = bulk.Compiled(PLAN_2006).outcomes(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO priorities_submission (number, {', '.join(names)}) SELECT 'SB' || i, {', '.join(names)}"
            f" FROM priorities_submission, generate_series(1, %s) i WHERE id = %s",
            [rows, first.pk],
        )
        cursor.execute("DELETE FROM priorities_submission WHERE id = %s", [first.pk])
        cursor.execute("SELECT min(id) FROM priorities_submission")
        low = cursor.fetchone()[0]
        lines = (
            f"{low + i}\t{y}\t{n}\t{p}\t{o}\t120.00\tplan-2006\t{bulk.LAYOUT.digest}\n"
            for i, (y, n, p, o) in enumerate(
                zip(
                    table["says_yes"].tolist(),
                    table["says_no"].tolist(),
                    table["parts"].tolist(),
                    outcomes.tolist(),
                    strict=True,
                )
            )
        )
        cursor.copy_expert(
            "COPY priorities_casemask (submission_id, says_yes, says_no, parts, outcome, amount_wan, rule_set, layout)"
            " FROM STDIN",
            io.StringIO("".join(lines)),
        )
        cursor.execute("VACUUM ANALYZE priorities_casemask")
    # Not the first one ever, which would look for cases that are older than the side table.
    Rescreening.objects.create(rule_set=PLAN_2006.id, finished_at=clock.now(), by_text="bench")
    return table


def floor() -> float:
    """One logged copy of the side table, in seconds."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        start = time.perf_counter()
        cursor.execute("CREATE TABLE copied AS SELECT * FROM priorities_casemask")
        took = time.perf_counter() - start
        cursor.execute("DROP TABLE copied")
    return took


class Others(threading.Thread):
    """A reader's list and a verb's write, every 50 ms, while everything is screened again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ends, self.read, self.write = threading.Event(), 0.0, 0.0

    def run(self) -> None:
        try:
            keys = list(CaseMask.objects.order_by("pk").values_list("pk", flat=True)[:2000:20])
            n = 0
            while not self.ends.wait(0.05):
                start = time.perf_counter()
                list(Submission.objects.order_by("-pk").values_list("number", "mask__outcome")[:50])
                read = time.perf_counter()
                CaseMask.objects.filter(pk=keys[n % len(keys)]).update(amount_wan=n)
                self.read = max(self.read, read - start)
                self.write = max(self.write, time.perf_counter() - read)
                n += 1
        finally:
            connections.close_all()


def again(rules: RuleSet) -> tuple[float, object, Others]:
    """One re-screening: seconds, its row, what others waited."""
    others = Others()
    others.start()
    time.sleep(0.3)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    start = time.perf_counter()
    row = sweep.run(rules)
    took = time.perf_counter() - start
    others.ends.set()
    others.join()
    return took, row, others


def main(rows: int) -> None:
    if connection.vendor != "postgresql":
        raise SystemExit("PostgreSQL only: set DATABASE_URL.")
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        table = fill(rows)
        start = time.perf_counter()
        bulk.Compiled(OTHER).outcomes(table)
        print(f"{rows} rows; arrays alone {time.perf_counter() - start:.2f} s")
        floors = [floor() for _ in range(3)]
        there, back = again(OTHER), again(PLAN_2006)
        floors += [floor() for _ in range(2)]
        best = min(floors)
        print(
            "floor, CREATE TABLE AS SELECT, logged: " + " ".join(f"{f:.2f}" for f in floors) + f" s, best {best:.2f} s"
        )
        for name, (took, row, others) in (("there", there), ("back", back)):
            print(
                f"{name}: {row.done} judged, {row.flipped} flips ({100 * row.flipped / rows:.1f} %), {took:.2f} s,"
                f" ratio {took / best:.2f}; longest wait of a reader {others.read * 1000:.0f} ms,"
                f" of a write {others.write * 1000:.0f} ms"
            )
        written = CaseMask.objects.filter(rule_set="plan-2006-b").count(), Flip.objects.count()
        print(f"rows of the side table still under plan-2006-b {written[0]}, flips kept {written[1]}")
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
