"""The product's settings with the drill's kinds of jobs, for processes that tests start on a data folder of their own."""

from guiyang_egov.settings import *  # noqa: F403
from guiyang_egov.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.governance.drill.apps.DrillConfig"]
