"""A phone is enrolled and used in real Chromium, under the strict policy: the first login, the code, the next login."""

from __future__ import annotations

import os
import time

import pytest

from governance.basics import codes
from governance.models import SecondFactor, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def code_of(secret: str, ahead: int = 0) -> str:
    return codes.code_at(secret, codes.step_of(time.time()) + ahead)


def test_a_phone_is_enrolled_and_the_next_login_asks_for_it(cast, people, settings):
    settings.SECOND_FACTOR = "required"
    finance = people("demo-finance")
    page = finance.page
    assert page.url.endswith("/governance/factor/")
    finance.click("text=启用动态验证码 >> visible=true >> nth=-1")
    box = page.locator("#enrol svg").bounding_box()
    assert box["width"] >= 150  # large enough for a camera
    secret = page.inner_text("#secret").replace(" ", "")
    if where := os.environ.get("SHOTS"):
        page.screenshot(path=f"{where}/enrol.png", full_page=True)
    page.fill("#id_code", code_of(secret))
    finance.click("text=启用 >> nth=-1")
    assert page.locator("#codes code").count() == 10
    if where:
        page.screenshot(path=f"{where}/codes.png", full_page=True)
    finance.click("text=已经存好，继续")
    assert not page.url.endswith("/governance/factor/")
    finance.click("summary:has-text('市财政局')")
    finance.click("text=退出登录")
    page.fill("#id_username", "demo-finance")
    page.fill("#id_password", "Guiyang-2006")
    finance.click("main button[type=submit]")
    assert page.url.endswith("/login/code/")
    if where:
        page.screenshot(path=f"{where}/code.png", full_page=True)
    SecondFactor.objects.filter(user=User.objects.get(username="demo-finance")).update(last_step=0)
    page.fill("#id_code", code_of(secret, 1))
    finance.click("main button[type=submit]")
    assert "/login/" not in page.url
