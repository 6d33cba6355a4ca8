"""The budget workbook against bare floors in one run, in a folder that is thrown away, on SQLite or, with DATABASE_URL,
on an empty PostgreSQL database.

    python bench/workbook.py [ROWS]    export of ROWS (100,000) lines against a bare openpyxl write-only loop of
                                       ROWS × 15 cells with the same looks (target: at most 1.3 × the time, at most
                                       80 MiB above idle)
    python bench/workbook.py import [ROWS]    the workbook of ROWS (100,000) lines as it left, and with one amount
                                       changed in every row, validated and stored, against a bare calamine read and
                                       insert (COPY) of as many rows (target: at most 3 ×)
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DAY = dt.date(2007, 8, 20)
NAME = "第{}号部门业务应用系统建设（一期）工程"
A_PROJECT = 50  # lines of one project: ten years × five sources


def setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")
    import django

    django.setup()


def fill(rows: int) -> None:
    """The plan, and ROWS lines on projects outside it."""
    from django.core.management import call_command

    from budgets.models import SOURCES, BudgetLine
    from projects.models import Project

    call_command("migrate", verbosity=0)
    call_command("load_plan", stdout=io.StringIO())
    projects = Project.objects.bulk_create(
        [
            Project(
                code=f"N2007-{n}",
                name=NAME.format(n),
                origin="takeover",
                registered_on=DAY,
                estimate_wan=100 + n % 900,
                order=1000 + n,
            )
            for n in range(rows // A_PROJECT)
        ],
        batch_size=500,
    )
    sources = [s for s, _ in SOURCES][:5]
    for project in projects:
        BudgetLine.objects.bulk_create(
            BudgetLine(
                project=project,
                fiscal_year=y,
                source=s,
                estimate_wan=30,
                approved_wan=20 + y % 7,
                appropriated_wan=10,
                spent_wan=f"{y % 9}.25",
                unit_code="101001",
                function_code="2070101",
                economic_code="31003",
            )
            for y in range(2001, 2011)
            for s in sources
        )


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def product() -> None:
    """The product's export, all years."""
    setup()
    from budgets.workbook import export
    from budgets.workbook.importing import SYSTEM

    export.export(2050, SYSTEM, DAY)  # warm, and the idle size of a worker that has made a small one
    before, start = peak_mib(), time.process_time()
    content, _ = export.export("all", SYSTEM, DAY)
    print(f"{time.process_time() - start:.2f} {peak_mib() - before:.0f} {len(content) / 2**20:.1f}")


def floor(rows: int) -> None:
    """A bare write-only loop: 15 cells a row, five of them money, with the product's looks."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    from governance.workbooks import writer

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("预算")
    texts, numbers = [], []
    for _ in range(9):
        texts.append(writer.dress(WriteOnlyCell(sheet, value="")))
    for _ in range(6):
        cell = writer.dress(WriteOnlyCell(sheet, value=0), fill="open", across="right", unlocked=True)
        cell.number_format = writer.WAN
        numbers.append(cell)
    before, start = peak_mib(), time.process_time()
    for n in range(rows):
        values = (
            f"N2007-{n}",
            NAME.format(n // A_PROJECT),
            "市信息产业局",
            "2006年—2010年",
            "市财政",
            "101001",
            "2070101",
            "31003",
            f"N2007-{n}|2007|city",
        )
        for cell, text in zip(texts, values, strict=True):
            cell.value = text
        for cell, amount in zip(numbers, (30.0, 20.0 + n % 7, 10.0, n % 9 + 0.25, 10.0, 0.5), strict=True):
            cell.value = amount
        sheet.append(texts + numbers)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        size = file.tell()
    print(f"{time.process_time() - start:.2f} {peak_mib() - before:.0f} {size / 2**20:.1f}")


def changed(content: bytes) -> bytes:
    """The workbook with 支出 raised by 0.01 in every row, as a spreadsheet would save it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = re.sub(rb'(<c r="L\d+"[^>]*><v>\d+\.)\d\d</v>', rb"\g<1>26</v>", part)
            packed.writestr(name, part)
    return out.getvalue()


