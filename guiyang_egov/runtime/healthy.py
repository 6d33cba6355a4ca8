"""Whether /healthz answers 200; `python -m guiyang_egov.runtime.healthy` says it of the container by its exit code."""

import os
import sys
import urllib.error
import urllib.request

URL = "http://127.0.0.1:8000/healthz"


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


if __name__ == "__main__":
    sys.exit(0 if is_healthy() else 1)
