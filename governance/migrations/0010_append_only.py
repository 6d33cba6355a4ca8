"""The audit trail becomes append-only in the database, and its chain goes on with the key."""


from django.conf import settings
from django.db import migrations
from django.utils import timezone

from governance.basics import seals
from governance.database import append_only


def go_on_with_the_key(apps, schema_editor):
    """A chain without a key holds because a keyed row follows it: this is that row."""
    head = apps.get_model("governance", "AuditHead").objects.filter(pk=1).first()
    if head is None or not head.seq:
        return
    now = timezone.now()
    values = {
        "seq": head.seq + 1,
        "event": "governance.audit.keyed",
        "by_text": "系统",
        "user_id": None,
        "role": "system",
        "sentence": f"此前 {head.seq} 条的摘要不带密钥，此后带密钥",
        "was": "",
        "now": "",
        "ok": True,
        "concerns": "",
        "address": "",
        "previous": head.hash,
    }
    moment = now.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds")
    said = values | {"day": timezone.localdate(now).isoformat(), "recorded_at": moment}
    mark = seals.seal(said, settings.AUDIT_KEY, settings.AUDIT_DIGEST)
    apps.get_model("governance", "AuditRow").objects.create(
        **values, day=timezone.localdate(now), recorded_at=now, hash=mark
    )
    head.seq, head.hash = head.seq + 1, mark
    head.save()


def install(apps, schema_editor):
    append_only.install()


def remove(apps, schema_editor):
    append_only.remove()


class Migration(migrations.Migration):
    dependencies = [("governance", "0009_heartbeats")]

    operations = [
        migrations.RunPython(go_on_with_the_key, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
