"""The audit chain: written with the verb, kept when it refuses, and every tampering found."""

from __future__ import annotations

import random

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from governance.actions import tell_head
from governance.basics import clock, seals
from governance.basics.refusal import Refused, WrongRole
from governance.basics.roles import Permission
from governance.database import append_only
from governance.kernel import access, anchors, audit
from governance.kernel.verbs import frame, step, verb
from governance.models import AuditConcern, AuditHead, AuditRow, Notice, Setting

pytestmark = pytest.mark.django_db


def written(count: int) -> None:
    for n in range(count):
        with frame():
            audit.record(by=None, event="test.row", sentence=f"第 {n} 条", was=n, now=n + 1)


def test_an_untouched_chain_holds(db):
    written(5)
    assert audit.verify() == {"rows": 5, "ok": True, "first_bad": None}


def test_an_empty_chain_is_a_broken_one(db):
    assert audit.verify() == {"rows": 0, "ok": False, "first_bad": 1}


def change(field, value):
    def tamper(seq):
        AuditRow.objects.filter(seq=seq).update(**{field: value})
        return seq

    return tamper


def delete(seq):
    AuditRow.objects.filter(seq=seq).delete()
    return seq


def swap(seq):
    other = seq + 1
    AuditRow.objects.filter(seq=seq).update(seq=9999)
    AuditRow.objects.filter(seq=other).update(seq=seq)
    AuditRow.objects.filter(seq=9999).update(seq=other)
    return seq


def insert(seq):
    row = AuditRow.objects.get(seq=seq)
    AuditRow.objects.filter(seq=seq).update(sentence="换过")
    row.seq = 9999
    row.save(force_insert=True)
    return seq


FIELDS = {
    "day": "2001-01-01",
    "recorded_at": "2001-01-01T00:00:00Z",
    "event": "x",
    "by_text": "别人",
    "user_id": 99,
    "role": "x",
    "sentence": "改过",
    "was": "x",
    "now": "x",
    "ok": False,
    "concerns": "project:P99",
    "address": "/x/",
    "previous": "0" * 64,
    "hash": "0" * 64,
}


@pytest.mark.parametrize(
    "tamper",
    [*(change(f, v) for f, v in FIELDS.items()), delete, swap, insert],
    ids=[*FIELDS, "delete", "swap", "insert"],
)
def test_a_changed_row_is_found_and_named(tamper):
    written(8)
    assert audit.verify()["first_bad"] is None
    bad = tamper(4)
    assert audit.verify() == {"rows": bad, "ok": False, "first_bad": bad}


def test_every_field_of_a_row_is_under_the_chain():
    names = {f.name for f in AuditRow._meta.fields} - {"seq"}
    assert names == set(FIELDS)


def test_a_cut_tail_is_found(db):
    written(6)
    AuditRow.objects.filter(seq__gte=5).delete()
    assert audit.verify() == {"rows": 4, "ok": False, "first_bad": 5}


@pytest.fixture
def anchored(settings, tmp_path):
    """A folder of anchors; `anchored()` keeps where the chain stands."""
    settings.AUDIT_ANCHORS = tmp_path / "anchors"
    return anchors.drop


def cut(until):
    AuditRow.objects.filter(seq__gt=until).delete()
    AuditConcern.objects.filter(seq__gt=until).delete()
    AuditHead.objects.update(seq=until, hash=AuditRow.objects.get(seq=until).hash)


def test_a_cut_tail_with_a_rewritten_head_is_found_by_the_anchor(anchored):
    written(6)
    anchored()
    cut(4)
    assert audit.verify() == {"rows": 4, "ok": False, "first_bad": 5}
    anchored()
    assert not audit.verify()["ok"], "an anchor never moves back"


def test_what_grew_since_the_anchor_is_in_order(anchored):
    written(3)
    anchored()
    anchored()
    written(2)
    assert audit.verify()["ok"]
    anchored()
    assert sorted(anchors.kept())[-1][0] == 5


def rewrite(way):
    """The whole chain made again over what the rows say now, as somebody with the database alone could."""
    previous = ""
    for row in AuditRow.objects.order_by("seq"):
        row.previous = previous
        row.hash = previous = way(audit._values(row))
        row.save()
    AuditHead.objects.update(hash=previous)


@pytest.mark.parametrize("key", [None, b"another"])
def test_a_chain_that_is_rewritten_without_the_key_is_found(key):
    written(6)
    AuditRow.objects.filter(seq=3).update(sentence="换过")
    rewrite(audit.plain if key is None else lambda values: seals.seal(values, key, "sm3"))
    assert not audit.verify()["ok"]