class Clock:
    """Seconds on the wall, and of processors: ours, our children's and, where it runs on this machine,
    the database backend's. On a machine that others use too only the second kind compares."""

    def __init__(self):
        from django.db import connection

        self.backend = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        self.start = self.read()

    def read(self) -> tuple[float, float]:
        usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        busy = sum(u.ru_utime + u.ru_stime for u in usage)
        if self.backend is not None and self.backend.exists():
            fields = self.backend.read_text().rpartition(")")[2].split()
            busy += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return time.perf_counter(), busy

    def stop(self, what: str) -> float:
        """The processors' seconds since the start; prints both."""
        wall, busy = (now - then for now, then in zip(self.read(), self.start, strict=True))
        print(f"{what}: {busy:.2f} s of processors, {wall:.2f} s on the wall", flush=True)
        return busy


def imported(content: bytes) -> float:
    """From the bytes to the end of the transaction, which is taken back so that the next run finds the same."""
    from django.db import connection, transaction

    from budgets.workbook import importing
    from budgets.workbook.importing import SYSTEM

    with transaction.atomic():
        clock = Clock()
        plan = importing.commit(content, SYSTEM)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the end of the transaction would check
        took = clock.stop(f"import of {len(plan.changes)} cells in {plan.read} rows")
        if not plan.committed:
            raise SystemExit(plan.differences[0].message)
        transaction.set_rollback(True)
    return took


def bare(content: bytes) -> float:
    """A bare calamine read of the sheet and one insert of its rows: COPY on PostgreSQL, executemany on SQLite."""
    import csv

    import python_calamine
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare (k varchar(40) PRIMARY KEY, {', '.join(f'c{n} text' for n in range(14))})")
        clock = Clock()
        book = python_calamine.load_workbook(io.BytesIO(content))
        read = [
            row
            for row in book.get_sheet_by_name("预算").to_python(skip_empty_area=False)
            if row[-1] and row[-1] != "键"
        ]
        rows = [(row[-1], *row[1:15]) for row in read]
        if connection.vendor == "postgresql":
            text = io.StringIO(newline="")
            csv.writer(text).writerows(rows)
            text.seek(0)
            cursor.copy_expert("COPY bare FROM STDIN WITH (FORMAT csv)", text)
        else:
            cursor.executemany(f"INSERT INTO bare VALUES ({', '.join(['%s'] * 15)})", rows)
        took = clock.stop(f"bare read and insert of {len(rows)} rows")
        transaction.set_rollback(True)
    return took


def both_ways() -> None:
    """Both usual imports beside the floor, three times in turn; the least of each counts."""
    from django.db import connection

    from budgets.workbook import export
    from budgets.workbook.importing import SYSTEM

    content, _ = export.export("all", SYSTEM, DAY)
    kinds = {"nothing changed": content, "one amount changed in every row": changed(content)}
    floors, took = [], {kind: [] for kind in kinds}
    for _ in range(3):
        floors.append(bare(content))
        for kind, sent in kinds.items():
            took[kind].append(imported(sent))
    for kind, seconds in took.items():
        print(
            f"{connection.vendor}, {kind}: {min(seconds):.2f} s, bare {min(floors):.2f} s, "
            f"ratio {min(seconds) / min(floors):.2f} (target 3)"
        )


def run(what: str, *more: str) -> tuple[float, float, float]:
    done = subprocess.run([sys.executable, __file__, what, *more], capture_output=True, text=True, check=True)
    return tuple(float(x) for x in done.stdout.split())


def main(rows: int, *, imports: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"GUIYANG_MODE": "embedded", "GUIYANG_DATA": folder, "GUIYANG_TODAY": DAY.isoformat()}
        setup()
        fill(rows)
        if imports:
            return both_ways()
        took = {}
        for what in ("floor", "product"):
            took[what], mib, size = run(what, str(rows))
            print(f"{what}: {took[what]:.2f} s cpu, {mib:.0f} MiB above idle, file {size} MiB", flush=True)
        print(f"export of {rows} rows: ratio {took['product'] / took['floor']:.2f} (target 1.3)")


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "100000"
    if what == "product":
        product()
    elif what == "floor":
        setup()
        floor(int(sys.argv[2]))
    elif what == "import":
        main(int(sys.argv[2]) if len(sys.argv) > 2 else 100_000, imports=True)
    else:
        main(int(what), imports=False)
