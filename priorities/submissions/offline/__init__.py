"""The proposal as a workbook to be filled in without the network: lists to choose from, hints, and the way back.

Sheets 说明, 申报书, 目标, 组成与资金, 判定事实 and the hidden `_meta` (whose case, form version, the proposal as it
was). What comes back is read cell by cell; every error names sheet, row and column; what others changed online
meanwhile is kept (merging.merge), and a field that both changed is an error as well. Nothing here writes."""

from __future__ import annotations

from priorities.submissions.offline.layout import MANDATORY, ROWS
from priorities.submissions.offline.returned_workbook import CellError, Returned, read
from priorities.submissions.offline.template import template
