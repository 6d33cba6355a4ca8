"""Chinese labels of the register's codes, for pages and sentences."""

from __future__ import annotations

from projects.models import DataParty, PlanTask, ProgressReport, Project, TaskLink

STATES = dict(Project.STATES)
ORIGINS = dict(Project.ORIGINS)
LEVELS = dict(Project.LEVELS)
TIERS = dict(Project.TIERS)
INVESTMENT_TYPES = dict(Project.INVESTMENT_TYPES)
CONSTRUCTIONS = dict(Project.CONSTRUCTIONS)
TASK_STATES = dict(PlanTask.STATES)
CERTAINTIES = dict(TaskLink.CERTAINTIES)
PARTY_STATES = dict(DataParty.STATES)
SELF_RATINGS = dict(ProgressReport.RATINGS)

STATE_TONES = {
    "registered": "slate",
    "approved": "slate",
    "procurement": "brand",
    "building": "brand",
    "first_acceptance": "brand",
    "trial": "brand",
    "final_acceptance": "green",
    "operating": "green",
    "evaluation": "green",
    "closed": "green",
    "suspended": "amber",
    "terminated": "red",
}
TASK_TONES = {"not_started": "slate", "under_way": "brand", "done": "green", "dropped": "amber"}
SHARED_TONES = {"proposed": "amber", "registered": "green", "withdrawn": "slate"}
RATING_TONES = {"not_due": "slate", "normal": "green", "attention": "amber", "late": "red"}

STANDALONE = "单列项目"
BY_FIRST_LEAD = "按第一牵头"
BY_PARTICIPATION = "按参与（重复计数）"
BEFORE_THE_PERIOD = "规划期前"
