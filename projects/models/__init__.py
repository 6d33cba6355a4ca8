"""Tables of the register, by noun.

project     Programme, Project, ProjectLead, Phase
milestone   Milestone
life        StateChange, Change
progress    ProgressReport
tasks       PlanTask, TaskLink
"""

from projects.models.life import Change, StateChange
from projects.models.milestone import Milestone
from projects.models.progress import ProgressReport
from projects.models.project import Phase, Programme, Project, ProjectLead, ProjectQuerySet
from projects.models.tasks import PlanTask, PlanTaskQuerySet, TaskLink

__all__ = [
    "Change",
    "Milestone",
    "Phase",
    "PlanTask",
    "PlanTaskQuerySet",
    "Programme",
    "ProgressReport",
    "Project",
    "ProjectLead",
    "ProjectQuerySet",
    "StateChange",
    "TaskLink",
]
