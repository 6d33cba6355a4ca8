"""The audit trail: text only, no foreign keys, hash-chained, so that the log can never block live data and a changed
row is found. `record` buffers; the outermost verb appends (governance.kernel.verbs)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from governance.basics import clock, refs
from governance.basics.refs import Referable
from governance.basics.refusal import Refused
from governance.basics.text import storable
from governance.database import bulk
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
        head.hash = _hash(values | same)
        rows.append((*values.values(), head.hash))
        concerns += [(head.seq, key) for key in dict.fromkeys(entry.concerns)]
    bulk.insert(AuditRow, (*values, "hash"), rows, {"day": day, "recorded_at": moment})
    bulk.insert(AuditConcern, ("seq", "key"), concerns)
    head.save()


def digest(row: AuditRow) -> str:
    """The chain's hash of a row: sha256 over its canonical JSON, the one before included."""
    fields = ("seq day event by_text user_id role sentence was now ok concerns address previous").split()
    values = {name: getattr(row, name) for name in fields}
    return _hash(values | {"day": row.day.isoformat(), "recorded_at": _moment(row.recorded_at)})


def _moment(moment: clock.dt.datetime) -> str:
    return moment.astimezone(clock.dt.UTC).isoformat(timespec="microseconds")


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _hash(values: Mapping[str, object]) -> str:
    return hashlib.sha256(_canonical(values).encode()).hexdigest()


def verify() -> dict[str, int | bool | None]:
    """`{"rows", "ok", "first_bad"}`: walks the chain from its first row to the head."""
    previous, expected, count = "", 1, 0
    for row in AuditRow.objects.order_by("seq").iterator(chunk_size=2000):
        count += 1
        if row.seq != expected or row.previous != previous or row.hash != digest(row):
            return {"rows": count, "ok": False, "first_bad": expected}
        previous, expected = row.hash, expected + 1
    last = chain_head().first()
    if (last.seq if last else 0) != count or (last.hash if last else "") != previous:
        return {"rows": count, "ok": False, "first_bad": expected}
    return {"rows": count, "ok": True, "first_bad": None}


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
