"""The only place that calls WeasyPrint: figures to PDF, and the three printed forms of a report.

Same snapshot, same bytes (for equal library versions): SOURCE_DATE_EPOCH is the report's day, fonts are embedded and
subset, and no URL is fetched while rendering.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import io
import json
import logging
import os
import struct
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

from governance import jobs
from governance.basics import clock
from governance.basics.figures import Report
from governance.basics.refusal import Invalid, Refused
from governance.basics.roles import Permission, Role, Scope
from governance.database.snapshots import snapshot_read
from governance.jobs import Progress
from governance.templatetags.report import CITED, han

FORMATS = ("pdf", "xlsx", "json")
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
PANGO = "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
MOST_ROWS = 2000  # more rows go to the xlsx (a table of 20,000 rows took 71 s and 976 MiB)
_FONTS = {"report-font:serif": "NotoSerifSC-Regular.otf", "report-font:sans": "NotoSansSC-Regular.otf"}
MISSING = "〓"  # the printers' mark for a character that the case does not hold
_epoch_lock = threading.Lock()  # SOURCE_DATE_EPOCH is the process's


@dataclass(frozen=True)
class Printed:
    """One printed form: bytes, pages (PDF), the engine that made it."""

    format: str
    content: bytes
    snapshot: str
    rule_set: str
    engine: str
    pages: int | None = None

    @property
    def content_type(self) -> str:
        return TYPES[self.format]


@functools.cache
def _weasyprint():
    """WeasyPrint, or a Refused with the one line to type where the system has no Pango."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint
    except OSError:
        raise Refused(f"本机缺少排版 PDF 的系统库。请以管理员身份执行：{PANGO}", status=409) from None
    return weasyprint


def engine() -> str:
    """Name and version of the PDF engine and of the layout, for the document's record: equal ones give equal bytes."""
    return f"WeasyPrint {_weasyprint().__version__}，版式 {_layout()}"


@functools.cache
def _layout() -> str:
    """A short digest of what draws the pages beside the engine."""
    folder = Path(settings.BASE_DIR) / "templates"
    parts = [
        folder / "report" / "report.html",
        folder / "report" / "report.css",
        *sorted((folder / "svg").glob("*.svg")),
    ]
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.read_bytes() + b"\0")
    return whole.hexdigest()[:8]


@functools.cache
def _font_bytes(name: str) -> bytes:
    return (resources.files("pylopdf_fonts_zh_cn") / name).read_bytes()


def _fetcher():
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Denying(URLFetcher):
        """Our two fonts by name; everything else, network or file, is denied."""

        def fetch(self, url, headers=None):
            if url in _FONTS:
                return URLFetcherResponse(url, _font_bytes(_FONTS[url]), {"Content-Type": "font/otf"})
            raise ValueError("排版时不读取任何地址")

    return Denying(allowed_protocols=set())


@functools.cache
def _drawn() -> frozenset[int]:
    """The characters that both of our faces draw; any other would look as this machine's own faces have it,
    or be a box."""
    one, other = (_characters(_font_bytes(name)) for name in _FONTS.values())
    return frozenset(one & other)


def _characters(font: bytes) -> set[int]:
    """What an OpenType font draws, from its cmap of format 12. Read here: fontTools names 65,000 glyphs for it (50
    MiB)."""
    tables = (struct.unpack_from(">4sxxxxII", font, 12 + 16 * n) for n in range(struct.unpack_from(">H", font, 4)[0]))
    cmap = next(offset for tag, offset, _ in tables if tag == b"cmap")
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * n)[2]
        if struct.unpack_from(">H", font, at)[0] == 12:
            for group in range(struct.unpack_from(">I", font, at + 12)[0]):
                first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
                found.update(range(first, last + 1))
    return found


