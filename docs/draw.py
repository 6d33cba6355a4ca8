"""Draws docs/architecture.svg from the imports: `python -m docs.draw`.

tests/house/test_rooms.py draws it again and compares.

Where a room stands is written here, which room imports which is read from the code. An arrow that others imply is left
out; one that runs up is refused.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

from governance.charts.colours import COLOURS

PICTURE = Path(__file__).with_name("architecture.svg")

ADDRESSES, DOORS, VERBS, SUBJECTS, TABLES, PLAIN = "地址、登记", "出入口", "动词", "题目", "表", "纯 Python"
Row = tuple[str, str]  # the storey's name, then `room 中文` separated by commas, from left to right

# A flat: its name, what it is about, its storeys from top to bottom. In one row imports run to the right.
HOUSE: dict[str, tuple[str, str, tuple[Row, ...]]] = {
    "guiyang_egov": (
        "总览",
        "几层合成的页面",
        (
            (ADDRESSES, "__main__ 命令入口, wsgi 网站入口, apps 登记, urls 地址, api 接口地址, management 命令"),
            (DOORS, "celery 任务入口, pages 跨层页面, demo 演示, first_run 初次启用, runtime 启动看护, settings 设置"),
        ),
    ),
    "priorities": (
        "申报与优先级",
        "申报、判定、会签、计划",
        (
            (ADDRESSES, "apps 登记, urls 地址, management 命令"),
            (
                DOORS,
                "hooks 向下提供, views 页面, api 接口, reports 年报, panels 给五楼, templatetags 模板词, steps 步骤",
            ),
            (VERBS, "actions 动词"),
            (
                SUBJECTS,
                "rescreening 整体重判, annual_plan 年度计划, case 一件申报, approval 会签与意见, documents 回执",
            ),
            (SUBJECTS, "screening 判定与结论, submissions 填报, rule_sets 规则集, radar 查重"),
            (TABLES, "models 表"),
            (PLAIN, "labels 中文词, optimiser 优化, proposal 申报书, rules 判据 8.3"),
        ),
    ),
    "budgets": (
        "资金",
        "预算行、记账、Excel 往返",
        (
            (ADDRESSES, "apps 登记, urls 地址, management 命令"),
            (DOORS, "hooks 向下提供, views 页面, api 接口, reports 年报, panels 给五楼, steps 步骤"),
            (VERBS, "forms 表单, actions 动词, workbook Excel 往返"),
            (SUBJECTS, "funds 专项资金, table 预算表, growth 增长检验, ledger 记账"),
            (TABLES, "models 表"),
            (PLAIN, "payers 谁出钱"),
        ),
    ),
    "projects": (
        "项目总册",
        "项目、任务、进度、验收",
        (
            (ADDRESSES, "apps 登记, urls 地址"),
            (DOORS, "hooks 向下提供, views 页面, api 接口, reports 年报, panels 给五楼, plan_steps 装入规划"),
            (VERBS, "forms 表单, actions 动词, steps 步骤, sharing_steps 共享的步骤"),
            (SUBJECTS, "catalogue 共享目录, duties 课题, benefits 绩效台账"),
            (SUBJECTS, "progress 评级, acceptance 验收评估, security 安全, lifecycle 一生"),
            (TABLES, "labels 中文词, models 表"),
            (PLAIN, "sharing_words 共享的词, targets 目标读数"),
        ),
    ),
    "governance": (
        "机构、规划与留痕",
        "谁、凭什么、怎样写",
        (
            (ADDRESSES, "apps 登记, urls 地址, management 命令"),
            (DOORS, "views 页面, api 接口"),
            (VERBS, "forms 表单, actions 动词, plan_steps 装入规划"),
            (SUBJECTS, "documents 文档, templatetags 模板词, workbooks Excel, web 页面框架, signing 签署"),
            (SUBJECTS, "people 机构与人, jobs 后台任务, storage 文件备份, notices 通知"),
            ("内核", "kernel 权利、动词、留痕"),
            (TABLES, "models 表"),
            ("底层", "basics 角色、日期、文字, database 数据库"),
            (PLAIN, "plan 规划文件, charts 图的几何"),
        ),
    ),
}

WIDTH, LEFT, RIGHT = 1280, 240, 176  # the margins hold the floors' names and the arrows past floors
WALL = WIDTH - RIGHT + 18  # where a flat ends
BOX, GAP, EDGE = 42, 36, 20  # heights of a box, of the air below a row, of the air above and below a flat's rows
BETWEEN = 40  # between two flats


@dataclass
class Room:
    """A box: where it stands, and the ends of its arrows."""

    name: str
    label: str
    row: int
    x: float = 0
    y: float = 0
    width: float = 0
    leaving: list[str] = field(default_factory=list)
    coming: list[str] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


Arrow = tuple[str, str]
KINDS = {"actions": " verb", "steps": " verb", "sharing_steps": " verb", "plan_steps": " verb", "models": " table"}


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def arrows() -> tuple[Counter[Arrow], Counter[Arrow]]:
    """How many imports run from room to room of one flat, and from floor to floor."""
    graph = grimp.build_graph(*HOUSE, cache_dir=None)
    inside: Counter[Arrow] = Counter()
    between: Counter[Arrow] = Counter()
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            if ".migrations" in module or ".migrations" in other:
                continue
            here, there = module.split(".")[0], other.split(".")[0]
            if here != there:
                between[here, there] += 1
            elif "." in module and "." in other and room_of(module) != room_of(other):
                inside[room_of(module), room_of(other)] += 1
    return inside, between


def rooms_of(app: str) -> list[Room]:
    found = []
    for row, (_, line) in enumerate(HOUSE[app][2]):
        for text in line.split(", "):
            name, _, label = text.partition(" ")
            found.append(Room(name, label, row))
    return found


def is_down(one: Room, other: Room) -> bool:
    """To a lower row, or to the right in one row."""
    return (one.row, one.x) < (other.row, other.x)


def needed(pairs: list[Arrow]) -> list[Arrow]:
    """The arrows that no others imply."""
    after: dict[str, set[str]] = {}
    for one, other in pairs:
        after.setdefault(one, set()).add(other)

    def reached(start: str, apart: Arrow) -> set[str]:
        seen: set[str] = set()
        ahead = [n for n in after.get(start, ()) if (start, n) != apart]
        while ahead:
            if (name := ahead.pop()) not in seen:
                seen.add(name)
                ahead += after.get(name, ())
        return seen

    return [pair for pair in sorted(pairs) if pair[1] not in reached(pair[0], pair)]


def columns(text: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def place(rooms: list[Room], rows: int, top: float) -> float:
    """Give every room its place; returns the bottom of the flat."""
    for room in rooms:
        room.width = max(76, 7.2 * len(room.name) + 18, 6.3 * columns(room.label) + 18)
    room_left, room_right = LEFT + 70, WIDTH - RIGHT
    y = top + EDGE
    for row in range(rows):
        line = [r for r in rooms if r.row == row]
        free = room_right - room_left - sum(r.width for r in line)
        gap = min(free / (len(line) + 1), 110)
        x = room_left + (free - gap * (len(line) - 1)) / 2
        for room in line:
            room.x, room.y = x, y
            x += room.width + gap
        y += BOX + GAP
    return y - GAP + EDGE


def port(room: Room, ends: list[str], name: str) -> float:
    """Where on a room's edge an arrow begins or ends: side by side, as far apart as the edge allows."""
    step = min(16.0, (room.width - 20) / max(len(ends), 1))
    return room.middle + (ends.index(name) - (len(ends) - 1) / 2) * step


