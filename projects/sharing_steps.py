"""What floor 4 calls inside its own verbs when a filing names the data that it takes and gives."""

from __future__ import annotations

from collections.abc import Iterable

from governance.basics.refusal import Invalid, Refused
from governance.basics.text import search_text
from governance.kernel import audit, numbering
from governance.kernel.access import Actor
from governance.kernel.verbs import step
from governance.models import Organisation
from projects.models import DataParty, SharedData
from projects.sharing_words import code_in, key_of


@step
def entry_named(*, by: Actor, name: str, content: str = "", is_demo: bool = False) -> SharedData:
    """The living entry of a code or of an equal name, else a new one in state 拟议. Raises Invalid for a code that the
    catalogue does not have. Equal names of two filings at once become one entry: the counter's lock lets one in."""
    living = SharedData.objects.living()
    if code := code_in(name):
        found = living.filter(code=code).first()
        if found is None:
            raise Invalid(f"共享目录里没有 {code}，或它已注销；请从目录选，或写数据的名称作为新条目提出。")
        return found
    key = key_of(name)
    if not key:
        raise Invalid("数据的名称要有文字。")
    if found := living.filter(key=key).first():
        return found
    number = numbering.take(name="shared-data")
    if found := living.filter(key=key).first():
        return found
    row = SharedData.objects.create(
        code=f"GX-{number:03d}",
        name=name,
        key=key,
        content=content,
        search_text=search_text(f"GX-{number:03d}", name, content),
        by_text=by.text,
        is_demo=is_demo,
    )
    audit.record(by=by, event="projects.shared.propose", about=row, now=name, sentence=f"共享目录提出新条目 {row}")
    return row


@step
def note_sharing(
    *, by: Actor, about: str, organisation: Organisation, rows: Iterable[dict], is_demo: bool = False
) -> None:
    """Put what a filing takes and gives beside the entries, as 提出; what an earlier version named and this
    one does not ends. `rows`: [{"side", "data", "service", "frequency"}]; what was settled meanwhile stays so."""
    wanted = {}
    for row in rows:
        data = entry_named(by=by, name=row["data"], is_demo=is_demo)
        wanted[data.pk, row["side"]] = data, row
    # Two filings that name the same data come one after the other, and none after its withdrawal.
    locked = SharedData.objects.select_for_update().filter(pk__in=[pk for pk, _ in wanted]).order_by("pk")
    if gone := [str(data) for data in locked if data.state == "withdrawn"]:
        raise Refused(f"{'、'.join(gone)} 刚刚注销；请从共享目录另选，或写数据的名称。")
    held = {(p.data_id, p.side): p for p in DataParty.objects.filter(about=about).exclude(state="ended")}
    for key, party in held.items():
        if key not in wanted:
            party.state = "ended"
            party.version += 1
            party.save()
    for key, (data, row) in wanted.items():
        values = {"service": row["service"], "frequency": row["frequency"]}
        party = held.get(key)
        if party is None:
            DataParty.objects.create(
                data=data,
                organisation=organisation,
                side=row["side"],
                about=about,
                by_text=by.text,
                is_demo=is_demo,
                **values,
            )
        elif party.state == "proposed" and any(getattr(party, k) != v for k, v in values.items()):
            party.service, party.frequency = values.values()
            party.version += 1
            party.save()
