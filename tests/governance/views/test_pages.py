"""Governance's own pages: who enters, what they show, what their forms do."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.test import Client

from governance import actions, jobs
from governance.basics.roles import Role
from governance.jobs import bell, kinds
from governance.models import AuditRow, Document, Job, Notice, PasswordLink, Regulation, User
from tests.governance.drill.kinds import ALL, good

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def drill(monkeypatch, media):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    for each in ALL:
        jobs.register(each)
    offices = (Role.REVIEWER, Role.FINANCE, Role.NDRC)
    jobs.register(
        jobs.JobKind(
            "yearly",
            "年度演练报告",
            good,
            lambda actor, params: actor.role in offices,
            lambda actor, document: actor.role in (*offices, Role.AUDITOR),
            order=1,
        )
    )
    monkeypatch.setattr(bell, "ring", lambda pk: None)


PAGES = {
    "/governance/documents/": set(Role),
    "/governance/documents/progress/": set(Role),
    "/governance/notices/": set(Role),
    "/governance/password/": set(Role),
    "/governance/audit/": {Role.AUDITOR},
    "/governance/accounts/": {Role.SYSADMIN},
    "/governance/passwords/": {Role.SECADMIN, Role.AUDITOR},
    "/governance/roles/": {Role.SECADMIN},
    "/governance/regulations/": set(Role) - {Role.SYSADMIN, Role.SECADMIN},
}
WHO = ("reviewer", "finance", "health_cio", "district", "expert", "auditor", "sysadmin", "secadmin")


@pytest.mark.parametrize("name", WHO)
def test_each_page_lets_in_the_roles_that_it_is_for(cast, name):
    client, role = cast.client(name), getattr(cast, name).role
    assert {u: client.get(u).status_code for u in PAGES} == {u: 200 if role in r else 403 for u, r in PAGES.items()}


@pytest.mark.parametrize("address", PAGES)
def test_without_a_login_every_page_leads_to_it_and_back(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={address}")


# --- documents -----------------------------------------------------------------------------------------------------


def ask(client, **more):
    return client.post("/governance/documents/request/", {"kind": "yearly", "year": "2007", "formats": ["pdf"]} | more)


def test_a_report_is_requested_shown_with_its_progress_and_downloaded(cast):
    client = cast.client("finance")
    assert ask(client).status_code == 302
    page = client.get("/governance/documents/").content.decode()
    assert "2007 年度演练报告" in page
    assert "排队" in page
    job = Job.objects.get()
    Job.objects.filter(pk=job.pk).update(state="running", percent=67, doing="排版第 6 页")
    part = client.get("/governance/documents/progress/?n=1", headers={"HX-Request": "true"})
    assert "排版第 6 页" in part.content.decode()
    assert "HX-Refresh" not in part
    Job.objects.filter(pk=job.pk).update(state="queued", attempts=0)
    assert jobs.perform(job.pk) == "done"
    assert client.get("/governance/documents/progress/?n=1")["HX-Refresh"] == "true"
    document = Document.objects.get()
    answer = client.get(f"/governance/documents/{document.pk}/")
    assert b"".join(answer.streaming_content) == f"内容 {None}".encode()
    assert "filename*=utf-8''" in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AuditRow.objects.get(event="governance.document.download").by_text == cast.finance.text
    assert document.file.sha256[:32] in client.get("/governance/documents/").content.decode()


def test_a_double_click_requests_one_report(cast):
    client = cast.client("finance")
    assert [ask(client, once="abc").status_code for _ in range(2)] == [302, 302]
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"year": "2011"}, "没有这个年度"),
        ({"year": "２００７年"}, "没有这个年度"),
        ({"kind": "nothing"}, "没有这种报告"),
        ({"formats": []}, "请至少选择一种格式"),
        ({"formats": ["exe"]}, "没有这种格式"),
    ],
)
def test_a_bad_request_keeps_the_form_and_stores_nothing(cast, more, sentence):
    answer = ask(cast.client("finance"), **more)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Job.objects.count() == 0


def test_who_may_not_request_sees_no_form_and_is_refused(cast):
    client = cast.client("health_cio")
    assert "生成报告</button>" not in client.get("/governance/documents/").content.decode()
    assert ask(client).status_code == 422
    assert Job.objects.count() == 0


def made(cast, by="finance"):
    job = actions.request_job(by=getattr(cast, by), kind="yearly", params={"year": 2007})
    jobs.perform(job.pk)
    return Document.objects.get(job=job)


@pytest.mark.parametrize(("name", "status"), [("ndrc", 200), ("auditor", 200), ("health_cio", 404), ("sysadmin", 404)])
def test_a_download_follows_the_kinds_permission(cast, name, status):
    document = made(cast)
    client = cast.client(name)
    answer = client.get(f"/governance/documents/{document.pk}/")
    assert answer.status_code == status
    assert b"".join(answer)
    assert client.head(f"/governance/documents/{document.pk}/").status_code == 405
    listed = str(document.pk) in client.get("/governance/documents/").content.decode()
    assert listed is (status == 200)


def test_a_document_that_does_not_exist_answers_like_one_that_may_not_be_seen(cast):
    client = cast.client("health_cio")
    hidden = client.get(f"/governance/documents/{made(cast).pk}/")
    missing = client.get("/governance/documents/00000000-0000-4000-8000-000000000000/")
    assert hidden.status_code == missing.status_code == 404
    assert strip(hidden) == strip(missing)


def strip(answer):
    return re.sub(r'value="[^"]{32,64}"|"X-CSRFToken": "[^"]+"', "", answer.content.decode())


def test_cancel_and_retry_are_buttons_of_ones_own_jobs(cast):
    client = cast.client("finance")
    ask(client)
    job = Job.objects.get()
    assert cast.client("ndrc").post(f"/governance/jobs/{job.pk}/cancel/").status_code == 404
    assert client.post(f"/governance/jobs/{job.pk}/cancel/").status_code == 302
    assert Job.objects.get().state == "cancelled"
    assert client.post(f"/governance/jobs/{job.pk}/cancel/").status_code == 409
    assert client.post(f"/governance/jobs/{job.pk}/retry/").status_code == 302
    assert Job.objects.get().state == "queued"


def test_a_failure_names_its_cause_on_the_page(cast):
    job = actions.request_job(by=cast.finance, kind="refusing", params={})
    jobs.perform(job.pk)
    page = cast.client("finance").get("/governance/documents/").content.decode()
    assert "缺少 2007 年的收入数" in page
    assert f"/governance/jobs/{job.pk}/retry/" in page


def test_what_does_not_fit_on_paper_is_offered_as_a_workbook_with_one_button(cast):
    client = cast.client("finance")
    ask(client)
    failed = Job.objects.get()
    sentence = "报告有 2,812 行表格，超过 PDF 的上限 2,000 行；最长的是表 3“按项目”，2,700 行。请改用 XLSX。"
    Job.objects.filter(pk=failed.pk).update(state="failed", error=sentence)
    page = client.get("/governance/documents/").content.decode()
    assert sentence in page
    fields = dict(re.findall(r'<input type="hidden" name="(kind|year|scope|formats)" value="(\w*)">', page))
    assert fields == {"kind": "yearly", "year": "2007", "scope": "", "formats": "xlsx"}
    assert client.post("/governance/documents/request/", fields).status_code == 302
    assert Job.objects.exclude(pk=failed.pk).get().params == {"year": 2007, "formats": ["xlsx"]}
    Job.objects.filter(pk=failed.pk).update(error="磁盘空间不足。")
    assert "改为 XLSX 生成" not in client.get("/governance/documents/").content.decode()


def test_the_documents_page_makes_the_same_queries_for_one_and_for_twenty(cast, django_assert_max_num_queries):
    for _ in range(20):
        made(cast)
    client = cast.client("finance")
    client.get("/governance/notices/")  # the session's beginning is written down once
    with django_assert_max_num_queries(15):
        client.get("/governance/documents/")


# --- audit ---------------------------------------------------------------------------------------------------------


def test_the_auditor_filters_by_day_person_record_and_refusal(cast):
    client = cast.client("auditor")
    actions.set_regulation_state(by=cast.reviewer, regulation=Regulation.objects.first(), version=1, state="consulting")
    cast.client("auditor").post("/governance/regulations/1/", {})
    page = client.get("/governance/audit/", {"person": "周敏"}).content.decode()
    assert "征求意见" in page
    key = Regulation.objects.first().audit_key
    assert "征求意见" in client.get("/governance/audit/", {"record": key}).content.decode()
    assert "征求意见" not in client.get("/governance/audit/", {"ok": "no"}).content.decode()
    assert "征求意见" not in client.get("/governance/audit/", {"to": "2000-01-01"}).content.decode()
    assert client.get("/governance/audit/", {"from": "昨天"}).status_code == 422


def test_the_auditor_sees_whether_the_chain_holds(cast):
    client = cast.client("auditor")
    actions.set_regulation_state(by=cast.reviewer, regulation=Regulation.objects.first(), version=1, state="consulting")
    assert "留痕链完整" in client.get("/governance/audit/?verify=1").content.decode()
    row = AuditRow.objects.order_by("-seq").first()
    AuditRow.objects.filter(pk=row.pk).update(sentence="改过")
    assert f"从第 {row.seq} 条起不符" in client.get("/governance/audit/?verify=1").content.decode()


# --- people --------------------------------------------------------------------------------------------------------

NEW = {"username": "li.na", "full_name": "李娜", "phone": "", "email": ""}
SECRET = "Shu-Lin-84!x"


def password_by_link(cast, user) -> None:
    """The way to a password: the system administrator's link, the second person's code, the person himself."""
    asked = cast.client("sysadmin").post(f"/governance/accounts/{user.pk}/", {"act": "link"})
    address = re.search(r"https?://[^/]+(/governance/password/[\w-]+/)", asked.content.decode())[1]
    assert Client().get(address).status_code == 404, "nobody has vouched"
    key = PasswordLink.objects.get(user=user, ended_at=None).pk
    vouched = cast.client("secadmin").post("/governance/passwords/", {"link": key})
    code = re.search(r"<code>(\d{8})</code>", vouched.content.decode())[1]
    form = {"code": code, "new": SECRET, "again": SECRET}
    assert Client().post(address, form | {"code": "00000000"}).status_code == 422
    assert Client().post(address, form | {"new": "short", "again": "short"}).status_code == 422
    assert Client().post(address, form)["Location"] == "/login/"
    assert Client().post(address, form).status_code == 404, "once"


def test_an_account_is_created_and_has_no_right_until_it_is_appointed(cast):
    client = cast.client("sysadmin")
    answer = client.post("/governance/accounts/", NEW)
    user = User.objects.get(username="li.na")
    assert answer["Location"] == f"/governance/accounts/{user.pk}/"
    browser = Client()
    assert browser.post("/login/", {"username": "li.na", "password": ""}).status_code == 422
    password_by_link(cast, user)
    assert browser.post("/login/", {"username": "li.na", "password": SECRET}).status_code == 302
    assert browser.get("/").status_code == 403
    form = {
        "user": user.pk,
        "organisation": cast.health_cio.organisation_id,
        "role": "department_cio",
        "manner": "正式",
        "from_day": "2007-08-20",
        "second": "on",  # the department has one already
    }
    assert cast.client("secadmin").post("/governance/roles/", form).status_code == 302
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"username": "demo-cio"}, "已经有人用了"),
        ({"username": "DEMO-CIO"}, "已经有人用了"),
        ({"username": "李娜"}, "英文字母"),
        ({"full_name": " \u200b "}, "要填"),
        ({"username": "a\x00b"}, "字符"),
    ],
)
def test_a_bad_account_keeps_what_was_typed_and_stores_nothing(cast, more, sentence):
    before = User.objects.count()
    answer = cast.client("sysadmin").post("/governance/accounts/", NEW | more)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert User.objects.count() == before


def test_disabling_ends_the_session_at_once(cast):
    browser, user = cast.client("ndrc"), cast.user("ndrc")
    assert browser.get("/governance/notices/").status_code == 200
    page = f"/governance/accounts/{user.pk}/"
    assert cast.client("sysadmin").post(page, {"act": "disable"}).status_code == 302
    assert browser.get("/governance/notices/").status_code == 302
    assert cast.client("sysadmin").post(page, {"act": "disable"}).status_code == 409
    assert cast.client("sysadmin").post(page, {"act": "delete"}).status_code == 422


def test_a_password_by_link_ends_sessions_and_is_told(cast):
    browser, user = cast.client("ndrc"), cast.user("ndrc")
    page = f"/governance/accounts/{user.pk}/"
    assert cast.client("sysadmin").post(page, {"act": "reset", "password": SECRET}).status_code == 422
    assert browser.get("/governance/notices/").status_code == 200
    password_by_link(cast, user)
    assert browser.get("/governance/notices/").status_code == 302
    assert Notice.objects.filter(user_id=user.pk, sentence__contains="一次性链接").exists()


def test_the_system_administrator_sees_no_role_and_no_business(cast):
    page = cast.client("sysadmin").get(f"/governance/accounts/{cast.user('health_cio').pk}/").content.decode()
    assert "部门CIO" not in page
    assert "市卫生局" not in page


def test_an_appointment_is_ended_with_a_day(cast):
    from governance.models import Appointment

    row = Appointment.objects.get(user=cast.user("expert"))
    client = cast.client("secadmin")
    assert client.post(f"/governance/roles/{row.pk}/end/", {"last_day": "gestern"}).status_code == 422
    assert client.post(f"/governance/roles/{row.pk}/end/", {"last_day": "2007-08-20"}).status_code == 302
    row.refresh_from_db()
    assert row.to_day == dt.date(2007, 8, 20)


def test_one_changes_ones_own_password_and_stays_logged_in(cast):
    client, other = cast.client("ndrc"), cast.client("ndrc")
    form = {"old": "Guiyang-2006", "new": SECRET, "again": SECRET}
    assert client.post("/governance/password/", form | {"old": "falsch"}).status_code == 422
    assert client.post("/governance/password/", form | {"again": "anders"}).status_code == 422
    assert client.post("/governance/password/", form).status_code == 302
    assert client.get("/governance/password/").status_code == 200
    assert other.get("/governance/password/").status_code == 302


# --- instruments, notices, entry -----------------------------------------------------------------------------------


def test_an_instrument_is_issued_with_day_and_number(cast):
    row = Regulation.objects.order_by("pk").first()
    client, page = cast.client("reviewer"), f"/governance/regulations/{row.pk}/"
    form = {"state": "issued", "issued_on": "", "document_number": "", "version": "1"}
    answer = client.post(page, form)
    assert answer.status_code == 422
    assert "写明文号" in answer.content.decode()
    form |= {"issued_on": "2007-06-01", "document_number": "筑府发〔2007〕12号"}
    assert client.post(page, form).status_code == 302
    stale = client.post(page, form)
    assert stale.status_code == 409
    assert "筑府发〔2007〕12号" in stale.content.decode()
    assert "筑府发〔2007〕12号" in cast.client("finance").get("/governance/regulations/").content.decode()
    assert cast.client("finance").post(page, form).status_code == 403


def test_notices_are_marked_read(cast):
    actions.cancel_job(by=cast.finance, job=actions.request_job(by=cast.finance, kind="good", params={}))
    job = actions.request_job(by=cast.finance, kind="good", params={})
    jobs.perform(job.pk)
    client = cast.client("finance")
    assert "已办好，可以下载" in client.get("/governance/notices/").content.decode()
    client.post("/governance/notices/")
    assert Notice.objects.filter(read_at=None).count() == 0


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_a_login_stays_on_this_site(cast, target):
    answer = Client().post("/login/", {"username": "demo-finance", "password": "Guiyang-2006", "next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_login_leads_back_to_the_page_that_was_asked_for(cast):
    form = {"username": "demo-finance", "password": "Guiyang-2006", "next": "/governance/documents/?year=2007"}
    assert Client().post("/login/", form)["Location"] == "/governance/documents/?year=2007"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(cast):
    answers = [
        Client().post("/login/", {"username": name, "password": "x"}) for name in ("demo-finance", "nobody-at-all")
    ]
    assert [a.status_code for a in answers] == [422, 422]
    assert strip(answers[0]).replace("demo-finance", "") == strip(answers[1]).replace("nobody-at-all", "")


def test_logging_out_needs_a_post(cast):
    client = cast.client("finance")
    client.get("/logout/")
    assert client.get("/governance/notices/").status_code == 200
    client.post("/logout/")
    assert client.get("/governance/notices/").status_code == 302


def test_health_names_database_and_broker(client, db, settings):
    settings.REDIS_URL = ""
    answer = client.get("/healthz")
    assert (answer.status_code, json.loads(answer.content)) == (200, {"database": "ok", "broker": "none"})


@pytest.mark.parametrize("answer", [b"-NOAUTH Authentication required.\r\n", b"-LOADING\r\n", b"HTTP/1.1 400\r\n"])
def test_a_broker_that_refuses_is_not_ok(client, db, settings, answer):
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse():
            while True:
                try:
                    peer = listener.accept()[0]
                except OSError:
                    return
                with peer:
                    peer.recv(200)
                    peer.sendall(answer * 5)
                peer.close()

        threading.Thread(target=refuse, daemon=True).start()
        settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        assert json.loads(client.get("/healthz").content)["broker"] == "down"
        listener.shutdown(socket.SHUT_RDWR)


def test_a_wrong_method_is_called_what_it_is(cast):
    answer = cast.client("finance").delete("/governance/notices/")
    assert answer.status_code == 405
    assert "405" in answer.content.decode()
    assert "409" not in answer.content.decode()


@pytest.mark.parametrize(
    "where", ["governance.views.session.inbox.for_actor", "governance.web.middleware.access.actor_for"]
)
def test_a_full_disk_is_a_sentence_and_not_an_error(cast, monkeypatch, where):
    client = cast.client("finance")
    client.raise_request_exception = False

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(where, full)
    answer = client.get("/governance/notices/")
    assert answer.status_code == 507
    assert "磁盘已满" in answer.content.decode()


def test_reports_may_be_about_the_present_year(cast, monkeypatch):
    import datetime as dt

    from governance.basics import clock
    from governance.documents import printing

    assert list(printing.years_of_reports(dt.date(2007, 8, 20))) == list(range(2005, 2011))
    assert printing.years_of_reports(dt.date(2026, 11, 30))[-1] == 2026
    with clock.at(dt.date(2026, 11, 30)):
        assert dict(printing.monthly_and_annual(clock.today()))["2026-11"]["year"] == 2026
        assert printing.clean_params({"year": 2026, "formats": ["xlsx"]})["year"] == 2026
        assert "2026" in cast.client("reviewer").get("/governance/documents/").content.decode()


def test_health_does_not_wait_for_a_broker_that_hangs(client, db, settings):
    import socket
    import time

    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        start = time.perf_counter()
        assert json.loads(client.get("/healthz").content)["broker"] == "down"
        assert time.perf_counter() - start < 2.2
