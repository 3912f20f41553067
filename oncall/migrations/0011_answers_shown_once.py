"""Of an answer that held a key only that it was given is stored; a repeat is told so."""

from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


class Migration(BatchedMigration):

    dependencies = [
        ('oncall', '0010_service_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotentrequest',
            name='is_shown_once',
            field=models.BooleanField(db_default=False, default=False, help_text='The answer held a key, so it was not stored.'),
        ),
        migrations.AddConstraint(
            model_name='idempotentrequest',
            constraint=models.CheckConstraint(condition=models.Q(('is_shown_once', False), ('answer', ''), _connector='OR'), name='oncall_idempotentrequest_shown_once'),
        ),
    ]