def test_a_chain_that_is_rewritten_with_the_key_is_found_by_the_anchor(anchored, settings):
    written(6)
    anchored()
    AuditRow.objects.filter(seq=3).update(sentence="换过")
    rewrite(lambda values: seals.seal(values, settings.AUDIT_KEY, "sha256"))
    assert audit.verify() == {"rows": 6, "ok": False, "first_bad": 6}


def test_a_wiped_trail_is_found_with_and_without_an_anchor(anchored, settings):
    written(3)
    anchored()
    for model in (AuditRow, AuditConcern, AuditHead):
        model.objects.all().delete()
    assert not audit.verify()["ok"]
    written(1)
    assert not audit.verify()["ok"], "begun anew"
    settings.AUDIT_ANCHORS = None
    AuditRow.objects.all().delete()
    assert not audit.verify()["ok"]


def test_a_forged_anchor_is_found(anchored, settings):
    written(3)
    anchored()
    path = next(settings.AUDIT_ANCHORS.glob("*.json"))
    path.write_text(path.read_text().replace('"seq":3', '"seq":2'))
    assert "锚定文件" in audit.examine().problem


def test_a_restored_backup_is_anchored_anew(anchored):
    written(6)
    anchored()
    cut(4)
    anchors.set_aside()
    assert audit.verify()["ok"]


@pytest.mark.parametrize("tamper", ["delete", "add", "change"])
def test_the_index_of_records_is_under_the_chain(tamper):
    for n in range(3):
        with frame():
            audit.record(by=None, event="test", about=("project:P01", f"submission:{n}"))
    assert audit.verify()["ok"]
    two = AuditConcern.objects.filter(seq=2)
    if tamper == "delete":
        two.filter(key="submission:1").delete()
    elif tamper == "add":
        AuditConcern.objects.create(seq=2, key="project:P02")
    else:
        two.filter(key="project:P01").update(key="project:P09")
    assert audit.verify() == {"rows": 2, "ok": False, "first_bad": 2}


def test_rows_of_before_there_was_a_key_hold_by_the_keyed_one_after_them():
    written(4)
    rewrite(audit.plain)
    assert not audit.verify()["ok"]
    written(1)
    assert audit.verify()["ok"]
    AuditRow.objects.filter(seq=2).update(sentence="换过")
    assert audit.verify()["first_bad"] == 2


@pytest.fixture
def sealed(db):
    append_only.install()
    assert append_only.missing() == []
    yield
    append_only.remove()


WRITES = [
    "UPDATE governance_auditrow SET sentence = 'x' WHERE seq = 2",
    "UPDATE governance_auditrow SET ok = ok",
    "DELETE FROM governance_auditrow WHERE seq = 3",
    "DELETE FROM governance_auditrow",
    "UPDATE governance_auditconcern SET key = 'x'",
    "DELETE FROM governance_auditconcern",
    "UPDATE governance_audithead SET seq = 1",
    "UPDATE governance_audithead SET hash = 'x'",
    "DELETE FROM governance_audithead",
]
TRUNCATES = ["TRUNCATE governance_auditrow", "TRUNCATE governance_audithead, governance_auditconcern"]


