"""Pages of governance."""

from governance.views.audit import audit_page
from governance.views.documents import cancel, document, documents, progress, request_report, retry, verify
from governance.views.entry import csrf_failure, hat, healthz, login, logout, notice_choices, notice_list
from governance.views.people import account, accounts, appointment_end, appointments, password
from governance.views.readings import decide
from governance.views.regulations import regulation, regulations

__all__ = [
    "account",
    "accounts",
    "appointment_end",
    "appointments",
    "audit_page",
    "cancel",
    "csrf_failure",
    "decide",
    "document",
    "documents",
    "hat",
    "healthz",
    "login",
    "logout",
    "notice_choices",
    "notice_list",
    "password",
    "progress",
    "regulation",
    "regulations",
    "request_report",
    "retry",
    "verify",
]
