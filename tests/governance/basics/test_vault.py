"""What lies encrypted opens with its key alone, whichever place that has in the list, and moves to the first."""

from __future__ import annotations

import pytest

from governance.basics import vault


def test_the_text_is_not_in_it_and_no_two_are_alike():
    first, second = (vault.close("JBSWY3DPEHPK3PXP", ["new"]) for _ in range(2))
    assert "JBSWY3DPEHPK3PXP" not in first + second
    assert first != second


def test_an_older_key_still_opens_and_the_first_one_closes():
    old = vault.close("x", ["old"])
    assert vault.open_(old, ["new", "old"]) == "x"
    renewed = vault.renew(old, ["new", "old"])
    assert vault.open_(renewed, ["new"]) == "x"
    with pytest.raises(vault.Sealed):
        vault.open_(renewed, ["old"])


@pytest.mark.parametrize("closed", ["", "gAAAA", "验证码"])
def test_what_no_key_fits_is_said(closed):
    with pytest.raises(vault.Sealed):
        vault.open_(closed, ["any"])


def test_a_changed_letter_is_found():
    closed = vault.close("x", ["key"])
    with pytest.raises(vault.Sealed):
        vault.open_(closed[:-5] + ("A" if closed[-5] != "A" else "B") + closed[-4:], ["key"])