@pytest.mark.parametrize("sql", WRITES + TRUNCATES)
def test_the_database_itself_refuses_to_change_the_trail(sealed, sql):
    if sql in TRUNCATES and connection.vendor != "postgresql":
        pytest.skip("PostgreSQL: SQLite has no TRUNCATE")
    with frame():
        audit.record(by=None, event="test", about="project:P01")
    written(3)
    with pytest.raises(DatabaseError, match="留痕只能增加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert audit.verify() == {"rows": 4, "ok": True, "first_bad": None}


def test_a_trail_without_its_triggers_is_said(db, capsys):
    written(1)
    append_only.remove()
    with pytest.raises(SystemExit):
        call_command("verify_audit")
    assert "触发器" in capsys.readouterr().err
    append_only.install()
    call_command("verify_audit")
    append_only.remove()


def test_a_thousand_random_tamperings_are_a_thousand_findings(db):
    written(30)
    chance, found = random.Random(2006), 0
    for _ in range(300):
        seq, field = (
            chance.randint(1, 30),
            chance.choice([f for f in FIELDS if f not in ("day", "recorded_at", "ok", "user_id")]),
        )
        kept = AuditRow.objects.values_list(field, flat=True).get(seq=seq)
        AuditRow.objects.filter(seq=seq).update(**{field: f"{kept}{chance.randint(0, 9)}"[-60:]})
        found += audit.verify()["first_bad"] == seq
        AuditRow.objects.filter(seq=seq).update(**{field: kept})
    assert found == 300
    assert audit.verify()["ok"]


def test_the_auditors_get_the_head_once_a_day(cast):
    written(2)
    for _ in range(2):
        tell_head(clock.today())
    told = Notice.objects.get(role="auditor")
    assert AuditHead.objects.get().hash in told.sentence


# --- verbs ---------------------------------------------------------------------------------------------------------


@verb("test.verb")
def do(*, by, key: str, refuses: bool = False, breaks: bool = False, sentence: str = "不行：缺一样东西。") -> None:
    access.require(by, Permission.USE)
    Setting.objects.create(key=key, value="x")
    audit.record(by=by, event="test.verb", sentence=f"做了 {key}")
    if refuses:
        raise Refused(sentence)
    if breaks:
        raise RuntimeError("boom")


def test_a_verb_and_its_row_are_one_transaction(cast):
    before = AuditRow.objects.count()
    do(by=cast.finance, key="a")
    row = AuditRow.objects.order_by("-seq").first()
    assert (row.sentence, row.by_text, row.role) == ("做了 a", cast.finance.text, "finance")
    assert row.user_id == cast.finance.user_id
    assert AuditRow.objects.count() == before + 1


def test_a_refusal_rolls_everything_back_but_its_own_row(cast):
    before = AuditRow.objects.count()
    with pytest.raises(Refused):
        do(by=cast.finance, key="a", refuses=True)
    assert not Setting.objects.filter(key="a").exists()
    row = AuditRow.objects.order_by("-seq").first()
    assert (row.ok, row.event, row.sentence, row.by_text) == (
        False,
        "test.verb",
        "不行：缺一样东西。",
        cast.finance.text,
    )
    assert AuditRow.objects.count() == before + 1
    assert audit.verify()["ok"]


@pytest.mark.parametrize("hostile", ["\x00", "\ud800"])
def test_a_refusal_that_quotes_what_no_database_stores_is_recorded_with_a_mark_in_its_place(cast, hostile):
    with pytest.raises(Refused):
        do(by=cast.finance, key="a", refuses=True, sentence=f"读不成“1{hostile}2”。")
    assert AuditRow.objects.order_by("-seq").first().sentence == "读不成“1\ufffd2”。"
    assert audit.verify()["ok"]


def test_a_crash_leaves_no_row_at_all(cast):
    before = AuditRow.objects.count()
    with pytest.raises(RuntimeError):
        do(by=cast.finance, key="a", breaks=True)
    assert not Setting.objects.filter(key="a").exists()
    assert AuditRow.objects.count() == before


def test_a_wrong_role_is_recorded_with_the_sentence(cast):
    @verb("test.closed")
    def closed(*, by):
        access.require(by, Permission.GRANT_ROLES)

    with pytest.raises(WrongRole):
        closed(by=cast.finance)
    row = AuditRow.objects.order_by("-seq").first()
    assert not row.ok
    assert "安全管理员" in row.sentence


def test_the_outermost_verb_appends_all_rows_last(cast):
    @verb("test.outer")
    def outer(*, by):
        do(by=by, key="inner")
        assert not AuditRow.objects.filter(event="test.verb").exists(), "nothing is chained before the end"
        audit.record(by=by, event="test.outer", sentence="外")

    outer(by=cast.finance)
    assert list(AuditRow.objects.order_by("-seq").values_list("event", flat=True)[:2]) == ["test.outer", "test.verb"]


def test_recording_and_steps_run_only_inside_a_verb(db):
    @step
    def inner():
        return 1

    with pytest.raises(RuntimeError, match="only inside a verb"):
        audit.record(by=None, event="x")
    with pytest.raises(RuntimeError, match="only inside a verb"):
        inner()
    with frame():
        assert inner() == 1


def test_a_rows_records_are_indexed_and_its_history_is_newest_first(cast):
    user = cast.user("finance")
    for n in range(3):
        with frame():
            audit.record(by=None, event="test", about=(user, user), sentence=str(n))
    assert [row.sentence for row in audit.history(user)] == ["2", "1", "0"]
    assert AuditConcern.objects.filter(key=user.audit_key).count() == 3, (
        "each row once, however often it names the record"
    )


def test_the_head_is_locked_last(cast):
    """The chain's head is read after the verb's own writes (two verbs never wait for each other crosswise)."""
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        do(by=cast.finance, key="order")
    texts = [q["sql"] for q in caught.captured_queries]
    head = next(i for i, t in enumerate(texts) if "governance_audithead" in t)
    write = next(i for i, t in enumerate(texts) if "governance_setting" in t)
    assert write < head
