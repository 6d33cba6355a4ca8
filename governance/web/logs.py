"""The access log: a line a request (logger guiyang.access) with method, path without its query, status, milliseconds,
person and address; its id (X-Request-ID) stands on every line that was written in the request."""

from __future__ import annotations

import logging
import re
import time
import uuid

from governance.basics.logs import PARTS, request_id
from governance.web import visitor

log = logging.getLogger("guiyang.access")
IS_ID = re.compile(r"[\w-]{8,64}")
OF_MACHINES = ("/healthz", "/readyz", "/metrics")
SECRET = re.compile(r"(?<=/password/)[\w-]{20,}")  # of a one-time link


class AccessLogMiddleware:
    """The first of all: a request keeps the id that a proxy gave it, and is told to the log with its answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given, began = request.headers.get("X-Request-ID", ""), time.monotonic()
        token = request_id.set(given if IS_ID.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            _tell(request, response.status_code, round((time.monotonic() - began) * 1000, 1))
            return response
        finally:
            request_id.reset(token)


def _tell(request, status: int, ms: float) -> None:
    if request.path in OF_MACHINES:
        return
    actor, path = getattr(request, "actor", None), SECRET.sub("…", request.path[:300])
    values = (request.method, path, status, ms, actor.user_id if actor else 0, visitor.address_of(request))
    log.info("%s %s %d %s ms, person %d, %s", *values, extra=dict(zip(PARTS, values, strict=True)))
