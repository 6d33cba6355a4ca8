"""One-time codes are those of RFC 6238: its vectors, a clock that is off by one step, and every code once."""

from __future__ import annotations

import base64

import pytest

from governance.basics import codes

SECRET = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, SHA-1; six digits are the last six of its eight.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("moment", "eight"), VECTORS)
def test_the_vectors_of_the_standard_are_met(moment, eight):
    assert codes.code_at(SECRET, codes.step_of(moment)) == eight[2:]
    assert codes.matching_step(SECRET, eight[2:], moment) == moment // 30


@pytest.mark.parametrize(("off", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_step_and_no_more(off, is_taken):
    moment = 1_200_000_000
    code = codes.code_at(SECRET, codes.step_of(moment) + off)
    assert (codes.matching_step(SECRET, code, moment) is not None) is is_taken


def test_a_code_is_worth_nothing_once_it_or_a_later_one_was_used():
    moment = 1_200_000_000
    now = codes.step_of(moment)
    assert codes.matching_step(SECRET, codes.code_at(SECRET, now), moment, after=now) is None
    assert codes.matching_step(SECRET, codes.code_at(SECRET, now - 1), moment, after=now) is None
    assert codes.matching_step(SECRET, codes.code_at(SECRET, now + 1), moment, after=now) == now + 1


@pytest.mark.parametrize("typed", ["287082", " 287 082 ", "２８７０８２", "287-082"])
def test_a_code_is_read_as_people_type_it(typed):
    assert codes.matching_step(SECRET, typed, 59) == 1


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "abcdef", "验证码", "\x00", "۲۸۷۰۸۲"])
def test_what_is_no_code_is_wrong_and_no_error(typed):
    assert codes.matching_step(SECRET, typed, 59) is None


def test_the_phone_is_told_the_account_and_the_house():
    address = codes.address(SECRET, "li.na", "电子政务")
    assert address.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in address


def test_recovery_codes_cannot_be_guessed_or_misread():
    made = {codes.new_recovery_code() for _ in range(100)}
    assert len(made) == 100
    assert {len(code) for code in made} == {16}
    assert not set("".join(made)) & set("IO01")