def on_paper(html: str) -> str:
    """HTML that our faces can draw: control and direction marks go, a character that they lack becomes 〓,
    named at the end."""
    swaps: dict[int, str] = {}
    for character in set(html) - set("\n\r\t"):
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cf", "Cs"):
            swaps[ord(character)] = ""
        elif ord(character) not in _drawn():
            swaps[ord(character)] = " " if kind.startswith("Z") else "" if kind.startswith("M") else MISSING
    if not swaps:
        return html
    html = html.translate(swaps)
    lacking = sorted(code for code, mark in swaps.items() if mark == MISSING)
    if not lacking:
        return html
    named = "、".join(f"U+{code:04X}" for code in lacking[:20])
    body, end, rest = html.rpartition("</body>")
    return f'{body}<p class="note">注：字库里没有的字以“{MISSING}”代替（{named}），原字见系统页面。</p>{end}{rest}'


def warm() -> None:
    """Load what takes long, before there is anything to print. Raises Refused without Pango."""
    engine()
    _drawn()


def pdf(html: str, *, day: dt.date, progress: Progress | None = None) -> tuple[bytes, int]:
    """HTML to PDF/UA bytes and the number of pages; `progress` is told each page. Raises Refused without Pango."""
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    told = _told(progress) if progress else contextlib.nullcontext()
    epoch = str(int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()))
    with _epoch_lock, told:
        before = os.environ.get("SOURCE_DATE_EPOCH")
        os.environ["SOURCE_DATE_EPOCH"] = epoch
        try:
            fetcher = _fetcher()
            fonts = FontConfiguration()
            style = weasyprint.CSS(string=_style(), font_config=fonts, url_fetcher=fetcher)
            document = weasyprint.HTML(string=on_paper(html), url_fetcher=fetcher, base_url="report:").render(
                stylesheets=[style], font_config=fonts, presentational_hints=True
            )
            content = document.write_pdf(pdf_variant="pdf/ua-1")
            return content, len(document.pages)
        finally:
            if before is None:
                os.environ.pop("SOURCE_DATE_EPOCH", None)
            else:
                os.environ["SOURCE_DATE_EPOCH"] = before


class _Pages(logging.Handler):
    """Hears WeasyPrint's own account of its steps and passes on what people understand."""

    def __init__(self, progress: Progress):
        super().__init__(logging.INFO)
        self.progress, self.page = progress, 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.args and "Page" in str(record.msg):
            self.page = max(self.page, int(record.args[-1] if isinstance(record.args, tuple) else 0))
            # The number of pages is known only at the end: every page takes a twelfth of what is left.
            self.progress.step(1 - (11 / 12) ** self.page, 1, f"排版第 {self.page} 页")
        elif "Creating PDF" in str(record.msg):
            self.progress.step(95, 100, f"共 {self.page} 页，正在写入文件")


@contextlib.contextmanager
def _told(progress: Progress):
    from weasyprint.logger import PROGRESS_LOGGER

    handler, level = _Pages(progress), PROGRESS_LOGGER.level
    PROGRESS_LOGGER.addHandler(handler)
    PROGRESS_LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        PROGRESS_LOGGER.removeHandler(handler)
        PROGRESS_LOGGER.setLevel(level)


@functools.cache
def _style() -> str:
    return Path(settings.BASE_DIR / "templates" / "report" / "report.css").read_text(encoding="utf-8")


def print_report(report: Report, form: str, progress: Progress | None = None) -> Printed:
    """A report in one form; the three forms print the same figures."""
    snapshot = report.snapshot
    if form == "json":
        content = json.dumps(report.as_json(), ensure_ascii=False, indent=2).encode() + b"\n"
        return Printed("json", content, snapshot, report.rule_set, "json")
    if form == "xlsx":
        from governance.workbooks import writer

        return Printed("xlsx", writer.report(report), snapshot, report.rule_set, writer.engine())
    if form != "pdf":
        raise Refused(f"没有格式“{form}”；有：{'、'.join(FORMATS)}。", status=422)
    rows = sum(len(t.rows) for s in report.sections for t in s.tables)
    if rows > MOST_ROWS:
        number, longest = max(
            enumerate((t for s in report.sections for t in s.tables), 1), key=lambda pair: len(pair[1].rows)
        )
        raise Refused(
            f"报告有 {rows:,} 行表格，超过 PDF 的上限 {MOST_ROWS:,} 行；最长的是表 {number}“{longest.title[:60]}”，"
            f"{len(longest.rows):,} 行。请改用 XLSX。",
            status=409,
        )
    content, pages = pdf(as_html(report), day=report.day, progress=progress)
    return Printed("pdf", content, snapshot, report.rule_set, engine(), pages)


