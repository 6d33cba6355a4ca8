"""The app governance (机构、规划与留痕)."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "机构、规划与留痕"
