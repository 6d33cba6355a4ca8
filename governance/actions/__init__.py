"""Verbs of governance."""

from governance.actions.first_administrators import appoint_first_administrators
from governance.actions.jobs import cancel_job, check_document, download_document, request_job, retry_job
from governance.actions.organisations import add_alias, edit_organisation, end_service, record_service, set_body
from governance.actions.passwords import (
    ask_password_link,
    change_password,
    first_code,
    open_link,
    use_password_link,
    vouch_password_link,
    voucher_for,
)
from governance.actions.people import (
    choose_notices,
    create_account,
    end_appointment,
    end_logins,
    grant,
    mark_read,
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
from governance.actions.retention import purge
from governance.actions.tokens import issue_token, revoke_token
from governance.actions.trail import export_trail, tell_head
from governance.actions.training import import_roster, record_training, set_training_target, withdraw_training
