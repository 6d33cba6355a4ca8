"""References to records as text: what is stored stays the same bytes."""

from __future__ import annotations

import pytest

from governance.basics.refs import all_of, parse, pk_of, ref


def test_a_reference_is_kind_and_key():
    assert ref("submission", 12) == "submission:12"
    assert parse("project:P06") == ("project", "P06")
    assert parse(ref("ceiling", "2007:city")) == ("ceiling", "2007:city")
    assert parse("P06") == ("P06", "")


def test_the_key_of_a_record_known_by_its_number():
    assert pk_of("submission:12") == 12
    for wrong in ("project:P06", "submission:", "12"):
        with pytest.raises(ValueError):
            pk_of(wrong)


def test_how_all_of_a_kind_begin():
    assert ref("submission", 12).startswith(all_of("submission"))
    assert not ref("submissions", 12).startswith(all_of("submission"))
