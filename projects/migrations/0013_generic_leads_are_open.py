"""Leads that hold a generic entry are open-ended too (D42): projects of the plan whose leads are still the plan's."""

from __future__ import annotations

from django.db import migrations


def mark(apps, schema_editor):
    project = apps.get_model("projects", "Project")
    generic = apps.get_model("projects", "ProjectLead").objects.filter(is_generic=True).values("project_id")
    project.objects.filter(pk__in=generic, leads_open_ended=False).update(leads_open_ended=True)


class Migration(migrations.Migration):
    dependencies = [("projects", "0012_task_proofs")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
