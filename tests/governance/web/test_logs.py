"""A request can be followed through the log: by its id, as JSON, without a secret in it."""

from __future__ import annotations

import json
import logging

import pytest

from governance.basics.logs import JsonFormatter, RequestIdFilter
from governance.web.logs import IS_ID

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(caplog):
    """The access lines as a collector reads them."""
    caplog.set_level(logging.INFO, logger="guiyang.access")
    caplog.handler.addFilter(RequestIdFilter())
    return lambda: [json.loads(JsonFormatter().format(r)) for r in caplog.records if r.name == "guiyang.access"]


def test_a_request_is_one_line_with_its_id_person_status_and_time(cast, written):
    answer = cast.client("reviewer").get("/governance/notices/?q=1", headers={"X-Request-ID": "proxy-4711-a"})
    (line,) = [x for x in written() if x["path"] == "/governance/notices/"]
    assert answer["X-Request-ID"] == line["request"] == "proxy-4711-a"
    assert (line["method"], line["status"], line["person"]) == ("GET", 200, cast.reviewer.user_id)
    assert line["ms"] > 0


def test_an_id_that_could_forge_a_line_is_not_taken_over(client, written):
    answer = client.get("/login/", headers={"X-Request-ID": 'x" \n{"level": "forged"}'})
    assert IS_ID.fullmatch(answer["X-Request-ID"])


def test_the_secret_of_a_one_time_link_and_questions_of_machines_are_not_written(client, written):
    client.get("/governance/password/AbCdEfGhIjKlMnOpQrStUvWxYz0123/")
    client.get("/healthz")
    assert [x["path"] for x in written()] == ["/governance/password/…/"]


def test_an_error_keeps_its_trace_in_the_same_line():
    try:
        raise ValueError("错\n误")
    except ValueError as error:
        record = logging.LogRecord("guiyang", 40, "f", 1, "出错", None, (type(error), error, error.__traceback__))
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["trace"]
