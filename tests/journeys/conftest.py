"""A real browser: Debian's Chromium, driven by playwright; console errors and foreign requests are failures."""

from __future__ import annotations

import os
import shutil

import pytest
from django.db import connections

from tests import needs

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def browser():
    """A Chromium of the test's own. Without one the test is skipped, in CI it fails."""
    if not os.path.exists(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip(needs.reason("Chromium"))
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
        connections.close_all()  # while playwright's loop runs, this thread's connections are others than outside it


class Person:
    """Somebody at his browser: pages, clicks counted, complaints of the browser collected."""

    def __init__(self, browser, base: str, username: str, complaints: list[str]) -> None:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
        self.page, self.base, self.clicks = context.new_page(), base, 0
        self.page.on("console", lambda m: complaints.append(f"{username}: {m.text}") if m.type == "error" else None)
        self.page.on("pageerror", lambda e: complaints.append(f"{username}: {e}"))
        self.page.on(
            "request", lambda r: None if r.url.startswith((base, "data:")) else complaints.append(f"foreign: {r.url}")
        )
        self.go("/login/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", "Guiyang-2006")
        self.page.click("main button[type=submit]")
        self.page.wait_for_load_state()
        assert "/login/" not in self.page.url

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def click(self, selector: str) -> None:
        """Click and wait for what comes; counted, for the promise of few clicks."""
        self.clicks += 1
        self.page.click(selector)
        self.page.wait_for_load_state()

    def reads(self, words: str) -> bool:
        return words in self.page.inner_text("main")


@pytest.fixture
def people(browser, live_server):
    """`people("demo-cio")` comes in at a browser of his own; afterwards no browser may have complained."""
    complaints: list[str] = []
    yield lambda username: Person(browser, live_server.url, username, complaints)
    assert not complaints
