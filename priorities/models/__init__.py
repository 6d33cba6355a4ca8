"""Tables of floor 4: filing window, submissions and their versions, screening, conclusion, decision,
annual plan, rule sets."""

from priorities.models.batch import DeskBatch, DeskBatchItem
from priorities.models.change import ProposedChange
from priorities.models.conclusion import Conclusion, OpinionWaiver
from priorities.models.decision import DecisionLetter
from priorities.models.filing_window import FilingWindow, WindowExtension
from priorities.models.plan import AnnualPlan, PlanEntry, PlanOverride, PlanScenario
from priorities.models.rules import CaseMask, Flip, PlanFact, Rescreening, RuleSetRecord, ShownAdvice
from priorities.models.screening import ConfirmedFact, CorrectionAnswer, OverlapJudgement, Screening
from priorities.models.side_lanes import FilingCheck, SelfFundedCheck
from priorities.models.sitting import Sitting, SittingCase
from priorities.models.submission import Attachment, Participant, Submission, SubmissionVersion
from priorities.models.transition import ReturnedPoint, Transition
