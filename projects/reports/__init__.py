"""Reports of floor 2. The annual progress report: the figures first (figures.py), then its sections (sections.py); the
duties of chapter 9: security, acceptance and evaluation, the three tiers. Printed by governance.documents.printing."""

from projects.reports.evaluation import evaluation_report
from projects.reports.sections import annual_progress
from projects.reports.security import security_report
from projects.reports.tiers import tier_report

__all__ = ["annual_progress", "evaluation_report", "security_report", "tier_report"]
