"""The audit trail: text only, no foreign keys, chained by keyed digests, so that the log can never block live data and
a changed row is found. `record` buffers; the outermost verb appends (governance.kernel.verbs).

The key lies outside the database: who has the database alone cannot make the chain again. Rows of before there was a
key carry a plain sha256; they hold because a keyed row follows them. What was cut off is found by the anchors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from governance.basics import clock, refs, seals
from governance.basics.refs import Referable
from governance.basics.refusal import Refused
from governance.basics.text import storable
from governance.database import bulk
from governance.kernel import anchors
from governance.kernel.access import Actor
from governance.models import AuditConcern, AuditHead, AuditRow

Named = Referable | str  # a record, or its key


@dataclass
class Entry:
    """One row to be appended. `concerns` are `(key, text)` of every record that it names, e.g. ("project:P04", …)."""

    event: str
    by_text: str
    user_id: int | None
    role: str
    sentence: str
    was: str = ""
    now: str = ""
    ok: bool = True
    concerns: list[str] = field(default_factory=list)
    address: str = ""


# Rows of the verb under way, None outside; governance.kernel.verbs opens it and appends what it holds.
buffer: ContextVar[list[Entry] | None] = ContextVar("audit_buffer", default=None)
# How many rows this request or task has appended: what a page reads without one is recorded by the frame.
written: ContextVar[int] = ContextVar("audit_written", default=0)
# The event of the innermost verb under way, "" outside.
under_way: ContextVar[str] = ContextVar("audit_event", default="")


def record(
    *,
    by: Actor | None,
    event: str = "",
    about: Named | Sequence[Named] = (),
    sentence: str = "",
    was: object = "",
    now: object = "",
    address: str = "",
) -> None:
    """Buffer a row of the verb under way. `about`: a record or several, each with `audit_key` ("submission:12"), or the
    keys themselves, with the `address`. `event`: where it is not the verb's own, as a step's."""
    rows, event = buffer.get(), event or under_way.get()
    if rows is None or not event:
        raise RuntimeError("audit.record runs only inside a verb")
    abouts: Sequence[Named] = about if isinstance(about, tuple | list) else (about,)
    rows.append(
        Entry(
            event=event,
            by_text=by.text if by else "系统",
            user_id=by.user_id if by else None,
            role=str(by.role) if by else "system",
            sentence=sentence,
            was=_text(was),
            now=_text(now),
            concerns=[_key(record) for record in abouts],
            address=address or next((a.get_absolute_url() for a in abouts if hasattr(a, "get_absolute_url")), ""),
        )
    )


def refused(refusal: Refused) -> None:
    """Record a refusal, in a transaction of its own."""
    by = refusal.by
    entry = Entry(
        event=refusal.event,
        by_text=by.text if by else "未登录",
        user_id=by.user_id if by else None,
        role=str(by.role) if by else "",
        sentence=storable(refusal.sentence[:1000]),
        ok=False,
        concerns=[a.audit_key for a in refusal.about],
    )
    with transaction.atomic():
        append([entry])


def note(
    *,
    event: str,
    sentence: str,
    by: Actor | None = None,
    by_text: str = "未登录",
    user_id: int | None = None,
    ok: bool = True,
    address: str = "",
) -> None:
    """Record what is no verb (a login, a logout, a lockout, a page refused, a file read), in a transaction of its own.
    `by_text` and `user_id` name who has no hat."""
    entry = Entry(
        event=event,
        by_text=by.text if by else storable(by_text)[:200],
        user_id=by.user_id if by else user_id,
        role=str(by.role) if by else "",
        sentence=storable(sentence[:1000]),
        ok=ok,
        address=storable(address)[:300],
    )
    with transaction.atomic():
        append([entry])


def append(entries: list[Entry]) -> None:
    """Chain and store rows; takes the chain's head, always the last lock of a transaction."""
    if not entries:
        return
    head = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"seq": 0, "hash": ""})[0]
    day, moment = clock.today(), clock.now()
    same = {"day": day.isoformat(), "recorded_at": _moment(moment)}
    rows, concerns = [], []
    for entry in entries:
        head.seq += 1
        values = {
            "seq": head.seq,
            "event": entry.event,
            "by_text": entry.by_text,
            "user_id": entry.user_id,
            "role": entry.role,
            "sentence": entry.sentence,
            "was": entry.was,
            "now": entry.now,
            "ok": entry.ok,
            "concerns": " ".join(entry.concerns),
            "address": entry.address,
            "previous": head.hash,
        }
        head.hash = seals.seal(values | same, settings.AUDIT_KEY, settings.AUDIT_DIGEST)
        rows.append((*values.values(), head.hash))
        concerns += [(head.seq, key) for key in dict.fromkeys(entry.concerns)]
    bulk.insert(AuditRow, (*values, "hash"), rows, {"day": day, "recorded_at": moment})
    bulk.insert(AuditConcern, ("seq", "key"), concerns)
    head.save()
    written.set(written.get() + len(rows))


def _values(row: AuditRow) -> dict[str, object]:
    fields = ("seq day event by_text user_id role sentence was now ok concerns address previous").split()
    values = {name: getattr(row, name) for name in fields}
    return values | {"day": row.day.isoformat(), "recorded_at": _moment(row.recorded_at)}


def _moment(moment: clock.dt.datetime) -> str:
    return moment.astimezone(clock.dt.UTC).isoformat(timespec="microseconds")


