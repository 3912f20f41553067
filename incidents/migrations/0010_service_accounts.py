"""Tickets, action items and requesters belong to people: the database refuses the accounts of programs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


FOR_PEOPLE = (
    ("incidents_actionitem", "owner_id"),
    ("incidents_contact", "user_id"),
    ("incidents_ticket", "assignee_id"),
)


def _people_only(table, column):
    """Refuse the account of a program in this column."""
    return migrations.RunSQL(
        f"CREATE TRIGGER people_only BEFORE INSERT OR UPDATE OF {column} ON {table}"
        f" FOR EACH ROW WHEN (NEW.{column} IS NOT NULL) EXECUTE FUNCTION holdfast_refuse_account('{column}', 'service');",
        f"DROP TRIGGER people_only ON {table};",
    )


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0009_fields_for_decisions'),
        ('oncall', '0010_service_accounts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='actionitem',
            name='owner',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='actions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='contact',
            name='user',
            field=models.OneToOneField(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contact', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='ticket',
            name='assignee',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_tickets', to=settings.AUTH_USER_MODEL),
        ),
        *(_people_only(table, column) for table, column in FOR_PEOPLE),
    ]
