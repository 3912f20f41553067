"""People own postmortems and take seats in reviews: the database refuses the accounts of programs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration


FOR_PEOPLE = (
    ("postmortems_postmortem", "owner_id"),
    ("postmortems_seat", "user_id"),
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
        ('postmortems', '0002_append_only'),
        ('oncall', '0010_service_accounts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='postmortem',
            name='owner',
            field=models.ForeignKey(blank=True, limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_postmortems', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='seat',
            name='user',
            field=models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='review_seats', to=settings.AUTH_USER_MODEL),
        ),
        *(_people_only(table, column) for table, column in FOR_PEOPLE),
    ]
