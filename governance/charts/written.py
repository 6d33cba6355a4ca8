"""Pictures and parts of them that stand many times on a page, as text. The others have a template each, which takes ten
times as long for a line of the Gantt chart; the words are escaped as templates escape them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from governance.charts.against import Against
from governance.charts.bars import CellBar
from governance.charts.colours import COLOURS, TONES
from governance.charts.gantt import Bar, Diamond, Gantt, Line, Mark, MiniGantt

FONT = "Noto Sans SC, Microsoft YaHei, PingFang SC, Noto Sans CJK SC, sans-serif"
INK, WHITE, MUTED, TRACK, BRAND = (COLOURS[name] for name in ("ink", "white", "muted", "track", "brand"))
_FRAME = '<svg xmlns="http://www.w3.org/2000/svg"{0} viewBox="0 0 {1} {2}" width="{1}" height="{2}"{3}>'
_PLAN = f'height="13" rx="1.5" fill="{COLOURS["bar"]}" stroke="{COLOURS["bar-line"]}" stroke-width="1"/>'
_TODAY = f'stroke="{INK}" stroke-width="1.2" stroke-dasharray="1.5 2.5"/>'
_BEYOND = f'stroke="{COLOURS["amber-dash"]}" stroke-width="1.2" stroke-dasharray="2.5 2.5"/>'
_LABEL = {"white": WHITE, "amber": COLOURS["amber"]}


def write(chart: object) -> str | None:
    """The whole picture, None where its kind has a template."""
    writer = WRITERS.get(type(chart))
    return f"{writer(chart)}\n" if writer else None  # a word may follow, with a gap between them


def bars(y: float, plan: tuple[Bar, ...], done: tuple[Bar, ...], diamonds: tuple[Diamond, ...]) -> str:
    """A row's window, what is done of it and its milestones, around the middle `y`."""
    out = [f'<g transform="translate(0 {y})">']
    out += [f'<path d="M{d.from_x} 0H{d.x}" {_BEYOND}' for d in diamonds if d.outside]
    out += [f'<rect x="{b.x}" y="-6.5" width="{b.width}" {_PLAN}' for b in plan]
    out += [f'<rect x="{b.x}" y="-7" width="{b.width}" height="14" rx="1.5" fill="{BRAND}"/>' for b in done]
    for b in plan:
        if b.label:
            fill = WHITE if b.label_tone == "white" else COLOURS["bar-word"]
            font = 'font-size="12" font-weight="700"'
            out.append(f'<text x="{b.x}" dx="6" y="4.2" {font} fill="{fill}">{escape(b.label)}</text>')
    out += map(_diamond, diamonds)
    out.append("</g>")
    return "".join(out)


def _diamond(d: Diamond) -> str:
    stroke = COLOURS["amber-mark"] if d.outside else INK
    label = ""
    if d.anchor:
        fill = _LABEL.get(d.tone, INK)
        label = (
            f'<text x="{d.label_x}" y="4.2" font-size="11.5" text-anchor="{d.anchor}" fill="{fill}">'
            f"{escape(d.label)}</text>"
        )
    return (
        f'<g><title>{escape(d.title)}</title><path transform="translate({d.x} 0)" d="M0 -5L5 0L0 5L-5 0Z" '
        f'fill="{WHITE}" stroke="{stroke}" stroke-width="1.5"/>{label}</g>'
    )


def line(chart: Gantt, row: Line) -> str:
    """A line of the Gantt chart: the head of a group, or a project."""
    at, base = chart.columns, row.baseline
    if row.is_head:
        return (
            f'<text x="14" y="{base}" font-weight="700">{escape(row.label)}</text>'
            f'<text x="{chart.left}" dx="-28" y="{base}" text-anchor="end" font-size="12" fill="{MUTED}">'
            f'{escape(row.count)}</text><text x="{at["amount"]}" y="{base}" text-anchor="end" font-weight="700">'
            f"{escape(row.amount)}</text>"
        )
    name = f'<text x="42" y="{base}">{escape(row.label)}</text>'
    if row.url:
        name = f'<a href="{escape(row.url)}"><text x="42" y="{base}" fill="{BRAND}">{escape(row.label)}</text></a>'
    out = [
        f'<g data-row="drawn"><title>{escape(row.title)}</title>',
        f'<text x="14" y="{base}" font-size="12" fill="{MUTED}">{escape(row.code)}</text>',
        name,
        bars(row.middle, row.bars, row.done, row.diamonds),
        f'<text x="{at["amount"]}" y="{base}" text-anchor="end">{escape(row.amount)}</text>',
    ]
    if row.state:
        out.append(f'<text x="{at["state"]}" y="{base}">{escape(row.state)}</text>')
    if row.progress:
        out.append(f'<text x="{at["progress"]}" y="{base}" text-anchor="end">{escape(row.progress)}</text>')
    out += [_mark(row, mark, x, width) for mark, x, width in row.marks]
    out.append("</g>")
    return "".join(out)


def _mark(row: Line, mark: Mark, x: float, width: float) -> str:
    behind, shift, fill = "", 0, COLOURS["slate"]
    if mark.strong:
        shift, fill, tint = 4, COLOURS["amber"], COLOURS["amber-tint"]
        size = f'width="{width}" height="17" rx="3" transform="translate(0 4.5)"'
        behind = f'<rect x="{x}" y="{row.y}" {size} fill="{tint}"/>'
    return (
        f'{behind}<a href="{escape(mark.url)}"><text x="{x}" dx="{shift}" y="{row.baseline}" font-size="12" '
        f'fill="{fill}">{escape(mark.code)}</text></a>'
    )


def _mini(c: MiniGantt) -> str:
    title = escape(c.title)
    today = f'<path d="M{c.today_x} 1V{c.height}" {_TODAY}' if c.today_x is not None else ""
    grid = "".join(f'<path d="M{x} 2V{c.height}" stroke="{TRACK}"/>' for x in c.grid)
    about = f' role="img" aria-label="{title}" font-family="{FONT}"'
    frame = _FRAME.format(' class="chart"', c.width, c.height, about)
    return f"{frame}<title>{title}</title>{grid}{bars(c.middle, c.bars, c.done, c.diamonds)}{today}</svg>"


def _cell_bar(c: CellBar) -> str:
    frame = _FRAME.format("", c.width, c.height, ' aria-hidden="true" focusable="false"')
    if not c.length:
        return f"{frame}</svg>"
    fill = COLOURS[TONES.get(c.tone, "slate")]
    return f'{frame}<rect x="0" y="0" width="{c.length}" height="{c.height}" fill="{fill}"/></svg>'


def _against(c: Against) -> str:
    title, (asked, wide), (planned, wider) = escape(c.title), c.asked, c.planned
    frame = _FRAME.format(' class="chart"', c.width, c.height, f' role="img" aria-label="{title}"')
    grid = "".join(f'<path d="M{x} 2V24" stroke="{TRACK}"/>' for x in c.grid)
    upper = f'fill="{WHITE}" stroke="{COLOURS["slate"]}"/>'
    lower = f'fill="{COLOURS["bar"]}" stroke="{COLOURS["bar-line"]}"/>'
    return (
        f'{frame}<title>{title}</title>{grid}<rect x="{asked}" y="4" width="{wide}" height="8" rx="1.5" {upper}'
        f'<rect x="{planned}" y="14.5" width="{wider}" height="8" rx="1.5" {lower}</svg>'
    )


WRITERS: dict[type, Callable[..., str]] = {MiniGantt: _mini, CellBar: _cell_bar, Against: _against}