def through(rooms: list[Room], row: int, x: float) -> float:
    """The gap of a row nearest to x, for an arrow that passes it."""
    line = sorted((r for r in rooms if r.row == row), key=lambda r: r.x)
    gaps = [line[0].x - 12, line[-1].x + line[-1].width + 12]
    gaps += [(a.x + a.width + b.x) / 2 for a, b in zip(line, line[1:], strict=False)]
    return min(gaps, key=lambda g: (abs(g - x), g))


def path(points: list[tuple[float, float]]) -> str:
    """A soft line that leaves and enters every point upright."""
    text = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
        bend = (y2 - y1) / 2
        text += f" C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
    return text


def curve(rooms: list[Room], one: Room, other: Room) -> str:
    if one.row == other.row:
        line = sorted((r for r in rooms if r.row == one.row), key=lambda r: r.x)
        apart = abs(line.index(one) - line.index(other))
        if apart == 1 and one.x < other.x:
            return f"M{one.x + one.width:.1f} {one.y + BOX / 2:.1f} L{other.x - 1:.1f} {other.y + BOX / 2:.1f}"
        x1, x2 = port(one, one.leaving, other.name), port(other, other.coming, one.name)
        y, deep = one.y, 12 + 7 * apart
        return f"M{x1:.1f} {y:.1f} C{x1:.1f} {y - deep:.1f} {x2:.1f} {y - deep:.1f} {x2:.1f} {y - 1:.1f}"
    x1, x2 = port(one, one.leaving, other.name), port(other, other.coming, one.name)
    points = [(x1, one.y + BOX)]
    for row in range(one.row + 1, other.row):
        top = next(r.y for r in rooms if r.row == row)
        wish = x1 + (x2 - x1) * (row - one.row) / (other.row - one.row)
        x = through(rooms, row, wish)
        points += [(x, top - 4), (x, top + BOX + 4)]
    return path([*points, (x2, other.y - 1)])


