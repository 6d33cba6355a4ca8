"""Tables of money, by noun. Unit 万元; null means 未填, never 0.

line     BudgetLine, ProjectYear, StageLock
entry    Entry, EntryPaper
revenue  CityRevenue
ceiling  Ceiling
export   ExportSnapshot, ExportPiece
funds    FundingCall, FundingApplication
"""

from budgets.models.ceiling import Ceiling
from budgets.models.entry import Entry, EntryPaper
from budgets.models.export import ExportPiece, ExportSnapshot, Kept
from budgets.models.funds import FundingApplication, FundingCall
from budgets.models.line import FISCAL_YEARS, STAGES, BudgetLine, ProjectYear, StageLock
from budgets.models.revenue import CityRevenue
from budgets.payers import SOURCES
