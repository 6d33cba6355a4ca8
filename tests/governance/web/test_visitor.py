"""What is no verb is recorded as well: logins, logouts, lockouts, every 403, every file taken out."""

from __future__ import annotations

import pytest
from django.test import Client

from governance.models import AuditRow


def last() -> AuditRow:
    return AuditRow.objects.order_by("-seq").first()


def test_a_login_and_a_logout_are_recorded_with_the_address(cast):
    client = Client(REMOTE_ADDR="127.0.0.1")
    client.post("/login/", {"username": "demo-finance", "password": "Guiyang-2006"})
    assert (last().event, last().by_text, last().user_id) == ("session.login", cast.finance.text, cast.finance.user_id)
    assert "127.0.0.1" in last().sentence
    client.post("/logout/")
    assert (last().event, last().by_text) == ("session.logout", cast.finance.text)


@pytest.mark.parametrize("name", ["demo-finance", "nobody", "甲\x00乙"])
def test_a_failed_login_is_recorded_with_the_name_that_was_typed(cast, name):
    Client().post("/login/", {"username": name, "password": "wrong"})
    assert (last().event, last().ok, last().user_id) == ("session.failed", False, None)
    assert name.replace("\x00", "\ufffd") in last().sentence


def test_a_lockout_is_recorded(cast, settings):
    settings.AXES_ENABLED = True
    for _ in range(6):
        Client(REMOTE_ADDR="10.1.1.9").post("/login/", {"username": "demo-finance", "password": "wrong"})
    row = AuditRow.objects.filter(event="session.locked").first()
    assert "10.1.1.9" in row.sentence
    assert "demo-finance" in row.sentence


@pytest.mark.parametrize(
    ("who", "method", "address"),
    [
        ("sysadmin", "get", "/projects/"),
        ("auditor", "post", "/priorities/desk/SB2008-011/return/"),
        ("health_cio", "get", "/governance/audit/"),
        ("sysadmin", "get", "/api/v1/projects/"),
        ("auditor", "post", "/api/v1/submissions/"),
    ],
)
def test_every_403_leaves_a_row(cast, who, method, address):
    before = AuditRow.objects.count()
    answer = getattr(cast.client(who), method)(address)
    assert answer.status_code == 403
    row = last()
    assert AuditRow.objects.count() == before + 1
    assert (row.ok, row.user_id) == (False, cast.user(who).pk)
    assert address in row.sentence


def test_a_form_without_its_token_leaves_a_row(cast):
    client = cast.client("finance", enforce_csrf_checks=True)
    assert client.post("/budgets/2007/cells/").status_code == 403
    assert (last().event, last().user_id) == ("access.refused", cast.finance.user_id)


def test_an_export_leaves_a_row(cast):
    answer = cast.client("reviewer").get("/governance/discrepancies/export/")
    assert answer.status_code == 200
    assert (last().event, last().user_id) == ("access.export", cast.reviewer.user_id)
    assert "疑义脚注表" in last().sentence
