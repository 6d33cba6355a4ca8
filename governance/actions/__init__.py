"""Verbs of governance."""

from governance.actions.first_administrators import appoint_first_administrators
from governance.actions.jobs import cancel_job, check_document, download_document, request_job, retry_job
from governance.actions.organisations import add_alias, edit_organisation, end_service, record_service, set_body
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
from governance.actions.trail import export_trail
from governance.actions.training import import_roster, record_training, set_training_target, withdraw_training