def weight(count: int) -> float:
    return round(1 + math.log2(count) * 0.42, 1)


def flat(app: str, inside: Counter[Arrow], floor: int, top: float) -> tuple[list[str], float]:
    """A floor as SVG, and where it ends."""
    title, about, storeys = HOUSE[app]
    rooms = rooms_of(app)
    bottom = place(rooms, len(storeys), top)
    by_name = {r.name: r for r in rooms}
    pairs = {(a.split(".")[1], b.split(".")[1]): n for (a, b), n in inside.items() if a.startswith(f"{app}.")}
    if lost := {name for pair in pairs for name in pair} - set(by_name):
        raise SystemExit(f"{app} 有图里没有的房间：{'、'.join(sorted(lost))}（docs/draw.py 的 HOUSE）")
    down = needed([p for p in pairs if is_down(by_name[p[0]], by_name[p[1]])])
    if up := [f"{a} → {b}" for a, b in sorted(pairs) if not is_down(by_name[a], by_name[b])]:
        raise SystemExit(f"{app} 有倒着走的 import：{'、'.join(up)}")
    for one, other in down:
        by_name[one].leaving.append(other)
        by_name[other].coming.append(one)
    for room in rooms:
        room.leaving.sort(key=lambda n: (by_name[n].middle, n))
        room.coming.sort(key=lambda n: (by_name[n].middle, n))

    ink, height = "on-dark", bottom - top
    drawn = [
        f'<g id="{app}">',
        f'<rect class="flat" x="14" y="{top:.1f}" width="{WALL - 14}" height="{height:.1f}" rx="10"/>',
        f'<path class="name" d="M24 {top:.1f}H{LEFT - 26}V{bottom:.1f}H24A10 10 0 0 1 14 {bottom - 10:.1f}'
        f'V{top + 10:.1f}A10 10 0 0 1 24 {top:.1f}Z"/>',
        f'<text class="{ink} number" x="34" y="{top + 56:.1f}">{floor}</text>',
        f'<text class="{ink} title" x="34" y="{top + 88:.1f}">{escape(title)}</text>',
        f'<text class="{ink} code" x="34" y="{top + 110:.1f}">{app}/</text>',
        f'<text class="{ink} about" x="34" y="{top + 132:.1f}">{escape(about)}</text>',
    ]
    for row, (storey, _) in enumerate(storeys):
        y = next(r.y for r in rooms if r.row == row)
        drawn.append(f'<rect class="row" x="{LEFT - 26}" y="{y - 9:.1f}" width="{WALL - LEFT + 12}" height="60"/>')
        drawn.append(f'<text class="storey" x="{LEFT - 12}" y="{y + 25:.1f}">{storey}</text>')
    for pair in down:
        line = curve(rooms, by_name[pair[0]], by_name[pair[1]])
        drawn.append(f'<path class="arrow" stroke-width="{weight(pairs[pair])}" marker-end="url(#to)" d="{line}"/>')
    for room in rooms:
        kind = " plain" if storeys[room.row][0] == PLAIN else KINDS.get(room.name, "")
        drawn += [
            f'<rect class="room{kind}" x="{room.x:.1f}" y="{room.y:.1f}" width="{room.width:.1f}" height="{BOX}"'
            ' rx="5"/>',
            f'<text class="label" x="{room.middle:.1f}" y="{room.y + 18:.1f}">{escape(room.label)}</text>',
            f'<text class="module" x="{room.middle:.1f}" y="{room.y + 33:.1f}">{room.name}</text>',
        ]
    return [*drawn, "</g>"], bottom


