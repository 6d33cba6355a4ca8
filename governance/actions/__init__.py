"""Verbs of governance."""

from governance.actions.jobs import cancel_job, check_document, download_document, request_job, retry_job
from governance.actions.organisations import (
    add_alias,
    edit_organisation,
    end_service,
    record_service,
    set_body,
)
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
from governance.actions.plan import add_discrepancy, attach_regulation_text, decide_reading, set_regulation_state
from governance.actions.reforms import (
    add_organisation,
    apply_successions,
    merge_organisation,
    separate_organisation,
    succeed_organisation,
)
from governance.actions.training import record_training, set_training_target, withdraw_training

__all__ = [
    "add_alias",
    "add_discrepancy",
    "add_organisation",
    "apply_successions",
    "attach_regulation_text",
    "cancel_job",
    "change_password",
    "check_document",
    "choose_notices",
    "create_account",
    "decide_reading",
    "download_document",
    "edit_organisation",
    "end_appointment",
    "end_service",
    "grant",
    "mark_read",
    "merge_organisation",
    "record_service",
    "record_training",
    "request_job",
    "reset_password",
    "retry_job",
    "separate_organisation",
    "set_active",
    "set_body",
    "set_regulation_state",
    "set_training_target",
    "succeed_organisation",
    "withdraw_training",
]
