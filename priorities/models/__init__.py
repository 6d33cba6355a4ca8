"""Tables of floor 4: filing window, submissions and their versions, screening, conclusion, annual plan, rule sets."""

from priorities.models.plan import AnnualPlan, PlanEntry
from priorities.models.rules import RuleSetRecord
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
    "Conclusion",
    "ConfirmedFact",
    "CorrectionAnswer",
    "FilingWindow",
    "OpinionWaiver",
    "OverlapJudgement",
    "Participant",
    "PlanEntry",
    "ReturnedPoint",
    "RuleSetRecord",
    "Screening",
    "SelfFundedCheck",
    "Submission",
    "SubmissionVersion",
    "Transition",
    "WindowExtension",
]
