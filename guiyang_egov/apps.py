"""Floor 5 as a Django app: commands and pages, no models."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "guiyang_egov"
    verbose_name = "总览"
