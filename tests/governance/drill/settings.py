"""The product's settings with the drill's kinds of jobs, for processes that tests start on a data folder of their own.
With DRILL_HURRY=1 leases and bells are seconds instead of minutes, so that a drill of faults ends the same day."""

import os

from guiyang_egov.settings import *  # noqa: F403
from guiyang_egov.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.governance.drill.apps.DrillConfig"]
if os.environ.get("DRILL_HURRY"):
    CELERY_BEAT_SCHEDULE = CELERY_BEAT_SCHEDULE | {"reconcile": {"task": "governance.tasks.reconcile", "schedule": 1.0}}