def plain(values: Mapping[str, object]) -> str:
    """The digest of rows that were written before the chain had a key."""
    return hashlib.sha256(seals.canonical(values).encode()).hexdigest()


@dataclass(frozen=True)
class Finding:
    """What a walk along the chain found: rows walked, the first bad one and what is wrong with it."""

    rows: int
    first_bad: int | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.first_bad is None


def verify() -> dict[str, int | bool | None]:
    """`{"rows", "ok", "first_bad"}` of `examine`."""
    found = examine()
    return {"rows": found.rows, "ok": found.ok, "first_bad": found.first_bad}


def examine() -> Finding:
    """Walk the chain from its first row to the head, its index of records and the anchors beside it."""
    kept = dict(anchors.kept())
    if 0 in kept:
        return Finding(0, 1, f"锚定文件 {kept[0]} 不是本系统用现在的密钥写的")
    count, expected, previous, keyed, index = 0, 1, "", False, _index()
    named = next(index, None)
    for row in AuditRow.objects.order_by("seq").iterator(chunk_size=2000):
        count += 1
        if row.seq != expected or row.previous != previous:
            return Finding(count, expected, "这一条被删除、插入或调换")
        values = _values(row)
        if seals.holds(row.hash, values, settings.AUDIT_KEY):
            keyed = True
        elif keyed or row.hash != plain(values):
            return Finding(count, expected, "这一条的内容被改动，或不是用现在的密钥写的")
        if kept.get(expected, row.hash) != row.hash:
            return Finding(count, expected, "与库外的锚定不符：此前的留痕被整体重写")
        keys = set(row.concerns.split())
        seq, held = named or (0, set())
        if seq < expected and seq:
            return Finding(count, seq, "记录索引里多出一条没有的留痕")
        if (held if seq == expected else set()) != keys:
            return Finding(count, expected, "这一条的记录索引被删除或改动")
        named = next(index, None) if seq == expected else named
        previous, expected = row.hash, expected + 1
    return _at_the_end(count, previous, keyed, kept, named)


def _at_the_end(
    count: int, last_hash: str, keyed: bool, kept: Mapping[int, str], named: tuple[int, set[str]] | None
) -> Finding:
    """What only the end of the walk shows: nothing there, the head elsewhere, a tail that was cut."""
    last = chain_head().first()
    if not count:
        return Finding(0, 1, "没有一条留痕：装好的系统至少有装入规划的一条")
    if (last.seq if last else 0) != count or (last.hash if last else "") != last_hash:
        return Finding(count, count + 1, "链头与最后一条不符：末尾被删除")
    if max(kept, default=0) > count:
        return Finding(count, count + 1, f"库外锚定到第 {max(kept)} 条：末尾被删除，链头也被改写")
    if not keyed:
        return Finding(count, count, "没有一条是用密钥写的：链可能被整体重写")
    if named:
        return Finding(count, count + 1, "记录索引里多出一条没有的留痕")
    return Finding(count)


def _index() -> Iterator[tuple[int, set[str]]]:
    """`(seq, keys)` of the index of records, by seq."""
    rows = AuditConcern.objects.order_by("seq").values_list("seq", "key").iterator(chunk_size=2000)
    for seq, same in groupby(rows, key=lambda r: r[0]):
        yield seq, {key for _, key in same}


def history(*records: Named, limit: int = 50) -> list[AuditRow]:
    """The rows that name any of the records, newest first."""
    keys = [_key(record) for record in records]
    seqs = AuditConcern.objects.filter(key__in=keys).order_by("-seq").values_list("seq", flat=True).distinct()[:limit]
    return list(AuditRow.objects.filter(seq__in=seqs, ok=True).order_by("-seq"))


def chain_head() -> QuerySet[AuditHead]:
    """The chain's head: one row, none before the first verb."""
    return AuditHead.objects.filter(pk=1)


def trail() -> QuerySet[AuditRow]:
    """The whole trail, newest first."""
    return AuditRow.objects.order_by("-seq")


def chosen(
    *, since: clock.dt.date | None, until: clock.dt.date | None, person: str, record: str, ok: str
) -> QuerySet[AuditRow]:
    """The trail between two days, of a person (part of the text), of a record or with words in it, done or refused
    ("yes", "no"). A record is named by its key or as people call it (SB2008-001, P04): then every row that names it, as
    on its own page, and no other."""
    rows = trail()
    if since:
        rows = rows.filter(day__gte=since)
    if until:
        rows = rows.filter(day__lte=until)
    if person:
        rows = rows.filter(by_text__contains=person)
    if record:
        keys = refs.called(record)
        named = Q(seq__in=AuditConcern.objects.filter(key__in=keys or {record}).values("seq"))
        rows = rows.filter(named if keys else named | Q(sentence__contains=record))
    return rows.filter(ok=ok == "yes") if ok in ("yes", "no") else rows


def naming(record: Named) -> QuerySet[AuditConcern, Any]:
    """`seq` of every row that names a record (or its key): for `seq__in`."""
    return AuditConcern.objects.filter(key=_key(record)).values("seq")


def done_about(record: Named) -> QuerySet[AuditRow]:
    """What was done about a record, newest first."""
    return trail().filter(seq__in=naming(record), ok=True)


def named_between(after: int, until: int) -> set[str]:
    """The keys of the records that the rows after < seq ≤ until name."""
    return set(AuditConcern.objects.filter(seq__gt=after, seq__lte=until).values_list("key", flat=True))


def _key(record: Named) -> str:
    return record if isinstance(record, str) else record.audit_key


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
