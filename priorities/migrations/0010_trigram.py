from django.db import migrations

from governance.database import trigram


class Migration(migrations.Migration):

    dependencies = [
        ('priorities', '0009_proposed_change'),
    ]

    operations = [trigram.index('priorities_submission')]
