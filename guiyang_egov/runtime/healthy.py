"""Whether the process of this host is healthy, by exit code: `python -m guiyang_egov.runtime.healthy [worker|beat]`.

The web process is asked at /healthz; a worker or beat by the heartbeat that it writes itself, straight in the database:
a check every half minute is not worth a Django.
"""

import os
import socket
import sys
import urllib.error
import urllib.request

URL = "http://127.0.0.1:8000/healthz"
# It lives, and it did its work within the last minute (governance.jobs.heart).
WORKS = """SELECT 1 FROM governance_heartbeat WHERE kind = %s AND host = %s
AND seen_at > now() - interval '20 s' AND worked_at > now() - interval '60 s'"""


def host() -> str:
    """A name that the site answers to: asked by 127.0.0.1 it refuses where DJANGO_ALLOWED_HOSTS names others."""
    first = os.environ.get("DJANGO_ALLOWED_HOSTS", "").split(",")[0].strip()
    return first.lstrip("*.") or "localhost"


def is_healthy(url: str = URL) -> bool:
    request = urllib.request.Request(url, headers={"Host": host(), "X-Forwarded-Proto": "https"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=8) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def works(kind: str) -> bool:
    import psycopg2

    try:
        database = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)
        with database.cursor() as cursor:
            cursor.execute(WORKS, (kind, socket.gethostname()[:100]))
            return cursor.fetchone() is not None
    except (psycopg2.Error, KeyError):
        return False


if __name__ == "__main__":
    kind = (sys.argv[1:] or ["web"])[0]
    sys.exit(0 if (is_healthy() if kind == "web" else works(kind)) else 1)
