from django.db import migrations

from governance.database import trigram


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0006_state_change_happened_on'),
    ]

    operations = [trigram.index('projects_project')]
