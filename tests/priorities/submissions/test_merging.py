"""Named fields of a proposal: split and joined, merged three ways, compared. Pure: no database."""

from __future__ import annotations

from priorities import proposal as proposals
from priorities.submissions import expected_papers, merging, returned
from tests.priorities.stories import proposal


def document(**changes) -> dict:
    found, errors = proposals.clean(proposal() | changes)
    assert not errors
    return found


def test_a_proposal_split_into_fields_and_joined_again_is_the_same():
    whole = document(prior_investment={"amount_wan": "12", "year": 2006, "document": "筑发〔2006〕1号"})
    assert proposals.clean(merging.join(merging.split(whole)))[0] == whole


def test_two_people_who_changed_different_fields_both_keep_theirs():
    base = document()
    mine = document(title="我改的名称")
    theirs = document(evaluation="别人写的评估机制")
    merged = merging.merge(base, mine, theirs)
    assert merged.conflicts == ()
    assert (merged.document["title"], merged.document["evaluation"]) == ("我改的名称", "别人写的评估机制")
    assert merged.taken_over == ("evaluation",)


def test_the_same_field_changed_twice_is_a_conflict_with_both_values_and_mine_stays_in_the_form():
    base = document()
    merged = merging.merge(base, document(title="甲"), document(title="乙"))
    assert [(d.label, d.old, d.new) for d in merged.conflicts] == [("项目名称", "乙", "甲")]
    assert merged.document["title"] == "甲"
    assert merging.take(merged.document, document(title="乙"), ["title"])["title"] == "乙"


def test_the_same_change_by_both_is_no_conflict():
    assert merging.merge(document(), document(title="甲"), document(title="甲")).conflicts == ()


def test_what_one_removed_and_the_other_left_alone_is_removed():
    base = document()
    fewer = document(components=base["components"][:1])
    merged = merging.merge(base, document(title="甲"), fewer)
    assert [c["id"] for c in merged.document["components"]] == [base["components"][0]["id"]]
    assert merged.document["title"] == "甲"


def test_a_part_is_known_by_its_id_when_another_is_put_before_it():
    old = document()
    first = {"id": "c9", "name": "新加的部分", "kind": "network", "facts": {}, "money": []}
    new = document(components=[first, *old["components"]])
    assert {d.path for d in merging.compare(old, new)} == {"components.c9.name", "components.c9.kind"}


def test_a_difference_is_told_in_the_words_of_the_form():
    old = document()
    parts = [dict(c) for c in old["components"]]
    parts[0] = parts[0] | {"money": [{"source": "city", "fiscal_year": 2008, "amount_wan": "55"}]}
    [found] = [d for d in merging.compare(old, document(components=parts)) if d.path.endswith("2008.city")]
    assert found.label == f"组成部分“{parts[0]['name']}” · 2008 年市财政（万元）"
    assert (found.new, found.section) == ("55.00", "money")
    assert merging.compare(document(mandate="own"), document(mandate="state"))[0].new == "国家"


def test_closed_fields_that_were_not_posted_stay_and_an_open_one_may_be_emptied():
    held = document()
    typed = document(title="", evaluation="", facts={}, components=[])
    filled = merging.fill(typed, held, lambda path: path == "evaluation")
    assert (filled["title"], filled["evaluation"]) == (held["title"], "")
    assert proposals.clean(filled)[0]["components"] == held["components"]
    assert proposals.clean(filled)[0]["facts"] == held["facts"]


def test_the_precision_opens_with_the_dates_that_it_follows_from():
    assert returned.is_open("precision", {"start"})
    assert not returned.is_open("precision", {"title"})


def test_every_field_that_can_be_asked_about_has_a_chinese_name():
    assert [f for f, label in returned.askable() if label == f or not label] == []


def test_the_papers_expected_follow_from_the_proposal():
    plain = expected_papers.expected(document(construction="operate", mandate="own", components=[]), set())
    assert [(p.kind, p.is_there) for p in plain] == [("application", False)]
    more = expected_papers.expected(document(construction="new", mandate="state"), {"scheme"}, is_filed=True)
    assert {"application", "scheme", "basis", "estimate", "security", "scan"} <= {p.kind for p in more}
    assert [p.kind for p in more if p.is_there] == ["scheme"]
