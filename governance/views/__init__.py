"""Pages of governance."""

from governance.views.audit import audit_page
from governance.views.documents import cancel, document, documents, progress, request_report, retry, verify
from governance.views.entry import csrf_failure, hat, healthz, kept, login, logout, notice_choices, notice_list
from governance.views.people import account, accounts, appointment_end, appointments, password
from governance.views.readings import decide
from governance.views.records import (
    discrepancy_new,
    regulation_file,
    regulation_text,
    service,
    service_end,
    services,
    training_new,
    training_target,
    training_withdraw,
    trainings,
)
from governance.views.regulations import regulation, regulations
from governance.views.units import alias, bodies, body, edit, merge, separate, succeed, unit_new
