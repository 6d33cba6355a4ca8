"""A refusal carries what a page shows of it."""

from __future__ import annotations

import pytest

from governance.basics.refusal import Invalid, NotVisible, Refused, Stale, WrongRole


def test_a_refusal_keeps_its_sentence_fields_blockers_and_what_is_there_now():
    refusal = Refused("不行。", fields={"name": ["缺"]}, blockers=iter([("补", "市财政局")]), current={"a": 1})
    assert (str(refusal), refusal.sentence) == ("不行。", "不行。")
    assert (refusal.fields, refusal.blockers, refusal.current) == ({"name": ["缺"]}, (("补", "市财政局"),), {"a": 1})
    bare = Refused("不行。")
    assert (bare.fields, bare.blockers, bare.current, bare.event, bare.by, bare.about) == ({}, (), None, "", None, ())


@pytest.mark.parametrize(
    ("kind", "status"), [(Refused, 409), (WrongRole, 403), (NotVisible, 404), (Invalid, 422), (Stale, 409)]
)
def test_each_kind_has_its_status_unless_another_is_named(kind, status):
    assert (kind("不行。").status, kind("不行。", status=413).status) == (status, 413)
    assert str(NotVisible()).startswith("没有这条记录")
