"""年度进度报告: the figures first (figures.py), then its sections (sections.py), printed by governance.documents."""

from projects.reports.sections import annual_progress

__all__ = ["annual_progress"]
