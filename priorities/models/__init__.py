"""Tables of floor 4: filing window, submissions and their versions, screening, conclusion, annual plan, rule sets."""

from priorities.models.batch import DeskBatch, DeskBatchItem
from priorities.models.change import ProposedChange
from priorities.models.plan import AnnualPlan, PlanEntry, PlanOverride, PlanScenario
from priorities.models.rules import CaseMask, Flip, PlanFact, Rescreening, RuleSetRecord, ShownAdvice
from priorities.models.side_lanes import FilingCheck
from priorities.models.sitting import Sitting, SittingCase
from priorities.models.submission import (
    Attachment,
    Conclusion,
    ConfirmedFact,
    CorrectionAnswer,
    FilingWindow,
    OpinionWaiver,
    OverlapJudgement,
    Participant,
    ReturnedPoint,
    Screening,
    SelfFundedCheck,
    Submission,
    SubmissionVersion,
    Transition,
    WindowExtension,
)

__all__ = [
    "AnnualPlan",
    "Attachment",
    "CaseMask",
    "Conclusion",
    "ConfirmedFact",
    "CorrectionAnswer",
    "DeskBatch",
    "DeskBatchItem",
    "FilingCheck",
    "FilingWindow",
    "Flip",
    "OpinionWaiver",
    "OverlapJudgement",
    "Participant",
    "PlanEntry",
    "PlanFact",
    "ProposedChange",
    "Rescreening",
    "PlanOverride",
    "PlanScenario",
    "ReturnedPoint",
    "RuleSetRecord",
    "Screening",
    "SelfFundedCheck",
    "ShownAdvice",
    "Sitting",
    "SittingCase",
    "Submission",
    "SubmissionVersion",
    "Transition",
    "WindowExtension",
]
