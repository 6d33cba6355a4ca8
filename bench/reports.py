"""A report as the product prints it against bare WeasyPrint on the same HTML and style, in one run; memory of a long one.

python bench/reports.py      prints the ratio for about 30 pages (target: at most 1.2) and, for the longest report that is
                             allowed (2,000 rows) in a process of its own, its memory (target: at most 600 MiB)
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")
os.environ.setdefault("GUIYANG_MODE", "embedded")
os.environ.setdefault("GUIYANG_DATA", tempfile.mkdtemp())

import django  # noqa: E402

django.setup()

from governance.basics.figures import Column, Report, Section, Table  # noqa: E402
from governance.documents import printing  # noqa: E402

ROUNDS = 3


def sample(sections: int, rows: int) -> Report:
    """Sections of prose and a table, as the annual reports have them."""
    columns = (
        Column("code", "编号", "text", 10),
        Column("name", "项目", "text", 50),
        Column("wan", "批复", "wan", 20),
        Column("rate", "执行率", "percent", 20),
    )
    lines = tuple(
        {
            "code": f"P{i:03}",
            "name": f"贵阳地理信息系统第{i}期",
            "wan": Decimal(i) + Decimal("0.25"),
            "rate": Decimal(i % 100),
        }
        for i in range(rows)
    )
    text = ("规划要求各单位按阶段完成任务，资金专款专用，年度总结逐级上报。" * 6,)
    parts = tuple(
        Section(f"s{n}", f"第{n}部分", text, (), (Table(f"t{n}", f"第{n}部分资金", columns, lines, "万元"),))
        for n in range(sections)
    )
    return Report(
        "bench",
        2007,
        "贵阳市电子政务项目2007年度演练报告",
        dt.date(2007, 8, 20),
        ("市信息办",),
        "演练",
        "plan-2006",
        parts,
        city="贵阳市",
    )


def bare(html: str) -> int:
    """WeasyPrint alone: the same HTML, style, fonts and options."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetcher = FontConfiguration(), printing._fetcher()
    style = weasyprint.CSS(string=printing._style(), font_config=fonts, url_fetcher=fetcher)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="report:")
    document = page.render(stylesheets=[style], font_config=fonts, presentational_hints=True)
    document.write_pdf(pdf_variant="pdf/ua-1")
    return len(document.pages)


def timed(call) -> tuple[float, object]:
    best, value = float("inf"), None
    for _ in range(ROUNDS):
        began = time.process_time()
        value = call()
        best = min(best, time.process_time() - began)
    return best, value


def ratio() -> None:
    report = sample(sections=10, rows=80)
    html = printing.on_paper(printing.as_html(report))
    floor, pages = timed(lambda: bare(html))
    ours, printed = timed(lambda: printing.print_report(report, "pdf"))
    print(
        f"{pages} pages: bare {floor:.2f} s, ours {ours:.2f} s ({printed.pages} pages), ratio {ours / floor:.2f} (target 1.2)"
    )


def memory() -> None:
    report = sample(sections=80, rows=24)
    printed = printing.print_report(report, "pdf")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{printed.pages} pages, {sum(len(s.tables[0].rows) for s in report.sections)} rows: {peak:.0f} MiB at most (target 600)"
    )


if __name__ == "__main__":
    if "--memory" in sys.argv:
        memory()
    else:
        ratio()
        subprocess.run([sys.executable, __file__, "--memory"], check=True)
