"""How a log line is written: with the id of its request and, where GUIYANG_LOG=json, as JSON for a collector. Plain:
logging is set up before the apps are."""

from __future__ import annotations

import datetime as dt
import json
import logging
from contextvars import ContextVar

PARTS = ("method", "path", "status", "ms", "person", "address")

request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestIdFilter(logging.Filter):
    """Every record knows the request that it was written in; blank outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line; a traceback is a value of it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": dt.datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request_id", ""),
        }
        line |= {part: getattr(record, part) for part in PARTS if hasattr(record, part)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
