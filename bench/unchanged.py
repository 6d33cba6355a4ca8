"""A page that has not changed since it was last seen (304) against a logged-in page that only redirects, in one run:

    .venv/bin/python bench/unchanged.py                                   # SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/bench .venv/bin/python bench/unchanged.py

Printed: median milliseconds of processor and queries of the redirect, of each page's 304 and of the page drawn anew,
asked in turns; the target of 304 is 1.5 times the redirect.
"""

from __future__ import annotations

import statistics
import time

import register  # sets Django up
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

TIMES, TARGET, BARE = 60, 1.5, "/favicon.ico"
PAGES = {
    "home": "/",
    "list": "/projects/",
    "project": "/projects/P01/",
    "budget year": "/budgets/2007/",
    "desk": "/priorities/desk/",
    "API list": "/api/v1/projects/",
}


def spent(client: Client, address: str, status: int, tag: str = "") -> float:
    """Milliseconds of processor of one answer."""
    start = time.process_time()
    answer = client.get(address, headers={"If-None-Match": tag} if tag else {})
    milliseconds = (time.process_time() - start) * 1000
    if answer.status_code != status:
        raise SystemExit(f"{address}: {answer.status_code}, not {status}")
    return milliseconds


def queries(client: Client, address: str, tag: str = "") -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(address, headers={"If-None-Match": tag} if tag else {})
    return len(found)


def main() -> None:
    worst = 0.0
    with register.house() as client:
        client.get("/")  # the browser gets its form secret, the session its beginning
        tags = {name: client.get(address)["ETag"] for name, address in PAGES.items()}
        print(f"{connection.vendor}, median of {TIMES}, milliseconds of processor (queries)")
        for name, address in PAGES.items():
            bare, kept, drawn = [], [], []
            for _ in range(TIMES):
                bare.append(spent(client, BARE, 302))
                kept.append(spent(client, address, 304, tags[name]))
            for _ in range(TIMES // 10):
                drawn.append(spent(client, address, 200))
            bare_ms, kept_ms, drawn_ms = (statistics.median(times) for times in (bare, kept, drawn))
            worst = max(worst, kept_ms / bare_ms)
            print(
                f"{name:12} redirect {bare_ms:5.2f} ({queries(client, BARE)})"
                f"   304 {kept_ms:5.2f} ({queries(client, address, tags[name])})   {kept_ms / bare_ms:4.2f} ×"
                f"   drawn {drawn_ms:6.1f} ({queries(client, address)})   {drawn_ms / kept_ms:4.0f} × 304"
            )
    print(f"{'met' if worst <= TARGET else 'MISSED'}: at most {worst:.2f} × the redirect, target {TARGET}")


if __name__ == "__main__":
    main()