def as_html(report: Report) -> str:
    """The pages of a report before they are set: a discrepancy that a text cites is a footnote there,
    the rest stand last."""
    cited = set(CITED.findall("\n".join(_running_texts(report))))
    return render_to_string(
        "report/report.html",
        {
            "report": report,
            "snapshot": report.snapshot,
            "sections": numbered(report),
            "tables": {table.id for section in report.sections for table in section.tables},
            "footnotes": {code: text for code, text in report.notes if code in cited},
            "endnotes": [(code, text) for code, text in report.notes if code not in cited],
        },
    )


def _running_texts(report: Report):
    for section in report.sections:
        yield from section.paragraphs
        yield from (table.note for table in section.tables)
        yield from section.after


def numbered(report: Report) -> list[dict]:
    """Sections with their Chinese numbers (一、 and （一）), tables and pictures numbered through."""
    rows, top, sub, table, chart = [], 0, 0, 0, 0
    for section in report.sections:
        if section.level == 1:
            top, sub = top + 1, 0
            number = f"{han(top)}、"
        else:
            sub += 1
            number = f"（{han(sub)}）"
        tables, charts = [], []
        for one in section.tables:
            table += 1
            tables.append({"number": table, "table": one, "groups": _groups(one), "widths": _widths(one)})
        for caption, drawn in section.charts:
            chart += 1
            charts.append({"number": chart, "caption": caption, "chart": drawn})
        rows.append({"number": number, "section": section, "tables": tables, "charts": charts, "level": section.level})
    return rows


def _widths(table) -> list[str]:
    """The columns' shares as percentages that fill the measure, whatever they add up to."""
    whole = sum(column.width for column in table.columns) or 1
    return [f"{column.width * 100 / whole:.2f}%" for column in table.columns]


def _groups(table) -> list[dict]:
    """A group head and its rows; the head and the first row share a tbody that does not break."""
    groups: list[dict] = []
    for row in table.rows:
        if "_group" in row:
            groups.append({"head": row["_group"], "rows": []})
        else:
            if not groups:
                groups.append({"head": "", "rows": []})
            groups[-1]["rows"].append([(column, row.get(column.id)) for column in table.columns])
    return groups


@dataclass(frozen=True)
class Builder:
    """How a report is made: `build(year)`, or `build(year, key)` where `scopes()` offers parts as `(key, name)`."""

    title: str
    build: Callable[..., Report]
    scopes: Callable[[], list[tuple[str, str]]] | None = None


_builders: dict[str, Builder] = {}


def register_report(
    kind: str,
    title: str,
    build: Callable[..., Report],
    *,
    permission: Permission = Permission.REQUEST_REPORT,
    order: int = 100,
    scheduled: bool = True,
    scopes: Callable[[], list[tuple[str, str]]] | None = None,
    readers: tuple[Role, ...] = (Role.REVIEWER,),
    monthly: bool = False,
) -> None:
    """Offer a report: `build(year) -> Report`, called inside one snapshot. From AppConfig.ready(). With `scopes` it is
    offered for parts of the register too (one lead, one programme), and `build(year, key)` is told which.

    It becomes a kind of job as well: requested on the documents page for a year and formats by whoever holds
    `permission` for the whole city, who may also download it; the auditor downloads everything. Made on schedule,
    `readers` hear of a year's last one (of every month's, where `monthly`); the months' others lie in the archive.
    """
    _builders[kind] = Builder(title, build, scopes)

    def may(actor) -> bool:
        return actor.scope(permission) is Scope.CITY

    jobs.register(
        jobs.JobKind(
            key=kind,
            title=title,
            run=functools.partial(_run, kind),
            order=order,
            clean=functools.partial(clean_params, scopes=scopes),
            label=functools.partial(_label, title, scopes),
            parts=scopes,
            may_request=lambda actor, params: may(actor),
            may_download=lambda actor, document: may(actor) or actor.scope(Permission.READ_AUDIT) is Scope.CITY,
            tells=lambda params: readers if monthly or params["year"] < clock.today().year else (),
        )
    )
    if scheduled:
        jobs.on_schedule(kind, monthly_and_annual)


