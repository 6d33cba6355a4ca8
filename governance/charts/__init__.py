"""Geometry of the pictures: plain numbers in, frozen rectangles and words out; templates/svg/<kind>.svg draws them.

No Django here. Coordinates are px of the chart's own viewBox, rounded to 0.1; days are first and last day of what is
meant, both counted in. Colours are named tones, which the templates turn into presentation attributes: the same SVG
stands on a page (strict CSP) and in a PDF (whose engine ignores page CSS inside SVG).
"""

from governance.charts.against import against
from governance.charts.bars import (
    BarRow,
    Segment,
    YearValue,
    bar,
    bars,
    stacked,
    years,
)
from governance.charts.flows import Flow, flows
from governance.charts.frontier import Spot, frontier
from governance.charts.gantt import Group, Mark, Milestone, Phase, Row, gantt, gantt_row, is_outside
from governance.charts.money import cumulative, stages, year_stack
from governance.charts.project import project_time
from governance.charts.promises import PromiseRow, promises
from governance.charts.scale import Scale, fit, text_width, year_bands
from governance.charts.tree import Branch, tree
from governance.charts.waiting import wait
