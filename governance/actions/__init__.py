"""Verbs of governance."""

from governance.actions.jobs import cancel_job, check_document, download_document, request_job, retry_job
from governance.actions.people import (
    change_password,
    choose_notices,
    create_account,
    end_appointment,
    grant,
    mark_read,
    reset_password,
    set_active,
)
from governance.actions.plan import decide_reading, set_regulation_state

__all__ = [
    "cancel_job",
    "change_password",
    "check_document",
    "choose_notices",
    "create_account",
    "decide_reading",
    "download_document",
    "end_appointment",
    "grant",
    "mark_read",
    "request_job",
    "reset_password",
    "retry_job",
    "set_active",
    "set_regulation_state",
]
