"""Tables of the register, by noun.

project     Programme, Project, ProjectLead, Phase
milestone   Milestone
life        StateChange, Change
gates       GateItem, Contract
progress    ProgressReport, ReportCall, ExpertRating
tasks       PlanTask, TaskLink
duties      Topic, TopicHead, TopicReport, Supervision
acceptance  Acceptance, Evaluation, AnnualTarget
documents   TechnicalDocument
needs       Need, NeedAnswer
collaboration  CollaborationMember, CollaborationSubject, CollaborationOpinion
catalogue   SharedData, DataParty
benefits    Benefit, Measurement, UnitAssessment
security    SecurityGrading, SecuritySync, SecurityAssessment, SecurityFinding
"""

from projects.models.acceptance import Acceptance, AnnualTarget, Evaluation
from projects.models.benefits import Benefit, Measurement, UnitAssessment
from projects.models.catalogue import DataParty, SharedData
from projects.models.collaboration import CollaborationMember, CollaborationOpinion, CollaborationSubject
from projects.models.documents import TechnicalDocument
from projects.models.duties import Supervision, Topic, TopicHead, TopicReport
from projects.models.gates import Contract, GateItem
from projects.models.life import Change, StateChange
from projects.models.milestone import Milestone
from projects.models.needs import Need, NeedAnswer
from projects.models.progress import ExpertRating, ProgressReport, ReportCall
from projects.models.project import Phase, Programme, Project, ProjectLead, ProjectQuerySet, with_leads
from projects.models.security import SecurityAssessment, SecurityFinding, SecurityGrading, SecuritySync
from projects.models.tasks import PlanTask, PlanTaskQuerySet, TaskLink
