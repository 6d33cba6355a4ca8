from django.db import migrations, models

# The order in which the bits of every flip so far stand for clauses.
CLAUSES = [f"8.3.{heading}({n})" for heading, count in ((1, 8), (2, 4), (3, 5)) for n in range(1, count + 1)]


def name_the_clauses(apps, schema_editor):
    apps.get_model("priorities", "Rescreening").objects.update(clauses=CLAUSES)


class Migration(migrations.Migration):
    dependencies = [("priorities", "0010_trigram")]

    operations = [
        migrations.AddField("casemask", "layout", models.CharField(default="", max_length=12)),
        migrations.AddField("rescreening", "clauses", models.JSONField(default=list)),
        migrations.RunPython(name_the_clauses, migrations.RunPython.noop),
    ]
