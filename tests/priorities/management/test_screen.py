"""`screen FILE.json`: the contract's lines, refused whole with exit 2, no database under plan-2006."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command


def screen(tmp_path, data, *args) -> list[dict]:
    path = tmp_path / "items.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    out = io.StringIO()
    call_command("screen", str(path), *args, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_an_item_in_input_order_without_a_database(tmp_path):
    """No database fixture: a query would fail here."""
    lines = screen(tmp_path, [{"id": "b"}, {"id": "a", "facts": {"process_stability_unclear": "yes"}, "other": 1}])
    assert [(line["id"], line["outcome"]) for line in lines] == [("b", "undetermined"), ("a", "no_city_funding")]
    assert list(lines[0]) == [
        "id",
        "outcome",
        "met",
        "partly",
        "undetermined",
        "needs_decision",
        "missing_facts",
        "cut_wan",
        "rule_set",
        "trace",
    ]
    assert lines[1]["cut_wan"] == "0.00"
    assert len(lines[0]["trace"]) == 17


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"id": "a"}, "列表"),
        ("{not json", "JSON"),
        ([{"id": "a", "facts": {"exchangable": "yes"}}], "exchangable"),
        ([{"id": "a", "facts": {"exchangeable": "maybe"}}], "exchangeable"),
        ([{"id": "ok"}, {"id": "ok"}], "重复"),
        ([{"title": "x"}], "id"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": "-1"}]}], "amount_wan"),
        ([{"id": "a", "components": [{"name": "x", "amount_wan": "1", "facts": {"important": "yes"}}]}], "important"),
    ],
)
def test_a_wrong_item_refuses_the_whole_file_with_exit_2(tmp_path, capsys, data, names):
    with pytest.raises(SystemExit) as caught:
        screen(tmp_path, data)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert names in captured.err
    assert captured.out == ""


def test_a_missing_file_is_one_sentence_and_exit_2(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        call_command("screen", str(tmp_path / "nowhere.json"))
    assert caught.value.code == 2
    assert "读不到文件" in capsys.readouterr().err


def test_another_rule_set_is_read_from_the_database(tmp_path, stories, cast):
    from priorities import actions

    actions.draft_rule_set(by=cast.reviewer, key="strict", title="x", reason="x", readings={"8.3.2(2)": "any"})
    item = {"id": "a", "facts": {"narrow_scope": "yes"}}
    assert "8.3.2(2)" in screen(tmp_path, [item], "--rule-set", "strict")[0]["met"]
    assert "8.3.2(2)" in screen(tmp_path, [item])[0]["undetermined"]
