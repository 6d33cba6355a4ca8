"""Pages are sent compressed to whoever takes it, at a random length; streams and packed files are left alone."""

from __future__ import annotations

import gzip
import re

import pytest

from governance.web import compress
from tests.page import words

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def test_a_page_is_the_same_after_unpacking_and_a_fraction_of_the_bytes(cast):
    client = cast.client("reviewer")
    plain, sent = client.get("/projects/"), client.get("/projects/", headers=GZIP)
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]
    assert sent["Content-Encoding"] == "gzip"
    assert int(sent["Content-Length"]) == len(sent.content) < len(plain.content) / 4
    assert words(gzip.decompress(sent.content).decode()) == words(plain.content.decode())


def test_the_length_says_nothing_of_the_content_and_no_token_comes_twice(cast):
    client = cast.client("reviewer")
    answers = [client.get("/projects/P01/", headers=GZIP) for _ in range(12)]
    assert len({len(a.content) for a in answers}) > 4
    tokens = [re.findall(r'"X-CSRFToken": "(\w+)"', gzip.decompress(a.content).decode())[0] for a in answers]
    assert len(set(tokens)) == len(tokens)
    bodies = {len(compress.packed(b"x" * 5_000)) for _ in range(60)}
    assert max(bodies) - min(bodies) > compress.PADDING / 2


@pytest.mark.parametrize("address", ["/budgets/2007/export/", "/budgets/2007/export/?format=csv"])
def test_what_streams_or_is_packed_already_goes_out_as_it_is(cast, address):
    assert "Content-Encoding" not in cast.client("finance").get(address, headers=GZIP)


def test_a_short_answer_and_a_strange_encoding_are_left_alone(cast):
    assert "Content-Encoding" not in cast.client("reviewer").get("/budgets/", headers=GZIP)
    assert "Content-Encoding" not in cast.client("reviewer").get("/projects/", headers={"Accept-Encoding": "br"})
