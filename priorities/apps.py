"""The app priorities (申报与优先级)."""

from django.apps import AppConfig


class PrioritiesConfig(AppConfig):
    name = "priorities"
    verbose_name = "申报与优先级"