def stairs(between: Counter[Arrow], places: dict[str, tuple[float, float]]) -> Iterator[str]:
    """The thick arrows between floors: to the next one through the gap, past others in lanes at the right."""
    names = list(HOUSE)
    steps = {pair: names.index(pair[1]) - names.index(pair[0]) for pair in between}
    far = sorted((p for p in between if steps[p] > 1), key=lambda p: (steps[p], p))
    for one, other in sorted(between):
        count, wide = between[one, other], round(1.5 + math.log2(between[one, other]) * 0.8, 1)
        start, end = places[one][1], places[other][0]
        if steps[one, other] == 1:
            x = 118
            line = f"M{x} {start:.1f}V{end - 2:.1f}"
            yield f'<path class="stair" stroke-width="{wide}" marker-end="url(#stair)" d="{line}"/>'
            yield f'<text class="count" x="{x + 16}" y="{(start + end) / 2 + 4:.1f}">{count} 处 import</text>'
            continue
        leaving = [p for p in far if p[0] == one]
        coming = [p for p in reversed(far) if p[1] == other]
        x = WALL + 44 + far.index((one, other)) * 15
        y1 = start - 24 - 24 * leaving[::-1].index((one, other))
        y2 = end + 20 + 24 * coming.index((one, other))
        yield (
            f'<path class="stair lane" stroke-width="{wide}" marker-end="url(#lane)" '
            f'd="M{WALL} {y1:.1f}H{x - 8}Q{x} {y1:.1f} {x} {y1 + 8:.1f}'
            f'V{y2 - 8:.1f}Q{x} {y2:.1f} {x - 8} {y2:.1f}H{WALL + 2}"/>'
        )
        yield f'<text class="count" x="{WALL + 5}" y="{y1 - 6:.1f}">{count}</text>'


STYLE = """
  text { font-family: "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; fill: %(ink)s }
  .flat { fill: %(white)s; stroke: %(line)s } .name { fill: %(brand)s } .row { fill: %(canvas)s }
  .on-dark { fill: %(white)s } .number { font-size: 40px; font-weight: 700 }
  .title { font-size: 19px; font-weight: 700 }
  .code, .module { font-family: ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace }
  .code { font-size: 13px } .about { font-size: 13px } .storey { font-size: 12px; fill: %(muted)s }
  .room { fill: %(white)s; stroke: %(brand-line)s } .verb { fill: %(brand-tint)s; stroke: %(brand)s }
  .table { fill: %(amber-tint)s; stroke: %(amber-bar)s } .plain { fill: %(white)s; stroke: %(green)s }
  .label { font-size: 12.5px; font-weight: 600; text-anchor: middle } .module { font-size: 11px; fill: %(muted)s;
  text-anchor: middle } .arrow { fill: none; stroke: %(axis)s }
  .stair { fill: none; stroke: %(brand)s; stroke-linecap: butt } .lane { stroke: %(brand-line)s }
  .count { font-size: 12px; fill: %(muted)s } .head { font-size: 24px; font-weight: 700 } .key { font-size: 12.5px;
  fill: %(muted)s }
"""


def marker(name: str, colour: str, size: int) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="{size}" markerHeight="{size}" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .5 8 4 0 7.5Z" fill="{COLOURS[colour]}"/></marker>'
    )


def key(y: float) -> list[str]:
    """What the colours and lines mean."""
    kinds = (("verb", "动词：写都在这里"), ("table", "表"), ("plain", "纯 Python：不认识 Django"))
    drawn, x = [], LEFT - 26
    for kind, text in kinds:
        drawn.append(f'<rect class="room {kind}" x="{x}" y="{y - 13}" width="22" height="16" rx="3"/>')
        drawn.append(f'<text class="key" x="{x + 30}" y="{y}">{text}</text>')
        x += 60 + 6.4 * columns(text)
    drawn.append(f'<path class="arrow" stroke-width="1.6" marker-end="url(#to)" d="M{x} {y - 5}h30"/>')
    drawn.append(f'<text class="key" x="{x + 38}" y="{y}">import（能由别的箭头推出的不画；越粗越多）</text>')
    return drawn


def draw() -> str:
    """The whole picture as SVG."""
    inside, between = arrows()
    drawn: list[str] = []
    places, y = {}, 96.0
    for floor, app in zip(range(len(HOUSE), 0, -1), HOUSE, strict=True):
        part, bottom = flat(app, inside, floor, y)
        drawn += part
        places[app] = (y, bottom)
        y = bottom + BETWEEN
    height = y - BETWEEN + 20
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
            'aria-label="房子的图：五层楼和各层的房间，箭头是 import">',
            f"<style>{STYLE % COLOURS}</style>",
            f"<defs>{marker('to', 'axis', 7)}{marker('stair', 'brand', 15)}{marker('lane', 'brand-line', 13)}</defs>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="{COLOURS["canvas"]}"/>',
            '<text class="head" x="14" y="42">房子的图：五层楼，只往下走</text>',
            *key(72),
            *drawn,
            *stairs(between, places),
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