def report_kinds() -> list[str]:
    """The keys of every report that is offered."""
    return sorted(_builders)


def monthly_and_annual(day: dt.date):
    """The schedule of an annual report: every month the year so far, and once the year is over the whole of it."""
    years = years_of_reports(day)
    if day.year in years:
        yield f"{day:%Y-%m}", {"year": day.year, "formats": list(FORMATS)}
    if day.year - 1 in years:
        yield f"{day.year - 1}", {"year": day.year - 1, "formats": list(FORMATS)}


def years_of_reports(day: dt.date) -> range:
    """The years that a report may be about on the day: the plan's, and every one since, while its projects go on."""
    first, last = settings.PLAN_YEARS[0], settings.PLAN_YEARS[-1]
    return range(first, max(last, day.year) + 1)


def _label(title: str, scopes, params: dict) -> str:
    part = params.get("scope") and dict(scopes() if scopes else ()).get(params["scope"])
    return f"{params['year']} {title}" + (f"（{part}）" if part else "")


def clean_params(params: dict, scopes: Callable[[], list[tuple[str, str]]] | None = None) -> dict:
    """`{"year", "formats"}` of a report's job, and `scope` where it is about a part: a year of years_of_reports,
    at least one format, in the order of FORMATS, a part that is offered."""
    years = years_of_reports(clock.today())
    year, formats = params.get("year"), params.get("formats") or list(FORMATS)
    if isinstance(year, bool) or not isinstance(year, int) or year not in years:
        raise Invalid(f"报告年度应为 {years[0]}—{years[-1]}。", fields={"year": ["请选择年度"]})
    if unknown := [f for f in formats if f not in FORMATS]:
        raise Invalid(f"没有格式“{unknown[0]}”；有：{'、'.join(FORMATS)}。", fields={"formats": ["请选择格式"]})
    cleaned = {"year": year, "formats": [f for f in FORMATS if f in formats]}
    if scope := params.get("scope"):
        if scope not in dict(scopes() if scopes else ()):
            raise Invalid("这份报告没有这个范围。", fields={"scope": ["请选择范围"]})
        cleaned["scope"] = scope
    return cleaned


def _run(kind: str, params: dict, progress: Progress) -> list[jobs.Produced]:
    """The job of a report: figures once, then every form that was asked for."""
    progress.step(2, 100, "取数")
    report = build(kind, params["year"], params.get("scope", ""))
    progress.step(25, 100, "取数完成")
    forms, made = params["formats"], []
    for number, form in enumerate(reversed(forms)):  # the quick ones first; the pdf has the long way
        low = 25 + 70 * number / len(forms)
        part = progress.part(low, 25 + 70 * (number + 1) / len(forms))
        part.step(0, 1, f"生成 {form.upper()}")
        printed = print_report(report, form, part)
        made.append(
            jobs.Produced(
                form,
                printed.content,
                f"{report.title}.{form}",
                printed.snapshot,
                printed.rule_set,
                printed.engine,
                printed.pages,
            )
        )
    return made[::-1]


def kinds() -> dict[str, str]:
    """Titles of the reports by kind."""
    return {kind: one.title for kind, one in _builders.items()}


def build(kind: str, year: int, scope: str = "") -> Report:
    """The figures of a report, read in one consistent snapshot."""
    if kind not in _builders:
        raise Refused(f"没有报告“{kind}”；有：{'、'.join(_builders)}。", status=422)
    found = _builders[kind]
    with snapshot_read():
        return found.build(year, scope) if found.scopes else found.build(year)
