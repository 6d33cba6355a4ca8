"""What is posted after the session has ended is kept through the login and offered back; nothing else is."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from governance.jobs import tasks
from governance.models import Regulation

pytestmark = pytest.mark.django_db
WORDS = "第一行：请补充论证\r\n第二行 <b>不是标记</b>"


@pytest.fixture
def address(cast):
    return f"/governance/regulations/{Regulation.objects.order_by('pk').first().pk}/"


def login(client, name="demo-reviewer", to="/"):
    return client.post("/login/", {"username": name, "password": "Guiyang-2006", "next": to})


def kept_fields(page: str) -> list[tuple[str, str]]:
    return [
        (n, html.unescape(v))
        for n, v in re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    ]


def test_a_form_posted_after_the_session_ended_comes_back_word_for_word_and_goes_through(cast, address):
    browser = Client()
    form = {"state": "consulting", "document_number": WORDS, "version": "1", "once": "k" * 32, "issued_on": ""}
    answer = browser.post(address, form, HTTP_REFERER="http://testserver/governance/regulations/?x=1")
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={address}")
    answer = login(browser, to=address)
    assert answer["Location"] == "/governance/kept/"
    page = browser.get("/governance/kept/").content.decode()
    assert dict(kept_fields(page)) == form
    assert "&lt;b&gt;不是标记" in page
    assert 'href="/governance/regulations/?x=1"' in page
    assert re.search(rf'action="{address}"', page)
    assert browser.post(address, dict(kept_fields(page)) | {"document_number": "筑府发 7 号"}).status_code == 302
    assert browser.post("/governance/kept/").status_code == 302
    assert "现在没有" in browser.get("/governance/kept/").content.decode()


def test_the_session_that_kept_it_is_an_ordinary_one_after_the_login(cast, address):
    browser = Client()
    browser.post(address, {"note": WORDS})
    assert browser.session.get_expiry_age() <= 30 * 60
    login(browser)
    assert browser.session.get_expiry_age() > 11 * 3600


@pytest.mark.parametrize("headers", [{"HTTP_HX_REQUEST": "true"}, {"HTTP_ACCEPT": "application/json"}])
def test_what_a_script_posts_is_not_kept(cast, address, headers):
    browser = Client()
    browser.post(address, {"note": WORDS}, **headers)
    assert login(browser)["Location"] == "/"


@pytest.mark.parametrize("form", [{"old_password": "geheim", "note": "x"}, {"note": "长" * 70_000}])
def test_passwords_and_floods_are_not_kept(cast, address, form):
    browser = Client()
    browser.post(address, form)
    assert not Session.objects.exists()
    assert login(browser)["Location"] == "/"


def test_a_form_with_files_keeps_its_words_and_names_the_files(cast, address):
    browser = Client()
    browser.post(address, {"note": WORDS, "file": SimpleUploadedFile("意见书.pdf", b"%PDF-1.4")})
    login(browser)
    page = browser.get("/governance/kept/").content.decode()
    assert "意见书.pdf" in page
    assert "第一行：请补充论证" in page
    assert "再次提交</button>" not in page


@pytest.mark.parametrize(
    "referer", ["https://evil.example/x", "http://testserver//evil.example", "javascript:alert(1)", ""]
)
def test_the_way_back_never_leaves_the_house(cast, address, referer):
    browser = Client()
    browser.post(address, {"note": WORDS}, HTTP_REFERER=referer)
    login(browser)
    page = browser.get("/governance/kept/").content.decode()
    assert "回到原来的页面" not in page
    assert browser.post("/governance/kept/")["Location"] == "/"


def test_after_half_an_hour_it_is_forgotten(cast, address):
    browser = Client()
    browser.post(address, {"note": WORDS})
    login(browser)
    session = browser.session
    session["kept"] |= {"at": (timezone.now() - dt.timedelta(minutes=31)).isoformat()}
    session.save()
    assert "现在没有" in browser.get("/governance/kept/").content.decode()


def test_a_post_from_another_site_is_not_kept(cast, address):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(address, {"note": WORDS}).status_code == 403
    assert not Session.objects.exists()


def test_ended_sessions_are_swept_daily_and_living_ones_stay(cast):
    old, new = SessionStore(), SessionStore()
    for session, age in ((old, -60), (new, 60)):
        session["a"] = 1
        session.set_expiry(timezone.now() + dt.timedelta(seconds=age))
        session.save()
    tasks.daily()
    assert not SessionStore().exists(old.session_key)
    assert SessionStore().exists(new.session_key)
