"""Tables of the register, by noun.

project     Programme, Project, ProjectLead, Phase
milestone   Milestone
life        StateChange, Change
gates       GateItem, Contract
progress    ProgressReport, ReportCall, ExpertRating
tasks       PlanTask, TaskLink
"""

from projects.models.gates import Contract, GateItem
from projects.models.life import Change, StateChange
from projects.models.milestone import Milestone
from projects.models.progress import ExpertRating, ProgressReport, ReportCall
from projects.models.project import Phase, Programme, Project, ProjectLead, ProjectQuerySet
from projects.models.tasks import PlanTask, PlanTaskQuerySet, TaskLink

__all__ = [
    "Change",
    "Contract",
    "ExpertRating",
    "GateItem",
    "Milestone",
    "Phase",
    "PlanTask",
    "PlanTaskQuerySet",
    "Programme",
    "ProgressReport",
    "Project",
    "ProjectLead",
    "ProjectQuerySet",
    "ReportCall",
    "StateChange",
    "TaskLink",
]
